"""The program as the engine sees it: a child process that registers resources and leaves with a code."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path

from sandbox.engine.errors import NotStarted
from sandbox.engine.processes.child import Child, OnLine
from sandbox.engine.processes.inbox import Inbox, ProgramLeft
from sandbox.engine.processes.monitor import RunInfo
from sandbox.engine.project.project import Project

_RUNNER = Path(__file__).with_name("run_program.py")


_SMALLEST_LIMIT = 32_767
"""Bytes that one environment variable may have: this on Windows, 128 KiB on Linux."""


class Program:
    """A running program; its end is announced in the inbox."""

    def __init__(self, project: Project, run: RunInfo, address: str, inbox: Inbox, on_line: OnLine) -> None:
        command = [
            sys.executable,
            "-u",
            str(_RUNNER),
            *("--monitor", address, "--engine", address),
            *("--project", run.project, "--stack", run.stack, "--organization", run.organization),
            *("--root_directory", str(project.root), "--parallel", str(run.parallel)),
            *(["--dry_run"] if run.preview else []),
            project.program,
        ]
        config = json.dumps(run.config, ensure_ascii=False)
        env = {**os.environ, "PULUMI_CONFIG": config, "PULUMI_CONFIG_SECRET_KEYS": "[]"}
        try:
            self._child = Child("The program", command, cwd=project.directory, env=env, on_line=on_line)
        except NotStarted as error:
            raise NotStarted(f"{error}{_advice(config)}") from None
        self._child.pass_on_output()
        self._inbox = inbox
        self._watch = threading.Thread(target=self._announce_end, name="end of the program", daemon=True)
        self._watch.start()

    def _announce_end(self) -> None:
        self._inbox.put(ProgramLeft(self._child.wait()))

    def stop(self) -> None:
        """End the program, by an interrupt if it has not ended by itself."""
        self._child.stop()
        self._watch.join()

    def kill(self) -> None:
        """End the program at once."""
        self._child.kill()


def _advice(config: str) -> str:
    """Return what to do when it may be the configuration that keeps a program from starting."""
    size = len(config.encode(errors="replace"))
    if size < _SMALLEST_LIMIT:
        return ""
    return (
        f" Pulumi passes the whole configuration in one environment variable, and the {size // 1024} KiB of this "
        "stack are more than the system takes (128 KiB on Linux): split the stack in two."
    )
