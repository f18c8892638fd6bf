"""What is known and decided so far in the planning of one run, for all parts of the planner."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.engine.errors import Reported
from sandbox.engine.planning.targets import Scope
from sandbox.engine.planning.urn_allocation import UrnAllocator
from sandbox.engine.state.dependencies import DependencyGraph
from sandbox.engine.state.resources import State
from sandbox.engine.steps.base import StepContext


@dataclass(eq=False, kw_only=True)
class Planning:
    """The resources that were there before a run, and what was decided about them."""

    resources: list[State]
    olds: dict[str, State]
    graph: DependencyGraph
    context: StepContext
    names: UrnAllocator
    scope: Scope
    preview: bool
    settled: set[str] = field(default_factory=set)
    """The URNs for which there is a step."""
    deleted: dict[str, list[str]] = field(default_factory=dict)
    """The URNs that are deleted to make way for a replacement, with the keys to blame."""
    to_replace: set[State] = field(default_factory=set)
    errored: bool = False

    def has_step(self, state: State) -> bool:
        """Tell whether there is a step for a resource of the state, under the name that it has now."""
        return self.names.current(state.urn) in self.settled

    def forbid(self, message: str, urn: str, *, go_on: bool) -> None:
        """Report that something cannot be; a preview may go on, to show what else there is."""
        self.context.report.error(message, urn)
        self.errored = True
        if not go_on:
            raise Reported
