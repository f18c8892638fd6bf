"""
A server between the provider and the sandbox that changes the answers on their way, over real HTTP.

What passes is the sandbox's: a stateful tenant answers, and what arrives is what `change` makes of it.
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import urlsplit

_OWN = {"connection", "content-length", "transfer-encoding", "host"}


class Answer(NamedTuple):
    """One answer on its way: *length* is the Content-Length that is told, where that is not the body's own."""

    method: str
    path: str
    status: int
    headers: dict[str, str]
    body: bytes
    length: int | None = None


class Relay:
    """Passes requests on to *upstream*, and back what *change* makes of each answer. Use it in a `with` statement."""

    def __init__(self, upstream: str) -> None:
        self.change: Callable[[Answer], Answer] = lambda answer: answer
        self._upstream = upstream
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # who hangs up, hangs up
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=lambda: self._server.serve_forever(0.01), daemon=True)

    def __enter__(self) -> Relay:  # noqa: PYI034 - typing.Self is newer than Python 3.10
        """Start it."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def fetch(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Ask upstream. Addresses of the one are addresses of the other on each side."""
        connection = http.client.HTTPConnection(urlsplit(self._upstream).netloc, timeout=30)
        here, there = self.endpoint.encode(), self._upstream.encode()
        passed = {name: value for name, value in headers.items() if name.lower() not in _OWN}
        connection.request(method, path, body.replace(here, there), passed)
        response = connection.getresponse()
        answered = {name: value for name, value in response.getheaders() if name.lower() not in _OWN}
        answer = Answer(method, path, response.status, answered, response.read().replace(there, here))
        connection.close()
        return answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        relay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def _relay(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                answer = relay.change(relay.fetch(self.command, self.path, dict(self.headers), body))
                self.send_response_only(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                length = len(answer.body) if answer.length is None else answer.length
                if answer.status >= 200 and answer.status not in (204, 304):
                    self.send_header("Content-Length", str(length))
                self.end_headers()
                self.wfile.write(answer.body)
                unsound = length != len(answer.body) or "Transfer-Encoding" in answer.headers
                self.close_connection = self.close_connection or unsound

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _relay  # noqa: N815 - http.server's names

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        return Handler
