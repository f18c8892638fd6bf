"""
The objects of the tenant, in memory, safe for many threads.

Records are immutable: a change replaces one, so a reader needs the lock only to take references. Each object's writes
stay remembered, those of deleted objects too, so that a read can be answered from before some of them (`View`).
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any

from sandbox.graph.tenant.statefile import StateFile

SETTINGS = "derivedCredentials"
PROFILES = "deviceConfigurations"
CERTIFICATE_STATES = "deviceConfigurationsAllManagedDeviceCertificateStates"
GROUPS = "groups"
ASSIGNMENT_FILTERS = "assignmentFilters"
SCOPE_TAGS = "roleScopeTags"
COLLECTIONS = (SETTINGS, PROFILES, CERTIFICATE_STATES, GROUPS, ASSIGNMENT_FILTERS, SCOPE_TAGS)


@dataclass(frozen=True)
class Record:
    """
    One object.

    *sequence* grows with every create: it is the order of lists, and what a page's continuation remembers. *properties*
    hold `@odata.type` and everything structural except the id. *binding* is the id of the derived credential referred
    to, *network_access* the ids a domain-join profile lists.
    """

    id: str
    sequence: int
    properties: Mapping[str, Any]
    assignments: tuple[Mapping[str, Any], ...] = ()
    binding: str | None = None
    network_access: tuple[str, ...] = ()

    @property
    def type(self) -> str:
        """The type's name without the namespace."""
        return str(self.properties["@odata.type"]).rpartition(".")[2]

    def saved(self) -> dict[str, Any]:
        """Return the record as JSON. Nothing is copied: records never change."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def restored(cls, saved: Mapping[str, Any]) -> Record:
        """Return the record that `saved` wrote."""
        return cls(
            **{
                **saved,
                "assignments": tuple(saved["assignments"]),
                "network_access": tuple(saved["network_access"]),
            }
        )


@dataclass(frozen=True)
class Write:
    """One write to an object: its number, its time, and what was there before it."""

    number: int
    at: float
    before: Record | None
    is_delete: bool
    previous: Write | None
    """The write before this one, if any is remembered."""


_Objects = dict[str, dict[str, Record]]


class Change:
    """One change to the store, made under its lock and only if it comes to its end."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.pending: dict[tuple[str, str], Record | None] = {}
        self.numbers: list[int] = []
        """The numbers of the writes, once the change is made."""

    def get(self, collection: str, key: str) -> Record | None:
        """Return the object as it is before the change."""
        return self._store.look(collection, key.lower())[0]

    def count(self, collection: str) -> int:
        """Return how many objects there are."""
        return self._store.count(collection)

    def next_sequence(self) -> int:
        """Return the place of a new object in its list."""
        return next(self._store.sequences)

    def put(self, collection: str, record: Record) -> Record:
        """Create or replace an object."""
        self.pending[collection, record.id] = record
        return record

    def remove(self, collection: str, key: str) -> None:
        """Delete an object."""
        self.pending[collection, key.lower()] = None


class Store:
    """The collections. With a *state_file*, a change is on disk before `change` returns. *clock* dates the writes."""

    def __init__(self, state_file: StateFile | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.RLock()
        self._objects: _Objects = {collection: {} for collection in COLLECTIONS}
        self._writes: dict[tuple[str, str], Write] = {}
        self.clock = clock
        self._numbers = itertools.count(1)
        self.sequences = itertools.count(1)
        self.latest = 0
        self._state_file = state_file
        if state_file is not None:
            self._restore(state_file.load())

    @contextmanager
    def change(self, *, settled: bool = False) -> Iterator[Change]:
        """
        Change objects alone: other changes wait, and an exception undoes this one.

        *settled*: lagging reads are to see it at once.
        """
        with self._lock:
            change = Change(self)
            yield change
            for (collection, key), record in change.pending.items():
                change.numbers.append(self._set(collection, key, record, settled=settled))
            number = self.latest
        if self._state_file is not None and change.pending:
            self._state_file.save(number, self._document)

    def count(self, collection: str) -> int:
        """Return how many objects there are."""
        return len(self._objects[collection])

    def look(self, collection: str, key: str) -> tuple[Record | None, Write | None]:
        """Return the object and the last write to it."""
        with self._lock:
            return self._objects[collection].get(key), self._writes.get((collection, key))

    def look_all(self, collection: str) -> list[Record]:
        """Return all objects in the order of their creation."""
        with self._lock:
            return list(self._objects[collection].values())

    def look_deleted(self, collection: str) -> list[str]:
        """Return the keys of the deleted objects whose deletion is remembered."""
        with self._lock:
            return [key for (where, key), write in self._writes.items() if where == collection and write.is_delete]

    def _set(self, collection: str, key: str, record: Record | None, *, settled: bool) -> int:
        """Store *record* under *key*, or nothing; return the number of this write."""
        objects = self._objects[collection]
        before = objects.get(key)
        self.latest = next(self._numbers)
        previous = self._writes.pop((collection, key), None)
        if not settled:
            write = Write(self.latest, self.clock(), before, is_delete=record is None, previous=previous)
            self._writes[collection, key] = write
        if record is None:
            objects.pop(key, None)
        else:
            objects[key] = record
        return self.latest

    def _document(self) -> tuple[int, dict[str, Any]]:
        """Return everything as JSON, with the number of the last write it holds."""
        with self._lock:
            latest, objects = (
                self.latest,
                {name: list(records.values()) for name, records in self._objects.items()},
            )
        return latest, {name: [record.saved() for record in records] for name, records in objects.items()}

    def _restore(self, document: Mapping[str, Any]) -> None:
        for collection in COLLECTIONS:
            for saved in document.get(collection, []):
                record = Record.restored(saved)
                self._objects[collection][record.id] = record
        highest = max((record.sequence for each in self._objects.values() for record in each.values()), default=0)
        self.sequences = itertools.count(highest + 1)
