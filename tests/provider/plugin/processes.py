"""
Plugin processes, started cold as the engine starts them, or born warm where thousands are needed.

Three quarters of a short plugin's life go into importing the SDK. A warm one is forked from a process that has
imported it and done nothing else: it has a memory, sockets and an end of its own, and runs the same module.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import runpy
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

ROOT = Path(__file__).parents[3]
_MODULE = "pulumi.dynamic"
_SECONDS_TO_END = 30


class Process(Protocol):
    """A plugin process."""

    def port(self) -> int:
        """Return the port that it announces on its standard output."""

    def kill(self) -> None:
        """End it with SIGKILL."""

    def wait(self) -> int:
        """Return its exit status, when it ends by itself."""

    def stop(self) -> str:
        """End it and return what it wrote to stderr."""


Start = Callable[[str, Mapping[str, str]], Process]
"""Starts a plugin that reports to the engine at an address, with these variables and no others."""


class Cold:
    """A process as the engine starts it."""

    def __init__(self, engine: str, environ: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-m", _MODULE, engine],
            cwd=ROOT,
            env=dict(environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def port(self) -> int:
        """Return the port that it announces on its standard output."""
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())

    def kill(self) -> None:
        """End it with SIGKILL."""
        self._process.kill()

    def wait(self) -> int:
        """Return its exit status, when it ends by itself."""
        return self._process.wait(timeout=_SECONDS_TO_END)

    def stop(self) -> str:
        """End it and return what it wrote to stderr."""
        self._process.terminate()
        return self._process.communicate(timeout=_SECONDS_TO_END)[1]


_turn = threading.Lock()
"""On Python 3.10 a start looks at all that were started, and falls over one that is closed meanwhile."""


class Warm:
    """A process that has the SDK already. Where nothing forks, on Windows, use `start` for a cold one."""

    def __init__(self, engine: str, environ: Mapping[str, str]) -> None:
        nursery = multiprocessing.get_context("forkserver")
        nursery.set_forkserver_preload(
            [__name__, "pulumi.dynamic", "provider.lifecycle", "provider.graph", "azure.identity"]
        )
        self._stdout, stdout = nursery.Pipe(duplex=False)
        self._stderr, stderr = nursery.Pipe(duplex=False)
        self._process = nursery.Process(target=_run, args=(engine, dict(environ), stdout, stderr), daemon=True)
        with _turn:
            self._process.start()
        stdout.close()
        stderr.close()

    def port(self) -> int:
        """Return the port that it announces on its standard output."""
        return int(os.read(self._stdout.fileno(), 16))

    def kill(self) -> None:
        """End it with SIGKILL."""
        self._process.kill()

    def wait(self) -> int:
        """Return its exit status, when it ends by itself."""
        self._process.join(_SECONDS_TO_END)
        assert self._process.exitcode is not None
        return self._process.exitcode

    def stop(self) -> str:
        """End it and return what it wrote to stderr."""
        self._process.terminate()
        with os.fdopen(os.dup(self._stderr.fileno()), encoding="utf-8") as stderr:
            said = stderr.read()
        self.wait()
        with _turn:
            self._process.close()
        self._stdout.close()
        self._stderr.close()
        return said


start: Start = Warm if "forkserver" in multiprocessing.get_all_start_methods() else Cold
"""The quickest way to start one on this platform."""


def _run(engine: str, environ: Mapping[str, str], stdout: Connection, stderr: Connection) -> None:
    """Become a plugin process."""
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(ROOT)
    for descriptor, pipe, name in ((1, stdout, "stdout"), (2, stderr, "stderr")):
        os.dup2(pipe.fileno(), descriptor)
        pipe.close()
        unbuffered = io.FileIO(descriptor, "w", closefd=False)
        setattr(sys, name, io.TextIOWrapper(unbuffered, encoding="utf-8", write_through=True))
    sys.argv = [_MODULE, engine]
    runpy.run_module(_MODULE, run_name="__main__")
