"""Ctrl-C over many engines: the first asks each once to end its running steps, the second stops them."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from stacks.fleet.processes import Process


class Interrupts:
    """The interrupts of one command, and the engines that are at work. One for all the runs of the command."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._running: dict[str, Process] = {}
        self.count = 0

    @property
    def running(self) -> list[str]:
        """The tenants whose engines are at work."""
        return sorted(self._running)

    @contextmanager
    def forwarded(self) -> Iterator[None]:
        """Forward SIGINT and SIGTERM to the engines, for as long as it lasts."""
        before = {number: signal.signal(number, self._on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def at_work(self, tenant: str, begin: Callable[[], Process]) -> Iterator[Process]:
        """Begin a process for *tenant*, and let interrupts reach it until it has ended."""
        with self._lock:
            process = begin()
            self._running[tenant] = process
            if self.count:  # it came between the decision to begin and the beginning
                process.interrupt()
        try:
            yield process
        finally:
            with self._lock:
                del self._running[tenant]

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        # The lock is held by other threads alone, and for as long as a process takes to begin: each gets this one once.
        with self._lock:
            self.count += 1
            for process in self._running.values():
                process.interrupt()
        first = self.count == 1
        self._tell("interrupted: running steps are ended" if first else "interrupted again: engines are stopped")
