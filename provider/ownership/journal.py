"""
What this machine did, for the next run to know: the proof of creates whose run was killed.

A POST may take effect and the run that sent it die before the state has the id. So the intent is written down before
the POST, and the id after it. The next run on this machine finds, for the same resource (URN), what its own journal
proves, and nothing else. An entry proves nothing any more when the run ended well,
when the state is seen to have the id, and with age.

It holds no secret: of names and bodies it has digests only. Without it a killed run is ended by
`python -m stacks recover`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from provider.ownership.journal_entry import Entry, stack_of
from provider.ownership.journal_file import KEPT, JournalFile
from provider.ownership.journal_index import JournalIndex
from provider.ownership.ledger import name_of

_INTENT_PROVES = 3600.0
"""Seconds that an entry without an id proves anything: later, what appeared meanwhile may be another's."""


class Journal:
    """The creates of one *tenant* on this machine. Safe to share between threads and processes."""

    def __init__(
        self,
        folder: str,
        tenant: str,
        warn: Callable[[str], object] = lambda _: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._file = JournalFile(folder, warn, clock)
        self._tenant = tenant
        self._warn = warn
        self._clock = clock
        self._lock = threading.Lock()
        self._run_name = ""
        self._returned: set[str] = set()
        self._adopted: set[str] = set()
        self._seen: set[str] = set()
        self._stacks: set[str] = set()
        self._index: JournalIndex | None = None

    def intend(self, entry: Entry) -> None:
        """Write down that *entry* is about to be sent."""
        self._write(entry._replace(run=self._run_of_this_process(), id="", settled=False))

    def created(self, urn: str, id_: str) -> None:
        """Write down the id of what the create of *urn* made, or adopted."""
        for other in self._entries().of(id_):
            if other.urn != urn:  # this resource adopted what another had created, whose state may have it still
                self.forget(other.urn)
                self._adopted.add(urn)
        entry = self._entries().get(urn) or Entry(urn, "", "", (), "", (), self._clock())
        self._write(entry._replace(run=self._run_of_this_process(), id=id_, settled=False))

    def forget(self, urn: str) -> None:
        """Drop the entry of *urn*: its POST had no effect, or the state has the id."""
        if self._entries().remove(urn):
            self._file.execute("DELETE FROM creates WHERE tenant = ? AND urn = ?", (self._tenant, urn))

    def seen(self, urn: str, id_: str) -> None:
        """
        Note that the state of the resource *urn* has *id_*: what proves it is in the state from now on.

        An intent stays: during a replacement that was interrupted, the state still has the id of the old object.
        """
        self._seen.add(urn)
        for entry in self._entries().of(id_):
            if entry.urn == urn and not entry.settled:
                self._write(entry.as_settled())
            elif entry.urn != urn:  # the resource was renamed
                self.forget(entry.urn)
                if self._entries().get(urn) is None:
                    self._write(entry._replace(urn=urn).as_settled())

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
        for urn in self._returned - self._adopted:
            entry = self._entries().get(urn)
            if entry is not None and entry.id:
                self._write(entry.as_settled())
        self._file.release()

    def find(self, urn: str) -> Entry | None:
        """Return what is known of the last create of *urn*, if that proves anything still."""
        entry = self._entries().get(urn)
        if entry is None or entry.settled or self._clock() - entry.began > (KEPT if entry.id else _INTENT_PROVES):
            return None
        return entry

    def reload(self, urn: str) -> Entry | None:
        """Return the same as another process may have written it since."""
        self._read_again()
        return self.find(urn)

    def is_under_way(self, entry: Entry) -> bool:
        """Tell whether the process that wrote *entry* is still at work: a killed engine leaves its plugin behind."""
        return self._file.is_held(entry.run)

    def owner(self, id_: str) -> str:
        """Return the URN for which *id_* was created on this machine, if no state was seen to have it since."""
        return next((entry.urn for entry in self._entries().of(id_) if not entry.settled), "")

    def creator(self, id_: str, but: str = "") -> str:
        """Return the URN, other than *but*, for which *id_* was created on this machine: proof of nothing by now."""
        return next((entry.urn for entry in self._entries().of(id_) if entry.urn != but), "")

    def has_open(self, urn: str, kind: str) -> bool:
        """Tell whether a create of *kind* was interrupted in the stack of *urn*, and no state was seen to have it."""
        return any(one.kind == kind and one.stack == stack_of(urn) for one in self._entries().open())

    def warn_of_other_tenants(self, urn: str) -> None:
        """
        Say, once, what interrupted runs of the stack of *urn* created in tenants that it was set to before.

        Such an object is in no state, and nothing that is declared for this tenant leads to it.
        """
        stack = stack_of(urn)
        with self._lock:
            if not urn or stack in self._stacks:
                return
            self._stacks.add(stack)
        for tenant, entry in self._file.open_elsewhere(self._tenant, stack):
            where = f"in tenant {tenant}, to which tenantId was set then"
            if entry.id:
                said = f"an interrupted run of this stack created {entry.id} for {name_of(entry.urn)} {where}"
            else:
                said = f"it is unknown whether an interrupted run of this stack created {name_of(entry.urn)} {where}"
            self._warn(f"{said}; no state has it. Delete it there, or declare adopt for it in a stack of that tenant")

    def is_of_another(self, entry: Entry, id_: str) -> bool:
        """
        Tell whether *id_* may have been created for another resource than that of *entry*, as the database says now.

        It was, or the process of another resource that creates an object of the same name is still at work.
        """
        self._read_again()
        others = [one for one in self._entries().all() if one.urn != entry.urn]
        same = [one for one in others if not one.id and (one.kind, one.name) == (entry.kind, entry.name)]
        return any(one.id == id_ for one in others) or any(self.is_under_way(one) for one in same)

    def now(self) -> float:
        """Return the time by this machine's clock, in seconds since the epoch."""
        return self._clock()

    def close(self) -> None:
        """Close the database."""
        self._file.close()

    def _entries(self) -> JournalIndex:
        """Return the entries. Read once, for a run has the state's lock."""
        with self._lock:
            if self._index is None:
                self._index = JournalIndex(self._file.entries(self._tenant))
            return self._index

    def _read_again(self) -> None:
        """Let the next look show what another process has written since."""
        with self._lock:
            self._index = None

    def _write(self, entry: Entry) -> None:
        if not entry.urn:  # the host does not tell which resource it is, so nothing could be recognised by it
            return
        self._entries().put(entry)
        self._file.write(self._tenant, entry)

    def _run_of_this_process(self) -> str:
        with self._lock:
            self._run_name = self._run_name or self._file.hold()
            return self._run_name
