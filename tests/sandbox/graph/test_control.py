"""The control routes: what was asked, what is there, and how the tenant behaves."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import requests

from sandbox.graph import Sandbox
from sandbox.graph.identity import CLIENT_SECRET, TENANT_ID
from tests.sandbox.graph.clients import ANDROID, CREDENTIAL, CREDENTIALS, GROUP, PROFILES, Graph, sign_in, target
from tests.sandbox_control import Portal


def control(sandbox: Sandbox, method: str, path: str, body: Any = None) -> requests.Response:
    """Call a control route, without a token."""
    return requests.request(method, f"{sandbox.graph_endpoint}/_sandbox/{path}", json=body, timeout=10)


def test_journal_tells_what_was_asked(graph: Graph, portal: Portal) -> None:
    """Method, path with query, status, time, tenant, host and who asked; the body of a write."""
    portal.requests()
    before = time.time()
    graph.post(f"{CREDENTIALS}?x=%24y", CREDENTIAL, headers={"User-Agent": "me"})
    graph.get(f"{CREDENTIALS}/none")
    write, read = portal.requests()
    assert before <= write.pop("at") <= time.time()
    assert 0 < write.pop("seconds") < 5
    assert write == {
        "method": "POST",
        "path": f"/beta{CREDENTIALS}?x=%24y",
        "host": "127.0.0.1",
        "status": 201,
        "tenant": TENANT_ID,
        "batchPart": None,
        "userAgent": "me",
        "body": CREDENTIAL,
    }
    assert (read["status"], "body" in read) == (404, False)
    assert portal.requests() == []


def test_journal_holds_no_secret(sandbox: Sandbox, graph: Graph) -> None:
    """Neither tokens nor secrets, whatever was sent; and the control routes are not in it."""
    token = sign_in(sandbox).json()["access_token"]
    graph.post(CREDENTIALS, CREDENTIAL)
    graph.post(CREDENTIALS, "not json")
    part = {"id": "1", "method": "GET", "url": "/x", "headers": {"Authorization": f"Bearer {token}"}}
    graph.post("/$batch", {"requests": [part]})
    text = control(sandbox, "GET", "requests").text
    assert "/oauth2/v2.0/token" in text
    for secret in (token, CLIENT_SECRET, str(graph.session.headers["Authorization"])):
        assert secret not in text
    assert "_sandbox" not in text
    assert [each["path"] for each in json.loads(text) if "body" in each] == [f"/beta{CREDENTIALS}"]


def test_objects_show_everything_that_is_stored(graph: Graph, portal: Portal) -> None:
    """With the collection, the assignments and the link, which Graph itself does not show together."""
    credential = graph.credential()
    bound = {"derivedCredentialSettings@odata.bind": graph.url(CREDENTIALS, credential)}
    key = graph.profile(silentCertificateAccessDetails=[{"packageId": "a"}], **bound)
    graph.post(f"{PROFILES}/{key}/assign", {"assignments": [target("allDevices")]})
    first, second = portal.objects()
    assert (first["collection"], first["id"], first["issuer"]) == ("derivedCredentials", credential, "purebred")
    assert (second["collection"], second["@odata.type"]) == ("deviceConfigurations", f"#microsoft.graph.{ANDROID}")
    assert second["derivedCredentialSettings"] == credential
    assert second["silentCertificateAccessDetails"] == [{"packageId": "a"}]
    assert [each["target"]["@odata.type"] for each in second["assignments"]] == [
        "#microsoft.graph.allDevicesAssignmentTarget"
    ]


def test_one_object_can_be_read(sandbox: Sandbox, portal: Portal) -> None:
    """By its id alone."""
    key = portal.seed("derivedCredentials", displayName="S")
    assert control(sandbox, "GET", f"objects/{key}").json()["displayName"] == "S"


def test_objects_are_seeded(graph: Graph, portal: Portal) -> None:
    """With defaults for what is not said, unchecked, under the id that is given."""
    key = "5a9db0c5-0000-4000-8000-000000000077"
    assert portal.seed("derivedCredentials", id=key, issuer="somebodyNew") == key
    shown = graph.get(f"{CREDENTIALS}/{key}").json()
    assert (shown["issuer"], shown["renewalThresholdPercentage"]) == ("somebodyNew", 20)
    kind = f"#microsoft.graph.{ANDROID}"
    bound = portal.seed(
        "deviceConfigurations",
        **{"@odata.type": kind},
        derivedCredentialSettings=key,
        assignments=[target("group", groupId=GROUP)],
    )
    read = graph.get(f"{PROFILES}/{bound}?$expand=assignments").json()
    assert (read["version"], read["roleScopeTagIds"], len(read["assignments"])) == (1, ["0"], 1)
    link = graph.get(f"{PROFILES}/{bound}/microsoft.graph.{ANDROID}/derivedCredentialSettings")
    assert link.json()["id"] == key


def test_objects_are_changed_in_the_portal(graph: Graph, portal: Portal) -> None:
    """Merged, unchecked; a profile is one version on."""
    credential, key = graph.credential(), graph.profile(description="D")
    portal.change(
        key, displayName="Drift", assignments=[target("allDevices")], derivedCredentialSettings=credential, odd=1
    )
    read = graph.get(f"{PROFILES}/{key}?$expand=assignments").json()
    assert (read["displayName"], read["description"], read["odd"], read["version"]) == ("Drift", "D", 1, 2)
    assert len(read["assignments"]) == 1
    portal.change(key, derivedCredentialSettings=None, assignments=[])
    (drifted,) = [each for each in portal.objects() if each["id"] == key]
    assert (drifted["derivedCredentialSettings"], drifted["assignments"]) == (None, [])


def test_objects_are_deleted_in_the_portal(sandbox: Sandbox, graph: Graph, portal: Portal) -> None:
    """One, or all."""
    first, second = graph.credential(), graph.credential()
    graph.profile()
    portal.remove(first)
    assert [each["id"] for each in graph.get(CREDENTIALS).json()["value"]] == [second]
    assert control(sandbox, "DELETE", "objects").status_code == 204
    assert portal.objects() == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "nothing", None, 404),
        ("PUT", "objects", {}, 404),
        ("GET", "objects/x", None, 404),
        ("PATCH", "objects/x", {}, 404),
        ("DELETE", "objects/x", None, 404),
        ("POST", "objects", {}, 400),
        ("POST", "objects", {"collection": "x"}, 400),
        ("POST", "objects", {"collection": "deviceConfigurations"}, 400),
        ("POST", "objects", ["x"], 400),
        ("POST", "settings", {"nope": 1}, 400),
        ("POST", "settings", {"secret": "lost"}, 400),
        ("POST", "settings", {"pageSize": "2"}, 400),
        ("POST", "settings", {"pageSize": 0}, 400),
        ("POST", "settings", {"latencyMs": -1}, 400),
        ("POST", "objects", {"collection": "derivedCredentials", "assignments": [{}]}, 400),
        ("POST", "settings", {"quota": 1}, 400),
        ("POST", "settings", {"roles": "all"}, 400),
        ("POST", "settings", {"roles": [1]}, 400),
        ("POST", "settings", {"roles": None}, 400),
        ("POST", "settings", {"groups": "all"}, 400),
        ("POST", "settings", {"groups": [1]}, 400),
        ("POST", "settings", {"createBinding": "perhaps"}, 400),
    ],
)
def test_wrong_control_request_is_refused_with_a_reason(
    sandbox: Sandbox, method: str, path: str, body: Any, status: int
) -> None:
    """A control route that ignored a mistake would make a test pass for the wrong reason."""
    before = control(sandbox, "GET", "settings").json()
    answer = control(sandbox, method, path, body)
    assert answer.status_code == status
    assert answer.json()["error"]
    assert control(sandbox, "GET", "settings").json() == before
    assert control(sandbox, "GET", "objects").json() == []


def test_object_refers_only_to_what_exists(sandbox: Sandbox, portal: Portal) -> None:
    """The one thing that is checked, and ids are unique."""
    key = portal.seed("derivedCredentials")
    assert control(sandbox, "PATCH", f"objects/{key}", {"derivedCredentialSettings": "x"}).status_code == 404
    body = {"collection": "derivedCredentials", "id": key}
    assert control(sandbox, "POST", "objects", body).status_code == 400


def test_settings_are_shown_and_changed(sandbox: Sandbox) -> None:
    """All of them; those that are not named stay."""
    shown = control(sandbox, "GET", "settings").json()
    assert (shown["bindingRead"], shown["unsetBinding"], shown["pageSize"]) == ("bare", "404", 100)
    changed = control(sandbox, "POST", "settings", {"unsetBinding": "204", "roles": ["A"]})
    assert (changed.status_code, changed.json()) == (200, {**shown, "unsetBinding": "204", "roles": ["A"]})
