"""
The jobs of the workflows, as GitHub's runner does them: bash, environment, files and exit codes.

Each `run:` step is carried out as it is written. Artifacts are folders. Checkout, Python and the CLI are there already,
so steps with other actions, and the one that installs packages, are passed over.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.stack_runners import ROOT

_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_INSTALLS = "Install what the commands need"


@dataclass
class Job:
    """What became of a job."""

    status: int
    text: str
    """What its steps have printed."""
    outputs: dict[str, str]
    summary: str


@dataclass
class Runner:
    """A checkout, a folder for artifacts, and what the environment of every step has."""

    folder: Path
    artifacts: Path
    environment: Mapping[str, str]
    _number: int = field(default=0)

    def play(self, workflow: str, job: str, of: Mapping[str, Any]) -> Job:
        """Do the steps of a *job*; its expressions see what *of* has, by their paths: `{"github.token": "t"}`."""
        context = dict(of)
        document = yaml.safe_load((ROOT / ".github" / "workflows" / f"{workflow}.yml").read_text(encoding="utf-8"))
        found = document["jobs"][job]
        ended, printed, summary = 0, "", self._file("summary")
        for name in (".pulumi", "records"):  # a job begins with a fresh checkout
            shutil.rmtree(self.folder / name, ignore_errors=True)
        for step in found["steps"]:
            if (ended and "always()" not in str(step.get("if", ""))) or not _applies(step, context):
                continue
            if "artifact@" in step.get("uses", ""):
                self._artifact(step, context)
            elif "run" in step and step.get("name") != _INSTALLS:
                status, said = self._run(step, document, context, summary)
                ended, printed = ended or status, printed + said
        outputs = {name: _filled(text, context) for name, text in (found.get("outputs") or {}).items()}
        return Job(ended, printed, outputs, summary.read_text(encoding="utf-8"))

    def _run(self, step: Mapping[str, Any], document: Any, context: dict[str, Any], summary: Path) -> tuple[int, str]:
        output = self._file("output")
        given = {**(document.get("env") or {}), **(step.get("env") or {})}
        values = {name: _filled(str(text), context) for name, text in given.items()}
        flags = ["--noprofile", "--norc", "-eo", "pipefail"] if step.get("shell") == "bash" else ["-e"]
        bash = shutil.which("bash")
        assert bash is not None
        assert not _EXPRESSION.search(step["run"]), "an expression in a script lets a name be run as a command"
        done = subprocess.run(
            [bash, *flags, "-c", step["run"]],
            cwd=self.folder,
            env={
                **self.environment,
                "GITHUB_OUTPUT": str(output),
                "GITHUB_STEP_SUMMARY": str(summary),
                **values,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        for line in output.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition("=")
            context[f"steps.{step.get('id')}.outputs.{name}"] = value
        return done.returncode, done.stdout

    def _artifact(self, step: Mapping[str, Any], context: Mapping[str, Any]) -> None:
        """Keep a folder or a file as an artifact, or bring those of a name back."""
        given = {name: _filled(str(text), context) for name, text in step["with"].items()}
        here = self.folder / given["path"]
        if "upload-artifact@" in step["uses"]:
            if here.is_dir():
                shutil.copytree(here, self.artifacts / given["name"], dirs_exist_ok=True)
            elif here.exists():
                (self.artifacts / given["name"]).mkdir(parents=True, exist_ok=True)
                shutil.copy(here, self.artifacts / given["name"])
            return
        shutil.rmtree(here, ignore_errors=True)
        for one in self.artifacts.glob(given.get("pattern") or given["name"]):
            shutil.copytree(one, here / one.name if "pattern" in given else here, dirs_exist_ok=True)

    def _file(self, kind: str) -> Path:
        self._number += 1
        path = self.artifacts.parent / f"{kind}-{self._number}"
        path.touch()
        return path


def _applies(step: Mapping[str, Any], context: Mapping[str, Any]) -> bool:
    """Tell whether the condition of a step holds; the workflows know two."""
    condition = str(step.get("if", "always()"))
    if condition == "always()":
        return True
    path, _, nothing = condition.partition(" != ")
    assert nothing == "''", condition
    return bool(context.get(path))


def _filled(text: str, context: Mapping[str, Any]) -> str:
    """Put values in the places of expressions; what the context does not have is empty, as on the host."""
    return _EXPRESSION.sub(lambda found: str(context.get(found[1], "")), text)
