"""
The rival: IntuneCD, run by its own command line in a virtual environment of its own.

It knows only Microsoft's host names, so it reaches the sandbox over TLS, as a proxy. Its backup takes every profile
with its assignments into files; its update, in report mode, says what in the tenant is not as in the files. It has
no notion of the reference to a credential.
"""

from __future__ import annotations

import os
import subprocess
import venv
from collections.abc import Mapping
from pathlib import Path

from bench.cases import BESIDE_RIVAL, Bench, sample
from bench.figures import INTUNECD
from bench.graph import ROOT
from bench.watching import run, surroundings

REQUIREMENTS = ROOT / "requirements-intunecd.txt"
VENV = ROOT / ".bench" / "intunecd"
_BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
_ONLY = "Profiles"
"""The one module that is measured, as its command line calls it: device configurations."""


def install() -> str:
    """Make IntuneCD ready; return why it cannot be, or nothing."""
    stamp = VENV / "requirements.txt"
    wanted = REQUIREMENTS.read_text(encoding="utf-8")
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return ""
    venv.create(VENV, with_pip=True)
    command = [str(_BIN / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*command, "-r", str(REQUIREMENTS)], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        return f"IntuneCD could not be installed: {said[-1] if said else done.returncode}"
    stamp.write_text(wanted, encoding="utf-8")
    return ""


def measure(bench: Bench, size: int, folder: Path) -> None:
    """
    Back up the tenant, change one profile, and have the difference reported; keep both samples.

    Raises Failed: a command ended with an error. AssertionError: the report does not have the difference, so what was
    measured is not the same job.
    """
    folder.mkdir(parents=True)
    _run(bench, "backup", ["-p", str(folder), "--append-id"], "backup", size)
    undo = bench.drift()
    bench.graph.behave(latency_ms=BESIDE_RIVAL.latency_ms)
    try:
        said = _run(bench, "update", ["-p", str(folder), "--report"], BESIDE_RIVAL.key, size)
    finally:
        bench.graph.behave()
    undo()
    if "changed in the portal" not in said:
        raise AssertionError(f"IntuneCD did not report the difference:\n{said[-2000:]}")


def _run(bench: Bench, command: str, flags: list[str], case: str, size: int) -> str:
    """Run one of its commands, keep the sample, and return what it wrote."""
    script = str(_BIN / f"IntuneCD-start{command}")
    words = [script, "-m", "1", *flags, "-e", *_others(command)]
    bench.graph.forget()
    ran = run(words, _environment(bench.graph.cloud_environment), ROOT, watched=script)
    bench.figures.add(case, INTUNECD, size, sample(ran, bench.graph.seen()))
    return ran.text


def _others(command: str) -> list[str]:
    """Return every module that the command line can leave out, but the one that is measured."""
    asked = (
        f"from IntuneCD.run_{command} import get_parser as g; a = g()._option_string_actions['-e']; print(*a.choices)"
    )
    done = subprocess.run([str(_BIN / "python"), "-c", asked], capture_output=True, text=True, check=True)  # noqa: S603
    return [word for word in done.stdout.split() if word not in {_ONLY, "assignments"}]


def _environment(cloud: Mapping[str, str]) -> dict[str, str]:
    signs_in = {
        "TENANT_NAME": cloud["AZURE_TENANT_ID"],
        "CLIENT_ID": cloud["AZURE_CLIENT_ID"],
        "CLIENT_SECRET": cloud["AZURE_CLIENT_SECRET"],
    }
    return {**surroundings(), **cloud, **signs_in}
