"""Runs a command and measures it: its seconds, and the peak memory of the plugin process below it."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

_PLUGIN = "pulumi.dynamic"
_BETWEEN_LOOKS = 0.05  # seconds; memory only grows towards a peak that lasts far longer than this


def surroundings() -> dict[str, str]:
    """
    Return the environment of every command that is measured.

    Python keeps what it has compiled, as it does for people: else each start compiles the project's modules anew.
    """
    left_out = {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH"}
    return {name: value for name, value in os.environ.items() if name not in left_out}


def without(name: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return *environment* with a PATH that does not lead to the program *name*."""
    folders = environment.get("PATH", "").split(os.pathsep)
    kept = [one for one in folders if shutil.which(name, path=one or os.curdir) is None]
    return {**environment, "PATH": os.pathsep.join(kept)}


class Failed(Exception):  # noqa: N818 - named for what it says
    """A command of the bench ended with another status than 0; the text is what it wrote."""


@dataclass(frozen=True)
class Ran:
    """One command that ran."""

    seconds: float
    peak_bytes: int
    """The largest resident set of the watched process."""
    cpu_seconds: float
    """What the watched process had used of a CPU when it was last looked at: it ends between two looks."""
    text: str
    """What it wrote."""


def run(command: Sequence[str], environment: Mapping[str, str], folder: Path, watched: str = _PLUGIN) -> Ran:
    """
    Run *command* in *folder* and watch its descendant whose command line has the word *watched*.

    Raises Failed: its status is not 0.
    """
    started = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - commands of this project
        command,
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        watch = _Watch(process.pid, watched)
        text, _ = process.communicate()
        seconds = time.perf_counter() - started
        watch.stop()
    if process.returncode != 0:
        raise Failed(f"`{' '.join(command)}` ended with {process.returncode}:\n{text}")
    return Ran(seconds, watch.peak, watch.cpu, text)


class _Watch:
    """Looks at a process of a tree until it is told to stop."""

    def __init__(self, root: int, word: str) -> None:
        self.peak = 0
        self.cpu = 0.0
        self._word = word
        self._root = root
        self._found: psutil.Process | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the looking."""
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(_BETWEEN_LOOKS):
            with suppress(psutil.Error):
                found = self._found or self._find()
                self._found = found
                if found is not None:
                    self.peak = max(self.peak, found.memory_info().rss)
                    self.cpu = sum(found.cpu_times()[:2])  # its own, in user and system mode

    def _find(self) -> psutil.Process | None:
        root = psutil.Process(self._root)
        return next((one for one in (root, *root.children(recursive=True)) if self._word in one.cmdline()), None)
