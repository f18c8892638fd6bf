"""Explore lives: ``python -m tests.explorer --deviations 2 [--provider CHECKOUT] [LIFE …]``."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from functools import partial


def main() -> None:
    """Explore, and leave with 0 if nothing is violated."""
    parser = argparse.ArgumentParser(prog="python -m tests.explorer", description=__doc__)
    parser.add_argument("lives", nargs="*", metavar="LIFE", help="which lives; all if none is named")
    parser.add_argument("--deviations", type=int, default=2, help="how many deviations a path may have")
    parser.add_argument("--provider", default="", help="another checkout, whose provider is explored instead")
    parser.add_argument("--most", type=int, default=40, help="how many violations of a life are printed")
    chosen = parser.parse_args()
    if chosen.provider:
        sys.path.insert(0, chosen.provider)
        importlib.import_module("provider")
        sys.path.pop(0)
    os.environ.update({"PULUMI_PROJECT": "intune-derived-credentials", "INTUNE_DEBUG": ""})
    sys.exit(not _explore(chosen.lives, chosen.deviations, chosen.most))


def _explore(names: list[str], deviations: int, most: int) -> bool:
    from tests.explorer import adapter, report, search  # noqa: PLC0415 - after it is known whose provider is meant
    from tests.explorer.lives import LIVES  # noqa: PLC0415

    say = partial(print, flush=True)
    say(f"the provider of {adapter.ROOT}, up to {deviations} deviations")
    well = True
    for name in names or LIVES:
        found = search.explore(LIVES[name], deviations)
        say(report.summary([found]))
        for number, violation in enumerate(found.violations[:most], 1):
            say(report.as_test(number, violation))
        well = well and not found.violations
    return well


if __name__ == "__main__":
    main()
