"""A server on loopback, over TLS or not, that takes one request per connection and breaks off as a test wants."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from threading import Thread
from typing import NamedTuple
from urllib.parse import urlsplit

import trustme


class Taken(NamedTuple):
    """A request that was taken, and where its answer goes."""

    data: bytes
    connection: socket.socket
    plain: socket.socket
    """What is below the TLS of the connection."""

    @property
    def line(self) -> str:
        """The first line."""
        return self.data.partition(b"\r\n")[0].decode()


Act = Callable[[Taken], None]
"""Answers a request; then the connection ends."""


def answering(head: str, body: bytes = b"") -> Act:
    """Answer with *head*, its lines parted by ``|``, and *body*."""
    text = "HTTP/1.1 " + head.replace("|", "\r\n") + "\r\n\r\n"
    return lambda taken: taken.connection.sendall(text.encode() + body)


def garbling(taken: Taken) -> None:
    """Send what is no record of TLS."""
    taken.plain.sendall(b"\x17\x03\x03\x00\x20" + b"\x00" * 32)


def hanging_up(taken: Taken) -> None:
    """Answer nothing."""


def forwarding(endpoint: str, change: dict[str, Act]) -> Act:
    """Answer as the server at *endpoint* does, but a method in *change* only once, and then as that says."""

    def forward(taken: Taken) -> None:
        host = urlsplit(endpoint)
        with socket.create_connection((host.hostname or "", host.port or 0), 20) as upstream:
            upstream.sendall(taken.data.replace(b"Connection: keep-alive", b"Connection: close"))
            answer = b"".join(iter(lambda: upstream.recv(65536), b""))
        act = change.pop(taken.line.partition(" ")[0], None)
        act(taken) if act else taken.connection.sendall(answer)

    return forward


class TlsServer:
    """
    Takes requests at *url*, remembers their first lines in *requests*, and lets *act* answer each.

    Its certificate is issued by *authority*, which the test may let the client trust; without one it speaks no TLS.
    """

    def __init__(self, act: Act, authority: trustme.CA | None) -> None:
        self._act = act
        self._context: ssl.SSLContext | None = None
        if authority is not None:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert("127.0.0.1").configure_cert(self._context)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.url = f"{'https' if authority else 'http'}://{self.address}"
        self.connections = 0
        self.requests: list[str] = []
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop it."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:  # it was closed
                return
            self.connections += 1
            with plain:
                self._take(plain)

    def _take(self, plain: socket.socket) -> None:
        with plain.dup() as below:
            try:
                secured = self._context.wrap_socket(plain, server_side=True) if self._context else plain
                with secured as connection:
                    taken = Taken(_request(connection), connection, below)
                    self.requests.append(taken.line)
                    self._act(taken)
            except OSError:
                return  # the client does not trust the certificate, or has ended the connection


def _request(connection: socket.socket) -> bytes:
    """Read one request, with its body."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _received(connection)
        if data.startswith(b"\x16"):
            raise ConnectionResetError("the client speaks TLS, and the server does not")
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line.partition(b":")[2] for line in head.lower().splitlines() if line.startswith(b"content-length:")]
    while len(body) < sum(map(int, lengths)):
        body += _received(connection)
    return head + b"\r\n\r\n" + body


def _received(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionResetError("the client ended the connection")
    return data
