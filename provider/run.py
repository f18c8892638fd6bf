"""
What this process has seen of the run: which resources the program declares, and which objects are theirs.

The engine tells a provider about one resource at a time. Some mistakes only show between two: one display name
declared twice, one object managed twice, a permission that a later resource will need. So check and diff take notes
here. Pure; where the host does not tell which resource is meant, there is no note, and no verdict either.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable
from typing import NamedTuple

from provider.kind import Kind


class _Declared(NamedTuple):
    kind: Kind
    name: Hashable
    fresh: bool


class Run:
    """One run's notes. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._declared: dict[str, _Declared] = {}
        self._managed: dict[Hashable, str] = {}
        self._writing: dict[str, Kind] = {}

    def declares(self, urn: str, kind: Kind, name: Hashable, *, fresh: bool) -> str | None:
        """
        Note that the resource *urn* declares *name*; return another resource that declares the same, if one does.

        Two existing objects may have one name, for they have ids. A *fresh* one, which is still to be created, may
        not: a create looks for its own object by name.
        """
        if not urn:
            return None
        with self._lock:
            self._declared[urn] = _Declared(kind, name, fresh)
            same = [
                other
                for other, declared in self._declared.items()
                if other != urn and (declared.kind, declared.name) == (kind, name) and (fresh or declared.fresh)
            ]
        return name_of(same[0]) if name is not None and same else None

    def manages(self, urn: str, claim: Hashable) -> None:
        """Note that what `Kind.claim` names is the resource *urn*'s."""
        if urn:
            with self._lock:
                self._managed[claim] = urn

    def managed(self) -> dict[Hashable, str]:
        """Return the resource of each claim that was noted."""
        with self._lock:
            return dict(self._managed)

    def will_write(self, urn: str, kind: Kind) -> None:
        """Note that the run is about to write the resource *urn*."""
        if urn:
            with self._lock:
                self._writing[urn] = kind

    def writing(self) -> dict[str, Kind]:
        """Return the kinds of the resources that the run is about to write, by name."""
        with self._lock:
            return {name_of(urn): kind for urn, kind in self._writing.items()}


def name_of(urn: str) -> str:
    """Return the name that the program gave the resource *urn*."""
    return urn.rpartition("::")[2]
