"""
The fleet: many tenants by one command, and the same engines by themselves, as many side by side.

What the command adds to its engines (selecting, records, reading their events, the summary) is the difference.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.figures import FLEET, SINGLES, Figures, FleetSample
from bench.graph import ROOT, sandbox
from bench.watching import Failed, run, surroundings, without
from sandbox.demo.tenants import Project, project
from stacks.engine import ENVIRONMENT, Engine, stand_in
from stacks.fleet.runner import VERBS

PARALLEL = 2 * (os.cpu_count() or 1)
"""Engines at a time: the command's own default, but for machines with more than four processors."""
RESOURCES = 5
OPERATIONS = {"preview": "no-op preview", "drift": "drift (refresh preview)"}
"""What is measured, of a fleet that is as it is declared."""
_BASELINE = """\
derivedCredentials:
  issuer: {display_name: Derived credential, issuer: purebred, notification_types: [companyPortal]}
iosProfiles:
  mail: {display_name: iOS mail, derived_credential: issuer, assignments: [{target: allDevicesAssignmentTarget}]}
  vpn: {display_name: iOS VPN, derived_credential: issuer}
androidProfiles:
  mail: {display_name: Android mail, derived_credential: issuer}
  vpn: {display_name: Android VPN, derived_credential: issuer}
"""


def measure(figures: Figures, tenants: int, runs: int, folder: Path, command: str | None) -> None:
    """Create what *tenants* tenants declare, and measure each operation *runs* times. Raises Failed."""
    folder.mkdir(parents=True)
    environ = surroundings() if command else without("pulumi", surroundings())
    with sandbox("--tenants", str(tenants)) as graph:
        made = project(folder, graph.ready, command=command, digits=len(str(tenants)), environ=environ)
        made.write("baselines/standard.yaml", _BASELINE)
        fleet = _Fleet(made, command)
        fleet.together("up", "--yes")
        for _ in range(runs):
            for verb in OPERATIONS:
                figures.add_fleet(verb, SINGLES, tenants, fleet.side_by_side(verb))
                figures.add_fleet(verb, FLEET, tenants, fleet.together(verb))


class _Fleet:
    """The stacks of one project, with what is measured on them."""

    def __init__(self, made: Project, command: str | None) -> None:
        self._project = made
        self._command = command

    def together(self, verb: str, *flags: str) -> FleetSample:
        """Do it by one command."""
        where = ("--cwd", str(self._project.folder), "--parallel", str(PARALLEL))
        line = [sys.executable, "-m", "stacks", verb, *where, *flags]
        began = _cpu_seconds()
        ran = run(line, self._project.environment, ROOT, watched="stacks")
        return FleetSample(ran.seconds, _cpu_seconds() - began, ran.peak_bytes)

    def side_by_side(self, verb: str) -> FleetSample:
        """Do it by one engine for each tenant, started by nothing but a pool of threads."""
        began, started = _cpu_seconds(), time.perf_counter()
        with ThreadPoolExecutor(PARALLEL) as pool:
            list(pool.map(lambda tenant: self._single(tenant, verb), self._project.tenants))
        return FleetSample(time.perf_counter() - started, _cpu_seconds() - began, 0)

    def _single(self, tenant: str, verb: str) -> None:
        line = self._engine(tenant).line(*VERBS[verb])
        environment = {**self._project.environment, **ENVIRONMENT}
        done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, check=False)  # noqa: S603 - ours
        if done.returncode != 0:
            raise Failed(f"`{' '.join(line)}` ended with {done.returncode}:\n{done.stderr.decode(errors='replace')}")

    def _engine(self, tenant: str) -> Engine:
        if self._command is None:
            return stand_in(tenant, self._project.folder)
        return Engine((self._command,), tenant, self._project.folder, ("--non-interactive",))


def _cpu_seconds() -> float:
    """Return what all processes that were started here, and have ended, have used of the processors."""
    times = os.times()
    return times.children_user + times.children_system
