"""
The command line: the display, Ctrl-C and exit codes.

An operation runs on a thread of its own, so that the main thread is free to get Ctrl-C on every platform.
"""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import Empty, SimpleQueue

from sandbox.engine.cli import arguments, statecommands
from sandbox.engine.display.diffview import DiffView
from sandbox.engine.display.digest import Digest
from sandbox.engine.display.progress import ProgressView
from sandbox.engine.display.words import Palette
from sandbox.engine.engine import Engine, Result
from sandbox.engine.errors import EngineError
from sandbox.engine.events import Event, Listener
from sandbox.engine.planning.targets import Selection
from sandbox.engine.state import urns

FAILED = 1
CHANGES_NOT_EXPECTED = 7
INTERRUPTED = 130

_STOP = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)]
"""The signals that ask to stop; the last one exists on Windows only."""

_HOW: Mapping[int, tuple[str, str]] = {
    signal.SIGINT: ("^C", "press ^C again"),
    signal.SIGTERM: ("SIGTERM", "send SIGTERM again"),
}

_ORPHANS = "Note that terminating immediately may lead to orphaned resources and other inconsistencies.\n"

_TITLES = {
    "up": ("Previewing update", "Updating"),
    "refresh": ("Previewing refresh", "Refreshing"),
    "destroy": ("Previewing destroy", "Destroying"),
    "import": ("Previewing import", "Importing"),
}


def main(words: Sequence[str] | None = None) -> int:
    """Do what the command line asks and return the exit code."""
    given = arguments.parser().parse_args(words)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        if given.command in ("state", "stack"):
            engine = Engine(given.cwd, given.stack, state_file=given.state)
            statecommands.execute(given, engine.state_file, _write, _complain)
            return 0
        return Command(given).execute()
    except EngineError as error:
        _complain(f"error: {error}\n")
        return FAILED
    except KeyboardInterrupt:  # before there was anything to cancel
        return INTERRUPTED


class Command:
    """One command, with its engine and its display."""

    def __init__(self, given: argparse.Namespace) -> None:
        self._given = given
        self._engine = Engine(
            given.cwd,
            given.stack,
            state_file=given.state,
            config_file=given.config_file,
            parallel=given.parallel,
            listener=self._on_event,
        )
        self._view = self._fresh_view()
        self._document = ""

    def execute(self) -> int:
        """Preview, and then do it unless only the preview was asked for."""
        given = self._given
        result = Result()
        try:
            for preview in [True] if given.preview_only else [False] if given.skip_preview else [True, False]:
                result = self._pass(preview=preview)
                if not result.succeeded:
                    return FAILED
        finally:
            _write(self._document)
        if given.expect_no_changes and result.changed:
            noun = "update" if given.command == "up" else given.command
            _complain(f"error: no changes were expected for {noun} but changes were proposed\n")
            return CHANGES_NOT_EXPECTED
        return 0

    def _pass(self, *, preview: bool) -> Result:
        """Run one pass under the eye of the main thread."""
        given = self._given
        self._view = self._fresh_view()
        if not given.json:
            title = _TITLES["up" if given.command == "preview" else given.command][not preview]
            _write(f"{title} ({given.stack}):\n")
        with ThreadPoolExecutor(1, thread_name_prefix="operation") as worker, _stop_signals() as signals:
            outcome = worker.submit(self._act, preview=preview)
            outcome.add_done_callback(lambda _: signals.put(None))
            self._wait(signals, preview=preview)
        return outcome.result()

    def _wait(self, signals: SimpleQueue[int | None], *, preview: bool) -> None:
        """Wait for the end; the first signal asks the engine to stop, the second makes it."""
        asked = False
        while (number := _next(signals)) is not None:
            name, again = _HOW.get(number, (signal.Signals(number).name, "press ^C again"))
            if asked:
                _complain(f"{name} received; terminating\n")
                self._engine.terminate()
                continue
            asked = True
            _complain(f"{name} received; cancelling. If you would like to terminate immediately, {again}.\n")
            if not preview:
                _complain(_ORPHANS)
            self._engine.cancel()

    def _act(self, *, preview: bool) -> Result:
        given, engine = self._given, self._engine
        if given.command == "import":
            return engine.import_file(given.import_file, preview=preview)
        selection = Selection(
            targets=(*given.target, *given.target_replace),
            replaces=(*given.replace, *given.target_replace),
            dependents=given.target_dependents,
        )
        if given.command in ("preview", "up"):
            run = engine.preview if preview else engine.up
            return run(refresh=given.refresh, selection=selection)
        if given.command == "refresh":
            return engine.refresh(
                preview=preview,
                clear_pending_creates=given.clear_pending_creates,
                settled_creates=_urns_of_pairs(given.import_pending_creates),
                selection=selection,
            )
        return engine.destroy(preview=preview, refresh=given.refresh, selection=selection)

    def _on_event(self, event: Event) -> None:
        self._view(event)

    def _fresh_view(self) -> Listener:
        given = self._given
        if given.json:
            return Digest(self._keep, show_sames=self._given.show_sames).on_event
        palette = Palette(coloured=sys.stdout.isatty() and "NO_COLOR" not in os.environ)
        if given.diff:
            return DiffView(_write, _complain, palette).on_event
        project = self._engine.project.name
        stack_urn = urns.make(given.stack, project, urns.STACK_TYPE, f"{project}-{given.stack}")
        return ProgressView(stack_urn, _write, palette).on_event

    def _keep(self, document: str) -> None:
        """Keep a document until the end: of a preview and what follows, only the last one is written."""
        self._document = document


def _urns_of_pairs(words: Sequence[str]) -> Sequence[str]:
    """Return the URNs among URNs and ids by turns; the ids have no use, since the CLI reads nothing by them."""
    if len(words) % 2:
        raise EngineError("each URN must be followed by an ID: found an odd number of entries")
    return words[::2]


@contextmanager
def _stop_signals() -> Iterator[SimpleQueue[int | None]]:
    """Put signals into a queue: all that a handler, which may interrupt anything, can do without harm."""
    signals: SimpleQueue[int | None] = SimpleQueue()
    previous = {number: signal.signal(number, lambda number, _frame: signals.put(number)) for number in _STOP}
    try:
        yield signals
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _next(signals: SimpleQueue[int | None]) -> int | None:
    while True:
        try:
            # A wait without end would keep Windows from getting Ctrl-C.
            return signals.get(timeout=0.5)
        except Empty:
            continue


def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of the output has closed it, as `head` does. The operation goes on to its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
