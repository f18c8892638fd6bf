"""
Absence, which is believed only after a second look.

A service whose reads are late says of an object that exists that it does not. So what is absent is looked for again,
for a few seconds that all absent objects of a run share. And a token that may not see the objects (scope tags, another
tenant, a licence that lapsed) says it of all of them: where every object of a kind is absent, and there are at least
two, that is refused, unless a setting says that it is so.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar

from provider.errors import MassAbsence
from provider.graph.client import GraphClient

_T = TypeVar("_T")
_LOOKS_AGAIN = 5.0
"""Seconds that absent objects are looked for again, from the first one on."""
_AT_LEAST = 2
"""Absent objects of one kind that make a mass absence."""


class Absences:
    """The objects that one run found absent. Safe to share between threads."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._deadline: float | None = None
        self._present: set[str] = set()
        self._absent: defaultdict[str, set[str]] = defaultdict(set)

    def look_again(self, look: Callable[[], _T | None]) -> _T | None:
        """Return what *look* finds in the time that all absent objects of the run share; None if it finds nothing."""
        with self._lock:
            if self._deadline is None:
                self._deadline = self._client.now() + min(_LOOKS_AGAIN, self._client.settings.consistency_timeout)
            left = max(0.0, self._deadline - self._client.now())
        return self._client.poll(look, left, "looking again for what Graph does not show")

    def present(self, kind: str) -> None:
        """Note that an object of *kind* exists."""
        with self._lock:
            self._present.add(kind)

    def missing(self, kind: str, id_: str) -> None:
        """
        Note that the state has an object of *kind* that does not exist.

        Raises MassAbsence: no other one exists either, and there are several.
        """
        with self._lock:
            self._absent[kind].add(id_)
            count = len(self._absent[kind])
            refused = count >= _AT_LEAST and kind not in self._present and not self._client.settings.accept_absence
        if refused:
            raise MassAbsence(
                f"Graph shows none of the {count} objects of kind {kind} that this run looked for, so the state is "
                "kept: the stack may be of another tenant, the token may not see them (scope tags, roles), or the "
                "Intune licence may have ended. If all of them were really deleted, run once with "
                "INTUNE_ACCEPT_ABSENCE=1 in the environment"
            )
