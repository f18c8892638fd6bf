"""Which derived credential a profile uses: bind at create, read, re-bind, unbind, and changes through the link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.graph.clients import ANDROID, CREDENTIALS, DOMAIN_JOIN, IOS, PROFILES, Graph, profile, said
from tests.sandbox_control import Portal

BIND = "derivedCredentialSettings@odata.bind"

SEVEN: dict[str, dict[str, Any]] = {
    ANDROID: {},
    IOS: {},
    "iosEasEmailProfileConfiguration": {"accountName": "A", "hostName": "h"},
    "iosEnterpriseWiFiConfiguration": {"networkName": "N", "ssid": "S"},
    "iosVpnConfiguration": {"connectionName": "C", "server": {"address": "a"}},
    "androidDeviceOwnerEnterpriseWiFiConfiguration": {"networkName": "N", "ssid": "S"},
    "androidDeviceOwnerVpnConfiguration": {"connectionName": "C"},
}


def path(key: str, kind: str = ANDROID) -> str:
    """Write the path of a profile's link."""
    return f"{PROFILES}('{key}')/microsoft.graph.{kind}/derivedCredentialSettings"


@pytest.mark.parametrize("kind", SEVEN)
def test_profile_is_bound_at_create(graph: Graph, kind: str) -> None:
    """The link reads back through the cast path as the bare object, and nowhere else."""
    credential = graph.credential()
    bound = {BIND: graph.url(CREDENTIALS, credential)}
    key = graph.profile(kind, **SEVEN[kind], **bound)
    read = graph.get(path(key, kind)).json()
    assert (read["id"], read["issuer"]) == (credential, "purebred")
    assert read["@odata.context"].endswith("#deviceManagement/derivedCredentials/$entity")
    assert "erivedCredentialSettings" not in graph.get(f"{PROFILES}/{key}").text.replace("$metadata", "")


@pytest.mark.parametrize(("manner", "status"), [("accepted", 201), ("refused", 400), ("ignored", 201)])
def test_binding_in_a_create_is_taken_as_the_switch_says(
    graph: Graph, portal: Portal, manner: str, status: int
) -> None:
    """That Intune takes it is unproven: it may refuse the whole create, or create an object that is not bound."""
    portal.switch(createBinding=manner)
    credential = graph.credential()
    answer = graph.post(PROFILES, profile(**{BIND: graph.url(CREDENTIALS, credential)}))
    assert answer.status_code == status
    made = [one for one in portal.objects() if one["collection"] == "deviceConfigurations"]
    bindings = {"accepted": [credential], "refused": [], "ignored": [None]}
    assert [one["derivedCredentialSettings"] for one in made] == bindings[manner]
    if manner == "refused":
        assert "Cannot apply POST to navigation property 'derivedCredentialSettings'" in said(answer)
    assert graph.post(PROFILES, profile()).status_code == 201


def test_reference_may_have_its_key_in_a_segment(graph: Graph) -> None:
    """Both forms of a key, in any case."""
    credential = graph.credential()
    key = graph.profile(**{BIND: f"{graph.base}{CREDENTIALS}/{credential.upper()}"})
    assert graph.get(path(key)).json()["id"] == credential


WRONG: list[Callable[[Graph, str], object]] = [
    lambda _graph, key: f"https://graph.microsoft.com/beta{CREDENTIALS}('{key}')",
    lambda graph, key: f"{graph.base.replace('/beta', '/v1.0')}{CREDENTIALS}('{key}')",
    lambda graph, key: f"{graph.base}{PROFILES}('{key}')",
    lambda _graph, key: f"{CREDENTIALS}('{key}')",
    lambda _graph, key: key,
    lambda _graph, _key: None,
    lambda graph, key: {"@odata.id": graph.url(CREDENTIALS, key)},
]


@pytest.mark.parametrize("wrong", WRONG)
def test_reference_is_an_absolute_url_on_the_own_host(graph: Graph, wrong: Callable[[Graph, str], object]) -> None:
    """Another cloud's host, another version, another collection or a relative URL are refused, in both places."""
    credential = graph.credential()
    url = wrong(graph, credential)
    if url is not None:
        assert graph.post(PROFILES, {**profile(), BIND: url}).status_code == 400
    key = graph.profile()
    answer = graph.put(f"{path(key)}/$ref", {"@odata.id": url})
    assert (answer.status_code, "does not address" in said(answer)) == (400, True)
    assert graph.get(path(key)).status_code == 404


def test_reference_leads_to_something(graph: Graph) -> None:
    """To nothing is refused, and nothing is created."""
    url = graph.url(CREDENTIALS, "5a9db0c5-0000-4000-8000-000000000001")
    assert graph.post(PROFILES, profile(**{BIND: url})).status_code == 400
    key = graph.profile()
    assert graph.put(f"{path(key)}/$ref", {"@odata.id": url}).status_code == 404
    assert graph.get(f"{PROFILES}/$count").text == "1"


def test_link_is_set_anew_and_removed(graph: Graph) -> None:
    """PUT and DELETE of the reference; both change the profile."""
    first, second = graph.credential(), graph.credential()
    key = graph.profile(**{BIND: graph.url(CREDENTIALS, first)})
    assert graph.get(f"{path(key)}/$ref").json()["@odata.id"] == graph.url(CREDENTIALS, first)
    put = graph.put(f"{path(key)}/$ref", {"@odata.id": graph.url(CREDENTIALS, second)})
    assert (put.status_code, put.text) == (204, "")
    assert graph.get(path(key)).json()["id"] == second
    assert graph.delete(f"{path(key)}/$ref").ok
    assert graph.get(path(key)).status_code == 404
    assert graph.delete(f"{path(key)}/$ref").status_code == 404
    assert graph.get(f"{PROFILES}/{key}").json()["version"] == 3


@pytest.mark.parametrize("suffix", ["", "/$ref"])
@pytest.mark.parametrize(("manner", "status"), [("404", 404), ("204", 204), ("null", 200)])
def test_unset_link_reads_as_the_switch_says(
    graph: Graph, portal: Portal, manner: str, status: int, suffix: str
) -> None:
    """It is unknown which of the three it is."""
    portal.switch(unsetBinding=manner)
    answer = graph.get(f"{path(graph.profile())}{suffix}")
    assert answer.status_code == status
    if manner == "null":
        assert answer.json()["value"] is None


def test_link_may_read_inside_value(graph: Graph, portal: Portal) -> None:
    """As one documentation page has it."""
    credential = graph.credential()
    key = graph.profile(**{BIND: graph.url(CREDENTIALS, credential)})
    portal.switch(bindingRead="value")
    answer = graph.get(path(key)).json()
    assert set(answer) == {"value"}
    assert answer["value"]["id"] == credential


@pytest.mark.parametrize("cast", [f"/microsoft.graph.{ANDROID}", ""])
def test_change_through_the_link_is_a_change_of_the_shared_object(graph: Graph, cast: str) -> None:
    """For every other profile too; the un-cast path of the documentation works for it as well."""
    credential = graph.credential()
    bound = {BIND: graph.url(CREDENTIALS, credential)}
    key, other = graph.profile(**bound), graph.profile(IOS, **bound)
    assert graph.patch(f"{PROFILES}/{key}{cast}/derivedCredentialSettings", {"displayName": "Shared"}).ok
    assert graph.get(f"{CREDENTIALS}/{credential}").json()["displayName"] == "Shared"
    assert graph.get(path(other, IOS)).json()["displayName"] == "Shared"
    issuer = graph.patch(f"{PROFILES}/{key}{cast}/derivedCredentialSettings", {"issuer": "intercede"})
    assert issuer.status_code == 400


@pytest.mark.parametrize("cast", [f"/microsoft.graph.{ANDROID}", ""])
def test_there_is_nothing_to_change_behind_an_unset_link(graph: Graph, cast: str) -> None:
    """404."""
    answer = graph.patch(f"{PROFILES}/{graph.profile()}{cast}/derivedCredentialSettings", {"displayName": "x"})
    assert answer.status_code == 404


def test_credential_in_use_can_be_deleted(graph: Graph) -> None:
    """The profile stays, its link leads nowhere, and it can be bound anew."""
    first = graph.credential()
    key = graph.profile(**{BIND: graph.url(CREDENTIALS, first)})
    assert graph.delete(f"{CREDENTIALS}/{first}").ok
    assert graph.get(f"{PROFILES}/{key}").ok
    assert graph.get(path(key)).status_code == 404
    second = graph.credential()
    assert graph.put(f"{path(key)}/$ref", {"@odata.id": graph.url(CREDENTIALS, second)}).ok
    assert graph.get(path(key)).json()["id"] == second


@pytest.mark.parametrize(
    ("cast", "status"),
    [(IOS, 404), ("nothing", 400), (DOMAIN_JOIN, 400), ("deviceConfiguration", 400)],
)
@pytest.mark.parametrize("method", ["GET", "PATCH", "PUT", "DELETE"])
def test_cast_must_be_the_objects_own_type(graph: Graph, cast: str, status: int, method: str) -> None:
    """Another type that has the link: no such object. A type without it: no such segment."""
    credential = graph.credential()
    url = graph.url(CREDENTIALS, credential)
    key = graph.profile(**{BIND: url})
    suffix = "/$ref" if method in ("PUT", "DELETE") else ""
    body: dict[str, Any] | None = {"PUT": {"@odata.id": url}, "PATCH": {}}.get(method)
    answer = graph.call(method, f"{path(key, cast)}{suffix}", body)
    assert answer.status_code == status
    assert graph.get(path(key)).json()["id"] == credential


def test_profile_without_the_navigation_has_no_such_segment(graph: Graph) -> None:
    """On the un-cast path too, and it cannot be bound at create."""
    key = graph.profile(DOMAIN_JOIN, activeDirectoryDomainName="d")
    answer = graph.patch(f"{PROFILES}/{key}/derivedCredentialSettings", {"displayName": "x"})
    assert said(answer) == "BadRequest: Resource not found for the segment 'derivedCredentialSettings'."
    body = profile(DOMAIN_JOIN, activeDirectoryDomainName="d", **{BIND: graph.url(CREDENTIALS, graph.credential())})
    assert graph.post(PROFILES, body).status_code == 400
