"""
HTTP on 127.0.0.1: connections, TLS, the tunnels of a proxy.

The plain server is also an HTTPS proxy for Microsoft's hosts and no others: it does not connect to them but ends the
TLS of the tunnel itself and answers in their name.
"""

from __future__ import annotations

import os
import socket
import socketserver
import ssl
import sys
import threading
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

from sandbox.graph.dispatcher import Tenants
from sandbox.graph.http.clouds import LOOPBACK, Site
from sandbox.graph.http.connections import Connections
from sandbox.graph.http.messages import Dropped, Request, Response, dump
from sandbox.graph.http.tls import Certificates

_LONGEST_LINE = 65536
_JOIN_SECONDS = 5
_HTTPS_PORT = "443"
_NOISE = b"\x17\x03\x03\x00\x40" + bytes(range(64))
"""A TLS record of application data that no key decrypts; to a client without TLS, no HTTP."""
_PHRASES = {int(status): status.phrase for status in HTTPStatus}


@dataclass(frozen=True)
class Endpoint:
    """What a server serves: its own *site* (over TLS if *secure*), and the *sites* it answers for as a proxy."""

    site: Site
    tls: Certificates
    secure: bool
    sites: Mapping[str, Site]


class Handler(BaseHTTPRequestHandler):
    """One connection, kept open between requests."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: LoopbackServer

    def setup(self) -> None:
        """Shake hands first if the server speaks TLS: here, and not where connections are accepted one by one."""
        self.site = self.server.endpoint.site
        self.server.connections.opened(self.request)
        if self.server.endpoint.secure:
            self.request = self._over_tls(self.request)
        super().setup()

    def finish(self) -> None:
        """Close what was wrapped: the server only knows the connection it accepted."""
        super().finish()
        self.server.connections.closed(self.connection)
        self.connection.close()

    def handle_one_request(self) -> None:
        """Read a request, whatever its method, and answer it."""
        with self.server.connections.idle(self.connection):
            self.raw_requestline = self.rfile.readline(_LONGEST_LINE + 1)
        if not self.raw_requestline or len(self.raw_requestline) > _LONGEST_LINE:
            self.close_connection = True
            return
        if not self.parse_request():
            return  # the base class has answered
        if self.command == "CONNECT":
            self._tunnel()
            return
        if "Transfer-Encoding" in self.headers:
            self.send_error(HTTPStatus.LENGTH_REQUIRED)  # bodies in chunks are not worth their code here
            return
        if not self.path.startswith("/"):
            # The form of a plain request to a proxy: none of the hosts it stands for is reached without TLS.
            host = urlsplit(self.path).hostname or self.path
            self._refuse(host, Request(self.command, self.path, _nowhere(host)))
            return
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the signature of the base class
        """Print nothing: what was asked is in the journal."""

    def _answer(self) -> None:
        try:
            response = self.server.dispatcher.answer(self._request())
        except Dropped as dropped:
            self._break_off(dropped)
            return
        except Exception:  # noqa: BLE001 - a mistake of the sandbox: shown where it runs, answered as what it is
            traceback.print_exc(file=sys.stderr)
            error = {"error": {"code": "InternalServerError", "message": "The sandbox failed; see its output."}}
            response = Response.of(HTTPStatus.INTERNAL_SERVER_ERROR, error)
        self._send(response)

    def _request(self) -> Request:
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Request(self.command, self.path, self.site, headers, self.rfile.read(length))

    def _tunnel(self) -> None:
        """Become the host that the client wants to be connected to, if it is one of Microsoft's."""
        endpoint = self.server.endpoint
        host, _, port = self.path.rpartition(":")
        site = endpoint.sites.get(host.lower()) if port == _HTTPS_PORT else None
        if site is None:
            self._refuse(host, Request("CONNECT", self.path, _nowhere(host)))
            return
        self.connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self.rfile.close()
        self.site = site
        self.connection = self._over_tls(self.connection)
        self.rfile = self.connection.makefile("rb", -1)
        self.wfile = self.connection.makefile("wb", 0)
        self.close_connection = False

    def _over_tls(self, plain: socket.socket) -> socket.socket:
        """Shake hands. The connection is known to the server before, which else could not end one that is silent."""
        certificates = self.server.endpoint.tls
        wrong = self.server.dispatcher.shows_wrong_certificate(self.site)
        context = certificates.untrusted() if wrong else certificates.trusted
        secure = context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        self.server.connections.closed(plain)
        self.server.connections.opened(secure)
        try:
            secure.do_handshake()
        except OSError:
            self.server.connections.closed(secure)
            secure.close()
            raise
        return secure

    def _refuse(self, host: str, request: Request) -> None:
        """Say that there is no way to *host*, and write down that somebody wanted to go there."""
        self.server.dispatcher.refuse(request)
        self.close_connection = True
        self._send(Response(HTTPStatus.FORBIDDEN, dump({"error": f"there is no way to {host} from here"})))

    def _send(self, response: Response) -> None:
        """Write the whole answer at once."""
        if isinstance(self.connection, ssl.SSLSocket) and self.server.dispatcher.wants_new_connection(self.site):
            self.close_connection = True
        body = b"" if self.command == "HEAD" else response.body
        self.connection.sendall(self._head(response) + body)

    def _break_off(self, dropped: Dropped) -> None:
        """Write as much of an answer as there is to be, and noise, and close the connection."""
        if dropped.response is not None:
            body = dropped.response.body
            self.connection.sendall(self._head(dropped.response) + body[: len(body) // 2])
        if dropped.garbled:
            # Past the TLS of the connection, if it has one: there the noise is a record that cannot be decrypted.
            socket.socket.sendall(self.connection, _NOISE)
        self.close_connection = True

    def _head(self, response: Response) -> bytes:
        phrase = _PHRASES.get(response.status, "Unknown")
        headers = {"Date": self.date_time_string(), **response.headers}
        if response.status != HTTPStatus.NO_CONTENT:
            headers["Content-Length"] = str(len(response.body))
        if self.close_connection:
            headers["Connection"] = "close"
        lines = [f"HTTP/1.1 {int(response.status)} {phrase}", *(f"{name}: {headers[name]}" for name in headers)]
        return "\r\n".join((*lines, "", "")).encode("latin-1")


class LoopbackServer(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """A server with a thread for each connection, on an address of this machine only."""

    daemon_threads = True
    request_queue_size = 1024
    # On Windows the option would let two servers share a port instead of letting one follow another.
    allow_reuse_address = os.name != "nt"
    dispatcher: Tenants
    endpoint: Endpoint

    def __init__(self, port: int) -> None:
        super().__init__((LOOPBACK, port), Handler)
        self.connections = Connections()
        self._workers: set[threading.Thread] = set()
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._acceptor = threading.Thread(target=self._accept, daemon=True)

    @property
    def port(self) -> int:
        """The port that was asked for, or the free one that was found."""
        return int(self.server_address[1])

    def start(self, dispatcher: Tenants, endpoint: Endpoint) -> None:
        """Serve from now on. The port is taken from construction on, so no connection is refused before."""
        self.dispatcher = dispatcher
        self.endpoint = endpoint
        self._acceptor.start()

    def stop(self) -> None:
        """Close the port and every connection, and wait for their threads."""
        self._ending.set()
        if self._acceptor.is_alive():
            # It waits for a connection, so give it one. serve_forever would look up every so often instead.
            socket.create_connection((LOOPBACK, self.port)).close()
            self._acceptor.join()
        self.server_close()
        self.connections.end()
        with self._lock:
            threads = list(self._workers)
        for thread in threads:
            thread.join(_JOIN_SECONDS)

    def _accept(self) -> None:
        while not self._ending.is_set():
            self.handle_request()

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002 - as in the base class
        """Take no connection any more when the server stops, least of all the one that woke it up."""
        return not self._ending.is_set()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread of its own, which `stop` can wait for."""
        thread = threading.Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        with self._lock:
            self._workers.add(thread)
        thread.start()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a connection to its end."""
        super().process_request_thread(request, client_address)
        with self._lock:
            self._workers.discard(threading.current_thread())

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report what went wrong, except that a client has left or does not trust us, or that we hung up on it."""
        expected = OSError if self._ending.is_set() else (ConnectionError, ssl.SSLError)
        if not isinstance(sys.exc_info()[1], expected):
            super().handle_error(request, client_address)


def _nowhere(host: str) -> Site:
    """Describe a host that the sandbox does not answer for."""
    return Site(f"https://{host}", host.lower(), "login", frozenset())
