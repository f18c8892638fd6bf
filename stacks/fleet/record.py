"""
The record of a run: one JSON line for each transition of a tenant, on the disk before the next step.

It says for which commit and which files it holds, so that a resumed run does exactly what is left, and nothing for
another configuration. A line that a kill has cut off is passed over. The form of the lines is in run.schema.json.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stacks.files import disk
from stacks.files.stack_file import without_engine_lines
from stacks.fleet import git
from stacks.yamlfile import FileProblem

VERSION = 1
COMMANDS = {"preview", "up", "refresh", "destroy", "drift"}
"""What a person runs. The preview before an `up` (plan) and the refresh after each of its rings (look) are not."""
ENDED_WELL = ("done", "changed")
"""How a tenant may end: without a change, or with some. Else: failed, timeout, cancelled, skipped."""
RUNS = Path(".pulumi", "fleet")
"""The folder of all records, below that of the project."""
RECORD = "run.jsonl"
"""The name of the file, in the folder of its run."""


@dataclass
class Record:
    """One run, as its file has it."""

    folder: Path
    head: dict[str, Any]
    """What the run is: command, commit, tenants."""
    results: dict[str, dict[str, Any]]
    """The last transition of each tenant."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def begin(cls, parent: Path, command: str, tenants: Sequence[str], fingerprint: Mapping[str, str]) -> Record:
        """Make the folder of a new run, and write its head. Raises FileProblem: the disk refuses."""
        folder = _new_folder(parent, f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{command}-{os.getpid()}")
        head = {"version": VERSION, "run": folder.name, "command": command, "tenants": list(tenants), **fingerprint}
        made = cls(folder, head, {})
        disk.append(folder / RECORD, head)
        return made

    @classmethod
    def last(cls, parent: Path, command: str = "", name: str = "") -> Record:
        """Read the last run of *command*, or the run called *name*. Raises FileProblem: there is none."""
        folders = [name] if name else sorted((one.name for one in parent.glob("*-*-*")), reverse=True)
        for one in folders:
            found = _read(parent / one)
            if found is not None and (name or found.head["command"] in ({command} if command else COMMANDS)):
                return found
        wanted = f"run {name}" if name else f"run of {command}" if command else "run"
        raise FileProblem(f"{parent}: there is no {wanted} to go on with")

    @classmethod
    def every(cls, parent: Path, command: str) -> list[Record]:
        """Read all runs of *command*, the oldest first."""
        found = (_read(one) for one in sorted(parent.glob("*-*-*")))
        return [one for one in found if one is not None and one.head["command"] == command]

    def add(self, tenant: str, status: str, **more: Any) -> None:
        """Write down what became of *tenant*, or that it has begun. Raises FileProblem: the disk refuses."""
        line = {"tenant": tenant, "status": status, "at": round(time.time(), 3), **more}
        with self._lock:
            self.results[tenant] = line
            disk.append(self.folder / RECORD, line)

    def left(self) -> list[str]:
        """Return the tenants that have not ended well."""
        ended = {one for one, result in self.results.items() if result["status"] in ENDED_WELL}
        return [one for one in self.head["tenants"] if one not in ended]

    def failed(self) -> list[str]:
        """Return the tenants that have failed."""
        return [one for one, result in self.results.items() if result["status"] not in (*ENDED_WELL, "started")]

    def require(self, fingerprint: Mapping[str, str]) -> None:
        """Make sure that the run is of this commit and these files. Raises FileProblem."""
        for key, value in fingerprint.items():
            if self.head.get(key) != value:
                raise FileProblem(f"{self.folder}: is of another {key}: start a new run instead of --resume")


def fingerprint(root: Path) -> dict[str, str]:
    """Return the commit of the project in *root*, and a hash of all that decides what tenants get."""
    digest = hashlib.sha256()
    for path in sorted([root / "Pulumi.yaml", *(root / "stacks").rglob("*.yaml")]):
        said = without_engine_lines(path.read_bytes())
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode() + said + b"\0")
    return {"commit": git.head(root), "config": digest.hexdigest()}


def _new_folder(parent: Path, name: str) -> Path:
    """Make a folder of that *name*, or with a number behind it: a command may begin two runs within a second."""
    for number in itertools.count(1):
        folder = parent / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise FileProblem(f"{folder}: cannot be made: {error.strerror or error}") from None
        return folder
    raise AssertionError


def _read(folder: Path) -> Record | None:
    try:
        parsed = disk.lines(folder / RECORD)
    except OSError:
        return None
    if not parsed or parsed[0].get("version") != VERSION:
        return None
    return Record(folder, parsed[0], {str(one["tenant"]): one for one in parsed[1:] if "tenant" in one})
