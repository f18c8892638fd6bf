"""A run on a terminal: a row for each tenant that is at work or waits, and a line above for each that has ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from rich import live
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from stacks.digest import last_step
from stacks.fleet.selection import Selected
from stacks.fleet.view import Lines

_TAIL = 16 * 1024
"""Bytes from the end of what an engine has written, in which its last step is looked for."""
_LINES_BELOW = 3
"""Lines of the terminal that are not rows: the totals, and what is above and below."""


@dataclass
class _Row:
    """A tenant that has not ended."""

    ring: str
    output: Path | None = None
    since: float = 0.0


class Live(Lines):
    """Draws four times a second; what fits into the terminal is shown, those at work first."""

    def __init__(self, clean: Callable[[str], str], console: Console | None = None) -> None:
        """*clean* takes out of a text what would move the cursor; the console is standard error, if none is given."""
        drawn = console or Console(stderr=True, highlight=False)
        super().__init__(lambda line: drawn.print(Text(clean(line)), soft_wrap=True))
        self._console, self._clean = drawn, clean
        self._lock = threading.Lock()
        self._rows: dict[str, _Row] = {}
        self._total, self._verb = 0, ""
        self._began = time.monotonic()

    @contextmanager
    def over(self, selected: Sequence[Selected], verb: str) -> Iterator[None]:
        """Draw a run of *verb* over *selected*; one within it, such as the refresh after a ring, takes its place."""
        before = self._rows, self._total, self._verb
        self._rows, self._total, self._verb = {one.tenant: _Row(one.ring.name) for one in selected}, len(selected), verb
        try:
            with nullcontext() if before[1] else self._drawn():
                yield
        finally:
            self._rows, self._total, self._verb = before

    def _drawn(self) -> live.Live:
        return live.Live(console=self._console, get_renderable=self.frame, transient=True)

    def started(self, tenant: str, output: Path) -> None:
        """Give the row its time."""
        with self._lock:
            self._rows[tenant] = _Row(self._rows[tenant].ring, output, time.monotonic())

    def ended(self, tenant: str, line: str) -> None:
        """Take the row away, and write its line above."""
        with self._lock:
            self._rows.pop(tenant, None)
        super().ended(tenant, line)

    def still(self, tenants: Sequence[str]) -> None:
        """Say nothing: the rows show it."""

    def frame(self) -> RenderableType:
        """Return what is drawn now."""
        with self._lock:
            rows = dict(self._rows)
        room = max(1, self._console.size.height - _LINES_BELOW)
        ordered = sorted(rows.items(), key=lambda item: item[1].since or float("inf"))
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(max_width=24, no_wrap=True, overflow="ellipsis")
        table.add_column(max_width=12, no_wrap=True, overflow="ellipsis", style="dim")
        table.add_column(justify="right", no_wrap=True)
        table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        for tenant, row in ordered[:room]:
            cells = (tenant, row.ring, _clock(row.since), _step(row, rows))
            table.add_row(*(Text(self._clean(cell)) for cell in cells))
        at_work = sum(bool(row.since) for row in rows.values())
        ended, waiting = self._total - len(rows), len(rows) - at_work
        totals = f"{self._verb}: {ended} of {self._total} ended, {at_work} at work, {waiting} waiting"
        return Group(table, Text(f"{totals}  {_clock(self._began)}", style="bold", no_wrap=True, overflow="ellipsis"))


def _step(row: _Row, rows: Mapping[str, _Row]) -> str:
    """Say what the tenant does, or what it waits for."""
    if not row.since or row.output is None:
        first = next(iter(rows.values())).ring
        return "waits for its turn" if row.ring == first else f"waits for ring {first} to end well"
    try:
        with row.output.open("rb") as stream:
            stream.seek(max(0, row.output.stat().st_size - _TAIL))
            return last_step(stream.read().decode("utf-8", errors="replace")) or "at work"
    except OSError:  # it has not begun to write
        return "at work"


def _clock(since: float) -> str:
    seconds = int(time.monotonic() - since) if since else 0
    return f"{seconds // 60}:{seconds % 60:02}" if since else ""
