"""
The file of the journal: an SQLite database in one folder of this machine.

Each proof is on the disk when its write returns. That a state has an id need not be, for the state says so again.

Where it cannot be used, the run says so once and goes on without.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from provider.ownership import machine
from provider.ownership.journal_entry import Entry, entry_of, row_of

if TYPE_CHECKING:  # loaded when the first entry is written or read
    import sqlite3

FILE = "journal.sqlite3"
OFF = "off"
"""The value of `Settings.journal` that keeps no journal."""
KEPT = 30 * 24 * 3600.0
"""Seconds that an entry is kept, if no state is seen to have its id."""

_SECONDS_TO_WAIT = 5.0  # for another process that writes
_SCHEMA = """
CREATE TABLE IF NOT EXISTS creates (
    tenant TEXT, urn TEXT, kind TEXT, name TEXT, fields TEXT, body TEXT, before TEXT, began REAL, run TEXT, id TEXT,
    settled INTEGER, PRIMARY KEY (tenant, urn)
)
"""


class JournalFile:
    """The entries of all tenants, in *folder*; "" is the system's folder for the state of programs."""

    def __init__(self, folder: str, warn: Callable[[str], object], clock: Callable[[], float]) -> None:
        self._folder = folder
        self._warn = warn
        self._clock = clock
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self.off = folder == OFF

    def entries(self, tenant: str) -> list[Entry]:
        """Return the entries of *tenant*. No database is made for it."""
        if self.off or not self._path().exists():
            return []
        rows = self.execute("SELECT * FROM creates WHERE tenant = ?", (tenant,))
        return [entry_of(row[1:]) for row in rows]

    def open_elsewhere(self, tenant: str, stack: str) -> list[tuple[str, Entry]]:
        """Return the entries of *stack* under other tenants that no state was seen to have, and which tenants."""
        if self.off or not self._path().exists():
            return []
        rows = self.execute("SELECT * FROM creates WHERE tenant != ? AND NOT settled", (tenant,))
        found = [(str(row[0]), entry_of(row[1:])) for row in rows]
        return [(other, entry) for other, entry in found if entry.stack == stack]

    def write(self, tenant: str, entry: Entry) -> None:
        """Write *entry*, in place of an older one of the same resource."""
        row = (tenant, *row_of(entry))
        statement = f"INSERT OR REPLACE INTO creates VALUES ({', '.join('?' * len(row))})"  # noqa: S608 - marks
        # What is settled is in the state: if the power fails, the next run settles it again.
        self.execute(statement, row, durable=not entry.settled)

    def execute(self, statement: str, values: tuple[Any, ...] = (), *, durable: bool = True) -> list[tuple[Any, ...]]:
        """
        Execute *statement*; nothing and no rows where the database cannot be used.

        What is not *durable* reaches the disk with the next write that is.
        """
        with self._lock:
            return self._run(statement, values, durable=durable)

    def hold(self) -> str:
        """Hold the lock of this process, and return its name; "" where there is none."""
        try:
            return "" if self.off else machine.hold(self._path().parent)
        except OSError:  # the database, which is written next, says what is wrong with the folder
            return ""

    def is_held(self, run: str) -> bool:
        """Tell whether the process that holds the lock *run* is still at work."""
        return not self.off and machine.is_held(self._path().parent, run)

    def release(self) -> None:
        """Release the lock of this process."""
        machine.release(self._path().parent)

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def _run(self, statement: str, values: tuple[Any, ...], *, durable: bool) -> list[tuple[Any, ...]]:
        if self.off:
            return []
        import sqlite3  # noqa: PLC0415 - a run that creates nothing needs no database

        try:
            self._connection = self._connection or self._connect()
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            return self._connection.execute(statement, values).fetchall()
        except (sqlite3.Error, OSError) as error:
            self.off = True
            self._warn(
                f"the journal in {self._path().parent} cannot be used ({error}): if this run is killed, what it was "
                "creating must be brought into the state with `python -m stacks recover`; INTUNE_JOURNAL names another "
                "folder"
            )
            return []

    def _connect(self) -> sqlite3.Connection:
        import sqlite3  # noqa: PLC0415 - as above

        path = self._path()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)  # before SQLite does, for others must not read it
        connection = sqlite3.connect(path, timeout=_SECONDS_TO_WAIT, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(_SCHEMA)
        machine.clear(path.parent)
        connection.execute("DELETE FROM creates WHERE began < ?", (self._clock() - KEPT,))
        return connection

    def _path(self) -> Path:
        return Path(self._folder or machine.state_folder(os.environ)) / FILE
