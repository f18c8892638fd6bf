"""
What a step is: one thing done to one resource.

A step knows how to run, what it leaves behind in the journal, and whom to tell. It runs on a worker thread; nothing
else touches its states meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import ClassVar, Protocol

from sandbox.engine.errors import PartialFailure
from sandbox.engine.events import Op, StepInfo
from sandbox.engine.processes.plugin import Answer
from sandbox.engine.state.checkpoint import Journal
from sandbox.engine.state.resources import State
from sandbox.engine.state.values import Secret
from sandbox.engine.steps.default_provider import DefaultProvider
from sandbox.engine.steps.diffing import Diff
from sandbox.engine.steps.report import Report


class Owner(Protocol):
    """Who creates, changes and deletes resources of a kind."""

    def create(self, state: State) -> Answer:
        """Create a resource."""

    def update(self, old: State, new: State) -> Answer:
        """Change a resource in place."""

    def delete(self, state: State) -> None:
        """Delete a resource."""


@dataclass(frozen=True)
class StepContext:
    """What a step needs in order to run."""

    provider: DefaultProvider
    report: Report
    preview: bool

    def owner(self, state: State) -> Owner:
        """Return who is in charge of a resource: the plugin, or for a provider the engine itself."""
        return self.provider if state.is_provider else self.provider.plugin

    def pretends(self, state: State) -> bool:
        """Tell whether nothing may really be done: a preview runs providers, but changes no resource."""
        return self.preview and not state.is_provider


@dataclass(eq=False, kw_only=True)
class Step:
    """One thing done to one resource."""

    pending: ClassVar[str] = ""
    """How the journal calls this step while it runs; empty when it changes nothing out there."""

    op: Op
    urn: str
    old: State | None = None
    new: State | None = None
    difference: Diff | None = None
    logical: bool = True
    reply: Future[State] | None = None

    @property
    def subject(self) -> State:
        """The resource that the step is about."""
        state = self.new if self.new is not None else self.old
        assert state is not None  # noqa: S101 - a step without any state is not a step
        return state

    @property
    def outcome(self) -> Op:
        """What became of the resource; for a refresh this is known only afterwards."""
        return self.op

    def info(self, op: Op | None = None) -> StepInfo:
        """Return the step as it is now, for an event."""
        difference = self.difference or Diff(changes=False)
        return StepInfo(
            op=op or self.op,
            urn=self.urn,
            old=self.old.copy() if self.old else None,
            new=self.new.copy() if self.new else None,
            logical=self.logical,
            replace_keys=tuple(difference.replace_keys),
            changed_keys=tuple(difference.changed_keys),
            detail=difference.detail,
        )

    def run(self, context: StepContext) -> None:
        """Do it."""

    def settle(self, journal: Journal, *, done: bool) -> None:
        """Tell the journal how it ended."""

    def tell(self) -> None:
        """Tell the program, if it asked."""
        if self.reply is not None and not self.reply.done():
            self.reply.set_result(self.subject)

    def guard_outputs(self) -> None:
        """Mark the outputs that are secret because the program says so, or because an input of that name is."""
        new = self.new
        if new is None:
            return
        names = {
            *new.additional_secret_outputs,
            *(key for key, each in new.inputs.items() if isinstance(each, Secret)),
        }
        bare = {key: each for key, each in new.outputs.items() if key in names and not isinstance(each, Secret)}
        if bare:
            new.outputs = {**new.outputs, **{key: Secret(each) for key, each in bare.items()}}


def made(state: State, make: Callable[[], Answer]) -> tuple[Answer, PartialFailure | None]:
    """Return what a provider made; of what exists but is not well the reasons are kept, and the failure comes along."""
    try:
        return make(), None
    except PartialFailure as error:
        state.init_errors = error.reasons
        return Answer(error.id, error.outputs), error
