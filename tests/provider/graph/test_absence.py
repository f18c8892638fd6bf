"""Absence: asked again before it is believed, and not believed of all objects of a kind at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provider.errors import MassAbsence
from provider.graph.absence import Absences
from provider.graph.client import GraphClient
from provider.graph.tenant import Tenant
from tests.provider.conftest import Clock
from tests.provider.samples import CREDENTIAL, WIRE
from tests.sandbox_control import Portal


def test_object_that_appears_on_the_second_look_is_present(client: GraphClient, clock: Clock) -> None:
    """A service whose reads are late says that what was just created does not exist."""
    answers = iter([None, None, "here"])
    assert Absences(client).look_again(lambda: next(answers)) == "here"
    assert 0 < sum(clock.naps) <= 5


def test_wait_is_shared_by_all_absent_objects(client: GraphClient, clock: Clock) -> None:
    """A hundred objects that were deleted cost one wait."""
    absences = Absences(client)
    for _ in range(100):
        assert absences.look_again(lambda: None) is None
    assert sum(clock.naps) == pytest.approx(5)


def test_all_objects_of_a_kind_are_not_believed_absent(client: GraphClient) -> None:
    """One may have been deleted; of the second, the reasons it may have are said, and how to go on."""
    absences = Absences(client)
    absences.missing("iosProfile", "1")
    with pytest.raises(MassAbsence, match=r"another tenant.*scope tags.*licence.*INTUNE_ACCEPT_ABSENCE=1"):
        absences.missing("iosProfile", "2")


def test_one_object_that_is_present_makes_the_others_believed_absent(client: GraphClient) -> None:
    """The token sees some of them, so what it does not see was deleted. Kinds count apart."""
    absences = Absences(client)
    absences.present("iosProfile")
    for id_ in "123":
        absences.missing("iosProfile", id_)
    absences.missing("androidProfile", "1")
    with pytest.raises(MassAbsence):
        absences.missing("androidProfile", "2")


def test_setting_makes_all_of_them_believed_absent(client: GraphClient) -> None:
    """For the day on which somebody did delete everything."""
    client.settings = replace(client.settings, accept_absence=True)
    absences = Absences(client)
    for id_ in "123":
        absences.missing("iosProfile", id_)


def test_delete_of_what_does_not_exist_is_looked_at_again(tenant: Tenant, portal: Portal, clock: Clock) -> None:
    """The 404 of a delete may be late as well: then the object is deleted."""
    id_ = portal.seed("derivedCredentials", **WIRE)
    portal.fault(method="DELETE", path=id_, status=404)
    portal.fault(method="GET", path=rf"\('{id_}'\)", status=404, times=2)
    CREDENTIAL.delete(tenant, id_, {})
    assert portal.objects() == []
    assert clock.naps


def test_deletes_that_find_nothing_are_a_mass_absence_too(tenant: Tenant) -> None:
    """A destroy with a token that sees nothing would empty the state and leave the objects."""
    CREDENTIAL.delete(tenant, "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01", {})
    with pytest.raises(MassAbsence):
        CREDENTIAL.delete(tenant, "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e02", {})
