"""
Measure, and write docs/benchmarks.md: ``python -m bench``.

Every figure is kept as it comes; ``--from .bench/figures.json`` writes the page of a run that broke off.
The stand-in engine is measured, and then the Pulumi CLI, where there is one.
The full run takes most of an hour, and as long again with the CLI; nearly all of it for N = 1,000, for the fleet and
for the quota, whose windows last 20 seconds.
``--sizes 1,20 --runs 1 --quota-size 0 --fleet 2`` shows in some minutes that everything works; its figures are not for
show.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from bench import engines, evidence, fleet, intunecd, report
from bench.cases import CASES, QUOTA, Bench
from bench.figures import FLOOR, OURS, Figures
from bench.graph import ROOT, sandbox
from bench.keeping import keep, kept
from sandbox.demo.engines import cli

KEPT = ROOT / ".bench" / "figures.json"
"""Where the figures are kept as they come."""
_TOOLS = ("matplotlib", "psutil")
"""What is needed at the end, or for every measurement: looked for before the first of them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks; return the exit code."""
    given = _parser().parse_args(arguments)
    lacking = [name for name in _TOOLS if find_spec(name) is None]
    if lacking:
        _say(
            f"the bench needs {' and '.join(lacking)} to write its page: run `python3 tasks.py bench`, which installs "
            "requirements-bench.txt"
        )
        return 2
    if given.kept is not None:
        report.write(kept(given.kept), [], given.out)
    else:
        report.write(*_measured(given), given.out)
    _say(f"wrote {given.out}")
    return 0


def _measured(given: argparse.Namespace) -> tuple[list[Figures], list[evidence.Profile]]:
    """Measure each engine; return the figures, which are kept after each step, and profiles of the plugin."""
    command = cli() if given.cli == "on" else None
    commands = [None] + ([command] if command else [])
    several = [Figures(engines.describe(one)) for one in commands]
    _say(f"the figures so far are in {KEPT}: `python -m bench --from {KEPT}` writes the page from them")
    profiles: list[evidence.Profile] = []
    for command, figures in zip(commands, several, strict=True):
        with tempfile.TemporaryDirectory(prefix="bench-") as folder, sandbox() as graph:
            bench = Bench(graph, Path(folder), figures, command)
            measuring = _Measuring(bench, given, lambda: keep(several, KEPT), first=command is None)
            profiles += measuring.all()
    return several, profiles


class _Measuring:
    """
    Measures all that was asked for with one engine.

    What does not depend on the engine (the rival, the quota, import times, profiles) is measured with the *first* one.
    """

    def __init__(self, bench: Bench, given: argparse.Namespace, save: Callable[[], None], *, first: bool) -> None:
        self._bench, self._given, self._save, self._is_first = bench, given, save, first

    def all(self) -> list[evidence.Profile]:
        """Measure it, and return profiles of the plugin."""
        figures, given = self._bench.figures, self._given
        rival = self._is_first and given.rival == "on"
        reason = intunecd.install() if rival else ""
        figures.notes += [reason] if reason else []
        if self._is_first:
            figures.import_seconds = evidence.import_seconds(given.runs)
        figures.import_bytes = evidence.import_bytes()
        for size in given.sizes:
            self._size(size, rival=rival and not reason)
        if given.fleet:
            _say(f"{figures.engine}: {given.fleet} tenants")
            fleet.measure(figures, given.fleet, given.fleet_runs, self._bench.folder / "fleet", self._bench.command)
            self._save()
        for number in range(given.runs if given.quota_size and self._is_first else 0):
            self._quota(given.quota_size, number)
        profiled = self._is_first and given.profiles == "on"
        return evidence.profiles(self._bench, max(given.sizes)) if profiled else []

    def _size(self, size: int, *, rival: bool) -> None:
        """Measure every case with so many objects, subject beside subject, as often as asked."""
        bench, runs = self._bench, self._given.runs
        for number in range(runs):
            _say(f"{bench.figures.engine}: N = {size}, run {number + 1} of {runs}")
            for case in CASES:
                if case.tls and not self._is_first:
                    continue
                # The floor first: what begins with nothing empties the tenant, and what follows needs our objects.
                for subject in (FLOOR, OURS) if case.floor else (OURS,):
                    bench.measure(case, subject, size)
                    self._save()
            if rival:
                intunecd.measure(bench, size, bench.folder / f"intunecd-{size}-{number}")
        for subject in (OURS, FLOOR):
            bench.weigh(subject, size)
        self._save()

    def _quota(self, size: int, number: int) -> None:
        """Measure what the quota costs, in a tenant of its own: what a run has used weighs on the next for 20 s."""
        _say(f"quota, N = {size}, run {number + 1} of {self._given.runs}")
        with sandbox() as fresh:
            spending = Bench(fresh, self._bench.folder / f"quota-{number}", self._bench.figures, self._bench.command)
            for subject in (FLOOR, OURS):
                spending.measure(QUOTA, subject, size)
        self._save()


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _sizes(text: str) -> list[int]:
    return sorted({int(word) for word in text.split(",")})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--sizes", type=_sizes, default=[1, 20, 100, 1000], metavar="N,…", help="numbers of profiles")
    add("--runs", type=int, default=5, metavar="N", help="measurements of each case")
    add("--quota-size", type=int, default=500, metavar="N", help="profiles created with the quota on; 0 for none")
    add("--fleet", type=int, default=50, metavar="N", help="tenants of the fleet; 0 for none")
    add("--fleet-runs", type=int, default=3, metavar="N", help="measurements of each operation of the fleet")
    add("--cli", choices=("on", "off"), default="on", help="measure the Pulumi CLI too, where there is one")
    add("--rival", choices=("on", "off"), default="on", help="measure IntuneCD too; it is installed the first time")
    add("--profiles", choices=("on", "off"), default="on", help="profile the largest size, where py-spy can")
    add("--from", dest="kept", type=Path, metavar="FILE", help="measure nothing: write the page from kept figures")
    add("--out", type=Path, default=ROOT / "docs" / "benchmarks.md", metavar="FILE", help="where to write")
    return parser


if __name__ == "__main__":
    sys.exit(main())
