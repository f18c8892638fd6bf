"""Deletions at the end of a run, in an order in which nothing goes before those who need it; and destroy."""

from __future__ import annotations

from sandbox.engine.operations.refresh import refresh
from sandbox.engine.operations.run import Run
from sandbox.engine.planning.planner import Planner
from sandbox.engine.state.dependencies import DependencyGraph
from sandbox.engine.state.resources import State


def delete(run: Run, planner: Planner, graph: DependencyGraph) -> None:
    """Delete what waits for it and what the program no longer has; keep what is not targeted."""
    run.executor.wait()
    if run.options.selection.targets:
        # Which resources cannot outlive a target is a question to their provider.
        run.load_provider(run.deployment.resources)
    kept_steps, deletions = planner.leftovers()
    for step in kept_steps:
        run.executor.run_now(step)
    steps = {step.subject: step for step in deletions}
    run.load_provider(steps)
    kept: set[State] = set()
    for wave in graph.deletion_waves(steps):
        kept |= _needed_by_failures(run, graph)
        if run.executor.halted:
            return
        run.executor.run_group([steps[state] for state in wave if state not in kept])


def _needed_by_failures(run: Run, graph: DependencyGraph) -> set[State]:
    """Return what must stay since a resource that needs it could not be dealt with."""
    subjects = (state for step, _ in run.executor.failures for state in (step.old, step.new) if state is not None)
    return {needed for state in subjects if state in graph for needed in graph.all_dependencies(state)}


def destroy(run: Run) -> None:
    """Delete everything, or the targets and what cannot outlive them."""
    run.require_targets()
    if run.options.refresh:
        refresh(run)
    else:
        run.warn_of_pending_operations()
    planner = Planner(run.info, run.deployment.resources, run.context, run.options.selection)
    delete(run, planner, run.graph)
    run.check(errored=planner.errored)
