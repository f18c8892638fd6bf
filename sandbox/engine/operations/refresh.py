"""Refresh: read every resource, and let the state say what is really there."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.engine.errors import Reported
from sandbox.engine.operations.run import Run
from sandbox.engine.planning.targets import Scope
from sandbox.engine.state.resources import State
from sandbox.engine.steps.reads import RefreshStep


def refresh_only(run: Run) -> None:
    """Refresh and do nothing else."""
    run.require_targets()
    refresh(run)


def refresh(run: Run) -> None:
    """Refresh the resources of a run, or its targets; the rest of the run starts from what was found."""
    resources = run.deployment.resources
    if not resources:
        return
    scope = Scope(run.options.selection)
    if missing := scope.targets.unknown(state.urn for state in resources):
        run.report_unknown(missing)
        raise Reported
    named = scope.named(resources)
    run.load_provider(named)
    steps = {state: RefreshStep(urn=state.urn, old=state) for state in resources}
    # A resource that cannot be read is no reason not to read the others.
    executor = run.fresh_executor(go_on=True)
    executor.run_group([steps[state] for state in named])
    run.deployment.resources = rebuilt(steps)
    run.journal.rebase(run.deployment.resources)
    run.check()
    run.fresh_executor(go_on=False)


def rebuilt(steps: Mapping[State, RefreshStep]) -> list[State]:
    """
    Return the resources as they were found, in the old order.

    Those that are gone are gone from the dependencies of the others too, and the children of a resource that is gone
    become those of its parent.
    """
    found: list[State] = []
    present: set[str] = set()
    parents: dict[str, str] = {}
    for old, step in steps.items():
        parent = old.parent
        while parent and parent not in present:
            parent = parents.get(parent, "")
        parents[old.urn] = parent
        if step.new is None:
            continue
        state = step.new
        state.parent = parent
        state.dependencies = [urn for urn in state.dependencies if urn in present]
        kept = {key: [urn for urn in urns if urn in present] for key, urns in state.property_dependencies.items()}
        state.property_dependencies = {key: urns for key, urns in kept.items() if urns}
        found.append(state)
        present.add(state.urn)
    return found
