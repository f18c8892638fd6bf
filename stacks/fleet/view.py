"""How a run is told while it lasts: a line for each transition, for pipelines, files and screen readers."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from stacks.fleet.selection import Selected


class Lines:
    """
    Writes one line for each transition of a tenant.

    What a run tells comes from several threads; a line is written whole. `stacks.fleet.live` draws the same.
    """

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write

    @contextmanager
    def over(self, selected: Sequence[Selected], verb: str) -> Iterator[None]:  # noqa: ARG002 - for what draws
        """Show a run of *verb* over *selected* for as long as it lasts."""
        yield

    def said(self, line: str) -> None:
        """Show something that is about the run as a whole."""
        self._write(line)

    def started(self, tenant: str, output: Path) -> None:
        """Note that an engine is at work on *tenant*, and writes what it does into *output*."""

    def ended(self, tenant: str, line: str) -> None:
        """Show what became of *tenant*."""
        self._write(f"{tenant}: {line}")

    def still(self, tenants: Sequence[str]) -> None:
        """Show that nothing has ended for a while: pipelines end jobs that print nothing."""
        self._write(f"still at work: {', '.join(tenants) or 'nothing'}")


def is_terminal() -> bool:
    """Tell whether standard error is a terminal that can be drawn on: not in a pipeline, whatever it claims to be."""
    plain = os.environ.get("TERM") == "dumb" or os.environ.get("TTY_INTERACTIVE") == "0"
    return sys.stderr.isatty() and not plain and not any(map(os.environ.get, ("CI", "GITHUB_ACTIONS", "TF_BUILD")))
