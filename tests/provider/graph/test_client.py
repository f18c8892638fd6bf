"""The client against a real server: what it sends, what it repeats, what its errors say."""

from __future__ import annotations

import inspect
import os
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from provider import errors
from provider.errors import (
    Forbidden,
    GraphError,
    NotFound,
    Rejected,
    ServerFault,
    Throttled,
    Unauthenticated,
    UnexpectedAnswer,
    Unreachable,
)
from provider.graph import batch, paging
from provider.graph.client import GraphClient
from provider.graph.credentials import CredentialFactory
from provider.graph.tokens import Tokens
from provider.kinds.writes import may_have_worked
from provider.settings import Cloud, Settings
from tests.provider.conftest import Clock
from tests.provider.samples import AZURE_CLI, BODY, SETTINGS, Saying
from tests.sandbox_control import Portal


def test_object_is_made_read_changed_and_deleted(client: GraphClient) -> None:
    """The verbs, each answered with the object, or with nothing where Intune answers with nothing."""
    made = client.post(SETTINGS, BODY)
    path = f"{SETTINGS}('{made['id']}')"
    assert (client.get(path) or {})["displayName"] == "N"
    for name in ("A", "B"):  # the sandbox answers one of two PATCHes with 204
        assert client.patch(path, {"displayName": name}).get("displayName", name) == name
    client.delete(path)
    with pytest.raises(NotFound):
        client.get(path)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
@pytest.mark.parametrize("method", ["get", "patch", "put", "delete", "assign"])
def test_repeatable_request_is_repeated(
    client: GraphClient, portal: Portal, clock: Clock, status: int, method: str
) -> None:
    """Two passing faults, then the answer: the caller notices nothing but the wait."""
    made = client.post(SETTINGS, BODY)
    path = f"{SETTINGS}('{made['id']}')"
    calls: dict[str, Any] = {
        "get": lambda: client.get(path),
        "patch": lambda: client.patch(path, {"displayName": "M"}),
        "put": lambda: client.put(path, {"displayName": "M"}),
        "delete": lambda: client.delete(path),
        "assign": lambda: client.post(SETTINGS, BODY, repeatable=True),
    }
    portal.fault(path="derivedCredentials", times=2, status=status)
    try:
        calls[method]()
    except Rejected:
        assert method == "put"  # the collection has no such route: what matters is that the faults are through
    assert portal.faults_left() == []
    assert clock.naps == [0.5, 1.0]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 408}, ServerFault),
        ({"status": 425}, ServerFault),
        ({"status": 429}, Throttled),
        ({"status": 500}, ServerFault),
        ({"status": 503}, ServerFault),
        ({"drop": "before"}, Unreachable),
        ({"drop": "after"}, Unreachable),
    ],
)
def test_post_that_creates_is_sent_once(
    client: GraphClient, portal: Portal, clock: Clock, fault: dict[str, Any], error: type[GraphError]
) -> None:
    """It may have worked; the caller must look before it is sent again."""
    portal.fault(method="POST", path="derivedCredentials", times=9, **fault)
    with pytest.raises(error):
        client.post(SETTINGS, BODY)
    assert portal.sent() == [f"POST {SETTINGS}"]
    assert clock.naps == []


def test_broken_connection_is_repeated(client: GraphClient, portal: Portal, clock: Clock) -> None:
    """A read whose connection broke, before or after the server's work, is read again."""
    portal.fault(path="derivedCredentials", drop="before")
    portal.fault(path="derivedCredentials", drop="after")
    assert list(paging.objects(client, SETTINGS)) == []
    assert len(clock.naps) == 2


def test_patience_ends(client: GraphClient, portal: Portal, clock: Clock) -> None:
    """A fault that does not pass is reported in the end, with everything that is known of it."""
    portal.fault(path="derivedCredentials", times=99, status=503)
    with pytest.raises(ServerFault, match="GET /deviceManagement/derivedCredentials → 503"):
        client.get(SETTINGS)
    assert len(clock.naps) == 9
    assert sum(clock.naps) < 300


def test_retry_after_is_honoured_and_told(client: GraphClient, portal: Portal, clock: Clock, told: list[str]) -> None:
    """The client waits as the server asks, and reports why."""
    portal.fault(path="derivedCredentials", status=429, headers={"Retry-After": "7"})
    client.get(SETTINGS)
    assert clock.naps == [pytest.approx(7.1)]
    assert told == ["Graph is throttling: next attempt in 7 s"]


@pytest.mark.parametrize("status", [301, 302, 400, 403, 404, 409, 412, 501])
def test_refusal_is_not_repeated(client: GraphClient, portal: Portal, status: int) -> None:
    """It would be refused again."""
    portal.fault(path="derivedCredentials", times=2, status=status)
    with pytest.raises(GraphError):
        client.get(SETTINGS)
    assert len(portal.faults_left()) == 1


def test_refused_token_is_renewed_once(client: GraphClient, portal: Portal) -> None:
    """A 401 in the middle of a run gets one fresh token; a second 401 is an error."""
    id_ = client.post(SETTINGS, BODY)["id"]
    portal.requests()
    portal.fault(path="derivedCredentials", status=401)
    client.delete(f"{SETTINGS}('{id_}')")
    assert [one["method"] for one in portal.requests() if "/token" in one["path"]] == ["POST"]
    portal.fault(path="derivedCredentials", times=2, status=401)
    with pytest.raises(Unauthenticated, match="Sign in again"):
        client.get(SETTINGS)


def test_refused_post_is_not_repeated(client: GraphClient, portal: Portal) -> None:
    """The next one has a fresh token; whether there is to be one is for the caller to find out."""
    portal.fault(method="POST", path="derivedCredentials", status=401)
    with pytest.raises(Unauthenticated):
        client.post(SETTINGS, BODY)
    assert portal.sent() == [f"POST {SETTINGS}"]
    assert client.post(SETTINGS, BODY)["id"]


def test_intunes_wrapped_message_is_unwrapped(client: GraphClient, portal: Portal) -> None:
    """Intune puts JSON into the message; a person reads the sentence in it, and the request id."""
    portal.switch(roles=["User.Read"])
    with pytest.raises(Forbidden) as caught:
        client.get(SETTINGS)
    text = str(caught.value)
    assert "DeviceManagementServiceConfig" in text
    assert "{" not in text
    assert "Activity ID" not in text
    assert "Grant the identity the permission" in text
    assert caught.value.request_id in text


@pytest.mark.parametrize(
    "body", ["<html><body>Bad gateway <b>secret</b></body></html>", "", "[" * 100_000, "null", "7"]
)
def test_answer_that_is_not_graphs_is_one_readable_line(client: GraphClient, portal: Portal, body: str) -> None:
    """Whatever a gateway answers, the error is one line, and nothing of the page is in it."""
    portal.fault(method="POST", path="derivedCredentials", status=500, body=body)
    with pytest.raises(ServerFault) as caught:
        client.post(SETTINGS, BODY)
    text = str(caught.value)
    assert text.startswith(f"POST {SETTINGS} → 500: the answer is")
    assert len(text) < 300
    assert "secret" not in text


@pytest.mark.parametrize("body", ["<html>login</html>", "[1]", '{"value": [1]}', '{"value": 7}', '{"value": ['])
def test_success_that_is_not_graphs_is_an_error(client: GraphClient, portal: Portal, body: str) -> None:
    """A captive portal answers 200 with a page: that is no empty list."""
    portal.fault(path="derivedCredentials", status=200, body=body)
    with pytest.raises(UnexpectedAnswer):
        list(paging.objects(client, SETTINGS))


def test_answer_beyond_all_measure_is_not_read(settings: Settings, portal: Portal) -> None:
    """Reading stops at a size that no valid answer has."""
    tokens = Tokens(settings, CredentialFactory(settings, os.environ, print).credential)
    client = GraphClient(settings, tokens, largest_answer=1 << 20)
    portal.fault(path="derivedCredentials", status=200, body='{"value": "' + "x" * (2 << 20) + '"}')
    with pytest.raises(UnexpectedAnswer, match="larger than 1 MiB"):
        client.get(SETTINGS)
    client.close()


def test_redirect_is_not_followed(client: GraphClient, portal: Portal) -> None:
    """Wherever it leads, the token stays here."""
    portal.fault(path="derivedCredentials", status=302, headers={"Location": "https://evil.example/"})
    with pytest.raises(UnexpectedAnswer, match="redirects are not followed"):
        client.get(SETTINGS)


def test_many_reads_are_sent_twenty_at_a_time(client: GraphClient, portal: Portal) -> None:
    """Every path gets its own answer or its own error."""
    ids = [client.post(SETTINGS, {**BODY, "displayName": str(index)})["id"] for index in range(25)]
    paths = [f"{SETTINGS}('{id_}')" for id_ in [*ids, "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01"]]
    portal.requests()
    answers = batch.get_each(client, paths)
    assert [answers[path]["displayName"] for path in paths[:-1]] == [str(index) for index in range(25)]  # type: ignore[index]
    assert isinstance(answers[paths[-1]], NotFound)
    assert portal.sent() == ["POST /$batch", "POST /$batch"]


def test_throttled_part_of_a_batch_is_asked_again(client: GraphClient, portal: Portal, clock: Clock) -> None:
    """Parts fail one by one; those that failed for a passing reason are asked again, and only those."""
    ids = [client.post(SETTINGS, {**BODY, "displayName": str(index)})["id"] for index in range(3)]
    paths = [f"{SETTINGS}('{id_}')" for id_ in ids]
    portal.fault(path=ids[1], status=429, headers={"Retry-After": "3"})
    portal.requests()
    answers = batch.get_each(client, paths)
    assert [answers[path]["id"] for path in paths] == ids  # type: ignore[index]
    parts = [one["path"] for one in portal.requests() if one.get("batchPart") is not None]
    assert len(parts) == 4
    assert clock.naps == [pytest.approx(3.1)]


def test_refused_connection_is_one_line(settings: Settings, clock: Clock) -> None:
    """A refused connection names the host, and is given up soon."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    closed = replace(settings, cloud=Cloud("sandbox", address, settings.cloud.authority))
    client = GraphClient(
        closed,
        Tokens(settings, CredentialFactory(settings, os.environ, print).credential),
        clock=clock,
        sleep=clock.sleep,
        jitter=lambda: 1.0,
    )
    with pytest.raises(Unreachable) as caught:
        client.get(SETTINGS)
    assert str(caught.value) == (
        f"GET {SETTINGS} → no answer: cannot connect to {address[7:]}. Check the network and any proxy, then run again"
    )
    assert not caught.value.sent
    assert len(clock.naps) == 3
    client.close()


@pytest.mark.parametrize("batched", [False, True])
def test_forbidden_explains_a_session_that_cannot_have_the_permission(
    settings: Settings,
    portal: Portal,
    batched: bool,  # noqa: FBT001
) -> None:
    """A person of `az login` is not advised to have consent given, which is impossible there."""
    credential = Saying(appid=AZURE_CLI, scp="User.Read")
    client = GraphClient(settings, Tokens(settings, lambda: credential, clock=lambda: 0.0))
    part = {"id": "0", "status": 403, "body": {"error": {"code": "Forbidden"}}}
    portal.fault(path="batch", status=200, body={"responses": [part]})
    portal.fault(path="derivedCredentials", status=403, body=part["body"])
    if batched:
        error = batch.get_each(client, [SETTINGS])[SETTINGS]
    else:
        with pytest.raises(Forbidden) as caught:
            client.get(SETTINGS)
        error = caught.value
    assert "Azure CLI's application cannot have it" in str(error)
    assert "az login --service-principal" in str(error)
    client.close()


def test_netrc_entry_does_not_replace_the_token(
    client: GraphClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Requests prefers ~/.netrc to a header; a developer's file must not break the sign-in."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    assert (client.get(SETTINGS) or {})["value"] == []


def test_exceptions_of_the_http_library_become_ours(client: GraphClient, portal: Portal) -> None:
    """Our errors are no kin of requests', and all that can go wrong on a connection becomes one of them."""
    for _, cls in inspect.getmembers(errors, inspect.isclass):
        assert not issubclass(cls, requests.RequestException)
    portal.fault(method="POST", path="derivedCredentials", drop="after")
    with pytest.raises(GraphError) as caught:
        client.post(SETTINGS, BODY)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("status", [401, 408, 425, 429, 499, 500, 503])
def test_write_that_a_gateway_may_have_answered_is_in_doubt(status: int) -> None:
    """The service behind it may have done what was asked."""
    assert may_have_worked(errors.error_class(status)("PATCH", SETTINGS, status=status))


@pytest.mark.parametrize("status", [400, 403, 404, 409, 412, 422, 423])
def test_write_that_the_service_refuses_is_not_in_doubt(status: int) -> None:
    """It says so before it does anything."""
    assert not may_have_worked(errors.error_class(status)("PATCH", SETTINGS, status=status))


def test_refusal_after_an_attempt_in_doubt_is_doubt_too(client: GraphClient, portal: Portal) -> None:
    """The first attempt may have taken effect, whatever the second one is told."""
    portal.fault(method="DELETE", path="derivedCredentials", status=503, when="after")
    portal.fault(method="DELETE", path="derivedCredentials", status=400)
    id_ = portal.seed("derivedCredentials", displayName="C", issuer="purebred", notificationType="email")
    with pytest.raises(Rejected) as caught:
        client.delete(f"/deviceManagement/derivedCredentials('{id_}')")
    assert may_have_worked(caught.value)
    assert portal.objects() == []
