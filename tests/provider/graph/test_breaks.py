"""Requests without a whole answer, over real TLS: each may have taken effect, and none is repeated blindly."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

import pytest
import trustme

from provider.errors import GraphError, UnexpectedAnswer, Unreachable
from provider.graph.client import GraphClient
from provider.graph.credentials import CredentialFactory
from provider.graph.tenant import Tenant
from provider.graph.tokens import Tokens
from provider.kinds.kind import kind_called
from provider.settings import Settings
from tests.provider.breaking import client_of, failure, free_address
from tests.provider.conftest import Clock
from tests.provider.tls_server import Act, Taken, TlsServer, answering, forwarding, garbling, hanging_up
from tests.sandbox_control import Portal

PATH = "/deviceManagement/derivedCredentials"
INPUTS = {"display_name": "C", "issuer": "purebred", "notification_types": ["email"]}
CUT = b'{"id": "0f3c'


def cut_then_garbled(taken: Taken) -> None:
    """Break off in the body with what is no record of TLS."""
    answering("201 Created|Content-Length: 400", CUT)(taken)
    garbling(taken)


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


@pytest.mark.parametrize("act", [garbling, hanging_up, cut_then_garbled])
def test_create_whose_answer_breaks_off_is_not_repeated(
    serve: Callable[..., TlsServer], settings: Settings, portal: Portal, trust: Callable[[], None], act: Act
) -> None:
    """The POST took effect in the tenant behind the broken TLS: the object is found, and is one."""
    tokens = Tokens(settings, CredentialFactory(settings, os.environ, print).credential)
    tokens.token()  # from the sandbox, which has a certificate of its own
    trust()
    server = serve(forwarding(settings.cloud.graph, {"POST": act}))
    client = GraphClient(replace(settings, cloud=replace(settings.cloud, graph=server.url)), tokens)
    id_ = kind_called("derivedCredential").create(Tenant(client), INPUTS).id
    assert [one["id"] for one in portal.objects()] == [id_]
    assert [line for line, _ in portal.writes()] == [f"POST {PATH}"]
    client.close()


@pytest.mark.usefixtures("trusted")
def test_body_that_cannot_be_decompressed_is_doubt(serve: Callable[..., TlsServer], clock: Clock) -> None:
    """The service answered with a success, so it may have done it; what it did cannot be read."""
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


@pytest.mark.usefixtures("trusted")
def test_tls_that_breaks_in_the_handshake_is_doubt(serve: Callable[..., TlsServer], clock: Clock) -> None:
    """The library does not tell it from one that breaks later, so it is not called certain."""
    server = serve(hanging_up, None)
    client = client_of(server.url.replace("http:", "https:"), clock)
    error = failure(client, lambda: client.post(PATH, {}))
    assert isinstance(error, Unreachable)
    assert error.sent


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
