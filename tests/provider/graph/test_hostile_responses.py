"""Answers that Graph never sends, as a proxy, a gateway or a bug does: none may be taken for something that is true."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

import provider as intune
from provider.errors import GraphError, UnexpectedAnswer
from provider.graph import batch, paging
from provider.graph.client import GraphClient
from provider.graph.tenant import Tenant
from provider.kinds.entity import Entity
from provider.resources.derived_credential_binding import BindingKind
from provider.resources.device_configuration_derived_credential_settings import ScopedSettingsKind
from tests.provider.plugin.driver import urn
from tests.sandbox_control import Portal

SETTINGS = "/deviceManagement/derivedCredentials"
WIRE: dict[str, Any] = {"displayName": "C", "issuer": "purebred", "notificationType": "email"}
ODATA_TYPE = "#microsoft.graph.deviceManagementDerivedCredentialSettings"
ID = "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01"

_kinds = intune.DerivedCredentialSettings, intune.DerivedCredentialBinding
assert isinstance(_kinds[0].kind, Entity)
assert isinstance(_kinds[1].kind, BindingKind)
CREDENTIAL, BINDING = _kinds[0].kind, _kinds[1].kind
_scoped = intune.DeviceConfigurationDerivedCredentialSettings.kind
assert isinstance(_scoped, ScopedSettingsKind)
SCOPED = _scoped

NOT_GRAPHS = [
    "",
    " \n",
    "<html><body>Sign in to the network</body></html>",
    '{"value": [',
    '{"value": [{"id": "' + ID,
    "[" * 100_000 + "]" * 100_000,
    '{"a":' * 100_000 + "1" + "}" * 100_000,
    "null",
    '"text"',
    "[]",
]


@pytest.mark.parametrize("body", NOT_GRAPHS)
@pytest.mark.parametrize("path", [SETTINGS, f"{SETTINGS}('{ID}')"])
def test_broken_answer_is_neither_an_empty_list_nor_an_absence(
    tenant: Tenant, portal: Portal, body: str, path: str
) -> None:
    """Nothing, half of something, a page or JSON without end: an error of one line, in a list as in a read."""
    portal.fault(path=path.replace("(", r"\(").replace(")", r"\)"), times=9, status=200, body=body)
    with pytest.raises(UnexpectedAnswer) as caught:
        CREDENTIAL.read(tenant, ID, {})
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "body", [*NOT_GRAPHS, "{}", '{"value": 7}', '{"id": null}', '{"value": {"issuer": "purebred"}}']
)
@pytest.mark.parametrize("doing", ["read", "delete"])
def test_broken_answer_keeps_the_binding(tenant: Tenant, portal: Portal, body: str, doing: str) -> None:
    """A reference is unset where Graph says so; else the binding stays in the state and the profile stays bound."""
    credential = portal.seed("derivedCredentials", **WIRE)
    bound = {"@odata.type": "#microsoft.graph.iosVpnConfiguration", "derivedCredentialSettings": credential}
    id_ = portal.seed("deviceConfigurations", displayName="P", **bound)
    declared = {
        "device_configuration_id": id_,
        "profile_type": "iosVpnConfiguration",
        "derived_credential_settings_id": credential,
    }
    portal.fault(method="GET", path="derivedCredentialSettings$", status=200, body=body)
    with pytest.raises(GraphError):
        BINDING.read(tenant, id_, declared) if doing == "read" else BINDING.delete(tenant, id_, declared)
    assert portal.named("P")["derivedCredentialSettings"] == credential
    assert portal.faults_left() == []


@pytest.mark.parametrize("body", ["", "{}", "<html/>"])
def test_broken_answer_keeps_the_scoped_settings(tenant: Tenant, portal: Portal, body: str) -> None:
    """Settings that are managed through a profile do not leave the state because a gateway said nothing."""
    credential = portal.seed("derivedCredentials", **WIRE)
    bound = {"@odata.type": "#microsoft.graph.iosVpnConfiguration", "derivedCredentialSettings": credential}
    id_ = portal.seed("deviceConfigurations", displayName="P", **bound)
    portal.fault(method="GET", path="derivedCredentialSettings$", status=200, body=body)
    with pytest.raises(UnexpectedAnswer):
        SCOPED.read(tenant, credential, {"device_configuration_id": id_, "profile_type": "iosVpnConfiguration"})


@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.parametrize(
    "body", ["<html>Not found</html>", '{"message": "no Route matched"}', '{"error": "not_found"}']
)
def test_absence_is_only_what_graph_says(tenant: Tenant, portal: Portal, status: int, body: str) -> None:
    """A gateway without a route answers 404 to everything: no object leaves the state for that, and none is deleted."""
    id_ = portal.seed("derivedCredentials", **WIRE)
    portal.fault(path=id_, times=9, status=status, body=body)
    with pytest.raises(UnexpectedAnswer, match=f"{status}: the answer is .*, not Graph's JSON"):
        tenant.find(f"{SETTINGS}('{id_}')")
    with pytest.raises(UnexpectedAnswer):
        tenant.client.delete(f"{SETTINGS}('{id_}')")
    assert [one["id"] for one in portal.objects()] == [id_]


def test_content_type_proves_nothing(client: GraphClient, portal: Portal) -> None:
    """What is read is the answer: JSON that calls itself a page is JSON, and a page that calls itself JSON is none."""
    body = json.dumps({"value": [{"id": ID}]})
    portal.fault(path="derivedCredentials", status=200, body=body, headers={"Content-Type": "text/html"})
    assert list(paging.objects(client, SETTINGS)) == [{"id": ID}]
    page = {"body": "<html>login</html>", "headers": {"Content-Type": "application/json"}}
    portal.fault(path="derivedCredentials", status=200, **page)
    with pytest.raises(UnexpectedAnswer, match="not Graph's JSON"):
        list(paging.objects(client, SETTINGS))


def test_unknown_members_are_drift_and_unknown_properties_are_ignored(tenant: Tenant, portal: Portal) -> None:
    """A member that an enum has gained is drift like any other; a property that a type has gained is none of ours."""
    fresh = {"id": ID, "@odata.type": ODATA_TYPE, **WIRE, "issuer": "fifthIssuer", "notificationType": "email,pager"}
    portal.fault(path="derivedCredentials", status=200, body={"value": [{**fresh, "colour": {"deep": [1]}}]})
    values = CREDENTIAL.read(tenant, ID, None)
    assert values == {"display_name": "C", "issuer": "fifthIssuer", "notification_types": ["email", "pager"]}


def test_object_on_two_pages_is_one_object(client: GraphClient, portal: Portal) -> None:
    """What somebody creates while a list is read moves others to the next page, where they come a second time."""
    twice, once = {"id": ID, **WIRE}, {"id": f"{ID[:-1]}2", **WIRE}
    link = f"{client.root}{SETTINGS}?$skiptoken=2"
    portal.fault(path="derivedCredentials", status=200, body={"value": [twice], "@odata.nextLink": link})
    portal.fault(path="derivedCredentials", status=200, body={"value": [twice, twice, once]})
    assert list(paging.objects(client, SETTINGS)) == [twice, once]


def test_object_on_two_pages_is_found_once_after_a_lost_answer(tenant: Tenant, portal: Portal) -> None:
    """It is what the POST made, and not several objects that cannot be told apart."""
    list(tenant.listing(CREDENTIAL.collection))
    made = {"@odata.type": ODATA_TYPE, **WIRE, "id": ID}
    link = f"{tenant.client.root}{SETTINGS}?$skiptoken=2"
    portal.fault(method="POST", path="derivedCredentials$", drop="after")
    portal.fault(path="filter=", status=200, body={"value": [made], "@odata.nextLink": link})
    portal.fault(path="skiptoken", status=200, body={"value": [made]})
    portal.fault(path=ID, status=200, body=made)
    inputs = {"display_name": "C", "issuer": "purebred", "notification_types": ["email"]}
    request = provider_pb2.CreateRequest(urn=urn("r"))  # where the provider looks for it: in the frames of its host
    assert CREDENTIAL.create(tenant, inputs).id == ID, request.urn


@pytest.mark.parametrize("members", [[], [{"id": ID}]])
def test_pages_without_end_end(client: GraphClient, portal: Portal, members: list[Any]) -> None:
    """Each page leads to another that was not read yet, and brings nothing new."""
    for number in range(50):
        link = f"{client.root}{SETTINGS}?$skiptoken={number}"
        portal.fault(path="derivedCredentials", status=200, body={"value": members, "@odata.nextLink": link})
    with pytest.raises(UnexpectedAnswer, match="the list does not end"):
        list(paging.objects(client, SETTINGS))


def test_empty_pages_are_passed_over(client: GraphClient, portal: Portal) -> None:
    """Graph sends some where it filters after it has paged; what comes after them counts."""
    for number in range(5):
        link = f"{client.root}{SETTINGS}?$skiptoken={number}"
        portal.fault(path="derivedCredentials", status=200, body={"value": [], "@odata.nextLink": link})
    portal.fault(path="derivedCredentials", status=200, body={"value": [{"id": ID}]})
    assert list(paging.objects(client, SETTINGS)) == [{"id": ID}]


@pytest.mark.parametrize("answer", [{"id": "0"}, {"id": "0", "status": 200}, {"id": "0", "status": "200"}, "0", None])
def test_part_of_a_batch_that_says_nothing_is_an_error(client: GraphClient, portal: Portal, answer: Any) -> None:
    """Not an object, not an absence: the path has an error, and the others have their answers."""
    good = {"id": "1", "status": 200, "body": {"id": ID}}
    portal.fault(path="batch", status=200, body={"responses": [answer, good]})
    answers = batch.get_each(client, ["/broken", "/good"])
    assert isinstance(answers["/broken"], UnexpectedAnswer)
    assert answers["/good"] == {"id": ID}
