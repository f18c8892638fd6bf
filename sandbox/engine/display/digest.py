"""The view of `--json`: one document about the whole operation, when it is over."""

from __future__ import annotations

import json
from collections.abc import Callable

from sandbox.engine.display.words import PREFIXES, worth_showing
from sandbox.engine.events import Diagnostic, Event, Finished, Op, Started, StepBegun, StepDone, StepInfo
from sandbox.engine.state import urns
from sandbox.engine.state.resources import Json, State, to_json
from sandbox.engine.state.values import redacted


class Digest:
    """Gathers an operation; secrets appear as "[secret]"."""

    def __init__(self, write: Callable[[str], None], *, show_sames: bool = False) -> None:
        self._write, self._show_sames = write, show_sames
        self._config: dict[str, str] = {}
        self._steps: dict[str, list[Json]] = {}
        self._order: list[Json] = []
        self._refreshing: set[str] = set()
        self._diagnostics: list[Json] = []

    def on_event(self, event: Event) -> None:
        """Note what an event tells, and write the document after the last one."""
        if isinstance(event, Started):
            self._config = dict(event.config)
        elif isinstance(event, Diagnostic):
            if not event.ephemeral:
                self._diagnostics.append(_diagnostic(event))
        elif isinstance(event, StepBegun):
            self._begin(event.step)
        elif isinstance(event, StepDone):
            self._amend(event.step)
        elif isinstance(event, Finished):
            self._write(json.dumps(self._document(event), indent=4, ensure_ascii=False) + "\n")

    def _begin(self, step: StepInfo) -> None:
        unchanged = self._show_sames and step.op is Op.SAME
        if unchanged or worth_showing(step, every_part=False) or urns.is_stack(step.urn):
            entry = _step(step)
            self._order.append(entry)
            self._steps.setdefault(step.urn, []).append(entry)
            if step.op is Op.REFRESH:
                self._refreshing.add(step.urn)

    def _amend(self, step: StepInfo) -> None:
        """Put what a refresh has found in place of the announcement that there will be one."""
        if step.urn in self._refreshing and step.op in (Op.UPDATE, Op.DELETE):
            for entry in self._steps[step.urn]:
                entry.clear()
                entry.update(_step(step))

    def _document(self, finished: Finished) -> Json:
        document: Json = {}
        if self._config:
            document["config"] = self._config
        if self._order:
            document["steps"] = self._order
        if self._diagnostics:
            document["diagnostics"] = self._diagnostics
        document["duration"] = int(finished.seconds * 1e9)
        document["changeSummary"] = {op.value: finished.changes[op] for op in sorted(finished.changes)}
        if finished.uncertain:
            document["maybeCorrupt"] = True
        if not finished.preview:
            document["result"] = "succeeded" if finished.succeeded else "failed"
        return document


def _diagnostic(diagnostic: Diagnostic) -> Json:
    document: Json = {"urn": diagnostic.urn} if diagnostic.urn else {}
    document["message"] = f"{PREFIXES[diagnostic.severity]}{diagnostic.message}\n"
    document["severity"] = diagnostic.severity.value
    return document


def _step(step: StepInfo) -> Json:
    entry: Json = {"op": step.op.value, "urn": step.urn}
    if step.resource.provider:
        entry["provider"] = step.resource.provider
    if step.old is not None:
        entry["oldState"] = _state(step.old)
    if step.new is not None:
        entry["newState"] = _state(step.new)
    if step.changed_keys:
        entry["diffReasons"] = list(step.changed_keys)
    if step.replace_keys:
        entry["replaceReasons"] = list(step.replace_keys)
    entry["detailedDiff"] = (
        {path: {"kind": each.kind.value, "inputDiff": each.of_inputs} for path, each in sorted(step.detail.items())}
        if step.detail is not None
        else None
    )
    return entry


def _state(state: State) -> Json:
    shown = state.copy()
    shown.inputs = {key: redacted(value) for key, value in state.inputs.items()}
    shown.outputs = {key: redacted(value) for key, value in state.outputs.items()}
    return to_json(shown)
