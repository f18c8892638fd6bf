"""
The report of an operation: events for the listener, and the counts of its summary.

Steps run on many threads; a listener gets one event at a time.
"""

from __future__ import annotations

import threading
from collections import Counter

from sandbox.engine.errors import PartialFailure, ProviderError
from sandbox.engine.events import Diagnostic, Event, Listener, Op, Severity, StepBegun, StepDone, StepFailed, StepInfo
from sandbox.engine.processes.plugin import CheckFailure
from sandbox.engine.state import urns
from sandbox.engine.state.resources import State
from sandbox.engine.state.values import equal
from sandbox.engine.steps.goprint import as_go_prints


class Report:
    """What is told and counted of one operation."""

    def __init__(self, listener: Listener, *, preview: bool) -> None:
        self._listener = listener
        self._preview = preview
        self._turn = threading.Lock()
        self.changes: Counter[Op] = Counter()
        self.uncertain = False

    def tell(self, event: Event) -> None:
        """Tell the listener."""
        with self._turn:
            self._listener(event)

    def begun(self, step: StepInfo) -> None:
        """Tell that a step is about to run."""
        if not step.internal:
            self.tell(StepBegun(step))

    def done(self, step: StepInfo, *, refreshed: bool = False) -> None:
        """Tell that a step has run; one that *refreshed* in a run of nothing else counts by what it found."""
        if step.internal:
            return
        if refreshed or _counts(step):
            with self._turn:
                self.changes[step.op] += 1
        # The outputs of a component are not complete before the program says so.
        if self._preview or refreshed or step.resource.custom or step.op in (Op.REFRESH, Op.DELETE):
            self.tell(StepDone(step))

    def completed(self, step: StepInfo) -> None:
        """Tell that the outputs of a component, or of the stack, are complete."""
        self.tell(StepDone(step))

    def failed(self, step: StepInfo, error: Exception) -> None:
        """Tell that a step was tried in vain."""
        urn = "" if step.internal else step.urn
        if self._preview:
            self.error(f"Preview failed: {error}", urn)
            return
        if isinstance(error, ProviderError) and error.uncertain and not isinstance(error, PartialFailure):
            self.uncertain = True
        self.error(str(error), urn)
        if urn:
            self.tell(StepFailed(step))

    def error(self, message: str, urn: str = "") -> None:
        """Tell an error."""
        self.tell(Diagnostic(Severity.ERROR, message, urn))

    def warning(self, message: str, urn: str = "") -> None:
        """Tell a warning."""
        self.tell(Diagnostic(Severity.WARNING, message, urn))

    def info(self, message: str, urn: str = "") -> None:
        """Tell a message."""
        self.tell(Diagnostic(Severity.INFO, message, urn))


def rejection(state: State, failure: CheckFailure) -> str:
    """Return the message for an input that the provider rejects; it shows the value, secrets too, as the CLI does."""
    start = f"{state.type} resource '{urns.name_of(state.urn)}'"
    if not failure.property:
        return f"{start} has a problem: {failure.reason}"
    value = as_go_prints(state.inputs.get(failure.property))
    return f"{start}: property {failure.property} value {value} has a problem: {failure.reason}"


def _counts(step: StepInfo) -> bool:
    if step.op is Op.READ:
        # A read that brings nothing new is nothing to tell of.
        return step.old is not None and not equal(step.resource.outputs, step.old.outputs)
    return step.logical
