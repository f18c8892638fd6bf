"""What goes wrong on purpose: answers, dropped connections, delays. Late reads are in test_lags."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from sandbox.graph import Sandbox
from tests.sandbox.graph.clients import CREDENTIAL, CREDENTIALS, Graph, sign_in
from tests.sandbox_control import Portal


def test_answer_instead_of_the_effect(graph: Graph, portal: Portal) -> None:
    """The request is not carried out, and the next one is."""
    body = {"error": {"code": "ServiceUnavailable", "message": "m"}}
    headers = {"Retry-After": "2.128", "Date": "Thu, 01 Jan 1970 00:00:00 GMT"}
    portal.fault(method="POST", path="derivedCredentials$", status=503, headers=headers, body=body)
    answer = graph.post(CREDENTIALS, CREDENTIAL)
    assert (answer.status_code, answer.json()) == (503, body)
    assert headers.items() <= answer.headers.items()
    assert answer.headers["Content-Type"].startswith("application/json")
    assert graph.get(f"{CREDENTIALS}/$count").text == "0"
    assert graph.post(CREDENTIALS, CREDENTIAL).status_code == 201


def test_answer_after_the_effect(graph: Graph, portal: Portal) -> None:
    """A 500 although the write took effect."""
    portal.fault(method="POST", path="derivedCredentials", status=500, when="after", body="<html>Gateway</html>")
    answer = graph.post(CREDENTIALS, CREDENTIAL)
    assert (answer.status_code, answer.text) == (500, "<html>Gateway</html>")
    assert answer.headers["Content-Type"] == "text/html"
    assert graph.get(f"{CREDENTIALS}/$count").text == "1"


def test_answer_without_a_body_or_headers(graph: Graph, portal: Portal) -> None:
    """A 429 that says nothing about when to come back."""
    portal.fault(path=".", status=429)
    answer = graph.get(CREDENTIALS)
    assert (answer.status_code, answer.text, "Retry-After" in answer.headers) == (429, "", False)


@pytest.mark.parametrize(("when", "count"), [("before", "0"), ("after", "1")])
def test_dropped_connection(graph: Graph, portal: Portal, when: str, count: str) -> None:
    """No answer at all; what happened is in the journal, with no status."""
    portal.requests()
    portal.fault(method="POST", path="derivedCredentials", drop=when)
    with pytest.raises(requests.ConnectionError):
        graph.post(CREDENTIALS, CREDENTIAL)
    assert [each["status"] for each in portal.requests()] == [None]
    assert graph.get(f"{CREDENTIALS}/$count").text == count


def test_delay(graph: Graph, portal: Portal) -> None:
    """The answer is right, only late."""
    portal.fault(path="derivedCredentials", delayMs=40)
    assert [graph.get(CREDENTIALS).status_code for _ in range(2)] == [200, 200]
    late, soon = [each["seconds"] for each in portal.requests()][-2:]
    assert late >= 0.04 > soon


@pytest.mark.parametrize(("when", "count"), [("before", "0"), ("after", "1")])
def test_delay_is_before_or_after_the_effect(graph: Graph, portal: Portal, when: str, count: str) -> None:
    """The client waits in vain; what it asked for has happened already, or not yet."""
    portal.fault(method="POST", path="derivedCredentials", when=when, delayMs=2000)
    with pytest.raises(requests.ReadTimeout):
        graph.post(CREDENTIALS, CREDENTIAL, timeout=0.3)
    assert graph.get(f"{CREDENTIALS}/$count").text == count


def test_fault_happens_as_often_as_it_says(graph: Graph, portal: Portal) -> None:
    """Then the next one, then none; how often is left can be read."""
    portal.fault(path="derivedCredentials", times=2, status=503)
    portal.fault(path="derivedCredentials", status=502)
    assert [each["times"] for each in portal.faults_left()] == [2, 1]
    assert [graph.get(CREDENTIALS).status_code for _ in range(4)] == [503, 503, 502, 200]
    assert portal.faults_left() == []


def test_fault_is_for_the_requests_it_names(sandbox: Sandbox, graph: Graph, portal: Portal) -> None:
    """By method, by path with its query, by host; the control routes are never meant."""
    portal.fault(method="PATCH", path=".", status=503)
    portal.fault(path=r"\?\$top=1$", status=502)
    portal.fault(host="graph.microsoft.us", path=".", status=501)
    assert graph.get(CREDENTIALS).ok
    assert graph.get(f"{CREDENTIALS}?$top=1").status_code == 502
    assert graph.patch(f"{CREDENTIALS}/x", {}).status_code == 503
    assert requests.get(f"{sandbox.graph_endpoint}/_sandbox/faults", timeout=10).json() == [
        {"path": ".", "host": "graph.microsoft.us", "times": 1, "status": 501, "when": "before"}
    ]
    portal.no_faults()
    assert portal.faults_left() == []


def test_sign_in_can_fail_too(sandbox: Sandbox, portal: Portal) -> None:
    """A fault whose path is that of the token endpoint."""
    portal.fault(path="/oauth2/v2.0/token$", status=503)
    assert sign_in(sandbox).status_code == 503
    assert sign_in(sandbox).ok


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"path": "[", "status": 500},
        {"path": "."},
        {"path": ".", "status": 500, "drop": "before"},
        {"path": ".", "drop": "between"},
        {"path": ".", "status": 500, "when": "never"},
        {"path": ".", "status": 500, "probability": 0.5},
        {"path": 1, "status": 500},
        {"path": ".", "status": "500"},
        {"path": ".", "status": 429, "headers": "Retry-After"},
        {"path": ".", "lagReads": "many"},
        {"path": ".", "lagReads": 0},
        {"lagReads": 1},
        {"path": ".", "garbled": "before", "cut": "before"},
        {"path": ".", "garbled": "often"},
        {"path": ".", "cut": "body"},
        {"path": ".", "certificate": "expired"},
        {"certificate": "untrusted", "lagReads": 1},
        {"certificate": "untrusted", "delayMs": 1},
    ],
)
def test_fault_that_is_none_is_refused(sandbox: Sandbox, portal: Portal, fault: dict[str, Any]) -> None:
    """A misspelled fault would make a test pass for the wrong reason."""
    answer = requests.post(f"{sandbox.graph_endpoint}/_sandbox/faults", json=fault, timeout=10)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert portal.faults_left() == []
