"""Requests that were never sent, over real TLS: four attempts at the most, and the reason in the sentence."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable

import pytest

from provider.errors import ConfigError, Unreachable
from tests.provider.breaking import client_of, failure, free_address
from tests.provider.conftest import Clock
from tests.provider.tls_server import TlsServer, answering, hanging_up

WITHOUT_SOCKS = pytest.mark.skipif(importlib.util.find_spec("socks") is not None, reason="the package is installed")
PATH = "/deviceManagement/derivedCredentials"


def test_refused_certificate_is_certain(serve: Callable[..., TlsServer], clock: Clock) -> None:
    """The client ends the connection before it sends anything: four attempts, and none of them arrives."""
    server = serve(hanging_up)
    client = client_of(server.url, clock)
    error = failure(client, lambda: client.patch(f"{PATH}('1')", {}))
    assert isinstance(error, Unreachable)
    assert not error.sent
    assert f"the certificate of {server.address} is not trusted" in str(error)
    assert (server.connections, server.requests, len(clock.naps)) == (4, [], 3)


def test_unknown_host_is_certain(clock: Clock) -> None:
    """Four attempts, and the sentence has the host and what is wrong with it."""
    client = client_of("https://graph.invalid", clock)  # RFC 6761: no resolver knows it
    error = failure(client, lambda: client.patch(f"{PATH}('1')", {}))
    assert isinstance(error, Unreachable)
    assert not error.sent
    assert "unknown host: the name of graph.invalid cannot be resolved" in str(error)
    assert len(clock.naps) == 3


def test_proxy_that_refuses_is_certain(
    serve: Callable[..., TlsServer], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that says no has sent nothing on."""
    monkeypatch.setenv("HTTPS_PROXY", serve(answering("403 Forbidden|Content-Length: 0"), None).url)
    client = client_of("https://graph.microsoft.com", clock)
    error = failure(client, lambda: client.post(PATH, {}))
    assert isinstance(error, Unreachable)
    assert not error.sent
    assert "the proxy refuses to connect to graph.microsoft.com" in str(error)


def test_proxy_that_is_not_there_is_certain(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was sent to anybody."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://{free_address()}")
    client = client_of("https://graph.microsoft.com", clock)
    error = failure(client, lambda: client.post(PATH, {}))
    assert isinstance(error, Unreachable)
    assert not error.sent
    assert "cannot connect to the proxy for graph.microsoft.com" in str(error)


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        pytest.param({"HTTPS_PROXY": "socks5://127.0.0.1:1"}, r'pip install "requests\[socks\]"', marks=WITHOUT_SOCKS),
        ({"HTTPS_PROXY": "foo://127.0.0.1:1"}, "correct HTTPS_PROXY"),
        ({"HTTPS_PROXY": "http://"}, "correct HTTPS_PROXY"),
        ({"REQUESTS_CA_BUNDLE": "/no/such/file"}, 'REQUESTS_CA_BUNDLE names "/no/such/file", which does not exist'),
    ],
)
def test_environment_that_cannot_work_names_its_remedy(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], said: str
) -> None:
    """No attempt could succeed: the error names the variable or the package, and nothing is tried again."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    client = client_of("https://graph.microsoft.com", clock)
    with pytest.raises(ConfigError, match=said):
        client.get(PATH)
    assert clock.naps == []
    client.close()
