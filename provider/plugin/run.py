"""
What this process has seen of the run: which resources the program declares, what it will write, and who owns what.

The engine tells a provider about one resource at a time. Some mistakes only show between two: one display name
declared twice, one object managed twice, a permission that a later resource will need. So check and diff take notes
here. Where the host does not tell which resource is meant, there is no note, and no verdict either.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Hashable, Mapping
from typing import NamedTuple

from provider.ownership.journal import Journal
from provider.ownership.journal_entry import tenant_key
from provider.ownership.ledger import Ledger
from provider.settings import Settings


class _Declared(NamedTuple):
    kind: str
    name: str


class Run:
    """One run's notes. Safe to share between threads; what a note costs does not grow with their number."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self._lock = threading.Lock()
        self._journals: dict[str, Journal] = {}
        self._declared: dict[str, _Declared] = {}
        self._namesakes: dict[_Declared, dict[str, bool]] = {}
        self._writing: dict[str, tuple[str, ...]] = {}
        self._planned: dict[str, tuple[str, ...]] = {}
        self._permissions: set[tuple[str, ...]] = set()
        self._writes_ahead: set[str] = set()

    def journal(self, settings: Settings, warn: Callable[[str], object], urn: str = "") -> Journal:
        """
        Return this machine's journal of the tenant of *settings*, for the resource *urn*.

        *warn* is told if it cannot be used, and what it has of the resource's stack under other tenants.
        """
        tenant = tenant_key(settings.tenant_id, settings.cloud.name)
        with self._lock:
            if tenant not in self._journals:
                self._journals[tenant] = Journal(settings.journal, tenant, warn)
            found = self._journals[tenant]
        found.warn_of_other_tenants(urn)
        return found

    def settle(self) -> None:
        """Forget what the journals say of this run, which has ended well: the state has all that it created."""
        if not os.environ.get("PULUMI_SKIP_CHECKPOINTS"):  # else the state is written after this process ends
            for journal in self._journals.values():
                journal.settle()

    def declares(self, urn: str, kind: str, name: Hashable, *, fresh: bool) -> str | None:
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
            declared = self._declared[urn] = _Declared(kind, name)
            namesakes = self._namesakes.setdefault(declared, {})
            same = [other for other, other_is_fresh in namesakes.items() if fresh or other_is_fresh]
            namesakes[urn] = fresh
        return same[0] if same else None

    def plans(self, entries: Mapping[str, tuple[str, ...]]) -> None:
        """
        Note what the stack's config declares: the permissions that each entry needs, by its name.

        It is what a first write needs to know of all others.
        """
        with self._lock:
            self._planned.update(entries)
            self._permissions.update(entries.values())

    def will_write(self, urn: str, permissions: tuple[str, ...]) -> None:
        """Note that the run is about to write the resource *urn*, which needs one of *permissions*."""
        if urn:
            with self._lock:
                self._writing[urn] = permissions
                self._permissions.add(permissions)
                self._writes_ahead.add(urn)

    def writes(self, urn: str) -> None:
        """Note that the run has begun to write the resource *urn*."""
        with self._lock:
            self._writes_ahead.discard(urn)

    def writes_ahead(self) -> int:
        """Return how many resources are to be written, as far as is known, and were not begun."""
        with self._lock:
            return len(self._writes_ahead)

    def permissions(self) -> set[tuple[str, ...]]:
        """Return what the run needs for what it is about to write: of each member one permission."""
        with self._lock:
            return set(self._permissions)

    def needs(self) -> dict[str, tuple[str, ...]]:
        """Return the same by resource: what is declared in the stack's config, and what the run is about to write."""
        with self._lock:
            return self._planned | {name_of(urn): permissions for urn, permissions in self._writing.items()}


def name_of(urn: str) -> str:
    """Return the name that the program gave the resource *urn*."""
    return urn.rpartition("::")[2]
