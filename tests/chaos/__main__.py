"""
The chaos task: everything that may break, broken on purpose, and nothing lost.

Chance starts from --seed, so that what went wrong once can be done again.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence

from tests.chaos import creates as creating
from tests.chaos import kills as killing
from tests.chaos import quota as spending
from tests.chaos import report
from tests.chaos.matrix import LAGS, called

_MINUTE = 60.0
_BUSY = 6
"""Whole engines at once: unlike plugins, they do not mostly wait."""


def matrix(chosen: argparse.Namespace) -> bool:
    """Every operation of every resource against every fault: before and after its effect, once and thrice, late."""
    wanted = called(chosen.only)
    if chosen.lag:
        wanted = [cell._replace(lag=chosen.lag) for cell in wanted if cell.lag == max(LAGS)]
    if chosen.count:
        wanted = report.sample(chosen.seed, min(chosen.count, len(wanted)), wanted)
    last = time.monotonic()

    def progress(count: int) -> None:
        nonlocal last
        if time.monotonic() > last + _MINUTE:
            last = time.monotonic()
            print(f"{count} of {len(wanted)} cells", flush=True)

    played = report.play_all(wanted, chosen.workers, progress)
    print(report.table(played))
    return _told(report.summary(played), report.wrong(played))


def kills(chosen: argparse.Namespace) -> bool:
    """Engine or plugin killed at 200 random moments of an up of 30 objects, and up again."""
    return _kills(chosen, killing.moments(chosen.count or 200, chosen.seed), journal=True)


def recoveries(chosen: argparse.Namespace) -> bool:
    """The engine killed at 50 random moments, up again on a machine without the journal, recovered, and up again."""
    moments = killing.moments(2 * (chosen.count or 50), chosen.seed)
    return _kills(chosen, [one._replace(victim="engine") for one in moments[::2]], journal=False)


def _kills(chosen: argparse.Namespace, moments: Sequence[killing.Moment], *, journal: bool) -> bool:
    ended = killing.kill_at(moments, min(chosen.workers, _BUSY), journal=journal)
    where = "" if journal else "without the journal, with recover in between: "
    return _told(where + killing.summary(ended), (f"{one.moment}: {text}" for one in ended for text in one.wrong))


def creates(chosen: argparse.Namespace) -> bool:
    """10,000 creates with a random fault in each, among strangers."""
    tally = creating.create_many(chosen.count or 10_000, chosen.seed, chosen.workers)
    return _told(str(tally), tally.problems) and tally.well


def quota(chosen: argparse.Namespace) -> bool:
    """500 creates under the quota: alone, and with another writer who takes half of it."""
    alone = spending.create_under_quota(chosen.count or 500, shared=False)
    well = _told(f"alone: {alone}", alone.failures)
    shared = spending.create_under_quota(chosen.count or 500, shared=True)
    well = _told(f"shared: {shared}", shared.failures) and well
    complete = all(one.objects == one.created for one in (alone, shared))
    return well and complete and not alone.throttled and alone.used >= 0.95


def explore(chosen: argparse.Namespace) -> bool:
    """Every combination of --deviations at every step of short lives, in a process that can load another provider."""
    deviations = ["--deviations", str(chosen.deviations)]
    provider = ["--provider", chosen.provider] if chosen.provider else []
    return not subprocess.run([sys.executable, "-m", "tests.explorer", *deviations, *provider], check=False).returncode


PARTS: dict[str, Callable[[argparse.Namespace], bool]] = {
    part.__name__: part for part in (matrix, kills, recoveries, creates, quota, explore)
}


def _told(summary: str, problems: Iterable[str]) -> bool:
    """Print how it ended, and what did not end well; tell whether all did."""
    listed = list(problems)
    print("\n".join([f"\n{summary}.", *(f"! {problem}" for problem in listed)]), flush=True)
    return not listed


def main() -> None:
    """Do the parts that are asked for, and leave with 0 if all ended well."""
    listed = "\n".join(f"  {name:<11}{part.__doc__}" for name, part in PARTS.items())
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos",
        description=f"{__doc__}\nparts:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help="what to do; all of it if none is named")
    parser.add_argument("--seed", type=int, default=0, help="what chance starts from")
    parser.add_argument("--count", type=int, help="how many cells, kills or creates, instead of all")
    parser.add_argument("--workers", type=int, default=20, help="how many tenants at once; they mostly wait")
    parser.add_argument(
        "--only", default="", help="matrix: the name of the cell to play, or a part of the names of several"
    )
    parser.add_argument("--lag", type=int, help="matrix: as many late reads in those cells that have the most")
    parser.add_argument("--deviations", type=int, default=3, help="explore: how many deviations a path may have")
    parser.add_argument("--provider", default="", help="explore: a checkout whose provider is explored instead")
    chosen = parser.parse_args()
    unknown = set(chosen.parts) - set(PARTS)
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    well = True
    for name in chosen.parts or PARTS:
        started = time.monotonic()
        well = PARTS[name](chosen) and well
        print(f"({name}: {time.monotonic() - started:.0f} s)\n", flush=True)
    sys.exit(not well)


if __name__ == "__main__":
    main()
