"""
What this process has seen of the run: which resources the program declares, and which objects are theirs.

The engine tells a provider about one resource at a time. Some mistakes only show between two: one display name
declared twice, one object managed twice, a permission that a later resource will need. So check and diff take notes
here. Pure; where the host does not tell which resource is meant, there is no note, and no verdict either.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import NamedTuple

from provider.kind import Kind


class _Declared(NamedTuple):
    kind: str
    name: str


class Run:
    """One run's notes. Safe to share between threads; what a note costs does not grow with their number."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._declared: dict[str, _Declared] = {}
        self._namesakes: dict[_Declared, dict[str, bool]] = {}
        self._managed: list[tuple[Hashable, str]] = []
        self._writing: dict[str, Kind] = {}
        self._permissions: set[tuple[str, ...]] = set()
        self._ahead: set[str] = set()

    def declares(self, urn: str, kind: Kind, name: Hashable, *, fresh: bool) -> str | None:
        """
        Note that the resource *urn* declares *name*; return another resource that declares the same, if one does.

        Two existing objects may have one name, for they have ids. A *fresh* one, which is still to be created, may
        not: a create looks for its own object by name. A name that is no text is not known yet, or is wrong.
        """
        if not urn:
            return None
        with self._lock:
            before = self._declared.pop(urn, None)
            if before is not None:
                del self._namesakes[before][urn]
            if not isinstance(name, str):
                return None
            declared = self._declared[urn] = _Declared(kind.name, name)
            namesakes = self._namesakes.setdefault(declared, {})
            same = [other for other, other_is_fresh in namesakes.items() if fresh or other_is_fresh]
            namesakes[urn] = fresh
        return name_of(same[0]) if same else None

    def manages(self, urn: str, claim: Hashable) -> None:
        """Note that what `Kind.claim` names is the resource *urn*'s."""
        if urn:
            with self._lock:
                self._managed.append((claim, urn))

    def hand_over(self, claim: Callable[[Hashable, str], object]) -> None:
        """Give *claim* each claim that was noted since the last call, and its resource. Others wait meanwhile."""
        with self._lock:
            for key, urn in self._managed:
                claim(key, urn)
            self._managed.clear()

    def will_write(self, urn: str, kind: Kind) -> None:
        """Note that the run is about to write the resource *urn*."""
        if urn:
            with self._lock:
                self._writing[urn] = kind
                self._permissions.add(kind.permissions)
                self._ahead.add(urn)

    def writes(self, urn: str) -> None:
        """Note that the run has begun to write the resource *urn*."""
        with self._lock:
            self._ahead.discard(urn)

    def ahead(self) -> int:
        """Return how many resources are to be written, as far as is known, and were not begun."""
        with self._lock:
            return len(self._ahead)

    def permissions(self) -> set[tuple[str, ...]]:
        """Return what the run needs for what it is about to write: of each member one permission."""
        with self._lock:
            return set(self._permissions)

    def writing(self) -> dict[str, Kind]:
        """Return the kinds of the resources that the run is about to write, by name."""
        with self._lock:
            return {name_of(urn): kind for urn, kind in self._writing.items()}


def name_of(urn: str) -> str:
    """Return the name that the program gave the resource *urn*."""
    return urn.rpartition("::")[2]
