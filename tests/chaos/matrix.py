"""
What is to go wrong, where, when and how often: the cells of the matrix.

A cell is one operation of one resource (a request that it sends, by method and path), one fault, before or after the
server's effect, once or thrice in a row.
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


class Cell(NamedTuple):
    """One cell."""

    operation: Operation
    fault: Fault
    when: str
    times: int

    def __str__(self) -> str:
        """Name it, so that it can be played again."""
        return f"{self.operation} | {self.fault.name} {self.when} x{self.times}"

    def armed(self) -> dict[str, Any]:
        """Return the fault as the sandbox takes it."""
        answer = dict(self.fault.answer)
        if "drop" in answer:
            answer["drop"] = self.when
        else:
            answer["when"] = self.when
        return {"method": self.operation.method, "path": self.operation.path, "times": self.times, **answer}


FAULTS = [
    Fault("429", {"status": 429, "headers": {"Retry-After": "0"}}),
    Fault("503", {"status": 503}),
    Fault("500", {"status": 500}),
    Fault("502", {"status": 502}),
    Fault("504", {"status": 504}),
    Fault("reset", {"drop": ""}),
    Fault("timeout", {"drop": "", "delayMs": 900}),
    Fault("empty body", {"status": 200, "body": ""}),
    Fault("HTML", {"status": 200, "body": "<html><body>Sign in to the network</body></html>"}),
]

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
        Operation(name, "read", "POST", r"/\$batch$"),
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
    Operation("binding", "read", "POST", r"/\$batch$"),
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
        Cell(operation, fault, when, times)
        for operation, fault, when, times in itertools.product(OPERATIONS, FAULTS, ("before", "after"), (1, 3))
    ]
