"""
Stories told on both engines, step by step: the same exit codes, calls of the provider and states.

`Twins.do` compares all of that; what a test asserts beside it is that the story happened as it was meant to.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.twins import Twins, import_file, kill_family, named, verbs
from tests.sandbox.engine.gate import Gate
from tests.sandbox.engine.scalars import SCALARS, document

FAMILY = """
a = Thing("a", name="A", {change})
b = Thing("b", name="B", owner=a.serial)
d = Thing("d", name="D", {kin}=a.serial)
e = Thing("e", Options(depends_on=[a]), name="E")
"""


def test_life(twins: Twins) -> None:
    """Created, left alone, changed, dropped, destroyed; an empty stack is destroyed, too."""
    twins.do("preview", program=FAMILY.format(change="colour=1", kin="owner"))
    assert verbs(twins.do("up")) == ["create"] * 4
    assert verbs(twins.do("up", "--expect-no-changes")) == []
    assert twins.do("preview", "--expect-no-changes", program=FAMILY.format(change="colour=2", kin="owner")).status == 7
    assert verbs(twins.do("up", program="Thing('a', name='A', colour=1)")) == ["delete"] * 3
    assert verbs(twins.do("destroy")) == ["delete"]
    assert twins.do("destroy").resources == []


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ({"change": "shelf={}", "kin": "shelf"}, ["create", "create", "delete", "delete", "update"]),
        ({"change": "edition={}", "kin": "owner"}, ["create", "delete", "update", "update"]),
    ],
    ids=["deleted first", "deleted last"],
)
def test_replacement(twins: Twins, shape: dict[str, str], expected: list[str]) -> None:
    """A replaced resource takes those along that its loss replaces; unknowns in the preview are the same ones."""
    program = FAMILY.format(**shape)
    twins.do("up", program=program.format(1))
    assert any("[unknown]" in call for call in twins.do("preview", program=program.format(2)).calls)
    assert verbs(twins.do("up")) == expected
    twins.do("up", "--expect-no-changes")


def test_replacement_that_fails(twins: Twins) -> None:
    """What was deleted to make way and not created again is remembered, and taken up again or forgotten."""
    program = "a = Thing('a', name='A', shelf={0})\nThing('b', name='B', owner=a.serial)"
    twins.do("up", program=program.format(1))
    failed = twins.do("up", program=program.format("2, fails='create'"))
    assert failed.status == 1
    (waiting,) = named(failed, "a")
    assert waiting["pendingReplacement"] is True
    twins.do("preview", program=program.format(2))
    assert "create" in verbs(twins.do("up"))
    twins.do("up", program=program.format("3, fails='create'"))
    assert named(twins.do("up", program="Thing('b', name='B')"), "a") == []


def test_old_one_that_cannot_be_deleted(twins: Twins) -> None:
    """It stays in the state beside the new one, until it can."""
    twins.do("up", program="Thing('a', name='A', edition=1)")
    twins.change("A-1", fails="delete")
    assert [
        each.get("delete", False) for each in named(twins.do("up", program="Thing('a', name='A', edition=2)"), "a")
    ] == [
        False,
        True,
    ]
    twins.change("A-1", fails="")
    assert len(named(twins.do("up"), "a")) == 1


@pytest.mark.parametrize("method", ["create", "update", "delete"])
def test_failures(twins: Twins, method: str) -> None:
    """A method that fails leaves the state as it was, and the next run tries again."""
    if method != "create":
        twins.do("up", program="Thing('a', name='A', colour='red')")
    if method == "delete":
        twins.change("A-1", fails="delete")
        assert twins.do("destroy").status == 1
        twins.change("A-1", fails="")
    else:
        assert twins.do("up", program=f"Thing('a', name='A', colour='blue', fails='{method}')").status == 1
        twins.do("up", program="Thing('a', name='A', colour='blue')")
    twins.do("destroy")


@pytest.mark.parametrize(
    "ending",
    [
        "a.serial.apply(lambda _: 1 / 0)",
        "import os\na.serial.apply(lambda _: os._exit(3))",
        "Thing('b', name=a.serial.apply(lambda _: ''))",
        "import does_not_exist",
    ],
)
def test_program_that_fails(twins: Twins, ending: str) -> None:
    """A program that fails after it registered something deletes nothing that it would have registered later."""
    twins.do("up", program="a = Thing('a', name='A')\nThing('z', name='Z', owner=a.serial)")
    failed = twins.do("up", program=f"a = Thing('a', name='A')\n{ending}")
    assert (failed.status, verbs(failed)) == (1, [])
    assert twins.do("preview").status == 1


def test_plugin_that_dies(twins: Twins) -> None:
    """A plugin that leaves in the middle of a create has created nothing, as far as the state knows."""
    for workshop in (twins.ours, twins.theirs):
        things = workshop.folder / "things.py"
        text = things.read_text(encoding="utf-8")
        things.write_text(text.replace('self._begin("create", props)', "os._exit(3)"), encoding="utf-8")
    failed = twins.do("up", program="Thing('a', name='A')")
    assert (failed.status, named(failed, "a"), failed.pending) == (1, [], [])


def test_drift_and_loss(twins: Twins) -> None:
    """Refresh finds what changed and what is gone; dependents of what is gone forget it; the next update mends all."""
    program = FAMILY.format(change="colour='red', nest={'x': [1, 2]}", kin="owner")
    twins.do("up", program=program)
    twins.change("A-1", colour="blue", extra=1, nest={"x": [2]})
    twins.lose("B-1")
    twins.do("preview", "--refresh", "--diff")
    assert twins.do("refresh", "--expect-no-changes").status == 7
    twins.do("preview", "--diff")
    assert verbs(twins.do("up")) == ["create", "update"]
    twins.lose("A-1")
    assert named(twins.do("refresh"), "a") == []
    twins.do("up")
    twins.change("D-1", colour="blue")
    assert "update" in verbs(twins.do("up", "--refresh"))


def test_unreadable_object_stays_as_it_was(twins: Twins) -> None:
    """It stays as it was, and no update follows."""
    twins.do("up", program="a = Thing('a', name='A')\nThing('b', name='B', owner=a.serial)")
    twins.change("A-1", fails="read")
    assert twins.do("refresh").status == 1
    assert twins.do("up", "--refresh").status == 1
    twins.do("up")


def test_lookups(twins: Twins) -> None:
    """What lives elsewhere is read by every run, becomes ours by a replacement, and is forgotten, never deleted."""
    for workshop in (twins.ours, twins.theirs):
        workshop.world.mkdir()
        (workshop.world / "X-9").write_text('{"name": "X"}', encoding="utf-8")
    lookup = "x = Thing('x', Options(id='X-9'), name='?')\npulumi.export('name', x.name)"
    twins.do("preview", program=lookup)
    twins.do("up")
    twins.change("X-9", name="Y")
    twins.do("refresh")
    twins.do("up")
    assert verbs(twins.do("up", program="Thing('x', name='X')")) == ["create"]
    assert verbs(twins.do("up", program=lookup)) == ["delete"]
    assert verbs(twins.do("up", program="")) == []
    assert twins.do("up", program=lookup.replace("X-9", "X-10")).status == 1


def test_imports(twins: Twins, tmp_path: Path) -> None:
    """Imported resources keep the given inputs and outputs; a name that is taken is refused; warnings do not fail."""
    for workshop in (twins.ours, twins.theirs):
        workshop.world.mkdir()
        (workshop.world / "A-7").write_text('{"name": "A"}', encoding="utf-8")

    def file(*entries: tuple[str, str, str]) -> Path:
        return import_file(tmp_path, *entries)

    assert twins.take_in(file(("a", "A-7", "A"), ("b", "B-7", ""))).status == 0
    twins.do("up", program="Thing('a', name='A')")
    twins.do("refresh")
    assert twins.take_in(file(("a", "A-8", "A"), ("c", "C-7", "C"))).status == 1


def test_configuration(twins: Twins) -> None:
    """A program gets the same text for every value that YAML can hold, and the state of the provider has it too."""
    twins.configure(document())
    program = "import json, os\npulumi.export('config', json.loads(os.environ['PULUMI_CONFIG']))\nThing('a', name='A')"
    (stack,) = named(twins.do("up", program=program), "demo-dev")
    assert [stack["outputs"]["config"][f"demo:k{n}"] for n, _ in enumerate(SCALARS)] == list(SCALARS.values())


def test_configuration_of_the_last_update(twins: Twins) -> None:
    """Refresh and destroy configure the provider as the last update did."""
    twins.do("up", program="Thing('a', name='A')")
    twins.configure("  demo:greeting: moin\n")
    assert named(twins.do("refresh"), "a")[0]["outputs"]["greeting"] == "hello"
    twins.do("up")
    twins.do("destroy")


def _begin(twins: Twins, gate: Gate) -> tuple[Any, Any]:
    """Start an update on both engines and return when both create the first of two things."""
    for workshop in (twins.ours, twins.theirs):
        workshop.program(f"a = Thing('a', name='A', gate={gate.port})\nThing('b', name='B', owner=a.serial)")
    engines = twins.ours.start("up", "--skip-preview"), twins.cli.start("up", "--yes", "--skip-preview")
    gate.wait()
    gate.wait()
    return engines


def test_killed(twins: Twins, gate: Gate) -> None:
    """A killed engine leaves a pending create, which stays on record until a refresh is told to forget it."""
    started = _begin(twins, gate)
    for engine in started:
        kill_family(engine)
    seen = twins.see(*started)
    assert [each["type"] for each in seen.pending] == ["creating"]
    twins.cli.run("cancel", "--yes")
    again = twins.do("up", program="a = Thing('a', name='A')\nThing('b', name='B', owner=a.serial)")
    assert (again.status, len(again.pending)) == (0, 1)
    assert len(twins.do("refresh").pending) == 1
    assert twins.do("refresh", "--clear-pending-creates").pending == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to send to one process")
def test_engine_that_is_interrupted_begins_nothing_new(twins: Twins, gate: Gate) -> None:
    """An engine that is asked to stop begins nothing new, and writes down what was under way."""
    started = _begin(twins, gate)
    for engine, heard in zip(started, (started[0].stderr, started[1].stdout), strict=True):
        engine.send_signal(signal.SIGINT)
        assert any("cancelling" in line for line in heard)
    gate.open()
    seen = twins.see(*started)
    assert (named(seen, "a")[0]["id"], named(seen, "b"), seen.pending) == ("A-1", [], [])
