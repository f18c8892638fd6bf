"""One fault: how it is written on the control route, what it is for, and what it does to an answer."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, fields
from http import HTTPStatus
from typing import Any

from sandbox.graph.http.clouds import Site
from sandbox.graph.http.messages import JSON_TYPE, Dropped, Request, Response
from sandbox.graph.tenant.lags import Lag

_KINDS = ("status", "drop", "garbled", "cut", "certificate")
_LAGS = ("lagReads", "lagMs", "lagDeletes", "lagDeletesMs")
_CHOICES = {
    "when": ("before", "after"),
    "drop": ("before", "after"),
    "garbled": ("before", "after", "body"),
    "cut": ("before", "after"),
    "certificate": ("untrusted",),
}
_TYPES: dict[str, type] = {
    **dict.fromkeys(("method", "path", "host", *_CHOICES), str),
    **dict.fromkeys(("times", "status", "delayMs", *_LAGS), int),
    "headers": dict,
    "body": object,
}
_EMPTY_LIST = {"value": list[object]()}
"""What an answer holds that is cut off though it has no body."""


@dataclass
class Fault:
    """
    The names are those of the control route. *times* goes down as it is used.

    *certificate* is not for requests: *path* and *method*, if given, name the request after which it begins.
    """

    path: str = ""
    method: str | None = None
    host: str | None = None
    times: int = 1
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    when: str = "before"
    drop: str | None = None
    garbled: str | None = None
    cut: str | None = None
    certificate: str | None = None
    delayMs: int | None = None  # noqa: N815 - the names of the control route
    lagReads: int | None = None  # noqa: N815
    lagMs: int | None = None  # noqa: N815
    lagDeletes: int | None = None  # noqa: N815
    lagDeletesMs: int | None = None  # noqa: N815
    begun: bool = False
    """For a certificate: whether it is shown from now on."""
    lags: list[Lag] = field(default_factory=list)
    """What the fault is, if it is only that reads are late."""

    @classmethod
    def parse(cls, document: dict[str, Any]) -> Fault:
        """Read the JSON of the control route; raises ValueError with what is wrong with it."""
        wrong = [name for name, value in document.items() if not isinstance(value, _TYPES.get(name, ()))]
        if wrong:
            raise ValueError(f"not members of a fault, or not of the right type: {', '.join(wrong)}")
        for name, choices in _CHOICES.items():
            if name in document and document[name] not in choices:
                raise ValueError(f"{name} is {' or '.join(choices)}")
        _check_combination(document)
        try:
            re.compile(document.get("path", ""))
        except re.error as problem:
            raise ValueError(f"path must be a regular expression: {problem}") from None
        return cls(**document, begun="certificate" in document and "path" not in document)

    def wire(self) -> dict[str, Any]:
        """Return what the control route shows."""
        shown = {each.name: getattr(self, each.name) for each in fields(self) if each.name not in ("begun", "lags")}
        shown |= {"times": self.left, "path": self.path or None}
        return {name: value for name, value in shown.items() if value not in (None, {})}

    @property
    def is_lag(self) -> bool:
        """Whether it makes reads late and does nothing else."""
        other = any(getattr(self, kind) is not None for kind in (*_KINDS, "delayMs"))
        return not other and self.method in (None, "GET")

    @property
    def left(self) -> int:
        """How often it can still happen. A lag that only time ends counts as one."""
        if self.is_lag:
            return max((1 if lag.reads is None else lag.reads for lag in self.lags), default=0)
        return self.times

    @property
    def replaces_answer(self) -> bool:
        """Whether the client does not get the answer of the service."""
        return any(value is not None for value in (self.status, self.drop, self.garbled, self.cut))

    @property
    def takes_effect(self) -> bool:
        """Whether the service carries the request out."""
        return (self.drop or self.garbled or self.cut or (self.when if self.status else "after")) != "before"

    def strikes(self, request: Request) -> bool:
        """Tell whether the fault happens to this request."""
        return self.certificate is None and not self.is_lag and self.times > 0 and self._is_for(request)

    def begins_after(self, request: Request) -> bool:
        """Tell whether wrong certificates are to be shown when this request, to whatever host, is answered."""
        return self.certificate is not None and not self.begun and self._has_place(request)

    def spoils(self, site: Site) -> bool:
        """Tell whether a client that connects to *site*, a Graph if no host is named, is shown a wrong certificate."""
        named = site.role == "graph" if self.host is None else site.host == self.host
        return self.certificate is not None and self.begun and self.times > 0 and named

    def outcome(self, request: Request, response: Response | None) -> Response:
        """Make of the *response* (none if nothing took effect) what the client gets. Raises Dropped."""
        if self.status is not None:
            return self._answer(self.status)
        if self.drop is not None or self.garbled in ("before", "after"):
            raise Dropped(garbled=self.garbled is not None)
        raise Dropped(_with_body(request, response), garbled=self.garbled is not None)

    def only_lags(self, lags: list[Lag]) -> Fault:
        """Return what is left of the fault when it has happened to a write: reads that are late."""
        said = {name: getattr(self, name) for name in _LAGS}
        return Fault(method="GET", lags=lags, **said)

    def _is_for(self, request: Request) -> bool:
        return self.host in (None, request.site.host) and self._has_place(request)

    def _has_place(self, request: Request) -> bool:
        return self.method in (None, request.method) and re.search(self.path, request.target) is not None

    def _answer(self, status: int) -> Response:
        """Build the answer of a fault with a status. A body that is text is sent as it is."""
        if self.body is None:
            return Response(status, b"", dict(self.headers))
        raw = self.body if isinstance(self.body, str) else json.dumps(self.body)
        kind = "text/html" if isinstance(self.body, str) else JSON_TYPE
        return Response(status, raw.encode(), {"Content-Type": kind, **self.headers})


def _check_combination(document: dict[str, Any]) -> None:
    """Raise ValueError if the members cannot be together."""
    kinds = [kind for kind in _KINDS if kind in document]
    lags = [lag for lag in _LAGS if lag in document]
    if "path" not in document and kinds != ["certificate"]:
        raise ValueError("a fault needs a path")
    if len(kinds) > 1 or not (kinds or lags or "delayMs" in document):
        raise ValueError(f"a fault has one of {', '.join(_KINDS)}, or only delayMs, {', '.join(_LAGS)}")
    if kinds == ["certificate"] and (lags or "delayMs" in document):
        raise ValueError("a certificate is shown before any request, which could be delayed or late")
    if any(document[lag] < 1 for lag in lags):
        raise ValueError("a lag is at least 1")


def _with_body(request: Request, response: Response | None) -> Response:
    """Return a success with a body that can be cut off."""
    if response is not None and response.body:
        return response
    return Response.of(HTTPStatus.CREATED if request.method == "POST" else HTTPStatus.OK, _EMPTY_LIST)
