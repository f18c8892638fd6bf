"""
Up to two deviations at every step of short lives: no object is lost, doubled or taken from others.

`python -m tests.chaos explore --deviations 3` goes one further. A life that cannot be split is explored by its share of
the first deviations, so that no test takes long.
"""

from __future__ import annotations

import pytest

from tests.explorer import report
from tests.explorer.lives import LIVES
from tests.explorer.search import explore, replay

_SHARES = {"create": 6, "update": 4, "replace": 6, "rename": 2, "rename and replace": 3, "newcomer": 4, "swap": 3}
_PARTS = [(name, number, _SHARES.get(name, 1)) for name in LIVES for number in range(_SHARES.get(name, 1))]


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_PROJECT", "intune-derived-credentials")
    monkeypatch.delenv("INTUNE_DEBUG", raising=False)


@pytest.mark.parametrize(("life", "number", "of"), _PARTS)
def test_life_up_to_two_deviations_keeps_ownership(life: str, number: int, of: int) -> None:
    """Declaration, state and tenant agree in the end, or an error says how to go on; nothing of others is touched."""
    found = explore(LIVES[life], 2, share=(number, of))
    told = "\n".join(report.as_test(at, one) for at, one in enumerate(found.violations[:5]))
    assert not found.violations, told


@pytest.mark.parametrize("life", LIVES)
def test_life_without_deviation_ends_as_declared(life: str) -> None:
    """A life in which all goes well needs no remedy."""
    assert replay(life, [{}]) == []
