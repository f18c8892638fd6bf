"""
Deviations at every step of short lives: no object is lost, doubled or taken from others.

Each run of the tests follows every path of one deviation, and of the paths of two a sample, each time another one.
`python tasks.py chaos explore` follows all of them, up to three.
"""

from __future__ import annotations

import secrets

import pytest

from tests.explorer import report
from tests.explorer.lives import LIVES
from tests.explorer.search import Found, explore, replay

_SHARES = 12
"""A sample is one of so many shares of the first deviations, with every second deviation after it."""


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_PROJECT", "intune-derived-credentials")
    monkeypatch.delenv("INTUNE_DEBUG", raising=False)


@pytest.mark.parametrize("life", LIVES)
def test_life_with_one_deviation_keeps_ownership(life: str) -> None:
    """Declaration, state and tenant agree in the end, or an error says how to go on; nothing of others is touched."""
    found = explore(LIVES[life], 1)
    assert not found.violations, _told(found)


@pytest.mark.parametrize("life", LIVES)
def test_life_with_two_deviations_keeps_ownership(life: str) -> None:
    """The same when two things go wrong, in one run or in two."""
    found = explore(LIVES[life], 2, share=(secrets.randbelow(_SHARES), _SHARES))
    assert not found.violations, f'{_told(found)}\nall: python -m tests.explorer --deviations 2 "{life}"'


@pytest.mark.parametrize("life", LIVES)
def test_life_without_deviation_ends_as_declared(life: str) -> None:
    """A life in which all goes well needs no remedy."""
    assert replay(life, [{}]) == []


def _told(found: Found) -> str:
    return "\n".join(report.as_test(at, one) for at, one in enumerate(found.violations[:5]))
