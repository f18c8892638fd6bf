"""
What a request meets on its way: an answer that is lost, a service that refuses what it did, people who act meanwhile.

It stands where the client has its HTTP session, so that the exceptions of the HTTP library, and all that the provider
makes of them, are the real ones.
"""

from __future__ import annotations

import json as codec
import ssl
from collections.abc import Callable, Iterator
from http.client import RemoteDisconnected
from typing import Any, NoReturn
from urllib.parse import urlsplit

import requests
import urllib3
from typing_extensions import Self
from urllib3 import HTTPSConnectionPool
from urllib3.exceptions import MaxRetryError, ProtocolError

from tests.explorer.choices import Choices, Killed
from tests.explorer.graph import Answer, Graph, Request
from tests.explorer.people import act, acts
from tests.explorer.world import OURS, Json, World

_BEFORE: dict[str, Callable[[], Exception]] = {
    "lost before": lambda: requests.ConnectionError(
        ProtocolError("Connection aborted.", ConnectionResetError(104, "Connection reset by peer"))
    ),
    "certificate refused": lambda: _tls_error(
        ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (_ssl.c:1006)")
    ),
}
_AFTER: dict[str, Callable[[], Exception]] = {
    "lost after": lambda: requests.ConnectionError(
        ProtocolError("Connection aborted.", RemoteDisconnected("Remote end closed connection without response"))
    ),
    "tls after": lambda: _tls_error(
        ssl.SSLError(1, "[SSL: DECRYPTION_FAILED_OR_BAD_RECORD_MAC] decryption failed or bad record mac (_ssl.c:2580)")
    ),
}
_STATUSES = {f"{status} after": status for status in (429, 503, 500, 408, 401)}
_PASSING = {429, 500, 503}
_WRITE = [*_BEFORE, "refused", *_AFTER, *_STATUSES, "kill after", "outage after"]
_LATE = {"late by one list": (1, False), "late by three reads": (3, True)}
_LOST = "lost after"


def _fail(make: Callable[[], Exception]) -> NoReturn:
    """Raise a new error, as each failure of a connection is one."""
    error = make()
    raise error


def _tls_error(cause: ssl.SSLError) -> Exception:
    """Return *cause* as requests and urllib3 wrap it."""
    reason = MaxRetryError(HTTPSConnectionPool("graph.microsoft.com"), "/beta", urllib3.exceptions.SSLError(cause))
    return requests.exceptions.SSLError(reason)


class Wire:
    """The way from one plugin process to Graph."""

    def __init__(self, world: World, tenant: str, by: str, choices: Choices) -> None:
        self.world = world
        self.graph = Graph(world, tenant)
        self._by = by
        self._choices = choices
        self.second: Callable[[], None] = lambda: None
        """What the second stack does when it acts."""
        self.twin: Callable[[], tuple[str, str, Json] | None] = lambda: None
        """What a person would make to have the same as the entry at hand: collection, type, body."""

    def request(self, method: str, url: str, json: Json | None = None, **_: Any) -> Response:
        """Stand in for `requests.Session.request`."""
        parts = urlsplit(url)
        path = parts.path.removeprefix("/beta") + (f"?{parts.query}" if parts.query else "")
        request = Request(method, path, json or {}, self._by)
        # What passes is repeated, in whichever way it fails: all but a POST that creates.
        passing = method != "POST" or path.endswith(("/assign", "/$batch"))
        try:
            answer = self._pass(request)
        except requests.RequestException as error:
            self._choices.observe("it failed" if passing else repr(error))
            raise
        self._choices.observe(
            "it failed" if passing and answer.status in _PASSING else f"{path if method == 'GET' else ''} {answer}"
        )
        return Response(answer)

    def _pass(self, request: Request) -> Answer:
        choose, about = self._choices.choose, f"{request.method} {request.path}"
        collection = self.graph.writes(request)
        act(self, choose(f"before {about}", acts(self, request)))
        if request.method == "POST" and "displayName" in request.body and self._by == OURS:
            self.world.doubt.add(request.body["displayName"])
        if collection and choose(f"at {about}", ["kill before"]):
            raise Killed
        if self._choices.outage:
            _fail(_AFTER[_LOST])
        if not collection:
            failed = choose(f"answer to {about}", ["refused"])
            return Answer(403, {"error": {"message": "refused"}}) if failed else self.graph.serve(request)
        late = choose(f"shown after {about}", list(_LATE))
        self._choices.observe(late)
        chosen = choose(f"answer to {about}", _WRITE)
        return self._write(request, collection, late, chosen)

    def _write(self, request: Request, collection: str, late: str, chosen: str) -> Answer:
        if chosen in _BEFORE:
            _fail(_BEFORE[chosen])
        if chosen == "refused":
            return Answer(400, {"error": {"message": "refused"}})
        before = self.world.copy().objects[self.graph.tenant] if late else {}
        answer = self.graph.serve(request)
        if late:
            reads, wide = _LATE[late]
            self.graph.delay(collection, before, reads, wide=wide, deleted=request.method == "DELETE")
        if chosen == "kill after":
            raise Killed
        if chosen in _AFTER:
            _fail(_AFTER[chosen])
        if chosen == "outage after":
            self._choices.outage = True
            _fail(_AFTER[_LOST])
        status = _STATUSES.get(chosen)
        if status:
            return Answer(status, {"error": {"message": "explored"}})
        if self._by == OURS:
            self.world.doubt.discard(request.body.get("displayName", ""))
        return answer

    def close(self) -> None:
        """Close nothing."""


class Response:
    """The part of `requests.Response` that the client uses."""

    is_redirect = False

    def __init__(self, answer: Answer) -> None:
        self.status_code = answer.status
        self.headers = {"Content-Type": "application/json"}
        self._content = b"" if answer.body is None else codec.dumps(answer.body).encode()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def iter_content(self, _size: int) -> Iterator[bytes]:
        """Hand out the body."""
        yield self._content
