"""What the journal of this machine proves after a killed run, and what it does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provider.errors import AdoptionError, IncompleteCreate, OutcomeUnknown
from provider.graph.tenant import Tenant
from provider.kinds.creation import Creation
from provider.ownership.journal_entry import Entry
from tests.provider.conftest import URN, Clock
from tests.provider.samples import CREDENTIAL, GROUP, INPUTS, PROFILE, PROFILES, WIRE
from tests.sandbox_control import Portal

Begin = Callable[[], Tenant]
OTHER = URN.replace("::r", "::other")
MAIL: dict[str, Any] = {"display_name": "Mail", "certificate_access_type": "userApproval"}
MAIL_WIRE = {"@odata.type": PROFILE.odata_type, "displayName": "Mail", "certificateAccessType": "userApproval"}

pytestmark = pytest.mark.usefixtures("about")


def killed_before_the_answer(tenant: Tenant, inputs: dict[str, Any] = MAIL, kind: Any = PROFILE) -> Entry:
    """Leave what a run leaves that was killed while its POST was under way."""
    before = [str(one["id"]) for one in kind.namesakes(kind.listing(tenant), inputs["display_name"])]
    entry = Creation(kind, tenant, inputs, URN).intent(before)
    tenant.journal.intend(entry)
    return entry


def test_object_of_a_killed_run_is_used_and_completed(next_run: Begin, portal: Portal) -> None:
    """Its id is in the journal: the relationships that are missing are written, and nothing else."""
    credential = portal.seed("derivedCredentials", **WIRE)
    assignments = [{"target": "groupAssignmentTarget", "group_id": GROUP}]
    bound = {**MAIL, "derived_credential_settings_id": credential, "assignments": assignments}
    portal.fault(method="POST", path="/assign", times=99, status=403)
    with pytest.raises(IncompleteCreate):
        PROFILE.create(next_run(), bound)
    portal.no_faults()
    portal.requests()
    made = portal.named("Mail")
    assert PROFILE.create(next_run(), bound).id == made["id"]
    assert [line for line, _ in portal.writes()] == [f"POST {PROFILES}('{made['id']}')/assign"]
    assert portal.named("Mail")["assignments"] != []


def test_object_of_a_killed_run_is_changed_to_what_is_declared_now(next_run: Begin, portal: Portal) -> None:
    """The entry was edited between the two runs, its name too: the id is proof enough."""
    id_ = PROFILE.create(next_run(), MAIL).id
    again = {**MAIL, "display_name": "Mail 2", "description": "D"}
    assert PROFILE.create(next_run(), again).id == id_
    assert portal.named("Mail 2")["description"] == "D"


def test_object_whose_answer_died_with_the_run_is_used(next_run: Begin, portal: Portal) -> None:
    """No id was written down, but what was sent, and what existed before."""
    killed_before_the_answer(next_run())
    id_ = portal.seed("deviceConfigurations", **MAIL_WIRE)
    assert PROFILE.create(next_run(), MAIL).id == id_
    assert len(portal.objects()) == 1


def test_object_that_shows_late_after_a_kill_is_waited_for(next_run: Begin, portal: Portal, clock: Clock) -> None:
    """The list of the next run is late: another POST would make two."""
    killed_before_the_answer(next_run())
    id_ = portal.seed("deviceConfigurations", **MAIL_WIRE)
    portal.fault(path="deviceConfigurations", method="GET", status=200, body={"value": []}, times=3)
    assert PROFILE.create(next_run(), MAIL).id == id_
    assert len(clock.naps) >= 2
    assert len(portal.objects()) == 1


def test_killed_post_that_never_arrived_is_sent_again(next_run: Begin, portal: Portal) -> None:
    """After the time in which it could still appear."""
    killed_before_the_answer(next_run())
    id_ = PROFILE.create(next_run(), MAIL).id
    assert [one["id"] for one in portal.objects()] == [id_]


@pytest.mark.parametrize(
    "stranger",
    [
        {"description": "draft of Ann, not to be assigned yet"},
        {"certificateAccessType": "specificApps"},
        {"silentCertificateAccessDetails": [{"packageId": "com.contoso.vpn"}]},
        {"createdDateTime": "2023-05-01T08:00:00.0000000Z"},
    ],
)
def test_object_that_the_post_did_not_create_is_refused(
    next_run: Begin, portal: Portal, stranger: dict[str, Any]
) -> None:
    """It has a text or a list that was not sent, another value, or was created long before."""
    killed_before_the_answer(next_run())
    id_ = portal.seed("deviceConfigurations", **{**MAIL_WIRE, **stranger})
    portal.requests()
    with pytest.raises(AdoptionError, match=f'declare adopt="{id_}"'):
        PROFILE.create(next_run(), MAIL)
    assert portal.writes() == []


def test_object_that_existed_before_the_killed_run_is_refused(next_run: Begin, portal: Portal) -> None:
    """A namesake of equal fields, noted as one that was there."""
    id_ = portal.seed("deviceConfigurations", **MAIL_WIRE)
    killed_before_the_answer(next_run())
    with pytest.raises(AdoptionError, match=f'declare adopt="{id_}"'):
        PROFILE.create(next_run(), MAIL)


def test_several_objects_that_fit_are_not_chosen_between(next_run: Begin, portal: Portal) -> None:
    """A person must say which."""
    killed_before_the_answer(next_run())
    twins = [portal.seed("deviceConfigurations", **MAIL_WIRE) for _ in range(2)]
    with pytest.raises(OutcomeUnknown, match="delete all but one in the Intune admin center") as caught:
        PROFILE.create(next_run(), MAIL)
    assert all(twin in str(caught.value) for twin in twins)


def test_journal_of_one_resource_proves_nothing_for_another(
    next_run: Begin, portal: Portal, about: Callable[[str], object]
) -> None:
    """A second entry, or a second stack, is refused; the error names for whom it was created."""
    id_ = PROFILE.create(next_run(), MAIL).id
    about(OTHER.replace("urn:pulumi:dev", "urn:pulumi:second"))
    with pytest.raises(AdoptionError, match=rf'created on this machine for "r" of stack dev.* declare adopt="{id_}"'):
        PROFILE.create(next_run(), MAIL)
    assert len(portal.objects()) == 1


def test_entry_of_this_stack_that_created_it_is_named(
    next_run: Begin, portal: Portal, about: Callable[[str], object]
) -> None:
    """A key that was changed without `renamed_from`: the error has the old one."""
    PROFILE.create(next_run(), MAIL)
    about(OTHER)
    with pytest.raises(AdoptionError, match=r'which is "r" of this stack: .*`renamed_from: r`'):
        PROFILE.create(next_run(), MAIL)
    assert len(portal.objects()) == 1


def test_object_of_a_killed_run_that_was_deleted_is_created_again(next_run: Begin, portal: Portal) -> None:
    """What the journal proves must exist."""
    gone = PROFILE.create(next_run(), MAIL).id
    portal.remove(gone)
    id_ = PROFILE.create(next_run(), MAIL).id
    assert id_ != gone
    assert [one["id"] for one in portal.objects()] == [id_]


def test_issuer_that_was_edited_after_a_kill_comes_into_the_state_as_it_is(next_run: Begin, portal: Portal) -> None:
    """The object is ours, and Graph cannot change its issuer: the state takes it, and the next up replaces it."""
    CREDENTIAL.create(next_run(), INPUTS)
    before = portal.objects()
    with pytest.raises(IncompleteCreate, match="with another issuer: run again, which replaces it") as caught:
        CREDENTIAL.create(next_run(), {**INPUTS, "issuer": "intercede"})
    assert caught.value.id == before[0]["id"]
    assert caught.value.uncertain == {"issuer": "purebred"}
    assert portal.objects() == before


def test_refused_post_leaves_no_entry(next_run: Begin, portal: Portal) -> None:
    """It had no effect, so it proves nothing about what comes later."""
    portal.fault(method="POST", path="deviceConfigurations$", status=400)
    with pytest.raises(Exception, match="400"):
        PROFILE.create(next_run(), MAIL)
    assert next_run().journal.find(URN) is None


def test_binding_that_the_post_refuses_is_set_by_its_own_route(next_run: Begin, portal: Portal) -> None:
    """No page promises that the POST takes the reference: it is sent without, and PUT $ref sets it."""
    credential = portal.seed("derivedCredentials", **WIRE)
    portal.fault(method="POST", path="deviceConfigurations$", status=400)
    id_ = PROFILE.create(next_run(), {**MAIL, "derived_credential_settings_id": credential}).id
    assert portal.named("Mail")["derivedCredentialSettings"] == credential
    assert [one["id"] for one in portal.objects() if one["displayName"] == "Mail"] == [id_]


@pytest.mark.parametrize("status", [429, 503, 401, 408])
@pytest.mark.parametrize("late", [0, 1, 3])
def test_refusal_after_the_effect_makes_no_second_object(
    next_run: Begin, portal: Portal, status: int, late: int
) -> None:
    """The service refused what it did, and the lists are late: wait, look, and only then post."""
    tenant = next_run()
    list(tenant.listing(CREDENTIAL.collection))
    portal.fault(method="POST", path="derivedCredentials$", status=status, when="after")
    if late:
        portal.fault(path="derivedCredentials", lagReads=late)
    id_ = CREDENTIAL.create(tenant, INPUTS).id
    assert [one["id"] for one in portal.objects()] == [id_]


@pytest.mark.parametrize("status", [400, 403, 404, 409])
def test_failure_after_the_effect_is_looked_at_before_it_is_reported(
    next_run: Begin, portal: Portal, status: int
) -> None:
    """A gateway that repeats a POST reports a conflict with itself; whatever the status, one look tells."""
    portal.fault(method="POST", path="derivedCredentials$", status=status, when="after")
    id_ = CREDENTIAL.create(next_run(), INPUTS).id
    assert [one["id"] for one in portal.objects()] == [id_]
