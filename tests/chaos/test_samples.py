"""
A sample of the chaos task in every run of the tests, each time another one.

A failure names the command that does it again.
"""

from __future__ import annotations

import secrets
import sys
from typing import Any

import pytest

from tests.chaos import creates, kills, matrix, report
from tests.chaos.matrix import cells

_SEEDS = 1 << 32


@pytest.fixture
def seed() -> int:
    """What chance starts from, this time."""
    return secrets.randbelow(_SEEDS)


def again(part: str, count: int, seed: int) -> str:
    """Return the command that does it again."""
    return f"python -m tests.chaos {part} --count {count} --seed {seed}"


def test_cell_is_found_by_its_name() -> None:
    """Each by its own, though most names begin like those of others."""
    every = cells()
    assert [matrix.called(str(cell)) for cell in every[::97]] == [[cell] for cell in every[::97]]
    assert len(set(map(str, every))) == len(every)


def test_fault_with_an_effect_meets_late_reads() -> None:
    """Every fault of every write, once and thrice; what has no effect has nothing that could be late."""
    lags: dict[str, set[int]] = {}
    for cell in cells():
        if cell.fault is not matrix.LATE:
            lags.setdefault(str(cell._replace(lag=0)), set()).add(cell.lag)
            assert cell.lag == 0 or (cell.operation.writes and cell.when == "after")
    assert {tuple(sorted(found)) for found in lags.values()} == {(0,), (0, 1, 3)}


@pytest.mark.parametrize(
    ("left", "none"),
    [
        ([{"times": 1, "certificate": "untrusted", "when": "before"}, {"times": 1, "certificate": "untrusted"}], True),
        ([{"times": 1, "certificate": "untrusted", "method": "GET"}], False),
        ([{"times": 1, "certificate": "untrusted"}, {"times": 0, "certificate": "untrusted"}], False),
        ([], False),
    ],
    ids=["both are left", "one of two alike is left", "one has fewer times", "none is left"],
)
def test_create_is_unharmed_only_if_none_of_its_faults_happened(left: list[dict[str, Any]], *, none: bool) -> None:
    """One of two faults that are alike does not stand for both."""
    armed = [{"times": 1, "certificate": "untrusted"}] * 2
    assert creates.none_happened(armed, left) is none


@pytest.mark.slow
def test_every_fault_ends_in_what_is_declared(seed: int) -> None:
    """
    At once, or after one readable error and one more up; nothing is doubled, lost or taken from others.

    The POSTs that create are a twentieth of the matrix and its heart, so they have a part of the sample to themselves.
    """
    creating = [cell for cell in cells() if cell.operation.creates]
    chosen = [*report.sample(seed, 40, cells()), *report.sample(seed, 10, creating)]
    wrong = list(report.wrong(report.play_all(chosen, workers=10)))
    assert wrong == [], 'again: python -m tests.chaos matrix --only "<what stands before the colon>"'


@pytest.mark.slow
def test_creates_under_faults_are_not_lost_doubled_or_taken(seed: int) -> None:
    """Whatever goes wrong with each of them, and whatever others have in the tenant, which stays theirs."""
    count = 120
    tally = creates.create_many(count, seed, workers=20)
    told = f"{tally}: {tally.problems}\n{again('creates', count, seed)} --workers 20"
    assert not tally.problems, told
    # A fault may wait for a request that an earlier one makes needless: such a create proves nothing, and is rare.
    assert tally.unharmed <= count // 20, told


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither SIGKILL nor ps")
def test_killed_run_is_made_good_by_the_next(seed: int) -> None:
    """Thirty objects, all assigned and bound, and a state that says so, wherever the engine or its plugin died."""
    count = 3
    ended = kills.kill_at(kills.moments(count, seed), workers=2)
    assert [one for one in ended if one.wrong] == [], again("kills", count, seed)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither SIGKILL nor ps")
def test_killed_run_without_its_journal_takes_nothing_until_it_is_recovered() -> None:
    """Some objects exist by then that no state knows of, and nothing on this machine tells which."""
    kept = {"method": "POST", "path": "deviceConfigurations$", "when": "after", "delayMs": 6000, "times": 4}
    ended = kills.kill_at([kills.Moment("engine", 40, 0.0)], workers=1, journal=False, fault=kept)
    assert [one for one in ended if one.wrong] == []
    assert ended[0].unknown > 0
