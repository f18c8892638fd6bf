"""Answers whose JSON is of the wrong types, as the fuzz task found them: an error of ours, and never a false value."""

from __future__ import annotations

from typing import Any

import pytest

from provider.device_configurations.assignments import _from_wire
from provider.device_configurations.credential import target_of
from provider.errors import OutcomeUnknown, Rejected, UnexpectedAnswer
from provider.graph import batch
from provider.graph.client import GraphClient
from provider.graph.tenant import Tenant
from provider.kinds.kind import Change, kind_called
from tests.sandbox_control import Portal

CREDENTIAL = kind_called("derivedCredential")
SCOPED = kind_called("scopedSettings")
STATE = kind_called("certificateState")
SETTINGS = "/deviceManagement/derivedCredentials"
ID = "3f0e1c52-7d84-4c0a-9a65-2f1b0c9d8e7a"
WIRE = {"displayName": "C", "issuer": "purebred", "notificationType": "email"}
INPUTS = {"display_name": "C", "issuer": "purebred", "notification_types": ["email"]}
NO_IDS: list[Any] = [None, 7, "", {}, [ID]]


@pytest.mark.parametrize("id_", NO_IDS)
def test_object_without_an_id_is_none(tenant: Tenant, portal: Portal, id_: object) -> None:
    """Neither in a list, nor alone, nor behind a reference."""
    portal.fault(path="derivedCredentials$", status=200, body={"value": [{**WIRE, "id": id_}]})
    with pytest.raises(UnexpectedAnswer, match="not a list of objects"):
        list(tenant.pages(SETTINGS))
    portal.fault(path="derivedCredentials", status=200, body={**WIRE, "id": id_})
    with pytest.raises(UnexpectedAnswer, match="the answer is no object"):
        tenant.find(f"{SETTINGS}('{ID}')")
    with pytest.raises(UnexpectedAnswer, match="does not say none is set"):
        target_of({**WIRE, "id": id_}, "/path")


@pytest.mark.parametrize("id_", NO_IDS)
def test_create_without_an_id_is_looked_up(tenant: Tenant, portal: Portal, id_: object) -> None:
    """The object is there, whatever the answer calls it."""
    portal.fault(method="POST", path="derivedCredentials$", status=201, when="after", body={**WIRE, "id": id_})
    assert CREDENTIAL.create(tenant, INPUTS).id == portal.named("C")["id"]
    portal.fault(method="POST", path="derivedCredentials$", status=201, body={**WIRE, "id": id_})
    with pytest.raises(OutcomeUnknown, match="it did not appear since"):
        CREDENTIAL.create(tenant, {**INPUTS, "display_name": "D"})


@pytest.mark.parametrize("target", [None, 7, "all", [], {"@odata.type": 7}, {"groupId": {}}])
@pytest.mark.parametrize("source", [None, "direct"])
def test_assignment_of_the_wrong_types_is_not_the_declared_one(target: object, source: object) -> None:
    """It is read as something, so that it shows as drift."""
    assert len(_from_wire([{"target": target, "source": source}])) == 1


@pytest.mark.parametrize("members", [None, 7, "x", {}, [7], [{"source": []}], [{"source": {"a": 1}}]])
def test_malformed_assignments_count_as_none(members: object) -> None:
    """A source that is no text is not a direct one."""
    assert _from_wire(members) == []


def test_filter_that_is_no_text_is_kept(tenant: Tenant) -> None:  # noqa: ARG001 - the fixture loads the provider
    """Only null, nothing and the zero GUID mean none."""
    filter_ = "deviceAndAppManagementAssignmentFilterId"
    (shown,) = _from_wire([{"target": {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget", filter_: ["x"]}}])
    assert shown["device_and_app_management_assignment_filter_id"] == ["x"]


def test_lone_surrogate_is_replaced(client: GraphClient, portal: Portal) -> None:
    """A lone surrogate is no text: neither the state nor an error could carry it. A whole pair is left alone."""
    portal.fault(path="derivedCredentials", status=200, body='{"displayName": "\\ud800 \\ud83d\\ude00 \\\\ud800"}')
    assert client.get(SETTINGS) == {"displayName": "? 😀 \\ud800"}


def test_issuer_that_is_declared_later_is_no_change(tenant: Tenant, portal: Portal) -> None:
    """The settings have it already; only another one cannot be."""
    credential = portal.seed("derivedCredentials", **WIRE)
    bound = {"@odata.type": "#microsoft.graph.iosVpnConfiguration", "derivedCredentialSettings": credential}
    profile = portal.seed("deviceConfigurations", displayName="P", **bound)
    declared = {"device_configuration_id": profile, "issuer": "purebred"}
    SCOPED.update(tenant, credential, Change({"device_configuration_id": profile}, declared, ["issuer"]))
    assert portal.writes() == []


@pytest.mark.parametrize("old", [[], {}, 7, None])
def test_status_in_the_state_that_is_no_text_says_nothing(old: object) -> None:
    """Whatever somebody wrote into a state file."""
    news = {"adopt": "x", "certificate_revoke_status": "revoked"}
    assert list(STATE.problems(news, {"certificate_revoke_status": old})) == []


@pytest.mark.parametrize("body", ["[" * 60 + "]" * 60, '{"a":' * 60 + "1" + "}" * 60])
@pytest.mark.parametrize("place", ["alone", "in a string of JSON"])
def test_answer_that_is_nested_too_deeply_is_refused(
    client: GraphClient, portal: Portal, body: str, place: str
) -> None:
    """Python could parse it and not walk it; nothing of Graph's is nested so."""
    nested = f'{{"a": {body}}}'
    if place == "alone":
        portal.fault(path="derivedCredentials", status=200, body=nested)
        with pytest.raises(UnexpectedAnswer, match="not Graph's JSON"):
            client.get(SETTINGS)
    else:
        portal.fault(path="derivedCredentials", status=400, body={"error": {"message": nested}})
        with pytest.raises(Rejected):
            client.get(SETTINGS)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_number_beyond_a_double_is_no_answer(client: GraphClient, portal: Portal, number: str) -> None:
    """The state could not hold it."""
    portal.fault(path="derivedCredentials", status=200, body=f'{{"a": {number}}}')
    with pytest.raises(UnexpectedAnswer, match="not Graph's JSON"):
        client.get(SETTINGS)
    portal.fault(path="derivedCredentials", status=200, body='{"a": -1.5e3}')
    assert client.get(SETTINGS) == {"a": -1500.0}


@pytest.mark.parametrize("responses", [None, 7, True, 1.5, "x", {}, [7], [{"id": "0"}], [{"id": "0", "status": True}]])
def test_batch_without_answers_is_an_error_of_each_part(client: GraphClient, portal: Portal, responses: object) -> None:
    """And never an absence."""
    portal.fault(path="batch", status=200, body={"responses": responses})
    (answer,) = batch.get_each(client, [SETTINGS]).values()
    assert isinstance(answer, UnexpectedAnswer)
