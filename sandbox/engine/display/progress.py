"""
The usual view: a line for each thing that happens, and at the end diagnostics, outputs and a summary.

It is the Pulumi CLI's view for output that is no terminal. On a terminal the same lines have colours.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.engine.display.outputs import outputs_text
from sandbox.engine.display.shortdiff import short_diff
from sandbox.engine.display.summary import summary
from sandbox.engine.display.words import (
    DOING,
    DONE,
    FAILED,
    PLANNED,
    PREFIXES,
    PREVIEWED,
    SIGNS,
    Palette,
    plural,
    retained,
    worth_showing,
)
from sandbox.engine.events import (
    Diagnostic,
    Event,
    Finished,
    Op,
    Severity,
    Started,
    StepBegun,
    StepDone,
    StepFailed,
    StepInfo,
)
from sandbox.engine.state import urns


@dataclass
class Row:
    """What is known of one resource."""

    urn: str
    step: StepInfo | None = None
    done: list[StepInfo] = field(default_factory=list)
    failed: bool = False
    shown: bool = False
    diagnostics: list[Diagnostic] = field(default_factory=list)
    began: float = 0.0
    ended: float = 0.0

    @property
    def op(self) -> Op:
        """What is being done to the resource."""
        return self.step.op if self.step else Op.SAME

    def count(self, *severities: Severity) -> int:
        """Count the lasting messages of some severities."""
        return sum(each.severity in severities and not each.ephemeral for each in self.diagnostics)


class ProgressView:
    """Writes what happens, line by line."""

    def __init__(
        self,
        stack_urn: str,
        write: Callable[[str], None],
        palette: Palette,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stack_urn = stack_urn
        self._write = write
        self._palette = palette
        self._clock = clock
        self._rows: dict[str, Row] = {}
        self._preview = False
        self._over = False

    def on_event(self, event: Event) -> None:
        """Write what an event has to say."""
        if isinstance(event, Started):
            self._rows, self._preview, self._over = {}, event.preview, False
            self._print("")
        elif isinstance(event, Finished):
            self._finish(event)
        elif isinstance(event, Diagnostic):
            self._message(event)
        elif event.step.op in (Op.READ_DISCARD, Op.READ_REPLACEMENT):
            pass  # of no interest without the read, which is only a message
        elif event.step.op is Op.READ:
            what = f"read {urns.display_type(urns.type_of(event.step.urn))} {urns.name_of(event.step.urn)}"
            self._message(Diagnostic(Severity.INFO, what, ephemeral=True))
        else:
            self._step(event)

    # ------------------------------------------------------------ events

    def _message(self, diagnostic: Diagnostic) -> None:
        if diagnostic.message.strip():
            row = self._row(diagnostic.urn)
            row.shown = True
            row.diagnostics.append(diagnostic)
            self._print_row(row)

    def _step(self, event: StepBegun | StepDone | StepFailed) -> None:
        row = self._row(event.step.urn)
        # A stack that is the same is not worth a line when it begins, but it is from then on.
        if worth_showing(event.step, every_part=True) or (row.step is not None and row.urn == self._stack_urn):
            row.shown = True
        if isinstance(event, StepFailed):
            row.failed = True
        elif isinstance(event, StepBegun):
            row.step, row.began, row.ended = event.step, self._clock(), 0.0
        elif not self._finish_step(row, event.step):
            return
        if row.shown:
            self._print_row(row)

    def _finish_step(self, row: Row, step: StepInfo) -> bool:
        """Note that a step is done; say whether that is worth a line of its own."""
        refreshed = row.op is Op.REFRESH
        row.step, row.ended = step, self._clock()
        row.done.append(step)
        return refreshed or (not self._preview and step.resource.custom and step.op is not Op.SAME)

    def _row(self, urn: str) -> Row:
        urn = urn or self._stack_urn
        return self._rows.setdefault(urn, Row(urn))

    # ------------------------------------------------------------ rows

    def _print_row(self, row: Row) -> None:
        sign = self._palette.op(row.op, SIGNS[row.op])
        type_, name = urns.display_type(urns.type_of(row.urn)), urns.name_of(row.urn)
        self._print(f" {sign} {type_} {name} {self._status(row)} {self._info(row)}".rstrip())

    def _status(self, row: Row) -> str:
        flag = retained(row.step) if row.step else ""
        if not self._is_done(row):
            return self._palette.op(row.op, self._doing(row)) + flag
        if self._preview:
            return self._palette.op(row.op, PREVIEWED[row.op]) + flag
        finished = any(step.op is row.op for step in row.done)
        if row.failed or row.count(Severity.ERROR):
            text = f"**{self._timed(FAILED[row.op], row)}**" if row.op is not Op.SAME else "**failed**"
            return self._palette.severe(Severity.ERROR, text) + flag
        if row.step and row.step.resource.custom and row.op is not Op.SAME and not finished:
            return self._palette.severe(Severity.WARNING, f"{DOING[row.op]} (interrupted)") + flag
        return self._palette.op(row.op, self._timed(DONE[row.op], row)) + flag

    def _is_done(self, row: Row) -> bool:
        """Tell whether nothing more is to come; for the stack that is at the very end."""
        if row.failed or self._over:
            return True
        return row.urn != self._stack_urn and any(step.op is row.op for step in row.done)

    def _doing(self, row: Row) -> str:
        if row.step is not None and row.urn == self._stack_urn and row.op is Op.SAME:
            return "running"
        if self._preview:
            return PLANNED[row.op]
        if row.op is Op.SAME:
            return ""
        return f"{DOING[row.op]} ({int(self._clock() - row.began)}s)"

    @staticmethod
    def _timed(text: str, row: Row) -> str:
        if row.op is Op.SAME or not row.ended:
            return text
        seconds = row.ended - row.began
        return f"{text} ({seconds:.2f}s)" if seconds < 1 else f"{text} ({int(seconds)}s)"

    def _info(self, row: Row) -> str:
        """Return what differs, and the latest message or in the end how many there were; one line of it."""
        parts = []
        step = row.step
        if row.op in (Op.CREATE_REPLACEMENT, Op.DELETE_REPLACED):
            step = next((each for each in reversed(row.done) if each.op is Op.REPLACE), step)
        if step is not None and (diff := short_diff(step, self._palette)):
            parts.append(f"[{diff}]")
        if self._over:
            counts = (
                ("error", row.count(Severity.ERROR)),
                ("warning", row.count(Severity.WARNING)),
                ("message", row.count(Severity.INFO, Severity.INFO_ERR)),
            )
            parts.extend(plural(count, word) for word, count in counts if count)
        elif row.diagnostics:
            parts.append(self._text(row.diagnostics[-1]))
        return "; ".join(parts).partition("\n")[0]

    def _text(self, diagnostic: Diagnostic) -> str:
        prefix = self._palette.severe(diagnostic.severity, PREFIXES[diagnostic.severity])
        return prefix + diagnostic.message.rstrip()

    # ------------------------------------------------------------ the end

    def _finish(self, finished: Finished) -> None:
        left = [row for row in self._rows.values() if not self._is_done(row)]
        self._over = True
        for row in left:
            if row.shown:
                self._print_row(row)
        self._print_diagnostics()
        self._print_outputs()
        errored = sum(bool(row.count(Severity.ERROR)) for row in self._rows.values())
        self._print(summary(finished, errored, self._palette))

    def _print_diagnostics(self) -> None:
        rows = [row for row in self._rows.values() if row.count(*Severity)]
        if rows:
            self._print(self._palette.heading("Diagnostics:"))
        for row in rows:
            type_, name = urns.display_type(urns.type_of(row.urn)), urns.name_of(row.urn)
            self._print("  " + self._palette.subject(f"{type_} ({name}):"))
            streams: dict[int, list[Diagnostic]] = {}
            for diagnostic in row.diagnostics:
                if not diagnostic.ephemeral:
                    streams.setdefault(diagnostic.stream, []).append(diagnostic)
            for diagnostics in streams.values():
                for diagnostic in diagnostics:
                    for line in self._text(diagnostic).split("\n"):
                        self._print(f"    {line}".rstrip())
                self._print("")

    def _print_outputs(self) -> None:
        row = self._rows.get(self._stack_urn)
        if row is not None and row.step is not None:
            text = outputs_text(row.step, 1, self._palette, planning=self._preview)
            if text:
                self._print(self._palette.heading("Outputs:"))
                self._print(text)

    def _print(self, line: str) -> None:
        self._write(f"{line}\n")
