"""Comments and issues of GitHub, Azure DevOps and GitLab, as far as a pipeline uses them: a page of a list has two."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

BOT, PERSON = {"login": "github-actions[bot]"}, {"login": "someone"}
_PAGE = 2


class Hosting:
    """What is there, by its path without the query, and what was sent."""

    def __init__(self) -> None:
        self.lists: dict[str, list[dict[str, Any]]] = {}
        self.sent: list[tuple[str, str, dict[str, Any]]] = []
        self.tokens: set[str] = set()
        self.refuses = False
        self.address = ""


def _handler(hosting: Hosting) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            hosting.tokens.add(self.headers.get("Authorization") or self.headers.get("PRIVATE-TOKEN") or "")
            if parts.path == "/user":
                self._answer(200, {"id": 7})
                return
            every = hosting.lists.get(parts.path, [])
            if parts.path.endswith("/threads"):
                self._answer(200, {"value": every})
                return
            page = int(parse_qs(parts.query).get("page", ["1"])[0])
            more = len(every) > page * _PAGE
            link = f'<{hosting.address}{parts.path}?page={page + 1}>; rel="next"' if more else ""
            self._answer(200, every[(page - 1) * _PAGE : page * _PAGE], link)

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if hosting.refuses:
                self._answer(403, {"message": "Resource not accessible by integration"})
                return
            hosting.sent.append((self.command, urlsplit(self.path).path, body))
            self._answer(200, {})

        do_PATCH = do_PUT = do_POST  # noqa: N815 - the names of the library

        def _answer(self, status: int, body: Any, link: str = "") -> None:
            raw = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(raw)))
            if link:
                self.send_header("Link", link)
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: Any) -> None:
            """Print nothing."""

    return Handler


@contextmanager
def hosting() -> Iterator[Hosting]:
    """Serve on this machine for as long as it lasts."""
    made = Hosting()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(made)) as server:
        made.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()
