"""
Measure, and write docs/benchmarks.md: ``python -m bench``.

Every figure is kept as it comes; ``--from .bench/figures.json`` writes the page of a run that broke off.
The full run takes most of an hour, nearly all of it for N = 1,000 and for the quota, whose windows last 20 seconds.
``--sizes 1,20 --runs 1 --quota-size 0`` shows in two minutes that everything works; its figures are not for show.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from bench import engines, evidence, intunecd, report
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
        figures, profiles = kept(given.kept), []
    else:
        figures = Figures()
        profiles = _measured(figures, given)
    report.write(figures, profiles, given.out, engine=engines.describe(cli()))
    _say(f"wrote {given.out}")
    return 0


def _measured(figures: Figures, given: argparse.Namespace) -> list[evidence.Profile]:
    """Measure everything into *figures*, which are kept after each step; return the profiles of the plugin."""
    reason = intunecd.install() if given.rival == "on" else "off"
    figures.notes += [reason] if given.rival == "on" and reason else []
    _say(f"the figures so far are in {KEPT}: `python -m bench --from {KEPT}` writes the page from them")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, sandbox() as graph:
        bench = Bench(graph, Path(folder), figures, cli())
        figures.import_seconds = evidence.import_seconds(given.runs)
        figures.import_bytes = evidence.import_bytes()
        for size in given.sizes:
            _measure(bench, size, given.runs, Path(folder), rival=not reason)
        for number in range(given.runs if given.quota_size else 0):
            _measure_quota(bench, given.quota_size, f"{number + 1} of {given.runs}")
        return evidence.profiles(bench, max(given.sizes)) if given.profiles == "on" else []


def _measure(bench: Bench, size: int, runs: int, folder: Path, *, rival: bool) -> None:
    """Measure every case with so many objects, subject beside subject, as often as asked."""
    for number in range(runs):
        _say(f"N = {size}, run {number + 1} of {runs}")
        for case in CASES:
            # The floor first: what begins with nothing empties the tenant, and what follows needs our objects there.
            for subject in (FLOOR, OURS) if case.floor else (OURS,):
                bench.measure(case, subject, size)
                keep(bench.figures, KEPT)
        if rival:
            intunecd.measure(bench, size, folder / f"intunecd-{size}-{number}")
    for subject in (OURS, FLOOR):
        bench.weigh(subject, size)
    keep(bench.figures, KEPT)


def _measure_quota(bench: Bench, size: int, run: str) -> None:
    """Measure what the quota costs, in a tenant of its own: what a run has used would weigh on the next for 20 s."""
    _say(f"quota, N = {size}, run {run}")
    with sandbox() as fresh:
        spending = Bench(fresh, bench.folder / f"quota-{run.partition(' ')[0]}", bench.figures, cli())
        for subject in (FLOOR, OURS):
            spending.measure(QUOTA, subject, size)
    keep(bench.figures, KEPT)


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
    add("--from", dest="kept", type=Path, metavar="FILE", help="measure nothing: write the page from kept figures")
    add("--out", type=Path, default=ROOT / "docs" / "benchmarks.md", metavar="FILE", help="where to write")
    return parser


if __name__ == "__main__":
    sys.exit(main())
