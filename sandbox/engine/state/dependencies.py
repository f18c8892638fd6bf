"""
Who needs whom among the resources of a state, in whose order each resource comes after those it needs.

A URN may occur more than once: beside the resource that bears it there can be old ones that wait for their deletion.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from sandbox.engine.state.resources import State


class DependencyGraph:
    """The dependencies among the resources of a state."""

    def __init__(self, resources: Sequence[State]) -> None:
        self._resources = list(resources)
        self._position = {state: position for position, state in enumerate(self._resources)}
        self._bearers: dict[str, list[State]] = defaultdict(list)
        for state in self._resources:
            self._bearers[state.urn].append(state)

    def __contains__(self, state: State) -> bool:
        return state in self._position

    def dependents(self, state: State, ignored: Collection[str], *, children: bool = False) -> list[State]:
        """Return those that need a resource, directly or not, in the order of the state; *children* if asked."""
        reached = {state.urn}
        found = []
        for candidate in self._resources[self._position[state] + 1 :]:
            if candidate.urn not in ignored and not reached.isdisjoint(candidate.references(parent=children)):
                found.append(candidate)
                reached.add(candidate.urn)
        return found

    def dependencies(self, state: State) -> set[State]:
        """
        Return those that a resource needs directly, its parent among them.

        Who needs a component needs its children too, as far as they come before.
        """
        own = self._position[state]
        found = {
            bearer
            for urn in set(state.references(parent=True))
            for bearer in self._bearers[urn]
            if self._position[bearer] < own
        }
        components = {each.urn for each in found if not each.custom and each.urn != state.parent}
        return found | {each for each in self._resources[:own] if components and self._under(each, components)}

    def all_dependencies(self, state: State) -> set[State]:
        """Return those that a resource needs, directly or not."""
        found: set[State] = set()
        frontier = [state]
        while frontier:
            fresh = self.dependencies(frontier.pop()) - found
            found |= fresh
            frontier.extend(fresh)
        return found

    def _under(self, state: State, components: Collection[str]) -> bool:
        """Tell whether one of the components is among the ancestors of a resource."""
        while state.parent:
            if state.parent in components:
                return True
            parents = self._bearers[state.parent]
            if not parents:
                return False
            state = parents[0]
        return False

    def deletion_waves(self, to_replace: Collection[State]) -> list[list[State]]:
        """Return resources to delete, in groups: one group after the other, within a group in any order."""
        left = set(to_replace)
        needs = {state: self.dependencies(state) & left for state in left}
        waves = []
        while left:
            wave = [state for state in left if needs[state].isdisjoint(left)]
            wave.sort(key=self._position.__getitem__)
            waves.append(wave)
            left.difference_update(wave)
        return waves[::-1]
