"""
Replacements: the steps of one, and which resources must make way for one that is deleted first.

A dependent is only to_replace when its provider says that losing the value would replace it: a name that may change in
place keeps its resource alive.
"""

from __future__ import annotations

from collections.abc import Collection

from sandbox.engine.events import Op
from sandbox.engine.planning.decisions import Planning
from sandbox.engine.processes.goals import Goal
from sandbox.engine.state.dependencies import DependencyGraph
from sandbox.engine.state.resources import State
from sandbox.engine.state.values import UNKNOWN, Properties
from sandbox.engine.steps.base import Step
from sandbox.engine.steps.changes import CreateStep, DeleteStep, ReplaceStep
from sandbox.engine.steps.default_provider import DefaultProvider
from sandbox.engine.steps.diffing import Diff, diff, with_replacements


def recreate(goal: Goal, old: State, new: State, difference: Diff, *, deleted: bool) -> list[Step]:
    """
    Return the creation of a replacement.

    An old one that is not *deleted* yet is deleted at the end of the run, when all who needed it have moved.
    """
    create = CreateStep(
        urn=new.urn,
        op=Op.CREATE_REPLACEMENT,
        old=old,
        new=new,
        difference=difference,
        logical=False,
        deletes_old_later=not deleted,
        reply=goal.reply,
    )
    replace = ReplaceStep(urn=new.urn, old=old, new=new, difference=difference)
    return [replace, create] if deleted else [create, replace]


def make_way(planning: Planning, root: State, urn: str) -> list[Step]:
    """Return the deletions that come before a replacement: of the dependents that cannot outlive it, and its own."""
    steps: list[Step] = []
    ignored = planning.settled | planning.deleted.keys()
    for state, keys in reversed(dependents_to_replace(root, planning.graph, ignored, planning.context.provider)):
        if state in planning.to_replace:
            continue
        if state.protect and not state.delete:
            planning.forbid(_protected(state, urn), urn, go_on=False)
        planning.to_replace.add(state)
        planning.deleted[state.urn] = keys
        # One that waits for its deletion anyway is just deleted, and a protected one is then refused by the step.
        op = Op.DELETE if state.delete else Op.DELETE_REPLACED
        steps.append(DeleteStep(urn=state.urn, op=op, old=state, makes_way=not state.delete, logical=op is Op.DELETE))
    if not root.pending_replacement:
        planning.deleted[root.urn] = []
        steps.append(DeleteStep(urn=root.urn, op=Op.DELETE_REPLACED, old=root, makes_way=True, logical=False))
    return steps


def dependents_to_replace(
    root: State, graph: DependencyGraph, ignored: Collection[str], provider: DefaultProvider
) -> list[tuple[State, list[str]]]:
    """Return the dependents that must be replaced with a resource, in the order of the state, and the keys to blame."""
    to_replace: list[tuple[State, list[str]]] = []
    replaced = {root.urn}
    for state in graph.dependents(root, ignored):
        keys = _blame(state, replaced, provider)
        if keys is not None:
            to_replace.append((state, keys))
            replaced.add(state.urn)
    return to_replace


def _blame(state: State, replaced: Collection[str], provider: DefaultProvider) -> list[str] | None:
    """Return the keys for which a resource must be replaced when others are; None when it can stay."""
    if not state.custom or state.external or state.is_provider:
        return None
    news: Properties = {
        key: UNKNOWN if any(urn in replaced for urn in state.property_dependencies.get(key, [])) else value
        for key, value in state.inputs.items()
    }
    if UNKNOWN not in news.values():
        return None
    found = diff(provider.plugin, state, state.outputs, olds=state.inputs, news=news)
    found = with_replacements(found, state.replace_on_changes, unhealthy=False)
    return found.replace_keys if found.replaces else None


def _protected(state: State, urn: str) -> str:
    return (
        f'unable to replace resource "{state.urn}" as part of replacing "{urn}" as it is currently marked for '
        "protection. To unprotect the resource, remove the `protect` flag from the resource in your Pulumi program "
        f"and run `pulumi up`, or use the command:\n`pulumi state unprotect '{state.urn}'`"
    )
