"""Checks of this machine: Python, the packages, the Pulumi CLI."""

from __future__ import annotations

import importlib.metadata
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from packaging.requirements import InvalidRequirement, Requirement

from stacks.health.check import Check, fail, ok, skip

_OLDEST = (3, 10)
_SECONDS = 30
_SETUP = "run `python3 tasks.py setup`"


def checks(folder: Path) -> Iterator[Check]:
    """Check this machine for the project in *folder*."""
    yield _python()
    yield _packages(folder)
    yield from _cli(folder)


def _python() -> Check:
    found = platform.python_version()
    if sys.version_info < _OLDEST:
        return fail("machine.python", f"Python {found} is too old", "install Python 3.10 or newer")
    return ok("machine.python", f"Python {found}")


def _packages(folder: Path) -> Check:
    """Compare what is installed with requirements.txt."""
    wrong, found = [], []
    for line in (folder / "requirements.txt").read_text(encoding="utf-8").splitlines():
        try:
            wanted = Requirement(line.partition("#")[0].strip())
        except InvalidRequirement:
            continue
        try:
            version = importlib.metadata.version(wanted.name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"{wanted.name} is missing")
            continue
        found.append(f"{wanted.name} {version}")
        if not wanted.specifier.contains(version, prereleases=True):
            wrong.append(f"{wanted.name} {version} is not {wanted.specifier}")
    if wrong:
        return fail("machine.packages", "; ".join(wrong), f"{_SETUP}, or pip install -r requirements.txt")
    return ok("machine.packages", ", ".join(found))


def _cli(folder: Path) -> Iterator[Check]:
    command = shutil.which("pulumi")
    if command is None:
        remedy = "install it from https://www.pulumi.com/docs/install/, or use the stand-in of this repository"
        yield fail("machine.cli", "there is no Pulumi CLI on the PATH", remedy)
        yield skip("machine.language", "there is no Pulumi CLI")
        return
    version, wanted = _version(command), _wanted(folder)
    if version is None:
        yield fail("machine.cli", f"{command} does not say its version", "install the Pulumi CLI anew")
    elif wanted and _numbers(version) < _numbers(wanted):
        yield fail("machine.cli", f"Pulumi CLI {version} is older than {wanted}", "install a newer Pulumi CLI")
    else:
        yield ok("machine.cli", f"Pulumi CLI {version}")
    if shutil.which("pulumi-language-python") is None:
        remedy = "install the Pulumi CLI with its language plugins, all in one folder of the PATH"
        yield fail("machine.language", "the CLI's Python plugin (pulumi-language-python) is not on the PATH", remedy)
    else:
        yield ok("machine.language", "the CLI's Python plugin is on the PATH")


def _version(command: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - the CLI on the PATH
            [command, "version"], capture_output=True, text=True, check=False, timeout=_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"\d+\.\d+\.\d+", done.stdout)
    return found.group() if found else None


def _wanted(folder: Path) -> str:
    project: Any = yaml.safe_load((folder / "Pulumi.yaml").read_text(encoding="utf-8"))
    found = re.search(r"\d+\.\d+\.\d+", str((project or {}).get("requiredPulumiVersion", "")))
    return found.group() if found else ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")[:3]))
