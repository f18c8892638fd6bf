"""A copy of this project in a folder of its own, with a stack for each tenant of one `sandbox.graph`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.demo.engines import ROOT, Failure

_PROJECT = "intune-derived-credentials"


@dataclass(frozen=True)
class Project:
    """The copy: its folder, the names of its stacks, and what a command on them needs in its environment."""

    folder: Path
    tenants: Sequence[str]
    environment: Mapping[str, str]

    def write(self, name: str, text: str) -> None:
        """Write a file of stacks/, such as ``rings.yaml``."""
        path = self.folder / "stacks" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def project(
    folder: Path,
    ready: Mapping[str, Any],
    *,
    command: str | None = None,
    digits: int = 1,
    environ: Mapping[str, str] = os.environ,
) -> Project:
    """
    Make the copy in *folder*, for the tenants that a sandbox announced in *ready*.

    Stack ``tenant-1``, with so many *digits*, is the first tenant; each has the baseline ``standard``, which is still
    to be written. *command* is the Pulumi CLI; without one, the stand-in runs the stacks. *environ* is what they run
    in. Raises Failure: the CLI makes no stack.
    """
    ids: list[str] = ready["tenantIds"]
    names = [f"tenant-{number:0{digits}}" for number in range(1, len(ids) + 1)]
    copy = _copy(folder / "project")
    environment = {**environ, **ready["environment"], **_engine(folder), "NO_PROXY": "127.0.0.1"}
    for name, id_ in zip(names, ids, strict=True):
        values = {"tenantId": id_, "cloud": "sandbox", "baselines": ["standard"]}
        config = {f"{_PROJECT}:{key}": value for key, value in values.items()}
        path = copy / "stacks" / f"Pulumi.{name}.yaml"
        path.write_text(f"config: {json.dumps(config)}\n", encoding="utf-8")
        if command is not None:
            _make_stack(command, name, copy, environment)
    return Project(copy, names, environment)


def _copy(folder: Path) -> Path:
    """Copy the project, for its own stack files to be left alone."""
    own = shutil.ignore_patterns("Pulumi.*.yaml", "__pycache__", "baselines", "names", "rings.yaml")
    for name in ("stacks", "provider"):
        shutil.copytree(ROOT / name, folder / name, ignore=own)
    for name in ("__main__.py", "requirements.txt"):
        shutil.copy(ROOT / name, folder)
    described = (ROOT / "Pulumi.yaml").read_text(encoding="utf-8")
    own_venv = f"virtualenv: {json.dumps(sys.prefix)}"  # else the CLI would make another one for the copy
    (folder / "Pulumi.yaml").write_text(described.replace("virtualenv: .venv", own_venv), encoding="utf-8")
    return folder


def _engine(folder: Path) -> dict[str, str]:
    """Return the environment of the engine: what it keeps is in *folder*, and goes with it."""
    (folder / "state").mkdir()
    return {
        "INTUNE_JOURNAL": str(folder / "journal"),
        "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_PYTHON_CMD": sys.executable,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


def _make_stack(command: str, name: str, folder: Path, environment: Mapping[str, str]) -> None:
    line = [command, "stack", "init", name, "--non-interactive", "--no-select"]
    done = subprocess.run(  # noqa: S603 - the CLI that was found
        line, cwd=folder, env=dict(environment), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise Failure(f"`pulumi stack init` ended with status {done.returncode}: {done.stderr.strip()}")
