"""
Measure, and write docs/benchmarks.md: ``python -m bench``.

The full run takes most of an hour, nearly all of it for N = 1,000 and for the quota, whose windows last 20 seconds.
``--sizes 1,20 --runs 1 --quota-size 0`` shows in two minutes that everything works; its figures are not for show.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench import engines, evidence, intunecd, report
from bench.cases import CASES, QUOTA, Bench
from bench.figures import FLOOR, OURS, Figures
from bench.graph import ROOT, sandbox
from sandbox.engines import cli


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks; return the exit code."""
    given = _parser().parse_args(arguments)
    figures = Figures()
    rival = given.rival == "on"
    if rival:
        reason = intunecd.install()
        figures.notes += [reason] if reason else []
        rival = not reason
    command = cli()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, sandbox() as graph:
        bench = Bench(graph, Path(folder), figures, command)
        figures.import_seconds = evidence.import_seconds(given.runs)
        figures.import_bytes = evidence.import_bytes()
        for size in given.sizes:
            _measure(bench, size, given.runs, Path(folder), rival=rival)
        for number in range(given.runs if given.quota_size else 0):
            _say(f"quota, N = {given.quota_size}, run {number + 1} of {given.runs}")
            # In a tenant of its own: what a run has used of the quota would weigh on the next for 20 seconds.
            with sandbox() as fresh:
                spending = Bench(fresh, Path(folder) / f"quota-{number}", figures, command)
                for subject in (FLOOR, OURS):
                    spending.measure(QUOTA, subject, given.quota_size)
        profiles = evidence.profiles(bench, max(given.sizes)) if given.profiles == "on" else []
    report.write(figures, profiles, given.out, engine=engines.describe(command))
    _say(f"wrote {given.out}")
    return 0


def _measure(bench: Bench, size: int, runs: int, folder: Path, *, rival: bool) -> None:
    """Measure every case with so many objects, subject beside subject, as often as asked."""
    for number in range(runs):
        _say(f"N = {size}, run {number + 1} of {runs}")
        for case in CASES:
            # The floor first: what begins with nothing empties the tenant, and what follows needs our objects there.
            for subject in (FLOOR, OURS) if case.floor else (OURS,):
                bench.measure(case, subject, size)
        if rival:
            intunecd.measure(bench, size, folder / f"intunecd-{size}-{number}")
    for subject in (FLOOR, OURS):
        bench.weigh(subject, size)


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
    add("--rival", choices=("on", "off"), default="on", help="measure IntuneCD too; it is installed the first time")
    add("--profiles", choices=("on", "off"), default="on", help="profile the largest size, where py-spy can")
    add("--out", type=Path, default=ROOT / "docs" / "benchmarks.md", metavar="FILE", help="where to write")
    return parser


if __name__ == "__main__":
    sys.exit(main())
