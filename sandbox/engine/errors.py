"""
Why the stand-in engine stops, as one tree.

EngineError            str() is one sentence a person can act on; the command line prints it after "error: "
├─ ProjectError        Pulumi.yaml, the stack file or a value in them
├─ StateError          the state file cannot be read, or holds what the stand-in cannot honour
├─ Locked              another engine works on the same state
├─ Unsupported          the program asks for something that only the real engine does
├─ NotStarted          the system would not start a process
├─ ProgramError        the program ended badly
├─ PluginError         the plugin process would not start, or left
└─ ProviderError       a method of the provider failed
   └─ PartialFailure   … but the resource exists: its id, state and reasons come along

Reported is not in the tree: it says that the reason was shown already.
"""

from __future__ import annotations

from typing import Any


class EngineError(Exception):
    """Anything that ends an operation with a message of our own."""


class ProjectError(EngineError):
    """The project or its configuration is not usable."""


class StateError(EngineError):
    """The state file is not usable."""


class Locked(EngineError):  # noqa: N818 - says what is the case, as the other names of the tree do
    """The state is in use by another engine."""


class Unsupported(EngineError):  # noqa: N818 - the same
    """The stand-in would have to pretend, so it refuses instead."""


class NotStarted(EngineError):  # noqa: N818 - the same
    """The system would not start a process, and says why in its own words."""


class ProgramError(EngineError):
    """The program ended with a non-zero exit code and said nothing itself."""


class PluginError(EngineError):
    """There is no plugin to talk to."""


class ProviderError(EngineError):
    """
    A call to the provider failed.

    *uncertain* is true when it is unknown what became of the resource: the error carried no well-understood code.
    """

    def __init__(self, message: str, *, uncertain: bool = False) -> None:
        super().__init__(message)
        self.uncertain = uncertain


class PartialFailure(ProviderError):  # noqa: N818 - the same
    """The resource was created or updated but did not become healthy; what there is must be kept."""

    def __init__(self, id_: str, outputs: dict[str, Any], inputs: dict[str, Any] | None, reasons: list[str]) -> None:
        heading = "1 error occurred:" if len(reasons) == 1 else f"{len(reasons)} errors occurred:"
        super().__init__("\n".join([heading, *(f"\t* {reason}" for reason in reasons)]))
        self.id = id_
        self.outputs = outputs
        self.inputs = inputs
        self.reasons = reasons


class Reported(Exception):  # noqa: N818 - not an error of its own: the mark that one was reported
    """Stop here; the user has been told why."""
