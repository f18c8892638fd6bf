"""Stacks of a size that matters."""

from __future__ import annotations

import pytest

from sandbox.engine.events import Op
from tests.sandbox.engine.engine_project import Workshop


@pytest.mark.slow
def test_many_resources(workshop: Workshop) -> None:
    """1,500 resources, a third of which need another, are created in one run; the state has all of them."""
    result = workshop.up(
        """
for n in range(500):
    a = Thing(f"a{n}", name=f"A{n}")
    Thing(f"b{n}", name=f"B{n}")
    Thing(f"c{n}", name=f"C{n}", owner=a.serial)
"""
    )
    assert (result.errors, result.changes) == ([], {Op.CREATE: 1501})
    state = workshop.state
    assert len(state) == 1502
    assert len(workshop.log) == 1500
    assert workshop.thing("C499-1")["owner"] == "A499-1"
    urns = {each["urn"]: position for position, each in enumerate(state.values())}
    assert all(urns[needed] < urns[each["urn"]] for each in state.values() for needed in each.get("dependencies", []))
