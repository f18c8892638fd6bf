"""The services that vouch for a pipeline or a person while they sign in."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import requests


def assertion(lifetime: float = 300.0) -> str:
    """Make a federated identity's assertion."""
    payload = {"iss": "https://issuer.example", "sub": "me", "exp": time.time() + lifetime, "jti": str(time.time_ns())}
    return f"eyJ9.{base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip('=')}.signature"


class Issuer:
    """A pipeline's identity service: gives a fresh assertion to a caller that has the job's token."""

    def __init__(self, answer: Callable[[], tuple[int, Any]]) -> None:
        self.asked: list[tuple[str, str]] = []
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                issuer.asked.append((self.path, self.headers.get("Authorization", "")))
                status, document = answer()
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = _answer  # noqa: N815 - the names that http.server looks for

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/token"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop it."""
        self._server.shutdown()
        self._server.server_close()


def consent(ca_file: str) -> Callable[[str], bool]:
    """Make a browser whose user consents to everything: it sends the form that it is given."""

    def browse(url: str) -> bool:
        page = requests.get(url, verify=ca_file, timeout=30).text
        target = re.findall(r'action="([^"]*)"', page)[0]
        form = dict(re.findall(r'name="([^"]*)" value="([^"]*)"', page))
        Thread(target=lambda: requests.post(target, data=form, timeout=30), daemon=True).start()
        return True

    return browse
