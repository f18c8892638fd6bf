"""Requests without a whole answer, over real TLS: what is certain not to have been sent, and what is in doubt."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from provider.errors import ConfigError, GraphError, IntuneError, UnexpectedAnswer, Unreachable
from provider.graph.auth import Tokens
from provider.graph.client import GraphClient
from provider.settings import SANDBOX, Cloud, Settings
from tests.graph.conftest import Clock
from tests.graph.test_auth import Fixed
from tests.graph.tls_server import Act, TlsServer, answering, garbling, hanging_up

PATH = "/deviceManagement/derivedCredentials"
TENANT = "5a9db0c5-0000-4000-8000-00000000000a"
CUT = b'{"id": "0f3c'


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Whoever issued the server's certificate."""
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the client trust that."""
    bundle = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))


@pytest.fixture
def serve(authority: trustme.CA) -> Iterator[Callable[..., TlsServer]]:
    """Start servers, and stop them after the test."""
    started: list[TlsServer] = []

    def start(act: Act, issued_by: trustme.CA | None = authority) -> TlsServer:
        started.append(TlsServer(act, issued_by))
        return started[-1]

    yield start
    for server in started:
        server.close()


def client_of(address: str, clock: Clock, timeout: float = 20.0) -> GraphClient:
    """Make a client of the Graph at *address* that has a token already."""
    settings = Settings(TENANT, Cloud(SANDBOX, address, "https://127.0.0.1:1"), timeout=timeout)
    tokens = Tokens(settings, lambda: Fixed(TENANT, 10_000), clock=lambda: 0.0)
    return GraphClient(settings, tokens, clock=clock, sleep=clock.sleep, jitter=lambda: 1.0)


def failure(client: GraphClient, do: Callable[[], Any]) -> IntuneError:
    """Return the error of what *do* does."""
    with pytest.raises(IntuneError) as caught:
        do()
    client.close()
    return caught.value


def cut_then_garbled(connection: socket.socket, plain: socket.socket) -> None:
    """Break off in the body with what is no record of TLS."""
    answering("201 Created|Content-Length: 400", CUT)(connection, plain)
    garbling(connection, plain)


IN_DOUBT = {
    "garbled before the answer": garbling,
    "no answer": hanging_up,
    "cut body": answering("201 Created|Content-Length: 400", CUT),
    "cut chunk": answering("201 Created|Transfer-Encoding: chunked", b"50\r\n" + CUT),
    "no last chunk": answering("201 Created|Transfer-Encoding: chunked", b"%x\r\n%s\r\n" % (len(CUT), CUT)),
    "garbled body": cut_then_garbled,
    "cut refusal": answering("400 Bad Request|Content-Length: 400", CUT),
    "cut absence": answering("404 Not Found|Content-Length: 400", CUT),
}


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("tls", [True, False], ids=["tls", "plain"])
@pytest.mark.parametrize("act", IN_DOUBT.values(), ids=IN_DOUBT.keys())
def test_break_after_the_request_is_doubt(
    serve: Callable[..., TlsServer],
    authority: trustme.CA,
    clock: Clock,
    act: Act,
    tls: bool,  # noqa: FBT001
) -> None:
    """The request arrived: a POST that creates is sent once, and its error says that it may have taken effect."""
    server = serve(act, authority if tls else None)
    client = client_of(server.url, clock)
    error = failure(client, lambda: client.post(PATH, {}))
    assert isinstance(error, Unreachable), error
    assert error.sent
    assert client.is_transient(error)
    assert server.address in str(error)
    assert "the request may have taken effect" in str(error)
    assert server.requests == [f"POST /beta{PATH} HTTP/1.1"]
    assert clock.naps == []


@pytest.mark.usefixtures("trusted")
def test_body_that_cannot_be_decompressed_is_doubt(serve: Callable[..., TlsServer], clock: Clock) -> None:
    """The service answered with a success, so it may have done it; nobody can read what it did."""
    server = serve(answering("201 Created|Content-Encoding: gzip|Content-Length: 12", CUT))
    client = client_of(server.url, clock)
    error = failure(client, lambda: client.post(PATH, {}))
    assert isinstance(error, UnexpectedAnswer)
    assert "201: the answer cannot be decompressed" in str(error)
    assert len(server.requests) == 1


@pytest.mark.usefixtures("trusted")
def test_refusal_that_cannot_be_decompressed_keeps_its_status(serve: Callable[..., TlsServer], clock: Clock) -> None:
    """It came whole; only its sentence is lost."""
    server = serve(answering("403 Forbidden|Content-Encoding: gzip|Content-Length: 12", CUT))
    client = client_of(server.url, clock)
    error = failure(client, lambda: client.post(PATH, {}))
    assert isinstance(error, GraphError)
    assert (type(error).__name__, error.status) == ("Forbidden", 403)


@pytest.mark.usefixtures("trusted")
def test_body_that_breaks_off_is_read_again(serve: Callable[..., TlsServer], clock: Clock) -> None:
    """A GET changes nothing: it is repeated as after any broken connection, no earlier than Retry-After says."""
    server = serve(answering("503 Service Unavailable|Retry-After: 7|Content-Length: 400", CUT))
    client = client_of(server.url, clock)
    failure(client, lambda: client.get(PATH))
    assert len(server.requests) == 10
    assert clock.naps[0] == pytest.approx(7.1)


def test_refused_certificate_is_certain(serve: Callable[..., TlsServer], clock: Clock) -> None:
    """The client ends the connection before it sends anything: four attempts, and none of them arrives."""
    server = serve(hanging_up)
    client = client_of(server.url, clock)
    error = failure(client, lambda: client.patch(f"{PATH}('1')", {}))
    assert isinstance(error, Unreachable)
    assert not error.sent
    assert f"the certificate of {server.address} is not trusted" in str(error)
    assert (server.connections, server.requests, len(clock.naps)) == (4, [], 3)


@pytest.mark.usefixtures("trusted")
def test_tls_that_breaks_in_the_handshake_is_doubt(serve: Callable[..., TlsServer], clock: Clock) -> None:
    """The library does not tell it from one that breaks later, so it is not called certain."""
    server = serve(hanging_up, None)
    client = client_of(server.url.replace("http:", "https:"), clock)
    error = failure(client, lambda: client.post(PATH, {}))
    assert isinstance(error, Unreachable)
    assert error.sent


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


def test_connection_that_breaks_behind_a_proxy_is_doubt(
    serve: Callable[..., TlsServer], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library calls it "unable to connect to proxy", although the request was sent."""
    proxy = serve(hanging_up, None)
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    client = client_of("http://graph.example", clock)
    error = failure(client, lambda: client.post(PATH, {}))
    assert proxy.requests == [f"POST http://graph.example/beta{PATH} HTTP/1.1"]
    assert isinstance(error, Unreachable)
    assert error.sent


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
        ({"HTTPS_PROXY": "socks5://127.0.0.1:1"}, r'pip install "requests\[socks\]"'),
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


def test_earlier_request_does_not_decide(serve: Callable[..., TlsServer], clock: Clock) -> None:
    """A request that is sent while the error of an earlier one is handled has that in its context, and is another."""
    refused, broken = client_of(f"http://{free_address()}", clock), client_of(serve(hanging_up, None).url, clock)
    try:
        refused.post(PATH, {})
    except Unreachable as earlier:
        assert not earlier.sent  # noqa: PT017 - what is asserted next needs to be sent inside this handler
        error = failure(broken, lambda: broken.post(PATH, {}))
    refused.close()
    assert isinstance(error, Unreachable)
    assert error.sent


def free_address() -> str:
    """Return an address where nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"
