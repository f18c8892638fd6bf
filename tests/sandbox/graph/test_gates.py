"""What a request must pass before anything happens: token, licence, route, permission, approval."""

from __future__ import annotations

import time
from typing import Any

import pytest

from sandbox.graph import Sandbox
from sandbox.graph.api.router import Route
from sandbox.graph.api.routes import ROUTES
from sandbox.graph.identity import TENANT_ID
from sandbox.graph.login.tokens import Tokens
from tests.sandbox.graph.clients import (
    ANDROID,
    CREDENTIAL,
    CREDENTIALS,
    GROUP,
    PROFILES,
    Graph,
    connect,
    said,
    sign_in,
    target,
)
from tests.sandbox_control import Portal

MINE = {"aud": "https://graph.microsoft.com", "tid": TENANT_ID}


def forged(**claims: Any) -> str:
    """Sign a token with a key that is not the sandbox's."""
    return Tokens(time.time).issue({**MINE, **claims}, 86_400)  # made when the tests are collected, used when they run


@pytest.mark.parametrize(
    ("authorization", "text"),
    [
        (None, "Access token is empty."),
        ("Bearer ", "Access token is empty."),
        ("Basic abc", "Access token is empty."),
        ("Bearer abc", "IDX14100"),
        ("Bearer a.b.c", "IDX14100"),
        (f"Bearer {forged(exp=1)}", "Lifetime validation failed"),
        (f"Bearer {forged(exp='soon')}", "Lifetime validation failed"),
        (f"Bearer {forged(aud='https://graph.microsoft.us')}", "Invalid audience"),
        (f"Bearer {forged(tid='5a9db0c5-0000-4000-8000-0000000000ff')}", "Invalid tenant"),
        (f"Bearer {forged()}", "Invalid signature"),
    ],
)
def test_request_needs_a_token_for_this_tenant_and_cloud(graph: Graph, authorization: str | None, text: str) -> None:
    """Anything else is a 401 that says why."""
    graph.session.headers.pop("Authorization")
    headers = {"Authorization": authorization} if authorization else {}
    answer = graph.get(CREDENTIALS, headers=headers)
    assert answer.status_code == 401
    assert said(answer).startswith("InvalidAuthenticationToken: ")
    assert text in said(answer)


def test_token_runs_out(sandbox: Sandbox, portal: Portal) -> None:
    """A token that is issued expired is refused; its lifetime is said to be over, and not negative."""
    portal.switch(tokenLifetime=-1)
    assert sign_in(sandbox).json()["expires_in"] == 0
    client = connect(sandbox)
    assert "token is expired" in said(client.get(CREDENTIALS))
    client.close()


def test_token_of_another_tenant_is_refused(sandbox: Sandbox, portal: Portal) -> None:
    """Sign-in can be made to issue one, for a client that checks before it writes."""
    portal.switch(tokenTenantId="5a9db0c5-0000-4000-8000-0000000000ff")
    client = connect(sandbox)
    assert "Invalid tenant" in said(client.get(CREDENTIALS))
    client.close()


class World:
    """One object of everything, to fill in the paths of the routes."""

    def __init__(self, graph: Graph, portal: Portal) -> None:
        self.credential = graph.credential()
        bind = {"derivedCredentialSettings@odata.bind": graph.url(CREDENTIALS, self.credential)}
        self.profile = graph.profile(**bind)
        graph.post(f"{PROFILES}/{self.profile}/assign", {"assignments": [target("group", groupId=GROUP)]})
        self.assignment = graph.get(f"{PROFILES}/{self.profile}/assignments").json()["value"][0]["id"]
        self.state = portal.seed("deviceConfigurationsAllManagedDeviceCertificateStates")
        self.join = portal.seed(
            "deviceConfigurations",
            **{"@odata.type": "#microsoft.graph.windowsDomainJoinConfiguration"},
            networkAccessConfigurations=[self.profile],
        )
        named = ("groups", "assignmentFilters", "roleScopeTags")
        self.named = {one: portal.seed(one, displayName="N") for one in named}

    def path(self, route: Route) -> str:
        """Fill in the variables of a route."""
        join = "networkAccess" in route.path
        ids = {
            "derivedCredentials": self.credential,
            "deviceConfigurations": self.join if join else self.profile,
            **self.named,
        }
        collection = route.path.removeprefix("deviceManagement/").split("/")[0]
        values = {
            "{id}": ids.get(collection, self.state),
            "{cast}": f"microsoft.graph.{'windowsDomainJoinConfiguration' if join else ANDROID}",
            "{assignment}": self.assignment,
            "{group}": self.assignment,
            "{listed}": self.profile,
        }
        path = route.path
        for name, value in values.items():
            path = path.replace(name, value)
        return f"/{path}"


@pytest.fixture
def world(graph: Graph, portal: Portal) -> World:
    """Create it."""
    return World(graph, portal)


def name(route: Route) -> str:
    """Write a route for the list of tests."""
    return f"{route.method} {route.path}"


@pytest.mark.parametrize("route", ROUTES, ids=name)
def test_every_route_leads_to_something(graph: Graph, world: World, route: Route) -> None:
    """Every declared route has an answer; a write without a body is refused for that and nothing else."""
    answer = graph.call(route.method, world.path(route))
    if route.method in ("POST", "PATCH", "PUT"):
        assert (answer.status_code, said(answer)) == (400, "BadRequest: Empty Payload. JSON content expected.")
    else:
        assert answer.status_code in (200, 204), answer.text


@pytest.mark.parametrize("route", ROUTES, ids=name)
def test_every_route_needs_a_permission(sandbox: Sandbox, portal: Portal, world: World, route: Route) -> None:
    """Without it the answer is 403 and names every permission that would do; with any one of them it is not."""
    for granted in ([], *([each] for each in route.permissions)):
        portal.switch(roles=granted)
        client = connect(sandbox)
        answer = client.call(route.method, world.path(route))
        client.close()
        if granted:
            assert answer.status_code != 403
        else:
            assert answer.status_code == 403
            wanted = f"Application must have one of the following scopes: {', '.join(route.permissions)} - Operation ID"
            assert said(answer).startswith("Forbidden: Application is not authorized")
            assert wanted in said(answer)


@pytest.mark.parametrize(
    ("route", "permissions"),
    [
        ("POST deviceManagement/derivedCredentials", {"ServiceConfig.ReadWrite"}),
        ("GET deviceManagement/derivedCredentials", {"ServiceConfig.Read", "ServiceConfig.ReadWrite"}),
        (
            "PATCH deviceManagement/derivedCredentials/{id}",
            {"ServiceConfig.ReadWrite", "Configuration.ReadWrite"},
        ),
        (
            "DELETE deviceManagement/derivedCredentials/{id}",
            {"ServiceConfig.ReadWrite", "Configuration.ReadWrite"},
        ),
        ("GET deviceManagement/deviceConfigurations", {"Configuration.Read", "Configuration.ReadWrite"}),
        ("POST deviceManagement/deviceConfigurations/{id}/assign", {"Configuration.ReadWrite"}),
        (
            "GET deviceManagement/deviceConfigurations/{id}/{cast}/derivedCredentialSettings",
            {"Configuration.Read", "Configuration.ReadWrite"},
        ),
    ],
)
def test_permissions_are_the_documented_ones(route: str, permissions: set[str]) -> None:
    """Where pages disagree, each of them is right."""
    (found,) = [each for each in ROUTES if name(each) == route]
    assert set(found.permissions) == {f"DeviceManagement{each}.All" for each in permissions}


@pytest.mark.parametrize(
    ("method", "path", "text"),
    [
        ("GET", "/nowhere", "BadRequest: Resource not found for the segment 'nowhere'."),
        ("GET", "/deviceManagement/nothing", "BadRequest: Resource not found for the segment 'nothing'."),
        ("GET", f"{PROFILES}/x/nothing", "BadRequest: Resource not found for the segment 'nothing'."),
        ("GET", f"{PROFILES}/microsoft.graph.x", "BadRequest: Resource not found for the segment 'microsoft.graph.x'."),
        ("PUT", CREDENTIALS, "No method match route template: No OData route exists that match template"),
        ("POST", f"{PROFILES}/x/groupAssignments", "~/singleton/navigation/key/navigation with http verb POST"),
        ("GET", f"{PROFILES}/x/derivedCredentialSettings", "~/singleton/navigation/key/navigation with http verb GET"),
        ("PUT", f"{PROFILES}/x/derivedCredentialSettings/$ref", "~/singleton/navigation/key/navigation/$ref with"),
        (
            "POST",
            f"{PROFILES}/x/microsoft.graph.{ANDROID}/derivedCredentialSettings/$ref",
            "~/singleton/navigation/key/cast/navigation/$ref with http verb POST",
        ),
        (
            "GET",
            f"{PROFILES}/x/microsoft.graph.windowsDomainJoinConfiguration/networkAccessConfigurations/y",
            "~/singleton/navigation/key/cast/navigation/key with http verb GET",
        ),
        ("GET", "/$batch", "No method match route template"),
        ("PATCH", "/deviceManagement", "No method match route template"),
    ],
)
def test_paths_that_lead_nowhere_are_400(graph: Graph, method: str, path: str, text: str) -> None:
    """Graph names the segment that the model lacks; Intune has no route for a path that the model has."""
    answer = graph.call(method, path)
    assert answer.status_code == 400
    assert text in said(answer)


@pytest.mark.parametrize(
    ("version", "text"),
    [
        ("v1.0/deviceManagement/derivedCredentials", "Resource not found for the segment 'derivedCredentials'."),
        ("deviceManagement/derivedCredentials", "Invalid version: deviceManagement"),
        ("", "Invalid version: "),
    ],
)
def test_version_is_beta(sandbox: Sandbox, graph: Graph, version: str, text: str) -> None:
    """The derived-credential types do not exist in v1.0."""
    answer = graph.get(f"{sandbox.graph_endpoint}/{version}")
    assert (answer.status_code, said(answer)) == (400, f"BadRequest: {text}")


@pytest.mark.parametrize("form", ["{0}/{1}", "{0}('{1}')", "{0}({1})", "{0}/{1}/", "/{0}/{1}", "{0}%28%27{1}%27%29"])
def test_keys_may_stand_in_parentheses(graph: Graph, form: str) -> None:
    """Tools write either form, and slashes too many, before or after."""
    key = graph.credential()
    assert graph.get(form.format(CREDENTIALS, key.upper())).json()["id"] == key


def test_collections_tolerate_a_trailing_slash(graph: Graph) -> None:
    """IntuneCD sends one."""
    assert graph.get(f"{PROFILES}/").ok


def test_error_has_the_shape_of_graph_and_the_text_of_intune(graph: Graph) -> None:
    """JSON inside a string, ending in Intune's ids and URL; the request's own id comes back."""
    answer = graph.get(f"{PROFILES}/x", headers={"client-request-id": "mine"})
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "innerError"}
    assert error["innerError"]["client-request-id"] == answer.headers["client-request-id"] == "mine"
    assert error["innerError"]["request-id"] == answer.headers["request-id"] != "mine"
    assert error["message"].startswith('{\r\n  "_version": 3,')
    assert '"RetryAfter": null' in error["message"]
    assert f" - Activity ID: {answer.headers['request-id']} - Url: https://fef.sandbox.invalid/" in said(answer)
    assert answer.headers["Content-Type"].startswith("application/json;odata.metadata=minimal")


def test_tenant_without_a_licence_has_no_intune(graph: Graph, portal: Portal) -> None:
    """Every page of the documentation says that a licence is required."""
    portal.switch(licensed=False)
    answer = graph.get(CREDENTIALS)
    assert (answer.status_code, said(answer)) == (400, "BadRequest: Request not applicable to target tenant.")


def test_multi_admin_approval_wants_a_justification_with_writes(graph: Graph, portal: Portal) -> None:
    """Reads need none."""
    portal.switch(approval=True)
    refused = graph.post(CREDENTIALS, CREDENTIAL)
    assert refused.status_code == 400
    assert said(refused).startswith("BadRequest: Header 'x-msft-approval-justification' is required")
    assert graph.get(CREDENTIALS).json()["value"] == []
    headers = {"x-msft-approval-justification": "because"}
    assert graph.post(CREDENTIALS, CREDENTIAL, headers=headers).status_code == 201


def test_root_answers_with_the_legacy_settings(graph: Graph) -> None:
    """They do not mirror the derived credentials."""
    graph.credential()
    settings = graph.get("/deviceManagement").json()["settings"]
    assert settings == {"derivedCredentialProvider": "notConfigured", "derivedCredentialUrl": None}
