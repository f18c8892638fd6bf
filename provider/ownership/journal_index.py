"""The journal's entries of one tenant in memory: each is found by its URN and by the id of its object."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from provider.ownership.journal_entry import Entry


class JournalIndex:
    """
    One entry for each resource. Safe to share between threads.

    Each diff asks by id, and whether any create is open; a look through all entries would make a preview quadratic.
    """

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._lock = threading.Lock()
        self._by_urn: dict[str, Entry] = {}
        self._by_id: dict[str, dict[str, Entry]] = {}
        self._open: dict[str, Entry] = {}
        for entry in entries:
            self.put(entry)

    def get(self, urn: str) -> Entry | None:
        """Return the entry of the resource *urn*."""
        return self._by_urn.get(urn)

    def put(self, entry: Entry) -> None:
        """Take *entry* in place of an older one of the same resource."""
        with self._lock:
            self._remove(entry.urn)
            self._by_urn[entry.urn] = entry
            self._by_id.setdefault(entry.id, {})[entry.urn] = entry
            if not entry.settled:
                self._open[entry.urn] = entry

    def remove(self, urn: str) -> bool:
        """Remove the entry of the resource *urn*, and tell whether there was one."""
        with self._lock:
            return self._remove(urn)

    def of(self, id_: str) -> list[Entry]:
        """Return the entries whose object has *id_*."""
        with self._lock:
            return list(self._by_id.get(id_, {}).values())

    def open(self) -> list[Entry]:
        """Return the entries of creates that no state was seen to have."""
        with self._lock:
            return list(self._open.values())

    def all(self) -> list[Entry]:
        """Return every entry."""
        with self._lock:
            return list(self._by_urn.values())

    def _remove(self, urn: str) -> bool:
        entry = self._by_urn.pop(urn, None)
        if entry is None:
            return False
        del self._by_id[entry.id][urn]
        self._open.pop(urn, None)
        return True
