"""The life of an object: create, read, change, delete, and how Intune shows it meanwhile."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.sandbox.graph.clients import (
    ANDROID,
    CREDENTIAL,
    CREDENTIALS,
    DOMAIN_JOIN,
    GROUP,
    IOS,
    PROFILES,
    STATES,
    Graph,
    profile,
    said,
    target,
)
from tests.sandbox_control import Portal

KINDS = [
    (CREDENTIALS, CREDENTIAL, {"displayName": "New"}),
    (PROFILES, profile(), {"@odata.type": f"#microsoft.graph.{ANDROID}", "displayName": "New"}),
    (PROFILES, profile(IOS), {"@odata.type": f"#microsoft.graph.{IOS}", "displayName": "New"}),
    (STATES, {"managedDeviceDisplayName": "D"}, {"managedDeviceDisplayName": "New"}),
]


@pytest.mark.parametrize(("path", "body", "change"), KINDS)
def test_object_lives(graph: Graph, path: str, body: dict[str, Any], change: dict[str, Any]) -> None:
    """It is created, listed, counted, read, changed and deleted; then it is 404 to everybody."""
    created = graph.made(path, body)
    assert graph.get(path).json()["value"][0]["id"] == created["id"]
    assert graph.get(f"{path}/$count").text == "1"
    name = next(name for name in ("displayName", "managedDeviceDisplayName") if name in change)
    assert graph.patch(f"{path}/{created['id']}", change).ok
    assert graph.get(f"{path}/{created['id']}").json()[name] == "New"
    assert graph.delete(f"{path}/{created['id']}").ok
    for method in ("GET", "PATCH", "DELETE"):
        answer = graph.call(method, f"{path}/{created['id']}", change if method == "PATCH" else None)
        assert answer.status_code == 404
        assert said(answer).startswith("ResourceNotFound: ")
    assert graph.get(path).json()["value"] == []


@pytest.mark.parametrize(("path", "body", "change"), KINDS)
def test_success_is_said_in_two_ways(graph: Graph, path: str, body: dict[str, Any], change: dict[str, Any]) -> None:
    """PATCH is 200 with the object or 204 without, DELETE 200 or 204, always without a body: in turns, not by luck."""
    ids = [graph.made(path, body)["id"] for _ in range(2)]
    patched = sorted(
        (answer.status_code, bool(answer.text)) for answer in (graph.patch(f"{path}/{i}", change) for i in ids)
    )
    assert patched == [(200, True), (204, False)]
    deleted = sorted((answer.status_code, answer.text) for answer in (graph.delete(f"{path}/{i}") for i in ids))
    assert deleted == [(200, ""), (204, "")]


def test_created_credential_shows_what_was_sent_and_the_defaults(graph: Graph) -> None:
    """Like the documentation's sample, with the property that it lacks."""
    created = graph.made(
        CREDENTIALS, {"@odata.type": "#microsoft.graph.deviceManagementDerivedCredentialSettings", **CREDENTIAL}
    )
    assert created.pop("@odata.context").endswith("/beta/$metadata#deviceManagement/derivedCredentials/$entity")
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", created.pop("id"))
    assert created == {
        "@odata.type": "#microsoft.graph.deviceManagementDerivedCredentialSettings",
        **CREDENTIAL,
        "helpUrl": None,
        "renewalThresholdPercentage": 20,
    }


def test_default_of_the_threshold_is_a_switch(graph: Graph, portal: Portal) -> None:
    """It is unknown."""
    portal.switch(renewalDefault=0)
    assert graph.made(CREDENTIALS, CREDENTIAL)["renewalThresholdPercentage"] == 0


def test_created_profile_shows_what_the_server_adds(graph: Graph) -> None:
    """Times with seven digits of a second, version 1, scope tags, and nothing of the binding."""
    credential = graph.credential()
    bind = {"derivedCredentialSettings@odata.bind": graph.url(CREDENTIALS, credential)}
    created = graph.made(PROFILES, profile(**bind))
    assert created["createdDateTime"] == created["lastModifiedDateTime"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z", created["createdDateTime"])
    assert (created["version"], created["supportsScopeTags"], created["roleScopeTagIds"]) == (1, True, ["0"])
    assert created["silentCertificateAccessDetails"] == []
    assert created["deviceManagementApplicabilityRuleOsEdition"] is None
    assert created["certificateAccessType"] is created["description"] is None
    assert "derivedCredential" not in "".join(set(created) - {"@odata.type"})
    again = graph.get(f"{PROFILES}/{created['id']}").json()
    assert again == created


def test_structured_values_come_back_with_their_type(graph: Graph) -> None:
    """As in the documentation's sample; a client must not take it for a change."""
    rule = {"name": "N", "ruleType": "exclude", "osEditionTypes": ["windows10EnterpriseN"]}
    sent: dict[str, Any] = {
        "certificateAccessType": "specificApps",
        "silentCertificateAccessDetails": [{"packageId": "a.b"}],
        "deviceManagementApplicabilityRuleOsEdition": rule,
    }
    shown = graph.made(PROFILES, profile(**sent))
    assert shown["silentCertificateAccessDetails"] == [
        {"@odata.type": "microsoft.graph.androidDeviceOwnerSilentCertificateAccess", "packageId": "a.b"}
    ]
    rule_type = "microsoft.graph.deviceManagementApplicabilityRuleOsEdition"
    assert shown["deviceManagementApplicabilityRuleOsEdition"] == {"@odata.type": rule_type, **rule}


def test_object_that_was_read_is_accepted_in_a_change(graph: Graph) -> None:
    """Annotations, own id and typed structures are accepted in a change."""
    key = graph.profile(silentCertificateAccessDetails=[{"packageId": "a"}])
    read = graph.get(f"{PROFILES}/{key}").json()
    for name in ("createdDateTime", "lastModifiedDateTime", "version", "supportsScopeTags"):
        del read[name]
    assert graph.patch(f"{PROFILES}/{key}", read).ok


def test_change_leaves_alone_what_it_does_not_name(graph: Graph) -> None:
    """Omitted is unchanged, null clears, and the version grows by one."""
    key = graph.profile(description="D", roleScopeTagIds=["1"])
    kind = {"@odata.type": f"#microsoft.graph.{ANDROID}"}
    assert graph.patch(f"{PROFILES}/{key}", {**kind, "displayName": "Q"}).ok
    read = graph.get(f"{PROFILES}/{key}").json()
    assert (read["displayName"], read["description"], read["roleScopeTagIds"]) == ("Q", "D", ["1"])
    assert read["version"] == 2
    assert read["lastModifiedDateTime"] > read["createdDateTime"]
    assert graph.patch(f"{PROFILES}/{key}", {**kind, "description": None}).ok
    assert graph.get(f"{PROFILES}/{key}").json()["description"] is None


@pytest.mark.parametrize("sent", ["email,companyPortal", "companyPortal, email", "companyPortal,email"])
def test_flags_are_put_into_the_order_of_the_schema(graph: Graph, sent: str) -> None:
    """In whatever order they were sent."""
    assert (
        graph.made(CREDENTIALS, {**CREDENTIAL, "notificationType": sent})["notificationType"] == "companyPortal,email"
    )


def test_change_of_a_credential_that_says_only_its_type_is_a_no_op(graph: Graph) -> None:
    """The documentation's own sample is one: 200 with the object, every time."""
    key = graph.credential()
    for _ in range(2):
        answer = graph.patch(
            f"{CREDENTIALS}/{key}", {"@odata.type": "#microsoft.graph.deviceManagementDerivedCredentialSettings"}
        )
        assert (answer.status_code, answer.json()["id"]) == (200, key)


def test_issuer_cannot_be_changed(graph: Graph) -> None:
    """Everything else can; the same issuer again is no change."""
    key = graph.credential(issuer="purebred")
    refused = graph.patch(f"{CREDENTIALS}/{key}", {"issuer": "intercede"})
    assert refused.status_code == 400
    assert "issuer" in said(refused)
    change = {"issuer": "purebred", "helpUrl": "https://h", "notificationType": "none", "renewalThresholdPercentage": 5}
    assert graph.patch(f"{CREDENTIALS}/{key}", change).ok
    assert change.items() <= graph.get(f"{CREDENTIALS}/{key}").json().items()


def test_second_issuer_is_a_matter_of_a_switch(graph: Graph, portal: Portal) -> None:
    """Off, they coexist; on, the second is a conflict until the first is gone."""
    first, second = graph.credential(), graph.credential()
    portal.switch(oneIssuer=True)
    assert graph.post(CREDENTIALS, CREDENTIAL).status_code == 409
    graph.delete(f"{CREDENTIALS}/{first}")
    graph.delete(f"{CREDENTIALS}/{second}")
    assert graph.post(CREDENTIALS, CREDENTIAL).status_code == 201


@pytest.mark.parametrize(
    ("kind", "needed"),
    [
        ("iosEasEmailProfileConfiguration", {"accountName": "A", "hostName": "h"}),
        ("iosEnterpriseWiFiConfiguration", {"networkName": "N", "ssid": "S"}),
        ("iosVpnConfiguration", {"connectionName": "C", "server": {"address": "a"}}),
        ("androidDeviceOwnerEnterpriseWiFiConfiguration", {"networkName": "N", "ssid": "S"}),
        ("androidDeviceOwnerVpnConfiguration", {"connectionName": "C", "servers": [{"address": "a"}]}),
        (DOMAIN_JOIN, {"activeDirectoryDomainName": "d.example"}),
    ],
)
def test_other_profiles_need_what_their_schema_demands(graph: Graph, kind: str, needed: dict[str, Any]) -> None:
    """With it they are created, without any one of it they are not."""
    graph.profile(kind, **needed)
    for name in needed:
        rest = {other: value for other, value in needed.items() if other != name}
        if name == "servers":  # a collection is never required: it can be empty
            continue
        answer = graph.post(PROFILES, profile(kind, **rest))
        assert (answer.status_code, name in said(answer)) == (400, True)


@pytest.mark.parametrize(("name", "member"), [("eapType", "teap"), ("wiFiSecurityType", "wpa3Personal")])
def test_member_that_only_the_sdk_lists_is_taken(graph: Graph, name: str, member: str) -> None:
    """The documentation of both enumerations is behind Microsoft's own client."""
    required = {"networkName": "N", "ssid": "S"}
    key = graph.profile("iosEnterpriseWiFiConfiguration", **required, **{name: member})
    assert graph.get(f"{PROFILES}/{key}").json()[name] == member


def test_properties_beyond_the_table_are_kept_unchecked(graph: Graph) -> None:
    """The table holds the minimum of these types; refusing what Graph knows would be wrong."""
    more = {"useOAuth": True, "easServices": "email,notes", "ratio": 0.5, "list": [{"a": 1.5}]}
    key = graph.profile("iosEasEmailProfileConfiguration", accountName="A", hostName="h", **more)
    assert more.items() <= graph.get(f"{PROFILES}/{key}").json().items()


def test_foreign_profiles_are_met_in_lists(graph: Graph, portal: Portal) -> None:
    """A tenant holds types that no table has; they are shown, changed with their own type, and deleted."""
    kind = "#microsoft.graph.windows10GeneralConfiguration"
    key = portal.seed("deviceConfigurations", **{"@odata.type": kind}, displayName="W", cortanaBlocked=True)
    (shown,) = graph.get(PROFILES).json()["value"]
    assert (shown["@odata.type"], shown["cortanaBlocked"], shown["version"]) == (kind, True, 1)
    assert graph.patch(f"{PROFILES}/{key}", {"@odata.type": kind, "displayName": "X"}).ok
    assert graph.post(PROFILES, {"@odata.type": kind, "displayName": "X"}).status_code == 400
    assert graph.delete(f"{PROFILES}/{key}").ok


def test_profile_is_changed_through_a_group_assignment(graph: Graph) -> None:
    """A documented path to the same object: the id is that of an assignment to a group."""
    key = graph.profile()
    wanted = [target("group", groupId=GROUP), target("allDevices")]
    graph.post(f"{PROFILES}/{key}/assign", {"assignments": wanted})
    ids = {
        each["target"]["@odata.type"]: each["id"] for each in graph.get(f"{PROFILES}/{key}/assignments").json()["value"]
    }
    body = profile(displayName="Through")
    groups = f"{PROFILES}/{key}/groupAssignments"
    path = f"{groups}/{ids['#microsoft.graph.groupAssignmentTarget']}/deviceConfiguration"
    assert graph.patch(path, body).ok
    assert graph.get(path).json()["displayName"] == "Through"
    assert graph.get(f"{PROFILES}/{key}").json()["displayName"] == "Through"
    elsewhere = ids["#microsoft.graph.allDevicesAssignmentTarget"]
    assert graph.patch(f"{groups}/{elsewhere}/deviceConfiguration", body).status_code == 404


def test_profile_is_changed_through_a_domain_join_that_lists_it(graph: Graph) -> None:
    """The other documented path: it needs a domain-join profile, which holds at most two."""
    keys = [graph.profile() for _ in range(3)]
    urls = [graph.url(PROFILES, key) for key in keys]
    bind = {"networkAccessConfigurations@odata.bind": urls[:1]}
    join = graph.profile(DOMAIN_JOIN, activeDirectoryDomainName="d", **bind)
    path = f"{PROFILES}/{join}/microsoft.graph.{DOMAIN_JOIN}/networkAccessConfigurations"
    body = profile(displayName="Through")
    assert graph.patch(f"{path}/{keys[0]}", body).ok
    assert graph.get(f"{PROFILES}/{keys[0]}").json()["displayName"] == "Through"
    assert graph.patch(f"{path}/{keys[1]}", body).status_code == 404
    assert graph.post(f"{path}/$ref", {"@odata.id": urls[1]}).status_code == 204
    assert graph.patch(f"{path}/{keys[1]}", body).ok
    assert graph.post(f"{path}/$ref", {"@odata.id": urls[2]}).status_code == 400
    for wrong in (urls, urls[0]):
        body = {**profile(DOMAIN_JOIN, activeDirectoryDomainName="d"), "networkAccessConfigurations@odata.bind": wrong}
        assert graph.post(PROFILES, body).status_code == 400


def test_path_with_a_cast_must_fit_the_object(graph: Graph) -> None:
    """An unknown type or one without the navigation is no segment; another type than the object's is no object."""
    key = graph.profile(IOS)
    for cast, status in ((DOMAIN_JOIN, 404), (ANDROID, 400), ("nothing", 400)):
        path = f"{PROFILES}/{key}/microsoft.graph.{cast}/networkAccessConfigurations/{key}"
        assert graph.patch(path, profile()).status_code == status


@pytest.mark.parametrize(
    ("manner", "status", "left"), [("accepted", 2, "pending"), ("ignored", 2, "issued"), ("unrouted", 4, "issued")]
)
def test_write_to_a_certificate_state_does_what_the_switch_says(
    graph: Graph, portal: Portal, manner: str, status: int, left: str
) -> None:
    """It is unknown: taken, answered but without effect, or no route at all."""
    key = portal.seed("deviceConfigurationsAllManagedDeviceCertificateStates", certificateRevokeStatus="issued")
    portal.switch(certificateStateWrites=manner)
    answer = graph.patch(f"{STATES}/{key}", {"certificateRevokeStatus": "pending"})
    assert answer.status_code // 100 == status
    if manner == "unrouted":
        assert said(answer).startswith("No method match route template: ")
    assert graph.get(f"{STATES}/{key}").json()["certificateRevokeStatus"] == left


def test_object_made_twice_is_two_objects(graph: Graph) -> None:
    """Names are not unique and POST is not idempotent."""
    assert graph.credential() != graph.credential()
    assert graph.get(f"{CREDENTIALS}/$count").text == "2"
