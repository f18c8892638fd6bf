"""Replacements: what is deleted first, what last, and who must go along."""

from __future__ import annotations

from sandbox.engine.events import Op
from tests.sandbox.engine.engine_project import Workshop, steps

FAMILY = """
a = Thing("a", name="A", shelf=1)
b = Thing("b", name="B", owner=a.serial)
d = Thing("d", name="D", shelf=a.serial)
e = Thing("e", Options(depends_on=[a]), name="E")
"""


def test_delete_before_replace_takes_dependents_along(workshop: Workshop) -> None:
    """
    A resource that is deleted first takes with it the dependents that its loss would replace, and no others.

    d would be replaced by another shelf and goes; b only needs an update, and e only comes after a.
    """
    workshop.up(FAMILY)
    preview = workshop.preview(FAMILY.replace("shelf=1", "shelf=2"))
    assert preview.changes == {Op.SAME: 2, Op.REPLACE: 2, Op.UPDATE: 1}
    result = workshop.up()
    assert result.changes == preview.changes
    assert steps(result)[:4] == [
        (Op.DELETE_REPLACED, "d"),
        (Op.DELETE_REPLACED, "a"),
        (Op.REPLACE, "a"),
        (Op.CREATE_REPLACEMENT, "a"),
    ]
    done = workshop.log[4:]
    assert done[:3] == ["delete D-1", "delete A-1", "create A-2"]
    assert sorted(done[3:]) == ["create D-2", "update B-1"]
    assert workshop.thing("D-2")["shelf"] == "A-2"
    assert workshop.up().changes == {Op.SAME: 5}


def test_create_before_delete(workshop: Workshop) -> None:
    """Otherwise the new one is created first, dependents move to it, and the old one is deleted last."""
    program = FAMILY.replace("shelf=1", "edition=1").replace("shelf=a", "owner=a")
    workshop.up(program)
    result = workshop.up(program.replace("edition=1", "edition=2"))
    assert result.changes == {Op.SAME: 2, Op.REPLACE: 1, Op.UPDATE: 2}
    done = workshop.log[4:]
    assert done[0] == "create A-2"
    assert sorted(done[1:3]) == ["update B-1", "update D-1"]
    assert done[3:] == ["delete A-1"]
    assert list(workshop.state).count("a") == 1
    assert "-a" not in workshop.state


def test_program_decides_the_order(workshop: Workshop) -> None:
    """delete_before_replace of the program goes before what the provider says, either way."""
    option = "Options(delete_before_replace={})"
    workshop.up(f"Thing('a', {option.format(True)}, name='A', edition=1)\nThing('b', name='B', shelf=1)")
    first = len(workshop.log)
    workshop.up(
        f"Thing('a', {option.format(True)}, name='A', edition=2)\nThing('b', {option.format(False)}, name='B', shelf=2)"
    )
    done = workshop.log[first:]
    assert done.index("delete A-1") < done.index("create A-2")
    assert done.index("create B-2") < done.index("delete B-1")


def test_create_that_fails_after_the_delete(workshop: Workshop) -> None:
    """The state remembers that a replacement is due: the next run creates it, without another delete."""
    workshop.up("Thing('a', name='A', shelf=1)")
    failed = workshop.up("Thing('a', name='A', shelf=2, fails='create')")
    assert failed.errors == ["RuntimeError: cannot create it", "update failed"]
    assert workshop.state["a"]["pendingReplacement"] is True
    result = workshop.up("Thing('a', name='A', shelf=2)")
    assert steps(result) == [(Op.REPLACE, "a"), (Op.CREATE_REPLACEMENT, "a")]
    assert workshop.log == ["create A-1", "delete A-1", "create A-2"]
    assert "pendingReplacement" not in workshop.state["a"]


def test_replacement_that_is_no_longer_wanted(workshop: Workshop) -> None:
    """A resource that was deleted to make way, and is then dropped by the program, is merely forgotten."""
    workshop.up("Thing('a', name='A', shelf=1)\nThing('b', name='B')")
    workshop.up("Thing('a', name='A', shelf=2, fails='create')\nThing('b', name='B')")
    result = workshop.up("Thing('b', name='B')")
    assert (result.succeeded, result.changes) == (True, {Op.SAME: 2})
    assert "a" not in workshop.state
    assert sorted(workshop.log) == ["create A-1", "create B-1", "delete A-1"]


def test_delete_that_fails_after_the_create(workshop: Workshop) -> None:
    """An old resource that cannot be deleted stays in the state beside the new one until it can."""
    workshop.up("Thing('a', name='A', edition=1)")
    workshop.change("A-1", fails="delete")
    failed = workshop.up("Thing('a', name='A', edition=2)")
    assert failed.errors == ["RuntimeError: cannot delete it", "update failed"]
    assert (workshop.state["a"]["id"], workshop.state["-a"]["id"]) == ("A-2", "A-1")
    workshop.change("A-1", fails="")
    result = workshop.up()
    assert steps(result) == [(Op.SAME, "a"), (Op.DELETE_REPLACED, "a")]
    assert list(workshop.state) == ["demo-dev", "default", "a"]


def test_replace_on_changes(workshop: Workshop) -> None:
    """The program may say that a change replaces what the provider would update."""
    options = "Options(replace_on_changes=['colour', 'nest.deep'])"
    program = f"Thing('a', {options}, name='A', colour='red', nest={{'deep': 1, 'flat': 1}})"
    workshop.up(program)
    assert workshop.preview(program.replace("'flat': 1", "'flat': 2")).changes == {Op.SAME: 1, Op.UPDATE: 1}
    deep = workshop.preview(program.replace("'deep': 1", "'deep': 2"))
    assert deep.changes == {Op.SAME: 1, Op.REPLACE: 1}
    result = workshop.up(program.replace("red", "blue"))
    assert result.changes == {Op.SAME: 1, Op.REPLACE: 1}
    assert next(step for step in result.steps if step.op is Op.REPLACE).replace_keys == ("colour",)
