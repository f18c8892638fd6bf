"""
The tour of a fleet: many tenants, one baseline, one command.

Everything in it is real (the program, the commands of `python -m stacks`, the HTTP, the sign-in) except the tenants,
which are those of one `sandbox.graph`. The engine is the Pulumi CLI where there is one, else `sandbox.engine`.
"""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox.demo.engines import ROOT, Failure, cli
from sandbox.demo.tenants import Project, project
from sandbox.demo.tours import Control, announce, graph

_TENANTS = 6
_STEPS = 7
_REPORT = ROOT / ".demo" / "fleet-report.html"
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

    def __init__(self, project: Project, ready: Mapping[str, Any]) -> None:
        self._project = project
        self._controls = [Control(ready["graphEndpoint"], one) for one in ready["tenantIds"]]
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
        """Write the baseline and the rings."""
        self._project.write("rings.yaml", _RINGS)
        self._baseline(20)

    def _baseline(self, threshold: int) -> None:
        self._project.write("baselines/standard.yaml", _BASELINE.format(threshold=threshold))

    def _announce(self, sentence: str) -> None:
        self._number += 1
        announce(self._number, _STEPS, sentence)

    def _stacks(self, *words: str, expected: int = 0) -> None:
        """Run a command of `python -m stacks`, its output going straight to the terminal."""
        print(f"$ python -m stacks {' '.join(words)}\n", flush=True)
        line = [sys.executable, "-m", "stacks", *words, "--cwd", str(self._project.folder)]
        status = subprocess.run(line, cwd=ROOT, env=self._project.environment, check=False).returncode  # noqa: S603 - our own
        if status != expected:
            raise Failure(f"`{' '.join(words)}` ended with status {status} instead of {expected}")


def main() -> None:
    """Take the tour, and leave with 0 only if every step was as announced."""
    started = time.monotonic()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # Windows' own encodings have no arrows
    with tempfile.TemporaryDirectory(prefix="intune-fleet-demo-") as folder, contextlib.ExitStack() as stack:
        _REPORT.parent.mkdir(exist_ok=True)
        try:
            ready = stack.enter_context(graph("--tenants", str(_TENANTS)))
            print(f"{_TENANTS} tenants are served by sandbox.graph; its secret is no secret.", flush=True)
            tour = Tour(project(Path(folder), ready, command=cli()), ready)
            tour.declare()
            tour.take()
        except Failure as failure:
            sys.exit(f"\nThe demo failed: {failure}.")
    print(f"\nDone in {time.monotonic() - started:.0f} s. The report is {_REPORT.relative_to(ROOT)}.")


if __name__ == "__main__":
    main()
