"""
What can be done to a state without a run: mark resources, take some out, show the file, and replace it.

The commands are those of the CLI, and so are the rules: all named resources are edited, or none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.engine.errors import EngineError, StateError
from sandbox.engine.state import statefile, urns
from sandbox.engine.state.lock import lock
from sandbox.engine.state.resources import State
from sandbox.engine.state.statefile import Deployment

_HOW_TO_LIST = "To list the URNs of the stack, run `python -m sandbox.engine stack export`."


@dataclass(frozen=True)
class Mark:
    """A mark that the state puts on a resource, or takes from it."""

    attribute: str
    value: bool
    done: str

    def apply(self, deployment: Deployment, named: Iterable[str]) -> str:
        """Mark resources; return what was done. A state that waits for its deletion is never marked."""
        live = {state.urn: state for state in deployment.resources if not state.delete}
        states = _found(live, named)
        if self.attribute == "taint" and any(state.is_provider for state in states):
            raise EngineError("The stand-in engine does not model the replacement of a provider: name resources only.")
        for state in states:
            setattr(state, self.attribute, self.value)
        return f"{len(states)} resources {self.done}"


MARKS: Mapping[str, Mark] = {
    "taint": Mark("taint", True, "tainted"),
    "untaint": Mark("taint", False, "untainted"),
    "protect": Mark("protect", True, "protected"),
    "unprotect": Mark("protect", False, "unprotected"),
}


def mark(path: Path, name: str, named: Sequence[str], *, every: bool) -> str:
    """Put a mark on resources of a state file, or on all; return what was done."""

    def apply(deployment: Deployment) -> str:
        if not every:
            return MARKS[name].apply(deployment, named)
        MARKS[name].apply(deployment, {state.urn for state in deployment.resources if not state.delete})
        return f"All resources {MARKS[name].done}"

    return _edit(path, apply)


def remove(path: Path, named: Sequence[str], *, force: bool, dependents: bool) -> str:
    """Take resources out of a state file; what they stand for stays as it is. Return what was done."""

    def apply(deployment: Deployment) -> str:
        urns_ = dict.fromkeys(named)
        gone = {state for urn in urns_ for state in [_only(deployment.resources, urn)]}
        for state in list(gone):
            needing = _dependents(deployment.resources, state)
            if dependents:
                gone.update(needing)
            elif left := [each for each in needing if each not in gone]:
                raise EngineError(_needed(state, left))
        for state in gone:
            if state.protect and not force:
                raise EngineError(
                    f"{state.urn} can't be safely deleted because it is protected. "
                    "Re-run this command with --force to force deletion"
                )
        deployment.resources = [state for state in deployment.resources if state not in gone]
        return "Resource deleted" if len(urns_) == 1 else f"{len(urns_)} resources deleted"

    return _edit(path, apply)


def export(path: Path) -> str:
    """
    Return a state file as `pulumi stack export` prints it; the secrets of the stand-in are always readable.

    It needs no lock: a state file is always whole, and an engine that was killed must not be in the way.
    """
    text = statefile.whole(statefile.load(path))
    return json.dumps(json.loads(text), indent=4, ensure_ascii=False) + "\n"


def replace(path: Path, text: str, stack: str) -> list[str]:
    """
    Put another state in the place of a state file; return warnings.

    Pending operations are not taken over: this is how somebody who looked after them says so.
    """
    deployment = statefile.read(text, "The given state")
    _verify(deployment.resources, stack)
    warnings = [
        f"removing pending operation '{each.type}' on '{each.resource.urn}' from snapshot"
        for each in deployment.pending
    ]
    deployment.pending = []
    with lock(path):
        statefile.write(path, statefile.whole(deployment))
    return warnings


def _edit(path: Path, apply: Callable[[Deployment], str]) -> str:
    with lock(path):
        deployment = statefile.load(path)
        done = apply(deployment)
        statefile.write(path, statefile.whole(deployment))
    return done


def _found(states: Mapping[str, State], named: Iterable[str]) -> list[State]:
    missing = [urn for urn in named if urn not in states]
    if missing:
        lines = [f'No such resource "{urn}" exists in the current state' for urn in missing]
        raise EngineError("\n".join([*lines, _HOW_TO_LIST]))
    return [states[urn] for urn in named]


def _only(states: Iterable[State], urn: str) -> State:
    found = [state for state in states if state.urn == urn]
    if not found:
        raise EngineError(f'No such resource "{urn}" exists in the current state\n{_HOW_TO_LIST}')
    if len(found) > 1:
        ids = "".join(f"\n  {state.id}" for state in found)
        raise EngineError(f"Resource URN ambiguously referred to multiple resources. Did you mean:{ids}")
    return found[0]


def _dependents(states: Sequence[State], needed: State) -> list[State]:
    """Return those that need a resource, directly or not, and no other of the same URN; its children among them."""
    position = states.index(needed)
    reached, others = {needed.urn}, {state.urn for state in states[:position]}
    found = []
    for state in states[position + 1 :]:
        if not reached.isdisjoint(set(state.references(parent=True)) - others):
            reached.add(state.urn)
            found.append(state)
        else:
            others.add(state.urn)
    return found


def _needed(state: State, dependents: Iterable[State]) -> str:
    listed = "".join(f" * '{urns.name_of(each.urn)}' ({each.urn})\n" for each in dependents)
    return (
        f"{state.urn} can't be safely deleted because the following resources depend on it:\n{listed}\n"
        "Delete those resources first or pass --target-dependents."
    )


def _verify(states: Iterable[State], stack: str) -> None:
    """Refuse a state of another stack, or one in which a resource comes before what it needs."""
    seen: set[str] = set()
    live: set[str] = set()
    for state in states:
        if urns.stack_of(state.urn) != stack:
            raise StateError(f"The given state has a resource of another stack than {stack}: {state.urn}.")
        # One that was deleted to make way may still name a provider that is gone.
        needed = state.references(parent=True, provider=not state.pending_replacement)
        if missing := [urn for urn in needed if urn not in seen]:
            raise StateError(f"The given state lacks {missing[0]} before {state.urn}, which needs it.")
        if not state.delete and state.urn in live:
            raise StateError(f"The given state has {state.urn} twice: one of them must be marked with delete.")
        seen.add(state.urn)
        if not state.delete:
            live.add(state.urn)
