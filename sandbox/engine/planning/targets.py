"""Which resources a run may touch, and which it must replace, when the command line names some."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.engine.state import urns
from sandbox.engine.state.resources import State


@dataclass(frozen=True)
class Selection:
    """What the command line names: nothing means all resources, and none to replace."""

    targets: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    dependents: bool = False


class Targets:
    """A set of URNs and of patterns for URNs: `*` stands for text without a colon, `**` for any text."""

    def __init__(self, given: Iterable[str]) -> None:
        self.urns: list[str] = []
        self._patterns: list[re.Pattern[str]] = []
        for each in given:
            if "*" in each:
                self._patterns.append(re.compile(_expression(each)))
            else:
                self.urns.append(each)

    def __bool__(self) -> bool:
        return bool(self.urns or self._patterns)

    def __contains__(self, urn: str) -> bool:
        return urn in self.urns or any(pattern.fullmatch(urn) for pattern in self._patterns)

    def unknown(self, known: Iterable[str]) -> list[str]:
        """Return the URNs that are not known; a pattern may match nothing."""
        existing = set(known)
        return [urn for urn in self.urns if urn not in existing]


class Scope:
    """What a run may touch; with dependents it grows as resources are registered."""

    def __init__(self, selection: Selection) -> None:
        self.targets = Targets(selection.targets)
        self.replaces = Targets(selection.replaces)
        self.dependents = selection.dependents
        self._touched: set[str] = set()
        self.skipped: set[str] = set()
        """The resources that the program has, the state has not, and that this run does not create."""

    def includes(self, state: State) -> bool:
        """Tell whether a resource may change; the stack and its provider always may."""
        return not self.targets or state.is_provider or urns.is_stack(state.urn) or self._named(state)

    def touch(self, state: State) -> None:
        """Note that a resource is among those whose dependents may change."""
        if self._named(state):
            self._touched.add(state.urn)

    def replacing(self, urn: str, old: State | None) -> bool:
        """Tell whether a resource must be replaced without asking its provider."""
        return urn in self.replaces or (old is not None and old.taint)

    def named(self, states: Iterable[State]) -> list[State]:
        """Return those of the states, each after those it needs, that are named or depend on one that is."""
        if not self.targets:
            return list(states)
        reached: set[str] = set()
        found = []
        for state in states:
            needed = state.references(parent=True, provider=False)
            if state.urn in self.targets or (self.dependents and not reached.isdisjoint(needed)):
                reached.add(state.urn)
                found.append(state)
        return found

    def _named(self, state: State) -> bool:
        return state.urn in self.targets or (
            self.dependents
            and any(urn in self.targets or urn in self._touched for urn in state.references(parent=True))
        )


def _expression(pattern: str) -> str:
    parts = (re.split(r"\*", part) for part in pattern.split("**"))
    return ".*".join("[^:]*".join(map(re.escape, part)) for part in parts)
