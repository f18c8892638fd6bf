"""Refresh: the state learns what is really there."""

from __future__ import annotations

from sandbox.engine.events import Op
from tests.sandbox.engine.engine_project import Workshop

PROGRAM = """
a = Thing("a", name="A", colour="red")
b = Thing("b", name="B", owner=a.serial)
Thing("c", name="C")
"""


def test_drift_and_loss(workshop: Workshop) -> None:
    """
    What changed is changed in the state, what is gone is gone from it, and the next update puts all that right.

    The difference is told as the next update would see it, from the other side.
    """
    workshop.up(PROGRAM)
    workshop.program("raise SystemExit('a refresh runs no program')")
    workshop.change("A-1", colour="blue", extra=1)
    (workshop.world / "B-1").rename(workshop.world / "B-1.gone")

    foretold = workshop.engine().refresh(preview=True)
    assert foretold.changes == {Op.SAME: 2, Op.UPDATE: 1, Op.DELETE: 1}
    assert workshop.state["b"]["id"] == "B-1"

    result = workshop.engine().refresh()
    assert (result.succeeded, result.changes) == (True, foretold.changes)
    assert sorted(workshop.state) == ["a", "c", "default", "demo-dev"]
    a = workshop.state["a"]
    assert a["inputs"] == {"name": "A", "colour": "blue", "extra": 1, "__provider": a["inputs"]["__provider"]}
    assert a["outputs"]["colour"] == "blue"
    assert a["modified"] != a["created"]

    mended = workshop.up(PROGRAM)
    assert mended.changes == {Op.SAME: 2, Op.UPDATE: 1, Op.CREATE: 1}
    assert workshop.thing("A-1") == {"name": "A", "colour": "red"}
    assert workshop.thing("B-2")["owner"] == "A-1"


def test_refresh_without_a_change_keeps_the_state(workshop: Workshop) -> None:
    """A refresh that finds everything as it was says so, and keeps ids, order and what the program said."""
    workshop.up(PROGRAM)
    before = workshop.state
    result = workshop.engine().refresh()
    assert (result.changed, result.changes) == (False, {Op.SAME: 4})
    after = workshop.state
    assert list(after) == list(before)
    for name in before:
        for field in ("id", "parent", "dependencies", "provider", "sourcePosition", "created"):
            assert after[name].get(field) == before[name].get(field)
    assert not workshop.up().changed


def test_one_that_cannot_be_read(workshop: Workshop) -> None:
    """It stays as it was, the others are refreshed, and the run fails."""
    workshop.up(PROGRAM)
    workshop.change("A-1", fails="read")
    workshop.change("C-1", colour="blue")
    result = workshop.engine().refresh()
    assert result.errors == ["RuntimeError: cannot read it", "update failed"]
    assert workshop.state["a"]["inputs"]["colour"] == "red"
    assert workshop.state["c"]["inputs"]["colour"] == "blue"


def test_update_with_refresh(workshop: Workshop) -> None:
    """An update that refreshes first plans against what it found."""
    workshop.up(PROGRAM)
    workshop.change("A-1", colour="blue")
    assert workshop.up(refresh=True).changes == {Op.SAME: 3, Op.UPDATE: 1}
    assert workshop.thing("A-1")["colour"] == "red"


def test_configuration_of_the_last_update(workshop: Workshop) -> None:
    """Refresh and destroy configure the provider as the last update did, whatever the stack file says now."""
    workshop.configure({"greeting": "ahoy"})
    workshop.up(PROGRAM)
    workshop.configure({"greeting": "bye"})
    workshop.engine().refresh()
    assert workshop.state["a"]["outputs"]["greeting"] == "ahoy"
    workshop.up()
    assert workshop.state["default"]["inputs"] == {"demo:greeting": "bye"}
