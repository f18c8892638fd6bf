"""The URNs of a run: each is given once, and a resource may have borne another before."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sandbox.engine.errors import EngineError, Reported
from sandbox.engine.processes.goals import Goal
from sandbox.engine.processes.monitor import RunInfo
from sandbox.engine.state import urns
from sandbox.engine.state.aliases import Subject, old_urns
from sandbox.engine.state.resources import State
from sandbox.engine.steps.report import Report


class UrnAllocator:
    """Who is called what in one run."""

    def __init__(self, run: RunInfo, olds: Mapping[str, State], report: Report) -> None:
        self._run = run
        self._olds = olds
        self._report = report
        self._given: set[str] = set()
        self._new_names: dict[str, str] = {}
        self._old_names: dict[str, str] = {}

    def urn(self, type_: str, name: str, parent: str) -> str:
        """Return the URN of a resource in this run."""
        return urns.make(self._run.stack, self._run.project, type_, name, parent)

    def allocate(self, type_: str, name: str, parent: str = "") -> str:
        """Give a resource its URN; no other may have it."""
        if parent and parent not in self._given:
            raise EngineError(f"could not find parent resource {parent}")
        urn = self.urn(type_, name, parent)
        if urn in self._given:
            self._report.error(f"Duplicate resource URN '{urn}'; try giving it a unique name", urn)
            raise Reported
        self._given.add(urn)
        return urn

    def admit(self, urn: str) -> None:
        """Let a resource of the last run be a parent in this one, though the program did not register it."""
        self._given.add(urn)

    @property
    def given(self) -> Collection[str]:
        """The URNs of this run."""
        return self._given

    def old_state(self, urn: str, goal: Goal) -> State | None:
        """Return the resource as it was, under this name or, failing that, under an old one."""
        if urn in self._new_names:
            raise EngineError(
                f"Duplicate resource URN '{urn}' conflicting with alias on resource with URN '{self._new_names[urn]}'"
            )
        if urn in self._olds:
            return self._olds[urn]
        subject = Subject(
            name=goal.name,
            type=goal.type,
            parent=goal.parent,
            old_parent=self._old_names.get(goal.parent, ""),
            project=self._run.project,
            stack=self._run.stack,
        )
        for alias in old_urns(subject, goal.aliases, self._old_names):
            if alias in self._olds:
                self._hand_over(alias, urn)
                return self._olds[alias]
        return None

    def current(self, urn: str) -> str:
        """Return the name that a resource of the last run has now."""
        return self._new_names.get(urn, urn)

    def _hand_over(self, alias: str, urn: str) -> None:
        holder = alias if alias in self._given else self._new_names.get(alias)
        if holder is not None:
            raise EngineError(
                f"Duplicate resource alias '{alias}' applied to resource with URN '{urn}' conflicting with resource "
                f"with URN '{holder}'"
            )
        self._new_names[alias] = urn
        self._old_names[urn] = alias
