"""
Child processes: the program and the plugin, their output line by line, and their end.

Each child leads a process group of its own, so that Ctrl-C in a terminal reaches the engine alone, which then decides.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, TypeAlias

from sandbox.engine.errors import NotStarted
from sandbox.engine.events import Severity

OnLine: TypeAlias = "Callable[[Severity, str], None]"

if sys.platform == "win32":
    _NEW_GROUP = subprocess.CREATE_NEW_PROCESS_GROUP
else:
    _NEW_GROUP = 0  # start_new_session does it here

GRACE = 5.0  # seconds between the interrupt and the kill, as in the real engine
INTERRUPTS = 5


class Child:
    """A running process whose output goes somewhere; messages call it *what*."""

    def __init__(
        self, what: str, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], on_line: OnLine
    ) -> None:
        try:
            # The command is this interpreter with arguments of ours; no shell reads it.
            self._process: subprocess.Popen[str] = subprocess.Popen(  # noqa: S603
                command,
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
                creationflags=_NEW_GROUP,
            )
        except (
            OSError,
            ValueError,
        ) as error:  # ValueError: what is no argument or variable, on Windows also its length
            raise NotStarted(f"{what} could not be started: {error}.") from None
        assert self._process.stdout is not None  # noqa: S101 - asked for above; this tells the type checker
        assert self._process.stderr is not None  # noqa: S101 - the same
        self._stdout = self._process.stdout
        self._on_line = on_line
        self._pumps: list[threading.Thread] = []
        self._pump(self._process.stderr, Severity.INFO_ERR)

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    def first_line(self) -> str:
        """Return the first line of standard output, which is not passed on; empty when the process ends without one."""
        return self._stdout.readline().strip()

    def pass_on_output(self) -> None:
        """Pass on the rest of standard output."""
        self._pump(self._stdout, Severity.INFO)

    def wait(self) -> int:
        """Return the exit code, once the process has ended and all its output was passed on."""
        code = self._process.wait()
        for pump in self._pumps:
            pump.join()
        return code

    def interrupt(self) -> None:
        """Ask the process to leave."""
        if self._process.poll() is not None:
            return
        if sys.platform == "win32":
            self._process.terminate()
        else:
            self._process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()

    def stop(self) -> int:
        """
        Interrupt the process, and kill it when it has not left within the grace.

        It is interrupted again and again, for a signal that comes just before Python falls asleep does not wake it.
        """
        for _ in range(INTERRUPTS):
            self.interrupt()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=GRACE / INTERRUPTS)
                return self.wait()
        self.kill()
        return self.wait()

    def _pump(self, stream: IO[str], severity: Severity) -> None:
        pump = threading.Thread(target=self._read, args=(stream, severity), name=f"output of {self.pid}", daemon=True)
        pump.start()
        self._pumps.append(pump)

    def _read(self, stream: IO[str], severity: Severity) -> None:
        with stream:
            for line in stream:
                self._on_line(severity, line.rstrip("\r\n"))
