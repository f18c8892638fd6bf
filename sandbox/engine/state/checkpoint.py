"""
The state on disk, kept up to date while an operation runs.

The promise: before a provider is asked to change anything, the file says so (a pending operation); and before the
engine leaves, the file has every result. So a killed engine never forgets what it began. One thread writes, and one
write serves all who wait for it: that is what keeps 1,500 resources cheap.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from sandbox.engine.errors import StateError
from sandbox.engine.state import statefile
from sandbox.engine.state.resources import State
from sandbox.engine.state.statefile import CREATING, Deployment


class Journal:
    """What the steps of an operation tell about themselves; this one, for previews, keeps nothing of it."""

    def begin(self, state: State, operation: str) -> None:
        """Note that an operation is about to start; return once that is safe."""

    def end(
        self,
        state: State,
        *,
        gone: Sequence[State] = (),
        new: State | None = None,
        changed: Sequence[State] = (),
        write: bool = True,
    ) -> None:
        """Note how it ended: states no longer there, one that is new, others that changed."""

    def rebase(self, resources: Sequence[State]) -> None:
        """Start from other resources, those that a refresh found."""

    def close(self) -> None:
        """Write what is not written yet."""


class Checkpoint(Journal):
    """
    The journal of an update.

    The file lists what this operation made, in the order it was made, and after it what was there before and has not
    been touched yet; each resource so comes after those it needs.
    """

    def __init__(self, path: Path, deployment: Deployment) -> None:
        self._path = path
        self._base = list(deployment.resources)
        self._secrets_providers = deployment.secrets_providers
        self._news: list[State] = []
        self._gone: set[State] = set()
        self._texts = {state: statefile.fragment(state) for state in self._base}
        self._pending: dict[State, str] = {}
        # What a killed run may have created stays on record until somebody says that it was looked after.
        self._unclear = [
            statefile.operation_fragment(each.resource, each.type)
            for each in deployment.pending
            if each.type == CREATING
        ]
        self._names: dict[str, str] = {}
        self._wanted = self._written = 0
        self._failure: OSError | None = None
        self._closed = False
        self._turn = threading.Condition()
        self._writer = threading.Thread(target=self._write_until_closed, name="checkpoint", daemon=True)
        self._writer.start()

    def begin(self, state: State, operation: str) -> None:
        """Note that an operation is about to start; return once that is on disk."""
        text = statefile.operation_fragment(state, operation)
        with self._turn:
            self._pending[state] = text
            self._wait_for(self._want_write())

    def end(
        self,
        state: State,
        *,
        gone: Sequence[State] = (),
        new: State | None = None,
        changed: Sequence[State] = (),
        write: bool = True,
    ) -> None:
        """Note how an operation ended; without *write* the file may learn of it later."""
        texts = {each: statefile.fragment(each) for each in (*changed, *([new] if new else []))}
        with self._turn:
            self._pending.pop(state, None)
            self._gone.update(gone)
            self._texts.update(texts)
            if new is not None:
                self._news.append(new)
                self._follow_aliases(new)
            if write:
                self._want_write()

    def rebase(self, resources: Sequence[State]) -> None:
        """Start from other resources, those that a refresh found."""
        texts = {state: statefile.fragment(state) for state in resources}
        with self._turn:
            self._base = list(resources)
            self._texts.update(texts)
            self._want_write()

    def close(self) -> None:
        """Write what is not written yet, and stop."""
        with self._turn:
            last = self._want_write()
            self._closed = True
            self._wait_for(last)
        self._writer.join()

    def _follow_aliases(self, new: State) -> None:
        """Let what still refers to a resource by an old name refer to it by its new one."""
        if not new.aliases:
            return
        self._names.update(dict.fromkeys(new.aliases, new.urn))
        for state in (*self._base, *self._news):
            renamed = state.renamed(self._names)
            if renamed is not state:
                self._texts[state] = statefile.fragment(renamed)

    def _want_write(self) -> int:
        self._wanted += 1
        self._turn.notify_all()
        return self._wanted

    def _wait_for(self, ticket: int) -> None:
        self._turn.wait_for(lambda: self._written >= ticket or self._failure is not None)
        if self._failure is not None:
            raise StateError(f"The state file {self._path} cannot be written: {self._failure}.")

    def _write_until_closed(self) -> None:
        while True:
            with self._turn:
                self._turn.wait_for(lambda: self._wanted > self._written or self._closed)
                if self._wanted == self._written:
                    return
                ticket, text = self._wanted, self._compose()
            try:
                statefile.write(self._path, text)
            except OSError as error:
                with self._turn:
                    self._failure = error
                    self._turn.notify_all()
                return
            with self._turn:
                self._written = ticket
                self._turn.notify_all()

    def _compose(self) -> str:
        states = [state for state in (*self._news, *self._base) if state not in self._gone]
        texts = (self._texts[state] for state in states)
        return statefile.compose(texts, [*self._pending.values(), *self._unclear], self._secrets_providers)
