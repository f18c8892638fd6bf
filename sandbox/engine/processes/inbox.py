"""
What reaches the one who decides: an operation reads its inbox and does one thing at a time.

Registrations, reads and outputs come from the program; the rest tells how the program, or the operation, ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from queue import SimpleQueue
from typing import TypeAlias

from sandbox.engine.errors import EngineError
from sandbox.engine.processes.goals import Goal, Outputs, ReadRequest


@dataclass(frozen=True)
class ProgramDone:
    """The program has registered everything and waits to be let go."""


@dataclass(frozen=True)
class ProgramLeft:
    """The program's process has ended."""

    code: int


@dataclass(frozen=True)
class Refusal:
    """The program asked for something that the engine does not do."""

    error: EngineError


@dataclass(frozen=True)
class Halted:
    """A step failed, or somebody wants to stop: nothing new is to be started."""


Message: TypeAlias = Goal | ReadRequest | Outputs | ProgramDone | ProgramLeft | Refusal | Halted
Inbox: TypeAlias = "SimpleQueue[Message]"
