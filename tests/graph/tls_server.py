"""A server on loopback, over TLS or not, that takes one request per connection and breaks off as a test wants."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from threading import Thread

import trustme

Act = Callable[[socket.socket, socket.socket], None]
"""Answers a request: on the connection as the client sees it, or on the plain one below its TLS."""


def answering(head: str, body: bytes = b"") -> Act:
    """Answer with *head*, its lines parted by ``|``, and *body*; then end the connection."""
    text = "HTTP/1.1 " + head.replace("|", "\r\n") + "\r\n\r\n"
    return lambda connection, _: connection.sendall(text.encode() + body)


def garbling(connection: socket.socket, plain: socket.socket) -> None:  # noqa: ARG001 - an Act
    """Send what is no record of TLS."""
    plain.sendall(b"\x17\x03\x03\x00\x20" + b"\x00" * 32)


def hanging_up(connection: socket.socket, plain: socket.socket) -> None:
    """Answer nothing."""


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
                    self.requests.append(_request(connection))
                    self._act(connection, below)
            except OSError:
                return  # the client does not trust the certificate, or has ended the connection


def _request(connection: socket.socket) -> str:
    """Read one request, with its body, and return its first line."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _received(connection)
        if data.startswith(b"\x16"):
            raise ConnectionResetError("the client speaks TLS, and the server does not")
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line.partition(b":")[2] for line in head.lower().splitlines() if line.startswith(b"content-length:")]
    while len(body) < sum(map(int, lengths)):
        body += _received(connection)
    return head.decode().splitlines()[0]


def _received(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionResetError("the client ended the connection")
    return data
