"""
Import: take resources that exist into the state, as a file describes them.

Dynamic providers cannot read what they know nothing of, so the file must give inputs and outputs; nothing is read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.engine import urns
from sandbox.engine.errors import EngineError, Unmodelled
from sandbox.engine.planner import Planner
from sandbox.engine.resources import State
from sandbox.engine.run import Run
from sandbox.engine.steps.base import Surroundings
from sandbox.engine.steps.changes import CreateStep, SameStep
from sandbox.engine.steps.looks import ImportStep
from sandbox.engine.values import Properties, from_state


@dataclass(frozen=True)
class Imported:
    """One entry of an import file."""

    type: str
    name: str
    id: str
    parent: str
    component: bool
    inputs: Properties
    outputs: Properties


def load(path: Path) -> list[Imported]:
    """Read an import file, in the form that `pulumi preview --import-file` writes."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        names: dict[str, str] = document.get("nameTable") or {}
        return [_entry(each, names) for each in document["resources"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EngineError(f"could not read import file '{path}': {error}") from None


def _entry(entry: Mapping[str, object], names: Mapping[str, str]) -> Imported:
    type_, name = str(entry["type"]), str(entry["name"])
    component = bool(entry.get("component"))
    inputs, outputs = from_state(entry.get("inputs") or {}), from_state(entry.get("outputs") or {})
    parent = str(entry.get("parent") or "")
    if not component and urns.package_of(type_) != urns.DYNAMIC_PACKAGE:
        raise Unmodelled(f"Resource '{name}' of the import file is of another package than {urns.DYNAMIC_PACKAGE}.")
    if not component and not (outputs and inputs and entry.get("id")):
        raise Unmodelled(
            f"Resource '{name}' of the import file lacks an id, inputs or outputs: a dynamic provider cannot read them."
        )
    if parent and parent not in names:
        raise EngineError(f"the parent '{parent}' of resource '{name}' is not in the name table of the import file")
    assert isinstance(inputs, dict)  # noqa: S101 - from_state keeps the shape; this tells the type checker
    assert isinstance(outputs, dict)  # noqa: S101 - the same
    return Imported(type_, name, str(entry.get("id") or ""), names.get(parent, ""), component, inputs, outputs)


def import_resources(run: Run, entries: Sequence[Imported]) -> None:
    """Import the resources of a file into the stack."""
    planner = Planner(run.info, run.deployment.resources, run.graph, run.around)
    executor = run.fresh_executor(go_on=True)
    olds = {state.urn: state for state in run.deployment.resources if not state.delete}
    for old in olds.values():
        new = old.copy()
        new.id = ""
        executor.run_now(SameStep(urn=old.urn, old=old, new=new))
    stack = planner.urn(urns.STACK_TYPE, f"{run.info.project}-{run.info.stack}", "")
    if stack not in olds:
        executor.run_now(CreateStep(urn=stack, new=State(urn=stack, custom=False, type=urns.STACK_TYPE)))
    step = planner.provider()
    if step.urn not in olds:
        executor.run_now(step)
    reference = urns.provider_reference(step.urn, olds[step.urn].id if step.urn in olds else step.subject.id)
    known = {*olds, stack}
    for entry in entries:
        parent = entry.parent or stack
        urn = planner.urn(entry.type, entry.name, parent)
        if urn in olds and olds[urn].id == entry.id:
            continue
        executor.run_now(_step(entry, urn, parent, reference, known))
        known.add(urn)
    detail = f": step application failed: {executor.failures[0][1]}" if executor.failures else ""
    run.check(detail=detail)


def _step(entry: Imported, urn: str, parent: str, provider: str, known: set[str]) -> ImportStep:
    state = State(
        urn=urn,
        custom=not entry.component,
        id=entry.id,
        type=entry.type,
        inputs=entry.inputs,
        outputs=entry.outputs,
        parent=parent,
        provider="" if entry.component else provider,
    )
    problem = ""
    if urn in known:
        problem = f"resource '{urn}' already exists"
    elif parent not in known:
        problem = f"unknown parent '{parent}' for resource '{urn}'"
    return _Impossible(urn=urn, new=state, problem=problem) if problem else ImportStep(urn=urn, new=state)


class _Impossible(ImportStep):
    """An import that cannot be: it fails when its turn comes, like any other step."""

    def __init__(self, *, urn: str, new: State, problem: str) -> None:
        super().__init__(urn=urn, new=new)
        self._problem = problem

    def run(self, _around: Surroundings) -> None:
        """Fail."""
        raise EngineError(self._problem)
