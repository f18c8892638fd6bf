"""
Which resources must make way together with one that is deleted before it is replaced.

A dependent is only condemned when its provider says that losing the value would replace it: a name that may change in
place keeps its resource alive.
"""

from __future__ import annotations

from collections.abc import Collection

from sandbox.engine.diffing import diff, with_replacements
from sandbox.engine.graph import DependencyGraph
from sandbox.engine.plugin import Plugin
from sandbox.engine.resources import State
from sandbox.engine.values import UNKNOWN, Properties


def dependents_to_replace(
    root: State, graph: DependencyGraph, ignored: Collection[str], plugin: Plugin
) -> list[tuple[State, list[str]]]:
    """Return the dependents that must be replaced with a resource, in the order of the state, and the keys to blame."""
    condemned: list[tuple[State, list[str]]] = []
    replaced = {root.urn}
    for state in graph.dependents(root, ignored):
        keys = _blame(state, replaced, plugin)
        if keys is not None:
            condemned.append((state, keys))
            replaced.add(state.urn)
    return condemned


def _blame(state: State, replaced: Collection[str], plugin: Plugin) -> list[str] | None:
    """Return the keys for which a resource must be replaced when others are; None when it can stay."""
    if not state.custom or state.external or state.is_provider:
        return None
    news: Properties = {
        key: UNKNOWN if any(urn in replaced for urn in state.property_dependencies.get(key, [])) else value
        for key, value in state.inputs.items()
    }
    if UNKNOWN not in news.values():
        return None
    found = diff(plugin, state, state.outputs, olds=state.inputs, news=news)
    found = with_replacements(found, state.replace_on_changes, unhealthy=False)
    return found.replace_keys if found.replaces else None
