"""What becomes of resources that the program did not register, and of those that wait for their deletion."""

from __future__ import annotations

from sandbox.engine.events import Op
from sandbox.engine.planning.decisions import Planning
from sandbox.engine.planning.replacement import dependents_to_replace
from sandbox.engine.state.resources import State
from sandbox.engine.steps.base import Step
from sandbox.engine.steps.changes import DeleteStep, ForgetStep, KeepStep


def leftovers(planning: Planning) -> tuple[list[Step], list[Step]]:
    """
    Return the steps that keep what is not targeted, and those that delete the rest.

    A resource that would be deleted only because it depends on a target is refused: the command line must name it.
    """
    deletable = _deletable(planning)
    kept: list[Step] = []
    deleted: list[Step] = []
    for state in planning.resources:
        if deletable is not None and state.urn not in deletable:
            if not planning.has_step(state):
                kept.append(KeepStep.of(state))
        elif (step := _deletion(planning, state)) is not None:
            deleted.append(step)
    if _refused(planning, deleted) and not planning.preview:
        return [], []
    return kept, deleted


def _deletion(planning: Planning, state: State) -> Step | None:
    if state.delete:
        if state in planning.to_replace:
            return None
        op = Op.DISCARD_REPLACED if state.external else Op.DELETE_REPLACED
        return DeleteStep(urn=state.urn, op=op, old=state, logical=False)
    if planning.has_step(state):
        return None
    if state.pending_replacement:
        return ForgetStep(urn=state.urn, old=state)
    return DeleteStep(urn=state.urn, op=Op.READ_DISCARD if state.external else Op.DELETE, old=state)


def _deletable(planning: Planning) -> set[str] | None:
    """Return the URNs that may be deleted: the targets and all that cannot outlive them; None means any."""
    targets, graph = planning.scope.targets, planning.graph
    if not targets:
        return None
    named: set[str] = set()
    for state in planning.resources:
        if state.urn in targets and state.urn not in named:
            named.add(state.urn)
            named.update(each.urn for each in graph.dependents(state, named, children=True))
    found = set(named)
    ignored = planning.settled | planning.deleted.keys()
    for state in planning.resources:
        if state.urn in named:
            replaced = dependents_to_replace(state, graph, ignored, planning.context.provider)
            found.update(each.urn for each, _ in replaced)
    return found


def _refused(planning: Planning, deletions: list[Step]) -> bool:
    scope, refused = planning.scope, False
    for step in deletions:
        if scope.targets and not scope.dependents and step.urn not in scope.targets:
            planning.forbid(
                f"Resource '{step.urn}' will be destroyed but was not specified in --target list.\n"
                "Either include resource in --target list or pass --target-dependents to proceed.",
                step.urn,
                go_on=True,
            )
            refused = True
    return refused
