"""The connections: one pool, one set of trusted certificates, and none of them lenient."""

from __future__ import annotations

import ssl
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from provider.graph.transport import Sessions, Transport
from sandbox.graph import Sandbox

GRAPH = "https://graph.microsoft.com"


@pytest.fixture
def behind_the_proxy(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reach Microsoft's hosts through the sandbox, whose certificates only its own authority vouches for."""
    for name, value in sandbox.cloud_environment.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("behind_the_proxy")
def test_trusted_certificate_is_accepted_in_every_thread() -> None:
    """Over TLS, with one session per thread."""
    sessions = Sessions(GRAPH, 8)
    together = threading.Barrier(8)

    def ask(_: int) -> tuple[int, int]:
        together.wait(20)
        return sessions.mine().get(f"{GRAPH}/beta/", timeout=20).status_code, id(sessions.mine())

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    sessions.close()
    assert {status for status, _ in answers} == {401}
    assert len({session for _, session in answers}) == 8


@pytest.mark.usefixtures("behind_the_proxy")
def test_untrusted_certificate_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sharing the trust does not widen it."""
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    sessions = Sessions(GRAPH, 8)
    with pytest.raises(requests.exceptions.SSLError):
        sessions.mine().get(f"{GRAPH}/beta/", timeout=20)
    sessions.close()


def test_name_in_the_certificate_counts() -> None:
    """A certificate for another host is none."""
    transport = Transport(8)
    assert transport._trust.verify_mode is ssl.CERT_REQUIRED
    assert transport._trust.check_hostname
