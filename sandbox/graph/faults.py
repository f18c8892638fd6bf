"""
Things that go wrong on purpose, a given number of times.

A fault is one of: a status of its own (before or after the request has taken effect), a connection dropped without an
answer (before or after), a delay, or reads that lag behind the last write. The first fault that matches a request is
used.
"""

from __future__ import annotations

import json
import re
import threading
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.graph.messages import JSON_TYPE, Request, Response

_KINDS = ("status", "drop", "delayMs", "lagReads")
_LATE = ({"delayMs", "status"}, {"delayMs", "drop"})
_TYPES: dict[str, type] = {
    "method": str,
    "path": str,
    "host": str,
    "times": int,
    "status": int,
    "headers": dict,
    "body": object,
    "when": str,
    "drop": str,
    "delayMs": int,
    "lagReads": int,
}


@dataclass
class Fault:
    """One fault; the names are those of the control route. *times* goes down as it is used."""

    path: str
    method: str | None = None
    host: str | None = None
    times: int = 1
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    when: str = "before"
    drop: str | None = None
    delayMs: int | None = None  # noqa: N815 - the names of the control route
    lagReads: int | None = None  # noqa: N815
    since: int = 0
    """For lagging reads: the number of the last write when the fault was armed."""

    @classmethod
    def parse(cls, document: dict[str, Any]) -> Fault:
        """Read the JSON of the control route; raises ValueError with what is wrong with it."""
        wrong = [name for name, value in document.items() if not isinstance(value, _TYPES.get(name, ()))]
        if wrong:
            raise ValueError(f"not members of a fault, or not of the right type: {', '.join(wrong)}")
        if "path" not in document:
            raise ValueError("a fault needs a path")
        if sum(kind in document for kind in _KINDS) != 1 and set(document).intersection(_KINDS) not in _LATE:
            raise ValueError(f"a fault has one of {', '.join(_KINDS)}; delayMs may delay a status or a drop")
        if document.get("when", "before") not in ("before", "after"):
            raise ValueError("when is before or after")
        if document.get("drop", "before") not in ("before", "after"):
            raise ValueError("drop is before or after")
        try:
            re.compile(document["path"])
        except re.error as problem:
            raise ValueError(f"path must be a regular expression: {problem}") from None
        fault = cls(**document)
        if fault.lagReads is not None:
            fault.times = fault.lagReads
            fault.method = "GET"
        return fault

    def wire(self) -> dict[str, Any]:
        """Return what the control route shows."""
        return {name: value for name, value in asdict(self).items() if value not in (None, {}) and name != "since"}

    def matches(self, request: Request) -> bool:
        """Tell whether the fault is for this request."""
        return (
            self.times > 0
            and self.method in (None, request.method)
            and self.host in (None, request.site.host)
            and re.search(self.path, request.target) is not None
        )

    def happens(self, when: str) -> bool:
        """Tell whether the fault answers (or refuses to) at this time: before or after the effect."""
        return self.drop == when or (self.status is not None and self.when == when)

    def response(self) -> Response:
        """Build the answer of a fault with a status. A body that is text is sent as it is."""
        if self.body is None:
            return Response(self.status or 0, b"", dict(self.headers))
        raw = self.body if isinstance(self.body, str) else json.dumps(self.body)
        kind = "text/html" if isinstance(self.body, str) else JSON_TYPE
        return Response(self.status or 0, raw.encode(), {"Content-Type": kind, **self.headers})


class Faults:
    """The faults that are still to come."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def arm(self, fault: Fault) -> None:
        """Add a fault."""
        with self._lock:
            self._faults.append(fault)

    def take(self, request: Request) -> Fault | None:
        """Use up one of the times of the first fault that matches."""
        with self._lock:
            fault = next((fault for fault in self._faults if fault.matches(request)), None)
            if fault is not None:
                fault.times -= 1
            return fault

    def give_back(self, fault: Fault) -> None:
        """Undo `take`: the fault made no difference."""
        with self._lock:
            fault.times += 1

    def pending(self) -> list[Fault]:
        """Return those that can still happen."""
        with self._lock:
            return [fault for fault in self._faults if fault.times > 0]

    def clear(self) -> None:
        """Forget all of them."""
        with self._lock:
            self._faults.clear()
