"""
What becomes of resources that a run with targets must not touch.

One that exists stays as it is, in whatever words the program declares it now. One that does not exist is not created;
the program gets unknown outputs for it, and a target that needs it is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future

from sandbox.engine.errors import EngineError, Unsupported
from sandbox.engine.planning.decisions import Planning
from sandbox.engine.processes.goals import Goal
from sandbox.engine.state.resources import State
from sandbox.engine.steps.base import Step
from sandbox.engine.steps.changes import KeepStep, SkipStep


def leave(planning: Planning, goal: Goal, old: State | None, new: State) -> list[Step]:
    """Return the steps for a registered resource that must not be touched."""
    planning.settled.add(new.urn)
    if old is None:
        planning.scope.skipped.add(new.urn)
        goal.skipped = True
        return [SkipStep(urn=new.urn, new=new, reply=goal.reply)]
    return keep(planning, old, new.urn, goal.reply)


def keep(planning: Planning, old: State, user: str, reply: Future[State] | None = None) -> list[Step]:
    """
    Return the steps that keep a resource, after those for what it needs.

    The program need not have registered what it needs. The state lists each resource after those that it needs, so
    these are kept before it.
    """
    if old.delete:
        return []
    planning.settled.add(old.urn)
    planning.names.admit(old.urn)
    steps: list[Step] = []
    for urn in old.references(parent=True):
        if urn in planning.settled or urn in planning.deleted:
            continue
        if planning.names.current(urn) in planning.settled:
            raise Unsupported(_renamed(urn, planning.names.current(urn), user))
        needed = planning.olds.get(urn)
        if needed is None:
            raise EngineError(f"{urn}, which untargeted resource {user} needs, has no old state")
        steps += keep(planning, needed, user)
    return [*steps, KeepStep.of(old, reply)]


def _renamed(old: str, new: str, user: str) -> str:
    return (
        f"{new} was {old} until now, and {user}, which needs it, is not targeted: the CLI would write a state with "
        "both names, and refuse it from then on. Target all that need a renamed resource, or give no target."
    )


def refuse_needs(planning: Planning, steps: Sequence[Step]) -> None:
    """Refuse steps that need a resource which this run does not create; a preview reports all of them."""
    skipped = planning.scope.skipped
    for step in steps:
        if step.new is None or isinstance(step, SkipStep):
            continue
        for urn in step.new.references(parent=True):
            if urn in skipped:
                message = f"Resource '{step.urn}' depends on '{urn}' which was was not specified in --target list."
                planning.forbid(message, step.urn, go_on=planning.preview)
                skipped.discard(urn)
