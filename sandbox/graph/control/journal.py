"""
What was asked, so that a test can assert it.

Never a token and never a header but the user agent; a body only of a write to Graph, and never one of the token
endpoint.
"""

from __future__ import annotations

import threading
from typing import Any, TypedDict


class Entry(TypedDict, total=False):
    """
    One request. *status* is null when the connection was dropped; *at* is when it came, in seconds since the epoch.

    *batchPart* is the id of the part, null for a request of its own. *body* is only there for writes to Graph.
    """

    method: str
    path: str
    host: str
    status: int | None
    seconds: float
    at: float
    tenant: str | None
    batchPart: str | None
    userAgent: str | None
    body: Any


class Journal:
    """All requests so far, in the order of their answers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[Entry] = []

    def add(self, entry: Entry) -> None:
        """Remember one request."""
        with self._lock:
            self._entries.append(entry)

    def entries(self) -> list[Entry]:
        """Return all of them."""
        with self._lock:
            return list(self._entries)

    def clear(self) -> None:
        """Forget all of them."""
        with self._lock:
            self._entries.clear()
