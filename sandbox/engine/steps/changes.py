"""The steps that change resources, and the one that finds nothing to change."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from typing import ClassVar

from sandbox.engine.errors import PartialFailure, ProviderError
from sandbox.engine.events import Op
from sandbox.engine.processes.plugin import Answer
from sandbox.engine.state.checkpoint import Journal
from sandbox.engine.state.resources import State, now, to_json
from sandbox.engine.state.statefile import CREATING
from sandbox.engine.steps.base import Step, StepContext, made


class Protected(ProviderError):  # noqa: N818 - says what is the case, as the other names of the tree do
    """A protected resource would have to be deleted; all such errors of a run are shown, not only the first."""

    def __init__(self, urn: str) -> None:
        super().__init__(
            f'resource "{urn}" cannot be deleted\n'
            "because it is protected. To unprotect the resource, either remove the `protect` flag from the resource "
            "in your Pulumi program and run `pulumi up`, or use the command:\n"
            f"`pulumi state unprotect '{urn}'`"
        )


_PASSING = ("sourcePosition", "stackTrace", "initErrors")


@dataclass(eq=False, kw_only=True)
class SameStep(Step):
    """Keep a resource as it is; its inputs may still be written differently now."""

    op: Op = Op.SAME
    old: State
    new: State

    def run(self, context: StepContext) -> None:
        """Carry over what the provider once said."""
        self.new.id, self.new.outputs = self.old.id, self.old.outputs
        if self.new.is_provider:
            context.provider.load(self.old.inputs)

    def settle(self, journal: Journal, *, done: bool) -> None:
        """Note the new state; a change of mere source positions need not be written at once."""
        olds, news = to_json(self.old), to_json(self.new)
        for name in _PASSING:
            olds.pop(name, None)
            news.pop(name, None)
        if done:
            journal.end(self.new, gone=[self.old], new=self.new, write=olds != news)


@dataclass(eq=False, kw_only=True)
class KeepStep(SameStep):
    """Keep a resource that a run with targets must not touch, with all that the state says of it."""

    @classmethod
    def of(cls, old: State, reply: Future[State] | None = None) -> KeepStep:
        """Return the step for a resource of the state."""
        return cls(urn=old.urn, old=old, new=old.copy(), reply=reply)

    def run(self, context: StepContext) -> None:
        """Do nothing: a provider that no resource of this run needs is not even loaded."""


@dataclass(eq=False, kw_only=True)
class SkipStep(Step):
    """Do not create a resource, since a run with targets does not name it; the state does not learn of it."""

    op: Op = Op.SAME
    new: State

    def __post_init__(self) -> None:
        """Show it as unchanged."""
        self.old = self.new.copy()


@dataclass(eq=False, kw_only=True)
class CreateStep(Step):
    """Create a resource, perhaps in place of another that is deleted *before*, or else at the end."""

    pending: ClassVar[str] = CREATING

    op: Op = Op.CREATE
    new: State
    deletes_old_later: bool = False

    def run(self, context: StepContext) -> None:
        """Create it."""
        failure: PartialFailure | None = None
        if self.new.custom:
            answer = Answer("", self.new.inputs)
            if not context.pretends(self.new):
                answer, failure = made(self.new, lambda: context.owner(self.new).create(self.new))
            self.new.id, self.new.outputs = answer.id, answer.outputs
        self.new.created = self.new.modified = now()
        if self.old is not None and self.deletes_old_later:
            self.old.delete = True
        if failure is not None:
            raise failure

    def settle(self, journal: Journal, *, done: bool) -> None:
        """Note that the new resource is there, and that an old one is gone if it was deleted before."""
        if not done:
            journal.end(self.new)
        elif self.old is not None and self.old.pending_replacement:
            journal.end(self.new, new=self.new, gone=[self.old])
        else:
            journal.end(self.new, new=self.new, changed=[self.old] if self.old else [])


@dataclass(eq=False, kw_only=True)
class UpdateStep(Step):
    """Change a resource in place."""

    pending: ClassVar[str] = "updating"

    op: Op = Op.UPDATE
    old: State
    new: State

    def run(self, context: StepContext) -> None:
        """Change it."""
        self.new.id, self.new.created, self.new.modified = self.old.id, self.old.created, self.old.modified
        if not self.new.custom:
            return
        failure: PartialFailure | None = None
        answer = Answer(self.old.id, self.new.inputs)
        if not context.pretends(self.new):
            answer, failure = made(self.new, lambda: context.owner(self.new).update(self.old, self.new))
        self.new.outputs, self.new.modified = answer.outputs, now()
        if failure is not None:
            # What exists was not made of the new inputs, or not wholly: the next run must see a difference.
            self.new.inputs = self.old.inputs
            raise failure

    def settle(self, journal: Journal, *, done: bool) -> None:
        """Put the new state in the place of the old one."""
        if done:
            journal.end(self.new, gone=[self.old], new=self.new)
        else:
            journal.end(self.new)


@dataclass(eq=False, kw_only=True)
class DeleteStep(Step):
    """Delete a resource; *makes_way* when another is about to take its place."""

    pending: ClassVar[str] = "deleting"

    op: Op = Op.DELETE
    old: State
    makes_way: bool = False

    def run(self, context: StepContext) -> None:
        """Delete it, unless it is not ours to delete."""
        if self.op is Op.DELETE and self.old.protect:
            raise Protected(self.urn)
        ours = self.old.custom and not self.old.external and not self.old.retain_on_delete
        if ours and not context.pretends(self.old):
            context.owner(self.old).delete(self.old)
        if self.makes_way:
            self.old.pending_replacement = True

    def settle(self, journal: Journal, *, done: bool) -> None:
        """Note that the resource is gone, or let it stay as a reminder that its replacement must be created."""
        if not done:
            journal.end(self.old)
        elif self.old.pending_replacement:
            journal.end(self.old, changed=[self.old])
        else:
            journal.end(self.old, gone=[self.old])


@dataclass(eq=False, kw_only=True)
class ReplaceStep(Step):
    """Says that a create and a delete are really one thing; does nothing itself."""

    op: Op = Op.REPLACE

    def guard_outputs(self) -> None:
        """Leave it to the create step."""


@dataclass(eq=False, kw_only=True)
class ForgetStep(Step):
    """Forget a resource that was deleted to make way for a replacement which is no longer wanted."""

    op: Op = Op.REMOVE_PENDING_REPLACE
    old: State
    logical: bool = False

    def settle(self, journal: Journal, *, done: bool) -> None:
        """Drop the reminder, which is not needed any more."""
        if done:
            journal.end(self.old, gone=[self.old])
