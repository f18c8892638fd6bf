"""Answers that do not arrive whole: certificates that are refused, noise, bodies that break off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox.graph import Sandbox
from tests.sandbox.graph.clients import CREDENTIAL, CREDENTIALS, Graph, connect
from tests.sandbox_control import Portal

CREATE: dict[str, Any] = {"method": "POST", "path": "derivedCredentials$"}
PLAIN, SECURE = "http", "https"


@pytest.fixture
def over_tls(sandbox: Sandbox) -> Iterator[Graph]:
    """A client that reaches Graph over TLS and trusts the sandbox's authority."""
    client = connect(sandbox, sandbox.graph_tls_endpoint)
    yield client
    client.close()


@pytest.fixture
def reached(request: pytest.FixtureRequest, graph: Graph, over_tls: Graph) -> Graph:
    """A client over the scheme that the test names."""
    return graph if request.param == PLAIN else over_tls


def test_graph_answers_over_tls(sandbox: Sandbox, over_tls: Graph) -> None:
    """Under an address of its own, where links and tokens for that address lead; the tenant is the same."""
    key = over_tls.credential()
    answer = over_tls.get(CREDENTIALS).json()
    assert answer["@odata.context"].startswith(f"{sandbox.graph_tls_endpoint}/beta/")
    assert [each["id"] for each in answer["value"]] == [key]
    assert sandbox.tls_environment["INTUNE_GRAPH_ENDPOINT"] == sandbox.graph_tls_endpoint


def test_untrusted_certificate_is_shown_before_anything_is_sent(over_tls: Graph, portal: Portal) -> None:
    """The handshake fails, n times; no request arrives over a connection that was kept, and the next one is right."""
    assert over_tls.get(CREDENTIALS).ok
    portal.requests()
    portal.fault(certificate="untrusted", times=2)
    for left in (1, 0):
        with pytest.raises(requests.exceptions.SSLError, match="certificate verify failed"):
            over_tls.post(CREDENTIALS, CREDENTIAL)
        assert [each["times"] for each in portal.faults_left()] == [left][:left]
    assert portal.requests() == []
    assert over_tls.post(CREDENTIALS, CREDENTIAL).status_code == 201


def test_untrusted_certificate_begins_after_a_request(sandbox: Sandbox, over_tls: Graph, portal: Portal) -> None:
    """So that a run that has begun well meets it: neither the connection of that request is kept nor any other."""
    other = connect(sandbox, sandbox.graph_tls_endpoint)
    assert other.get(CREDENTIALS).ok
    portal.fault(certificate="untrusted", method="GET", path="derivedCredentials$")
    assert over_tls.get("/deviceManagement/deviceConfigurations").ok
    answer = over_tls.get(CREDENTIALS)
    assert (answer.status_code, answer.headers["Connection"]) == (200, "close")
    with pytest.raises(requests.exceptions.SSLError, match="certificate verify failed"):
        other.post(CREDENTIALS, CREDENTIAL)
    other.close()
    assert over_tls.get(CREDENTIALS).json()["value"] == []
    assert "Connection" not in over_tls.get(CREDENTIALS).headers


def test_untrusted_certificate_is_of_the_named_host(sandbox: Sandbox, over_tls: Graph, portal: Portal) -> None:
    """Without a name it is Graph's, not that of the sign-in service; a cloud's host is meant in the tunnel too."""
    assert over_tls.get(CREDENTIALS).ok
    portal.fault(certificate="untrusted")
    assert requests.get(f"{sandbox.authority_host}/x", verify=sandbox.ca_file, timeout=10).status_code == 404
    assert [each["times"] for each in portal.faults_left()] == [1]
    portal.no_faults()
    portal.fault(certificate="untrusted", host="graph.microsoft.us")
    proxies = {"https": sandbox.graph_endpoint}
    hosts = ("graph.microsoft.com", "graph.microsoft.us", "graph.microsoft.us")
    outcomes = []
    for host in hosts:
        try:
            url = f"https://{host}/beta"
            outcomes.append(requests.get(url, proxies=proxies, verify=sandbox.ca_file, timeout=10).status_code)
        except requests.exceptions.SSLError:
            outcomes.append(0)
    assert outcomes == [401, 0, 401]


@pytest.mark.parametrize("reached", [PLAIN, SECURE], indirect=True)
@pytest.mark.parametrize(("when", "count"), [("before", "0"), ("after", "1"), ("body", "1")])
def test_garbled_answer_is_an_error_of_the_connection(reached: Graph, portal: Portal, when: str, count: str) -> None:
    """Instead of the answer or, after its status, in the midst of it; over TLS as a record that does not decrypt."""
    portal.fault(**CREATE, garbled=when)
    secure = reached.base.startswith(SECURE)
    plain = requests.exceptions.ChunkedEncodingError if when == "body" else requests.ConnectionError
    with pytest.raises(requests.exceptions.SSLError if secure else plain) as caught:
        reached.post(CREDENTIALS, CREDENTIAL)
    assert "certificate" not in str(caught.value)
    assert reached.get(f"{CREDENTIALS}/$count").text == count
    assert reached.post(CREDENTIALS, CREDENTIAL).status_code == 201


@pytest.mark.parametrize("reached", [PLAIN, SECURE], indirect=True)
@pytest.mark.parametrize(("when", "count"), [("before", "0"), ("after", "1")])
def test_cut_answer_says_success_and_breaks_off(reached: Graph, portal: Portal, when: str, count: str) -> None:
    """The status line is 201, the length is longer than the body, and the connection ends."""
    portal.fault(**CREATE, cut=when)
    with reached.post(CREDENTIALS, CREDENTIAL, stream=True) as answer:
        assert answer.status_code == 201
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            answer.json()
    assert reached.get(f"{CREDENTIALS}/$count").text == count


def test_cut_answer_has_a_body_even_where_the_right_one_has_none(graph: Graph, portal: Portal) -> None:
    """A 204 has nothing to break off."""
    keys = [graph.credential() for _ in range(2)]
    portal.fault(method="DELETE", path=".", cut="after", times=2)
    for key in keys:
        with graph.call("DELETE", f"{CREDENTIALS}/{key}", stream=True) as answer:
            assert answer.status_code == 200
            assert int(answer.headers["Content-Length"]) > 1
            with pytest.raises(requests.exceptions.ChunkedEncodingError):
                answer.json()
    assert graph.get(f"{CREDENTIALS}/$count").text == "0"


@pytest.mark.parametrize("fault", [{"garbled": "after"}, {"cut": "after"}, {"drop": "after"}])
def test_broken_part_breaks_the_whole_batch(graph: Graph, portal: Portal, fault: dict[str, str]) -> None:
    """The parts share one answer; the journal has the part and the batch without a status."""
    portal.requests()
    portal.fault(path="derivedCredentials$", **fault)
    with pytest.raises(requests.RequestException):
        graph.post("/$batch", {"requests": [{"id": "1", "method": "GET", "url": CREDENTIALS}]})
    assert [each["status"] for each in portal.requests()] == [None, None]


def test_broken_answer_has_no_status_in_the_journal(graph: Graph, portal: Portal) -> None:
    """The client has not got it, or not the whole of it."""
    portal.requests()
    for fault in ({"garbled": "after"}, {"cut": "after"}):
        portal.fault(**CREATE, **fault)
        with pytest.raises(requests.RequestException):
            graph.post(CREDENTIALS, CREDENTIAL)
    assert [each["status"] for each in portal.requests()] == [None, None]


def test_broken_answer_can_be_late_and_happen_often(graph: Graph, portal: Portal) -> None:
    """Like every other fault."""
    portal.fault(**CREATE, cut="after", delayMs=1, times=2)
    for _ in range(2):
        with pytest.raises(requests.RequestException):
            graph.post(CREDENTIALS, CREDENTIAL)
    assert graph.post(CREDENTIALS, CREDENTIAL).status_code == 201
    assert graph.get(f"{CREDENTIALS}/$count").text == "3"
