"""The program as the engine sees it: a child process that registers resources and leaves with a code."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path

from sandbox.engine.inbox import Inbox, ProgramLeft
from sandbox.engine.monitor import RunInfo
from sandbox.engine.processes import Child, OnLine
from sandbox.engine.project import Project

_RUNNER = Path(__file__).with_name("run_program.py")


class Program:
    """A running program; its end is announced in the inbox."""

    def __init__(self, project: Project, run: RunInfo, address: str, inbox: Inbox, on_line: OnLine) -> None:
        self._child = Child(
            [
                sys.executable,
                "-u",
                str(_RUNNER),
                *("--monitor", address, "--engine", address),
                *("--project", run.project, "--stack", run.stack, "--organization", run.organization),
                *("--root_directory", str(project.root), "--parallel", str(run.parallel)),
                *(["--dry_run"] if run.preview else []),
                project.program,
            ],
            cwd=project.directory,
            env={
                **os.environ,
                "PULUMI_CONFIG": json.dumps(run.config),
                "PULUMI_CONFIG_SECRET_KEYS": "[]",
            },
            on_line=on_line,
        )
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
