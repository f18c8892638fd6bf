"""
What happens during an operation, as its listeners see it: displays, digests and tests are functions of events.

An event carries copies of the states it speaks of, so that it stays true when the operation goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from sandbox.engine.state.differences import PropertyDiff
from sandbox.engine.state.resources import State


class Op(str, Enum):
    """What a step does, by Pulumi's names."""

    SAME = "same"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    REPLACE = "replace"
    CREATE_REPLACEMENT = "create-replacement"
    DELETE_REPLACED = "delete-replaced"
    READ = "read"
    READ_REPLACEMENT = "read-replacement"
    REFRESH = "refresh"
    READ_DISCARD = "discard"
    DISCARD_REPLACED = "discard-replaced"
    REMOVE_PENDING_REPLACE = "remove-pending-replace"
    IMPORT = "import"


class Severity(str, Enum):
    """How much a message matters, by Pulumi's names; INFO_ERR came over standard error."""

    INFO = "info"
    INFO_ERR = "info#err"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class StepInfo:
    """A step at the moment of an event."""

    op: Op
    urn: str
    old: State | None
    new: State | None
    logical: bool
    replace_keys: tuple[str, ...] = ()
    changed_keys: tuple[str, ...] = ()
    detail: Mapping[str, PropertyDiff] | None = None

    @property
    def resource(self) -> State:
        """The resource that the step is about."""
        state = self.new if self.new is not None else self.old
        assert state is not None  # noqa: S101 - a step without any state is not a step
        return state

    @property
    def internal(self) -> bool:
        """Whether the step is the engine's own business."""
        return self.resource.is_provider or self.op is Op.REMOVE_PENDING_REPLACE


@dataclass(frozen=True)
class Started:
    """An operation begins."""

    preview: bool
    config: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StepBegun:
    """A step is about to be taken."""

    step: StepInfo


@dataclass(frozen=True)
class StepDone:
    """A step was taken, or the outputs of a resource are complete."""

    step: StepInfo


@dataclass(frozen=True)
class StepFailed:
    """A step was tried in vain; a diagnostic tells why."""

    step: StepInfo


@dataclass(frozen=True)
class Diagnostic:
    """A message about a resource, or about the stack when it names none; an ephemeral one is news, not record."""

    severity: Severity
    message: str
    urn: str = ""
    stream: int = 0
    ephemeral: bool = False


@dataclass(frozen=True)
class Finished:
    """The operation is over."""

    preview: bool
    changes: Mapping[Op, int]
    seconds: float
    succeeded: bool
    uncertain: bool = False


Event: TypeAlias = Started | StepBegun | StepDone | StepFailed | Diagnostic | Finished
Listener: TypeAlias = "Callable[[Event], None]"
