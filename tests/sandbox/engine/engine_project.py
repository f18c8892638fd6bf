"""A project in a folder of its own, with a program that tests rewrite, and both ways to run the engine on it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox.engine.engine import Engine, Result
from sandbox.engine.events import Op
from sandbox.engine.planning.targets import Selection
from sandbox.engine.state import urns

ROOT = Path(__file__).parents[3]
FIXTURE = Path(__file__).with_name("project")

THING = "pulumi-python:dynamic/demo:Thing"
EVERYTHING = Selection()

_HEADER = """\
import pulumi
from pulumi import ResourceOptions as Options
from things import Thing
"""


class Workshop:
    """A project named demo with a stack named dev; its things live in the folder `world`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state_file = folder / "state.json"
        self.world = folder / "world"
        shutil.copytree(FIXTURE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "stacks").mkdir()
        (folder / "calls").touch()
        self.configure({})
        self.program("")

    def program(self, text: str) -> None:
        """Write the program."""
        (self.folder / "__main__.py").write_text(_HEADER + text, encoding="utf-8")

    def configure(self, config: Mapping[str, Any]) -> None:
        """Write the stack file: JSON is YAML."""
        document = json.dumps({"config": {f"demo:{key}": value for key, value in config.items()}})
        (self.folder / "stacks" / "Pulumi.dev.yaml").write_text(document, encoding="utf-8")

    # ---------------------------------------------------------------- running

    def engine(self, **options: Any) -> Engine:
        """Make an engine in this process."""
        return Engine(self.folder, "dev", state_file=self.state_file, **options)

    def up(
        self, program: str | None = None, *, refresh: bool = False, selection: Selection = EVERYTHING, **options: Any
    ) -> Result:
        """Update, with another program if one is given."""
        if program is not None:
            self.program(program)
        return self.engine(**options).up(refresh=refresh, selection=selection)

    def preview(
        self, program: str | None = None, *, refresh: bool = False, selection: Selection = EVERYTHING, **options: Any
    ) -> Result:
        """Preview, with another program if one is given."""
        if program is not None:
            self.program(program)
        return self.engine(**options).preview(refresh=refresh, selection=selection)

    def start(self, command: str, *arguments: str) -> subprocess.Popen[str]:
        """Start the engine's command line."""
        options = ["--stack", "dev", "--cwd", str(self.folder), "--state", str(self.state_file)]
        return subprocess.Popen(
            [sys.executable, "-m", "sandbox.engine", command, *arguments, *options],
            cwd=ROOT,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def run(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the engine's command line to its end."""
        process = self.start(command, *arguments)
        out, err = process.communicate(timeout=60)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    # ---------------------------------------------------------------- looking

    @property
    def log(self) -> list[str]:
        """What was done to things, in order: "create A-1", "delete A-1"."""
        return (self.world / "log").read_text(encoding="utf-8").splitlines()

    def calls(self) -> list[str]:
        """Return what the provider was asked since this was called last, previews included, in order."""
        path = self.folder / "calls"
        calls = path.read_text(encoding="utf-8").splitlines()
        path.write_text("", encoding="utf-8")
        return calls

    def thing(self, id_: str) -> dict[str, Any]:
        """Return a thing as it really is."""
        found: dict[str, Any] = json.loads((self.world / id_).read_text(encoding="utf-8"))
        return found

    def change(self, id_: str, **props: Any) -> None:
        """Change a thing behind the engine's back."""
        (self.world / id_).write_text(json.dumps({**self.thing(id_), **props}), encoding="utf-8")

    @property
    def deployment(self) -> dict[str, Any]:
        """The deployment in the state file."""
        document: dict[str, Any] = json.loads(self.state_file.read_text(encoding="utf-8"))
        assert document["version"] == 3
        deployment: dict[str, Any] = document["deployment"]
        return deployment

    @property
    def state(self) -> dict[str, dict[str, Any]]:
        """The resources in the state file, by name; those that wait for their deletion have a minus before it."""
        resources = self.deployment.get("resources", [])
        return {("-" if each.get("delete") else "") + urns.name_of(each["urn"]): each for each in resources}

    @property
    def pending(self) -> list[tuple[str, str]]:
        """The pending operations in the state file, by type and name."""
        operations = self.deployment.get("pending_operations", [])
        return [(each["type"], urns.name_of(each["resource"]["urn"])) for each in operations]


def urn(name: str) -> str:
    """Return the URN of a thing of the program."""
    return f"urn:pulumi:dev::demo::{THING}::{name}"


def steps(result: Result) -> list[tuple[Op, str]]:
    """Return what a run did to resources other than the stack, in order: `(Op.CREATE, "a")`."""
    return [(step.op, urns.name_of(step.urn)) for step in result.steps if not urns.is_stack(step.urn)]


def kill(pid: int) -> None:
    """End a process that has lost its parent."""
    os.kill(pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
