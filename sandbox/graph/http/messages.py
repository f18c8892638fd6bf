"""What the transport hands to the services and gets back: a request, a response, or a dropped connection."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from sandbox.graph.http.clouds import Site

JSON_TYPE = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
"""Graph's own way of saying JSON."""


@dataclass(frozen=True)
class Request:
    """One request. *headers* have lower-case names; *part* is the id of the part when it came inside a $batch."""

    method: str
    target: str
    site: Site
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    part: str | None = None

    @cached_property
    def path(self) -> str:
        """The target without its query, still percent-encoded."""
        return urlsplit(self.target).path

    @cached_property
    def query(self) -> str:
        """The query, still percent-encoded."""
        return urlsplit(self.target).query


@dataclass
class Response:
    """One answer. *tenant* is for the journal only: whose token the request carried, once that is known."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    tenant: str | None = None

    @classmethod
    def of(cls, status: int, payload: Any, **headers: str) -> Response:
        """Answer with *payload* as JSON."""
        return cls(status, dump(payload), {"Content-Type": JSON_TYPE, **headers})


class Dropped(Exception):  # noqa: N818 - not an error: what a fault asked for
    """The connection is to be closed: at once, or after a part of the *response*, or (*garbled*) after noise."""

    def __init__(self, response: Response | None = None, *, garbled: bool = False) -> None:
        super().__init__()
        self.response = response
        self.garbled = garbled


def dump(payload: Any) -> bytes:
    """Write compact JSON in UTF-8."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
