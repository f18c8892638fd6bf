"""
What is to go wrong, where, when and how often: the cells of the matrix.

A cell is one operation of one resource (a request that it sends, by method and path), one fault, before or after the
server's effect, once or thrice in a row; after an effect, none or some of the next reads that would show it are late.
A read has no effect, so it fails before it.
"""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

GROUP = "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01"
OTHER_GROUP = "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e02"


class Operation(NamedTuple):
    """A request that a resource sends while something is done with it."""

    kind: str
    doing: str
    """create, adopt, update, read or delete."""
    method: str
    path: str
    """A regular expression."""

    @property
    def writes(self) -> bool:
        """Tell whether it changes anything."""
        return self.method != "GET" and self.path != _BATCH

    @property
    def creates(self) -> bool:
        """Tell whether it is the POST that makes an object: the one request that must never be repeated blindly."""
        return self.method == "POST" and self.path in {_SETTINGS_LIST, _PROFILES_POST}

    def __str__(self) -> str:
        """Name it for the table."""
        return f"{self.kind} {self.doing}: {self.method} {self.path}"


class Fault(NamedTuple):
    """What the service does instead of answering properly."""

    name: str
    answer: dict[str, Any]
    moments: tuple[str, ...] = ("before", "after")


class Cell(NamedTuple):
    """One cell."""

    operation: Operation
    fault: Fault
    when: str
    times: int
    lag: int = 0

    def __str__(self) -> str:
        """Name it, so that it can be played again."""
        lag = f" lag {self.lag}" if self.lag else ""
        return f"{self.operation} | {self.fault.name} {self.when} x{self.times}{lag}"

    def armed(self) -> dict[str, Any]:
        """Return the fault as the sandbox takes it."""
        if self.fault is LATE and not self.operation.writes:
            path = "." if self.operation in _FIRST else self.operation.path  # every read once, and each by itself
            return {"method": "GET", "path": path, "times": self.lag, "lagReads": self.lag}
        place = {"method": self.operation.method, "path": self.operation.path}
        if self.fault is CERTIFICATE and self.when == "before":
            place = {}  # the first connection of the run
        answer = {name: self.when if value == WHEN else value for name, value in self.fault.answer.items()}
        return {**place, "times": self.times, **answer, **self._lags()}

    def _lags(self) -> dict[str, int]:
        """Return the late reads; those of a delete still list the object."""
        if not self.lag:
            return {}
        return {"lagReads": self.lag, **({"lagDeletes": self.lag} if self.operation.method == "DELETE" else {})}


WHEN = "?"
"""Stands for the moment in the description of a fault."""
CERTIFICATE = Fault("certificate", {"certificate": "untrusted"})
"""Of the first connection of a run (before), or of the next one after the request that begins it."""
LATE = Fault("late", {}, ("after",))
"""Nothing fails, but the reads after a write are late; a refresh, that they are late with the run before it."""
FAULTS = [
    Fault("429", {"status": 429, "headers": {"Retry-After": "0"}, "when": WHEN}),
    Fault("503", {"status": 503, "when": WHEN}),
    Fault("500", {"status": 500, "when": WHEN}),
    Fault("502", {"status": 502, "when": WHEN}),
    Fault("504", {"status": 504, "when": WHEN}),
    Fault("408", {"status": 408, "when": WHEN}),
    Fault("401", {"status": 401, "when": WHEN}),
    Fault("reset", {"drop": WHEN}),
    Fault("timeout", {"drop": WHEN, "delayMs": 900}),
    Fault("empty", {"status": 200, "body": "", "when": WHEN}),
    Fault("HTML", {"status": 200, "body": "<html><body>Sign in to the network</body></html>", "when": WHEN}),
    Fault("garbled", {"garbled": WHEN}),
    Fault("garbled body", {"garbled": "body"}, ("after",)),
    Fault("cut body", {"cut": WHEN}),
    CERTIFICATE,
    LATE,
]
TIMES = (1, 3)
LAGS = (0, 1, 3)

_BATCH = r"/\$batch$"
_SETTINGS = "derivedCredentials"
_SETTINGS_LIST = rf"{_SETTINGS}$"
_SETTINGS_ITEM = rf"{_SETTINGS}\("
_PROFILES = "deviceConfigurations"
_PROFILES_LIST = rf"{_PROFILES}\?"
_PROFILES_POST = rf"{_PROFILES}$"
_REFERENCE = r"/derivedCredentialSettings$"
_STATES = "CertificateStates"


def _settings() -> list[Operation]:
    name = "derivedCredential"
    return [
        Operation(name, "create", "GET", _SETTINGS_LIST),
        Operation(name, "create", "POST", _SETTINGS_LIST),
        Operation(name, "adopt", "GET", _SETTINGS_LIST),
        Operation(name, "adopt", "PATCH", _SETTINGS_ITEM),
        Operation(name, "update", "PATCH", _SETTINGS_ITEM),
        Operation(name, "update", "GET", _SETTINGS_LIST),
        Operation(name, "read", "GET", _SETTINGS_LIST),
        Operation(name, "delete", "DELETE", _SETTINGS_ITEM),
        Operation(name, "delete", "GET", _SETTINGS_ITEM),
    ]


def _profile(name: str) -> list[Operation]:
    return [
        Operation(name, "create", "GET", _PROFILES_LIST),
        Operation(name, "create", "POST", _PROFILES_POST),
        Operation(name, "create", "GET", _REFERENCE),
        Operation(name, "create", "POST", r"/assign$"),
        Operation(name, "adopt", "GET", _PROFILES_LIST),
        Operation(name, "adopt", "GET", _REFERENCE),
        Operation(name, "adopt", "PATCH", _PROFILES),
        Operation(name, "adopt", "POST", r"/assign$"),
        Operation(name, "adopt", "PUT", r"/\$ref$"),
        Operation(name, "update", "PATCH", _PROFILES),
        Operation(name, "update", "POST", r"/assign$"),
        Operation(name, "update", "PUT", r"/\$ref$"),
        Operation(name, "update", "GET", _REFERENCE),
        Operation(name, "read", "GET", _PROFILES_LIST),
        Operation(name, "read", "POST", _BATCH),
        Operation(name, "read", "GET", _REFERENCE),
        Operation(name, "delete", "DELETE", _PROFILES),
        Operation(name, "delete", "GET", _PROFILES),
    ]


OPERATIONS = [
    *_settings(),
    *_profile("androidProfile"),
    *_profile("iosProfile"),
    Operation("binding", "create", "GET", _REFERENCE),
    Operation("binding", "create", "PUT", r"/\$ref$"),
    Operation("binding", "update", "PUT", r"/\$ref$"),
    Operation("binding", "read", "GET", _PROFILES_LIST),
    Operation("binding", "read", "POST", _BATCH),
    Operation("binding", "read", "GET", _REFERENCE),
    Operation("binding", "delete", "GET", _REFERENCE),
    Operation("binding", "delete", "DELETE", r"/\$ref$"),
    Operation("scopedSettings", "create", "GET", _REFERENCE),
    Operation("scopedSettings", "create", "PATCH", _REFERENCE),
    Operation("scopedSettings", "update", "PATCH", _REFERENCE),
    Operation("scopedSettings", "read", "GET", _REFERENCE),
    Operation("scopedSettings", "read", "GET", _SETTINGS_LIST),
    Operation("certificateState", "create", "GET", _STATES),
    Operation("certificateState", "create", "PATCH", _STATES),
    Operation("certificateState", "update", "PATCH", _STATES),
    Operation("certificateState", "read", "GET", _STATES),
]


def cells() -> list[Cell]:
    """Return the whole matrix."""
    return [
        Cell(operation, fault, when, times, lag)
        for operation, fault in itertools.product(OPERATIONS, FAULTS)
        for when in _moments(operation, fault)
        for times, lag in itertools.product(TIMES if fault is not LATE else TIMES[:1], _lags(operation, fault, when))
    ]


def called(name: str) -> list[Cell]:
    """Return the cell of this *name* or, if none is called so, those in whose names it occurs."""
    every = cells()
    return [cell for cell in every if str(cell) == name] or [cell for cell in every if name in str(cell)]


_FIRST = list({(one.kind, one.doing): one for one in OPERATIONS[::-1]}.values())
"""The first request of everything that is done: the operations stand in their order."""


def _moments(operation: Operation, fault: Fault) -> tuple[str, ...]:
    """Return the moments at which *fault* differs for this *operation*."""
    if fault is CERTIFICATE:
        first, makes = operation in _FIRST, operation.doing in {"create", "adopt"}
        followed = (first and makes) or (operation.creates and operation.kind != "derivedCredential")
        return tuple(when for when, there in (("before", first), ("after", followed)) if there)
    if fault is LATE and not operation.writes:
        return fault.moments if (operation.doing, operation.method) == ("read", "GET") else ()
    return fault.moments if operation.writes else fault.moments[:1]


def _lags(operation: Operation, fault: Fault, when: str) -> tuple[int, ...]:
    """Return how many reads can be late: where nothing was written, none."""
    if fault is LATE:
        return LAGS[1:]
    written = operation.writes and fault is not CERTIFICATE and when == "after"
    return LAGS if written else LAGS[:1]
