"""The steps that only look: at resources that live elsewhere, at what became of ours, and at those to be imported."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from sandbox.engine.errors import PartialFailure
from sandbox.engine.events import Op
from sandbox.engine.processes.plugin import Answer
from sandbox.engine.state.checkpoint import Journal
from sandbox.engine.state.resources import State, now
from sandbox.engine.state.values import UNKNOWN_TEXT, equal
from sandbox.engine.steps.base import Step, StepContext, made
from sandbox.engine.steps.diffing import diff
from sandbox.engine.steps.report import rejection


@dataclass(eq=False, kw_only=True)
class ReadStep(Step):
    """Look up a resource that lives elsewhere; done in previews too."""

    pending: ClassVar[str] = "reading"

    op: Op = Op.READ
    new: State

    def run(self, context: StepContext) -> None:
        """Read it; one that exists but is not well is known from now on, with the reasons, and the step fails."""
        failure: PartialFailure | None = None
        if self.new.id != UNKNOWN_TEXT:
            # Providers get the given properties as state, although they are all that is known: so it always was.
            read = partial(context.provider.plugin.read, self.new, self.new.inputs)
            answer, failure = made(self.new, read)
            self.new.outputs = answer.outputs
            self.new.id = answer.id or self.new.id
        if self.old is not None:
            self.old.delete = self.old.delete or self.op is Op.READ_REPLACEMENT
            self.new.created, self.new.modified = self.old.created, self.old.modified
            if not (equal(self.old.inputs, self.new.inputs) and equal(self.old.outputs, self.new.outputs)):
                self.new.modified = now()
        if failure is not None:
            raise failure

    def settle(self, journal: Journal, *, done: bool) -> None:
        """Put what was read in the place of what was known."""
        if done:
            journal.end(self.new, gone=[self.old] if self.old else [], new=self.new)
        else:
            journal.end(self.new)


@dataclass(eq=False, kw_only=True)
class RefreshStep(Step):
    """Find out what a resource really is."""

    op: Op = Op.REFRESH
    old: State
    logical: bool = False

    def __post_init__(self) -> None:
        """Start from what is known: a read that fails must not look as if the resource were gone."""
        self.new = self.old

    @property
    def outcome(self) -> Op:
        """What happened to the resource out there."""
        if self.new is None:
            return Op.DELETE
        if self.old.external:
            same = equal(self.old.outputs, self.new.outputs)
        else:
            same = self.difference is None or not self.difference.changes
        return Op.SAME if same else Op.UPDATE

    def run(self, context: StepContext) -> None:
        """Read the resource; the difference is the one that the next update would show, seen from the other side."""
        if not self.old.custom or self.old.is_provider or self.old.pending_replacement:
            return
        plugin = context.provider.plugin
        try:
            answer = plugin.read(self.old, self.old.outputs)
            reasons: list[str] = []
        except PartialFailure as error:
            answer, reasons = Answer(error.id, error.outputs, error.inputs), error.reasons
            context.report.warning("\n* ".join(["Refreshed resource is in an unhealthy state:", *reasons]), self.urn)
        if not answer.id:
            self.new = None
            return
        new = self.new = self.old.copy()
        new.id, new.init_errors, new.outputs = answer.id, reasons, answer.outputs
        new.inputs = self.old.inputs if answer.inputs is None else answer.inputs
        if not (equal(new.inputs, self.old.inputs) and equal(new.outputs, self.old.outputs)):
            new.modified = now()
        if not self.old.external:
            self.difference = diff(plugin, new, new.outputs, olds=new.inputs, news=self.old.inputs).inverted()


@dataclass(eq=False, kw_only=True)
class ImportStep(Step):
    """Take a resource into the state as an import file describes it."""

    pending: ClassVar[str] = "importing"

    op: Op = Op.IMPORT
    new: State

    def run(self, context: StepContext) -> None:
        """Check it; what the provider finds wrong is a warning, for the resource exists."""
        self.old = self.new.copy()
        self.new.created = self.new.modified = now()
        if not self.new.custom:
            return
        _, failures = context.provider.plugin.check(self.urn, self.new.inputs, self.new.inputs)
        if failures:
            context.report.warning(
                "One or more imported inputs failed to validate. This is almost certainly a bug in the "
                "`pulumi-python` provider. The import will still proceed, but you will need to edit the generated "
                "code after copying it into your program.",
                self.urn,
            )
        for failure in failures:
            context.report.warning(rejection(self.new, failure), self.urn)

    def settle(self, journal: Journal, *, done: bool) -> None:
        """Note that the resource is known from now on."""
        journal.end(self.new, new=self.new if done else None)
