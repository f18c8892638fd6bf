"""
Import: take resources that exist into the state, as a file describes them.

Dynamic providers cannot read what they know nothing of, so the file must give inputs and outputs; nothing is read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.engine.errors import EngineError, Unsupported
from sandbox.engine.operations.run import Run
from sandbox.engine.planning.planner import Planner
from sandbox.engine.state import urns
from sandbox.engine.state.resources import State
from sandbox.engine.state.values import Properties, from_state
from sandbox.engine.steps.base import StepContext
from sandbox.engine.steps.changes import CreateStep, SameStep
from sandbox.engine.steps.reads import ImportStep


@dataclass(frozen=True)
class Imported:
    """One entry of an import file; *parent* is a URN, or the label of an earlier entry, or empty for the stack."""

    type: str
    name: str
    label: str
    id: str
    parent: str
    component: bool
    inputs: Properties
    outputs: Properties


def load(path: Path) -> list[Imported]:
    """Read an import file, in the form that `pulumi preview --import-file` writes."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        table = {str(label): str(urn) for label, urn in (document.get("nameTable") or {}).items()}
        entries = [_entry(each, table) for each in document["resources"]]
    except KeyError as error:
        raise EngineError(f"could not read import file '{path}': a resource lacks {error}") from None
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise EngineError(f"could not read import file '{path}': {error}") from None
    earlier = {"", *table.values()}
    for entry in entries:
        if entry.parent not in earlier:
            raise EngineError(
                f"the parent '{entry.parent}' of resource '{entry.name}' is not in 'nameTable', nor above"
            )
        earlier.add(entry.label)
    return entries


def _entry(entry: Mapping[str, object], table: Mapping[str, str]) -> Imported:
    type_, label = str(entry["type"]), str(entry.get("name") or entry["logicalName"])
    name, parent = str(entry.get("logicalName") or label), str(entry.get("parent") or "")
    component = bool(entry.get("component"))
    inputs, outputs = from_state(entry.get("inputs") or {}), from_state(entry.get("outputs") or {})
    if (
        entry.get("provider")
        or entry.get("remote")
        or (not component and urns.package_of(type_) != urns.DYNAMIC_PACKAGE)
    ):
        raise Unsupported(f"Resource '{name}' of the import file has another provider than {urns.DYNAMIC_PACKAGE}.")
    if not component and not (outputs and inputs and entry.get("id")):
        raise Unsupported(
            f"Resource '{name}' of the import file lacks an id, inputs or outputs: a dynamic provider cannot read them."
        )
    if not isinstance(inputs, dict) or not isinstance(outputs, dict):
        raise TypeError(f"inputs and outputs of '{name}' must be objects")
    return Imported(
        type_, name, label, str(entry.get("id") or ""), table.get(parent, parent), component, inputs, outputs
    )


def import_resources(run: Run, entries: Sequence[Imported]) -> None:
    """Import the resources of a file into the stack."""
    planner = Planner(run.info, run.deployment.resources, run.context, run.options.selection)
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
    labels = {"": stack}
    for entry in entries:
        parent = labels.get(entry.parent, entry.parent)
        urn = labels[entry.label] = planner.urn(entry.type, entry.name, parent)
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

    def run(self, _context: StepContext) -> None:
        """Fail."""
        raise EngineError(self._problem)
