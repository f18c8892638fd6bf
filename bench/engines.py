"""The engine that runs the program of the bench: the Pulumi CLI where there is one, else the stand-in."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.graph import ROOT
from bench.watching import Ran, run, surroundings

PROJECT = "bench"
STACK = "bench"
PARALLEL = 32
"""Steps at once: as many as the plugin has threads. The engine's own default is four per CPU."""

_FOLDER = Path(__file__).with_name("project")


def describe(command: str | None) -> str:
    """Name the engine: the CLI *command*, or the stand-in where there is none."""
    if command is None:
        return "the stand-in engine of this repository (`sandbox.engine`)"
    said = subprocess.run([command, "version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    return f"the Pulumi CLI {said.strip()}"


@dataclass
class Stack:
    """A stack of the bench's program, with its state and settings in *folder*."""

    folder: Path
    command: str | None = None
    """The CLI; None for the stand-in."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What signs in."""

    def __post_init__(self) -> None:
        """Make the folder, and with the CLI the stack, unless they are there."""
        if self.folder.exists():
            return
        self.folder.mkdir(parents=True)
        if self.command:
            (self.folder / "backend").mkdir()
            shutil.copy(_FOLDER / "Pulumi.yaml", self.folder)  # the CLI writes a stack file beside it
            init = [self.command, "stack", "init", STACK, "--non-interactive"]
            run(init, self._environment(), self.folder)

    def configure(self, **config: Any) -> None:
        """Write the stack file: JSON is YAML."""
        document = {"config": {f"{PROJECT}:{key}": value for key, value in config.items()}}
        self._config.write_text(json.dumps(document), encoding="utf-8")

    def run(self, verb: str, *flags: str, under: Sequence[str] = ()) -> Ran:
        """Run one operation, measured, *under* another command if one is given. Raises Failed."""
        engine = [self.command, "--non-interactive"] if self.command else [sys.executable, "-m", "sandbox.engine"]
        where = ["--stack", STACK, "--cwd", str(_FOLDER), "--config-file", str(self._config)]
        state = [] if self.command else ["--state", str(self.folder / "state.json")]
        words = [*under, *engine, verb, *where, *state, "--parallel", str(PARALLEL), *flags]
        return run(words, self._environment(), ROOT)

    def copy(self, folder: Path, old: str, new: str) -> Stack:
        """Return a copy of the stack in *folder*, with *old* replaced by *new* in its settings and its state."""
        shutil.copytree(self.folder, folder)
        for path in [*folder.glob("*.yaml"), *folder.glob("state.json"), *folder.glob(f"backend/**/{STACK}.json")]:
            path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        return Stack(folder, self.command, self.environment)

    def resources(self) -> list[dict[str, Any]]:
        """Return the resources in the state, those of a dynamic provider alone."""
        found = sorted(self.folder.glob("state.json")) or sorted(self.folder.glob(f"backend/**/{STACK}.json"))
        document = json.loads(found[0].read_text(encoding="utf-8"))
        deployment = document["checkpoint"]["latest"] if "checkpoint" in document else document["deployment"]
        dynamic = "pulumi-python:dynamic"
        return [one for one in deployment["resources"] if str(one["type"]).startswith(dynamic)]

    @property
    def _config(self) -> Path:
        return self.folder / f"Pulumi.{STACK}.yaml"

    def _environment(self) -> dict[str, str]:
        backend = {
            "PULUMI_BACKEND_URL": (self.folder / "backend").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_PYTHON_CMD": sys.executable,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
            # Else it writes all of the state after each step: minutes at 1,000 objects, whatever a provider does.
            "PULUMI_SKIP_CHECKPOINTS": "true",
            "PULUMI_EXPERIMENTAL": "true",
        }
        path = {"PYTHONPATH": str(ROOT)}  # the program's own folder is not where the provider is
        journal = {"INTUNE_JOURNAL": str(self.folder / "journal")}
        return {**surroundings(), **(backend if self.command else {}), **path, **journal, **self.environment}
