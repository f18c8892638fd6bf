"""One stack, run by either engine: the stand-in, or the Pulumi CLI where there is one."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PROJECT = "intune-derived-credentials"
_DYNAMIC = "pulumi-python:dynamic/"


@dataclass(frozen=True)
class Outcome:
    """How an operation ended, and everything that a person would read of it."""

    status: int
    text: str

    @property
    def counts(self) -> dict[str, int]:
        """What the summary counts: ``{"created": 3, "unchanged": 1}``."""
        found = re.findall(r"^\s+(?:[+~-]+ ?)?(\d+) (?:to )?(\w+)$", self.text, re.MULTILINE)
        return {word: int(number) for number, word in found}


@dataclass
class Stack:
    """
    A stack named dev, with its own state and stack file in *folder*.

    *environment* is what signs in; an operation can be run without it.
    """

    folder: Path
    command: tuple[str, ...]
    options: tuple[str, ...]
    engine_environment: Mapping[str, str]
    environment: Mapping[str, str] = field(default_factory=dict)
    project: Path = ROOT
    edit_options: tuple[str, ...] = ()

    @property
    def file(self) -> Path:
        """The stack file."""
        return self.folder / "stacks" / "Pulumi.dev.yaml"

    def configure(self, **config: Any) -> None:
        """Write the stack file: JSON is YAML."""
        salt = re.findall(r"^encryptionsalt: .*$", self.file.read_text(encoding="utf-8"), re.MULTILINE)
        document = {"config": {f"{PROJECT}:{key}": value for key, value in config.items()}}
        self.file.write_text("\n".join([*salt, json.dumps(document)[1:-1]]), encoding="utf-8")

    def preview(self, *flags: str, signed_in: bool = False) -> Outcome:
        """Preview; without credentials, unless it is to refresh."""
        return self._run("preview", *flags, signed_in=signed_in)

    def up(self, *flags: str) -> Outcome:
        """Update, without the preview that would come first."""
        return self._run("up", "--yes", "--skip-preview", *flags)

    def refresh(self, *flags: str) -> Outcome:
        """Refresh."""
        return self._run("refresh", "--yes", "--skip-preview", *flags)

    def destroy(self, *flags: str) -> Outcome:
        """Destroy."""
        return self._run("destroy", "--yes", "--skip-preview", *flags)

    def edit(self, *words: str) -> Outcome:
        """Edit the state without a run: `edit("state", "taint", urn)`, `edit("stack", "import", "--file", path)`."""
        line = [*self.command, *words, "--stack", "dev", "--cwd", str(self.project), *self.edit_options]
        return self._finish(line, self._environment(signed_in=False))

    def start_up(self) -> subprocess.Popen[bytes]:
        """Start an update whose output is not read, and return while it runs."""
        return subprocess.Popen(
            self._line("up", "--yes", "--skip-preview"),
            cwd=ROOT,
            env=self._environment(signed_in=True),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def unlock(self) -> None:
        """
        Clear away what a killed CLI leaves behind. The stand-in sees by itself that a process that locked it is dead.

        Beside the lock that may be an empty .attrs: the CLI's file backend writes one beside each file, not as a whole
        as it writes the file, and then finds no state ("failed to load checkpoint: EOF"). It can do without.
        """
        if self.engine_environment:
            for attributes in (self.folder / "state").rglob("*.attrs"):
                if attributes.stat().st_size == 0:
                    attributes.unlink()
            words = ["cancel", "--yes", "--stack", "dev", "--non-interactive", "--cwd", str(self.folder)]
            environment = self._environment(signed_in=False)
            done = subprocess.run([*self.command, *words], env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr

    def forget_interrupted_creates(self) -> Outcome:
        """Let the CLI forget the creates that a kill interrupted, which the run after it has made good or made anew."""
        return self.refresh("--clear-pending-creates")

    def recover(self, *flags: str, typed: str = "") -> Outcome:
        """Run `python -m stacks recover` on this engine; *typed* is what a person types."""
        return self.stacks("recover", *flags, typed=typed)

    def stacks(self, command: str, *flags: str, typed: str = "", signed_in: bool = True) -> Outcome:
        """Run a command of `python -m stacks` on this engine; *typed* is what a person types."""
        return self._finish(self._stacks_line(command, *flags), self._environment(signed_in=signed_in), typed)

    def start_stacks(self, command: str, *flags: str) -> subprocess.Popen[bytes]:
        """Start a command of `python -m stacks` in a process group of its own, and return while it runs."""
        return subprocess.Popen(
            self._stacks_line(command, *flags),
            cwd=ROOT,
            env=self._environment(signed_in=True),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _stacks_line(self, command: str, *flags: str) -> list[str]:
        options = ["--stack", "dev", "--cwd", str(self.project), "--config-file", str(self.file)]
        options += self.options if "--state" in self.options else []
        return [sys.executable, "-m", "stacks", command, *options, *flags]

    def deployment(self) -> dict[str, Any]:
        """Return the state, whichever engine wrote it; an empty one where none did."""
        found = self._state_files()
        return _deployment(json.loads(found[0].read_text(encoding="utf-8"))) if found else {}

    def resources(self) -> list[dict[str, Any]]:
        """Return the resources of the state that a dynamic provider manages."""
        return [one for one in self.deployment().get("resources") or [] if one["type"].startswith(_DYNAMIC)]

    def add_to_state(self, resources: list[dict[str, Any]]) -> None:
        """Write *resources* into the state, as an engine that was stopped would have left them there."""
        self.edit_state(lambda deployment: deployment["resources"].extend(resources))

    def edit_state(self, edit: Callable[[dict[str, Any]], None]) -> None:
        """Change the state behind the engine's back."""
        (file,) = self._state_files()
        document = json.loads(file.read_text(encoding="utf-8"))
        edit(_deployment(document))
        file.write_text(json.dumps(document), encoding="utf-8")

    def _state_files(self) -> list[Path]:
        return [*self.folder.glob("state.json"), *self.folder.glob("state/.pulumi/stacks/*/dev.json")]

    def _line(self, verb: str, *flags: str) -> list[str]:
        options = [*self.options, "--config-file", str(self.file), "--cwd", str(self.project)]
        return [*self.command, verb, "--stack", "dev", *options, *flags]

    def _environment(self, *, signed_in: bool) -> dict[str, str]:
        return {**os.environ, **self.engine_environment, **(self.environment if signed_in else {})}

    def _run(self, verb: str, *flags: str, signed_in: bool = True) -> Outcome:
        return self._finish(self._line(verb, *flags), self._environment(signed_in=signed_in))

    @staticmethod
    def _finish(line: list[str], environment: Mapping[str, str], typed: str = "") -> Outcome:
        done = subprocess.run(
            line,
            cwd=ROOT,
            env=environment,
            input=typed,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=300,
        )
        return Outcome(done.returncode, done.stdout)


def _deployment(document: dict[str, Any]) -> dict[str, Any]:
    found = document["deployment"] if "deployment" in document else document["checkpoint"].get("latest")
    return found or {}


def project_copy(folder: Path) -> Path:
    """Copy the project to *folder*, so that a test can write baselines and names beside its stack file."""
    for name in ("provider", "sandbox", ".venv"):
        if (ROOT / name).exists():
            (folder / name).symlink_to(ROOT / name)
    for name in ("Pulumi.yaml", "__main__.py", "requirements.txt"):
        shutil.copy(ROOT / name, folder)
    ignored = shutil.ignore_patterns("Pulumi.*.yaml", "__pycache__", "baselines", "names")
    shutil.copytree(ROOT / "stacks", folder / "stacks", ignore=ignored, dirs_exist_ok=True)
    return folder


def stand_in(folder: Path) -> Stack:
    """Make a stack for the stand-in engine."""
    _stack_file(folder)
    options = ("--state", str(folder / "state.json"))
    return Stack(folder, (sys.executable, "-m", "sandbox.engine"), options, {}, edit_options=options)


def real(folder: Path, command: str) -> Stack:
    """Make a stack for the CLI, with its state, login and salt in *folder*."""
    _stack_file(folder)
    shutil.copy(ROOT / "Pulumi.yaml", folder)
    (folder / "state").mkdir()
    environment = {
        "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_PYTHON_CMD": sys.executable,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
    }
    subprocess.run(
        [command, "stack", "init", "dev", "--non-interactive"],
        cwd=folder,
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
    )
    options = ("--non-interactive", "--suppress-permalink=true")
    return Stack(folder, (command,), options, environment, edit_options=("--non-interactive",))


def _stack_file(folder: Path) -> None:
    (folder / "stacks").mkdir()
    (folder / "stacks" / "Pulumi.dev.yaml").write_text("config: {}\n", encoding="utf-8")
