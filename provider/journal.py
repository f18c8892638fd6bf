"""
What this machine did, for the next run to know: the proof of creates whose run was killed.

A POST may take effect and the run that sent it die before the state has the id. So the intent is written down before
the POST, and the id after it. The next run on this machine finds, for the same resource (URN), what its own journal
proves, and nothing else. An entry proves nothing any more when the run ended well,
when the state is seen to have the id, and with age.

The journal is an SQLite database in one folder (`Settings.journal`, else the system's folder for the state of
programs), synchronised to the disk at each entry. It holds no secret: of names and bodies it has digests only. Where it
cannot be written, the run says so once and goes on without; then a killed run is ended by `python -m stacks recover`.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from provider import machine
from provider.journal_entry import Entry, entry_of, row_of

if TYPE_CHECKING:  # loaded when the first entry is written or read
    import sqlite3

FILE = "journal.sqlite3"
OFF = "off"
"""The value of `Settings.journal` that keeps no journal."""

_DAY = 24 * 3600.0
_KEPT = 30 * _DAY
"""Seconds that an entry with an id is kept, if no state is seen to have it."""
_INTENT_PROVES = 3600.0
"""Seconds that an entry without an id proves anything: later, what appeared meanwhile may be somebody's else."""
_SECONDS_TO_WAIT = 5.0  # for another process that writes
_SCHEMA = """
CREATE TABLE IF NOT EXISTS creates (
    tenant TEXT, urn TEXT, kind TEXT, name TEXT, fields TEXT, body TEXT, before TEXT, began REAL, run TEXT, id TEXT,
    settled INTEGER, PRIMARY KEY (tenant, urn)
)
"""


class Journal:
    """The creates of one *tenant* on this machine. Safe to share between threads and processes."""

    def __init__(
        self,
        folder: str,
        tenant: str,
        warn: Callable[[str], object] = lambda _: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._folder = folder
        self._tenant = tenant
        self._warn = warn
        self._clock = clock
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._off = folder == OFF
        self._run_name = ""
        self._returned: set[str] = set()
        self._adopted: set[str] = set()
        self._seen: set[str] = set()
        self._entries: dict[str, Entry] | None = None

    def intend(self, entry: Entry) -> None:
        """Write down that *entry* is about to be sent."""
        self._write(entry._replace(run=self._run_of_this_process(), id="", settled=False))

    def created(self, urn: str, id_: str) -> None:
        """Write down the id of what the create of *urn* made, or adopted."""
        for other in self._of(id_):
            if (
                other.urn != urn
            ):  # consent: this resource adopted what another had created, whose state may have it still
                self.forget(other.urn)
                self._adopted.add(urn)
        entry = self._all().get(urn) or Entry(urn, "", "", (), "", (), self._clock())
        self._write(entry._replace(run=self._run_of_this_process(), id=id_, settled=False))

    def forget(self, urn: str) -> None:
        """Drop the entry of *urn*: its POST had no effect, or the state has the id."""
        if self._all().pop(urn, None) is not None:
            self._execute("DELETE FROM creates WHERE tenant = ? AND urn = ?", (self._tenant, urn))

    def seen(self, urn: str, id_: str) -> None:
        """
        Note that the state of the resource *urn* has *id_*: what proves it is in the state from now on.

        An intent stays: during a replacement that was interrupted, the state still has the id of the old object.
        """
        self._seen.add(urn)
        for entry in self._of(id_):
            if entry.urn == urn and not entry.settled:
                self._write(entry._replace(settled=True))
            elif entry.urn != urn:  # the resource was renamed
                self.forget(entry.urn)
                if urn not in self._all():
                    self._write(entry._replace(urn=urn, settled=True))

    def refused(self, entry: Entry) -> None:
        """
        Note that the create of *entry* was refused before its POST. It proves nothing about any object.

        If it was to replace an object, the state keeps the id of that, which is deleted: `has_open` must tell.
        """
        if entry.urn in self._seen:
            self._write(entry._replace(began=entry.began - _INTENT_PROVES - 1, run=""))

    def returned(self, urn: str) -> None:
        """Note that the engine was told the id of what the create of *urn* made."""
        self._returned.add(urn)

    def settle(self) -> None:
        """Note that the state has what the creates of this run returned: the engine has ended the run."""
        if not self._run_name:
            return
        self._execute("BEGIN", ())  # one write to the disk for all: the engine waits five seconds
        for urn in self._returned - self._adopted:
            entry = self._all().get(urn)
            if entry is not None and entry.id:
                self._write(entry._replace(settled=True))
        self._execute("COMMIT", ())
        machine.release(self._path().parent)

    def find(self, urn: str) -> Entry | None:
        """Return what is known of the last create of *urn*, if that proves anything still."""
        entry = self._all().get(urn)
        if entry is None or entry.settled or self._clock() - entry.began > (_KEPT if entry.id else _INTENT_PROVES):
            return None
        return entry

    def reload(self, urn: str) -> Entry | None:
        """Return the same as another process may have written it since."""
        with self._lock:
            self._entries = None
        return self.find(urn)

    def is_under_way(self, entry: Entry) -> bool:
        """Tell whether the process that wrote *entry* is still at work: a killed engine leaves its plugin behind."""
        return not self._off and machine.is_held(self._path().parent, entry.run)

    def owner(self, id_: str) -> str:
        """Return the URN for which *id_* was created on this machine, if no state was seen to have it since."""
        return next((entry.urn for entry in self._of(id_) if not entry.settled), "")

    def creator(self, id_: str, but: str = "") -> str:
        """Return the URN, other than *but*, for which *id_* was created on this machine: proof of nothing by now."""
        return next((entry.urn for entry in self._of(id_) if entry.urn != but), "")

    def has_open(self, urn: str, kind: str) -> bool:
        """Tell whether a create of *kind* was interrupted in the stack of *urn*, and no state was seen to have it."""
        stack = urn.split("::")[:2]
        entries = [one for one in tuple(self._all().values()) if one.kind == kind and not one.settled]
        return any(one.urn.split("::")[:2] == stack for one in entries)

    def is_of_another(self, entry: Entry, id_: str) -> bool:
        """
        Tell whether *id_* may have been created for another resource than that of *entry*, as the database says now.

        It was, or the process of another resource that creates an object of the same name is still at work.
        """
        with self._lock:
            self._entries = None
        others = [one for one in tuple(self._all().values()) if one.urn != entry.urn]
        same = [one for one in others if not one.id and (one.kind, one.name) == (entry.kind, entry.name)]
        return any(one.id == id_ for one in others) or any(self.is_under_way(one) for one in same)

    def _of(self, id_: str) -> list[Entry]:
        return [entry for entry in tuple(self._all().values()) if entry.id == id_]

    def now(self) -> float:
        """Return the time by this machine's clock, in seconds since the epoch."""
        return self._clock()

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    # ------------------------------------------------------------------------------------------ the database

    def _all(self) -> dict[str, Entry]:
        """Return the entries by URN. Read once, for a run has the state's lock; no database is made for it."""
        with self._lock:
            if self._entries is None:
                exists = not self._off and self._path().exists()
                rows = self._run("SELECT * FROM creates WHERE tenant = ?", (self._tenant,)) if exists else []
                self._entries = {row[1]: entry_of(row[1:]) for row in rows}
            return self._entries

    def _write(self, entry: Entry) -> None:
        if not entry.urn:  # the host does not tell which resource it is, so nothing could be recognised by it
            return
        self._all()[entry.urn] = entry
        row = (self._tenant, *row_of(entry))
        self._execute(f"INSERT OR REPLACE INTO creates VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608 - marks

    def _execute(self, statement: str, values: tuple[Any, ...]) -> None:
        with self._lock:
            self._run(statement, values)

    def _run(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        if self._off:
            return []
        import sqlite3  # noqa: PLC0415 - a run that creates nothing needs no database

        try:
            self._connection = self._connection or self._connect()
            return self._connection.execute(statement, values).fetchall()
        except (sqlite3.Error, OSError) as error:
            self._off = True
            self._warn(
                f"the journal in {self._path().parent} cannot be used ({error}): if this run is killed, what it was "
                "creating must be brought into the state with `python -m stacks recover`; INTUNE_JOURNAL names another "
                "folder"
            )
            return []

    def _run_of_this_process(self) -> str:
        with self._lock:
            try:
                self._run_name = self._run_name or ("" if self._off else machine.hold(self._path().parent))
            except OSError:  # the database, which is written next, says what is wrong with the folder
                return ""
            return self._run_name

    def _connect(self) -> sqlite3.Connection:
        import sqlite3  # noqa: PLC0415 - as above

        path = self._path()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)  # before SQLite does, for others must not read it
        connection = sqlite3.connect(path, timeout=_SECONDS_TO_WAIT, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(_SCHEMA)
        machine.clear(path.parent)
        connection.execute("DELETE FROM creates WHERE began < ?", (self._clock() - _KEPT,))
        return connection

    def _path(self) -> Path:
        return Path(self._folder or machine.state_folder(os.environ)) / FILE
