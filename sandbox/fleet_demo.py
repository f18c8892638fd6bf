"""
The tour of a fleet: many tenants, one baseline, one command.

Everything in it is real (the program, the commands of `python -m stacks`, the HTTP, the sign-in) except the tenants,
which are those of one `sandbox.graph`. The engine is the Pulumi CLI where there is one, else `sandbox.engine`.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox.engines import ROOT, Failure, cli
from sandbox.tours import Control, announce, graph

_TENANTS = 6
_STEPS = 7
_REPORT = ROOT / ".demo" / "fleet-report.html"
_PROJECT = "intune-derived-credentials"
_RINGS = """\
rings:
  - name: pilot
    tenants: [tenant-1]
  - name: broad
    tenants: ["tenant-[2-9]"]
"""
_BASELINE = """\
derivedCredentials:
  issuer:
    display_name: Derived credential
    issuer: purebred
    help_url: https://help.example.com
    notification_types: [companyPortal]
    renewal_threshold_percentage: {threshold}
iosProfiles:
  mail:
    display_name: iOS - derived credential
    derived_credential: issuer
"""


class Tour:
    """The steps, each announced in one sentence, with the real output under it."""

    def __init__(self, folder: Path, ready: Mapping[str, Any], environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._ids: list[str] = ready["tenantIds"]
        self._controls = [Control(ready["graphEndpoint"], one) for one in self._ids]
        self._environment = {**os.environ, **ready["environment"], **environment, "NO_PROXY": "127.0.0.1"}
        self._number = 0

    def take(self) -> None:
        """Walk through all of it. Raises Failure at the first step that is not as announced."""
        self._announce(f"Preview of {_TENANTS} tenants with one baseline: what is the same in all is one line.")
        self._stacks("preview")

        self._announce("Up: the pilot first; the others when a refresh has shown that the pilot is as declared.")
        self._stacks("up", "--yes")

        self._announce("The baseline changes: renewal at 25 percent of the lifetime. One tenant refuses writes (403).")
        self._baseline(25)
        self._controls[2].call("POST", "faults", {"path": "derivedCredentials", "method": "PATCH", "status": 403})
        self._stacks("up", "--yes", expected=1)

        self._announce("The tenant is mended. Resume: exactly what is left is done.")
        self._controls[2].call("DELETE", "faults")
        self._stacks("up", "--yes", "--resume")

        self._announce("Somebody renames a profile of another tenant in the portal.")
        self._controls[4].change("iOS - derived credential", displayName="iOS - renamed by hand")
        print("(done through the sandbox's control route, not by the stack)")

        self._announce("Drift: who differs from what was applied. Exit code 7 says that somebody does.")
        self._stacks("drift", expected=7)

        self._announce("Report: one page of it, without a network.")
        self._stacks("report", "--out", str(_REPORT))

    def declare(self) -> None:
        """Write the baseline, the rings and the stack files."""
        stacks = self._folder / "stacks"
        (stacks / "baselines").mkdir()
        (stacks / "rings.yaml").write_text(_RINGS, encoding="utf-8")
        self._baseline(20)
        for number, id_ in enumerate(self._ids, 1):
            values = {"tenantId": id_, "cloud": "sandbox", "baselines": ["standard"]}
            config = {f"{_PROJECT}:{key}": value for key, value in values.items()}
            path = stacks / f"Pulumi.tenant-{number}.yaml"
            path.write_text(f"config: {json.dumps(config)}\n", encoding="utf-8")
            command = cli()
            if command is not None:
                line = [command, "stack", "init", f"tenant-{number}", "--non-interactive", "--no-select"]
                done = subprocess.run(  # noqa: S603 - the CLI that was just found
                    line, cwd=self._folder, env=self._environment, capture_output=True, text=True, check=False
                )
                if done.returncode != 0:
                    raise Failure(f"`pulumi stack init` ended with status {done.returncode}: {done.stderr.strip()}")

    def _baseline(self, threshold: int) -> None:
        path = self._folder / "stacks" / "baselines" / "standard.yaml"
        path.write_text(_BASELINE.format(threshold=threshold), encoding="utf-8")

    def _announce(self, sentence: str) -> None:
        self._number += 1
        announce(self._number, _STEPS, sentence)

    def _stacks(self, *words: str, expected: int = 0) -> None:
        """Run a command of `python -m stacks`, its output going straight to the terminal."""
        print(f"$ python -m stacks {' '.join(words)}\n", flush=True)
        line = [sys.executable, "-m", "stacks", *words, "--cwd", str(self._folder)]
        status = subprocess.run(line, cwd=ROOT, env=self._environment, check=False).returncode  # noqa: S603 - our own
        if status != expected:
            raise Failure(f"`{' '.join(words)}` ended with status {status} instead of {expected}")


def main() -> None:
    """Take the tour, and leave with 0 only if every step was as announced."""
    started = time.monotonic()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # Windows' own encodings have no arrows
    with tempfile.TemporaryDirectory(prefix="intune-fleet-demo-") as folder, contextlib.ExitStack() as stack:
        project = _project(Path(folder) / "project")
        _REPORT.parent.mkdir(exist_ok=True)
        try:
            ready = stack.enter_context(graph("--tenants", str(_TENANTS)))
            print(f"{_TENANTS} tenants are served by sandbox.graph; its secret is no secret.", flush=True)
            tour = Tour(project, ready, _engine(Path(folder)))
            tour.declare()
            tour.take()
        except Failure as failure:
            sys.exit(f"\nThe demo failed: {failure}.")
    print(f"\nDone in {time.monotonic() - started:.0f} s. The report is {_REPORT.relative_to(ROOT)}.")


def _project(folder: Path) -> Path:
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


if __name__ == "__main__":
    main()
