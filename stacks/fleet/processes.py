"""One engine at work on one tenant, in a process group of its own: it can be asked to stop, and made to."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from stacks.engine import ENVIRONMENT, ROOT

_NEW_GROUP = 0x200
"""CREATE_NEW_PROCESS_GROUP, which Windows needs to interrupt a process alone; elsewhere a new session does that."""
_GRACE = 30.0
"""Seconds that an engine has for its running steps, when it has been asked to stop."""


class Ended(NamedTuple):
    """How a process ended."""

    status: int
    seconds: float
    timed_out: bool
    printed: str
    said: str
    """What it wrote on standard error."""


class Process:
    """
    One command of an engine.

    What it prints goes into files: a pipe that is not read would stop it, and a runner that dies must not lose it.
    """

    def __init__(self, command: list[str], environment: Mapping[str, str], output: Path, log: Path) -> None:
        self._output, self._log = output, log
        self._begun = time.monotonic()
        with output.open("wb") as stdout, log.open("wb") as stderr:
            self._process = subprocess.Popen(  # noqa: S603 - the engine
                command,
                cwd=ROOT,
                env={**os.environ, **ENVIRONMENT, **environment},
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
                creationflags=_NEW_GROUP if sys.platform == "win32" else 0,
            )

    def wait(self, timeout: float | None) -> Ended:
        """Wait for its end; after *timeout* seconds it is asked to stop, and stopped if it does not."""
        timed_out = False
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            timed_out = True
            self.interrupt()
            try:
                self._process.wait(_GRACE)
            except subprocess.TimeoutExpired:
                self.kill()
                self._process.wait()
        return Ended(
            self._process.returncode,
            time.monotonic() - self._begun,
            timed_out,
            self._output.read_text(encoding="utf-8", errors="replace"),
            self._log.read_text(encoding="utf-8", errors="replace"),
        )

    def interrupt(self) -> None:
        """Ask it once to stop: an engine then ends its running steps and writes its state."""
        self._signal(signal.SIGINT)

    def kill(self) -> None:
        """End it and all that it has started."""
        self._signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if sys.platform == "win32":
                ask = number == signal.SIGINT
                self._process.send_signal(signal.CTRL_BREAK_EVENT) if ask else self._process.kill()
            elif self._process.poll() is None:
                os.killpg(self._process.pid, number)
