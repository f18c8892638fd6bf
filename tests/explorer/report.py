"""What an exploration found, for people: numbers, and each violation as a test that can be pasted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pprint import pformat

from tests.explorer.search import Found, Violation


def summary(found: Sequence[Found]) -> str:
    """Return one line for each life."""
    lines = [
        f"{one.life:<20}{one.paths:>9} paths ({one.pruned} met again){one.worlds:>8} worlds{one.seconds:>8.1f} s"
        f"{len(one.violations):>5} violations"
        for one in found
    ]
    return "\n".join(lines)


def as_test(number: int, violation: Violation) -> str:
    """Return the violation as a test."""
    name = re.sub(r"\W+", "_", f"{violation.life} {violation.what.partition(':')[0]}").strip("_").lower()
    paths = pformat([dict(path) for path in violation.paths], width=100, sort_dicts=False).replace("\n", "\n        ")
    story = "\n".join(f"    # {line}" for text in violation.story for line in text.splitlines())
    return (
        f"def test_{name}_{number}() -> None:\n"
        f'    """{violation.what}"""\n'
        f"{story}\n"
        f"    paths = {paths}\n"
        f'    assert replay("{violation.life}", paths) == []\n'
    )
