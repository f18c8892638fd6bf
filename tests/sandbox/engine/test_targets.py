"""Runs that the command line limits to some resources."""

from __future__ import annotations

import pytest

from sandbox.engine.events import Op
from sandbox.engine.planning.targets import Selection, Targets
from tests.sandbox.engine.engine_project import Workshop, steps, urn

FAMILY = """
a = Thing("a", name="A", colour={colour!r})
b = Thing("b", name="B", owner=a.serial)
c = Thing("c", Options(depends_on=[a]), name="C", colour={colour!r})
Thing("d", name="D", colour={colour!r})
"""


def only(*names: str, dependents: bool = False) -> Selection:
    """Select resources by name."""
    return Selection(targets=tuple(map(urn, names)), dependents=dependents)


def calls(workshop: Workshop, *methods: str) -> list[str]:
    """Return the calls of some methods since the last time, each with the name of the resource, sorted."""
    found = [call.split()[:2] for call in workshop.calls()]
    return sorted(" ".join(call) for call in found if call[0] in methods)


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        (urn("a"), True),
        (urn("b"), False),
        ("**::a", True),
        ("*::a", False),
        ("urn:pulumi:dev::demo::pulumi-python:dynamic/demo:Thing::*", True),
        ("urn:pulumi:dev::demo::*::a", False),
        ("urn:pulumi:dev::**", True),
        ("urn.pulumi:dev::**", False),
    ],
)
def test_target_pattern_matches_as_in_the_cli(pattern: str, *, matches: bool) -> None:
    """One star stops at a colon, two do not, and all else is meant as it is written."""
    assert (urn("a") in Targets([pattern])) is matches


def test_update_of_targets_asks_nothing_about_others(workshop: Workshop) -> None:
    """A resource that is no target is neither checked nor compared, and keeps its state."""
    workshop.up(FAMILY.format(colour="red"))
    workshop.calls()
    before = workshop.state["d"]
    result = workshop.up(FAMILY.format(colour="blue"), selection=only("a"))
    assert result.changes == {Op.SAME: 4, Op.UPDATE: 1}
    assert calls(workshop, "check", "diff", "update") == ["check a", "diff a", "update a"]
    assert workshop.state["d"] == before


def test_update_of_dependents_includes_all_that_need_a_target(workshop: Workshop) -> None:
    """Those that take a value and those that only come later are included, others are not."""
    workshop.up(FAMILY.format(colour="red"))
    workshop.calls()
    workshop.up(FAMILY.format(colour="blue"), selection=only("a", dependents=True))
    assert calls(workshop, "check", "update") == ["check a", "check b", "check c", "update a", "update c"]


def test_untargeted_resource_is_not_created(workshop: Workshop) -> None:
    """It stays out of the state, and its outputs are unknown to the program."""
    program = FAMILY.format(colour="red") + "pulumi.export('serial', a.serial)\npulumi.export('d', c.name)"
    result = workshop.up(program, selection=only("d"))
    assert (result.succeeded, workshop.log) == (True, ["create D-1"])
    assert sorted(workshop.state) == ["d", "default", "demo-dev"]
    assert workshop.state["demo-dev"]["outputs"]["serial"] == "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def test_target_that_needs_an_untargeted_create_is_refused(workshop: Workshop) -> None:
    """A preview shows the rest as well; an update does nothing more."""
    program = FAMILY.format(colour="red")
    message = f"Resource '{urn('b')}' depends on '{urn('a')}' which was was not specified in --target list."
    assert workshop.preview(program, selection=only("b", "d")).errors == [message, "preview failed"]
    assert workshop.up(selection=only("b")).errors == [message]
    assert not workshop.world.exists()


def test_unknown_target_fails_the_run(workshop: Workshop) -> None:
    """With a program the rest is done first; without one nothing is."""
    result = workshop.up(FAMILY.format(colour="red"), selection=only("d", "z"))
    assert (result.succeeded, workshop.log) == (False, ["create D-1"])
    assert result.errors[0].startswith(f"Target '{urn('z')}' could not be found in the stack.")
    for run in (workshop.engine().refresh, workshop.engine().destroy):
        assert run(selection=only("z")).errors == [f"no resource named '{urn('z')}' found"]


def test_destroy_of_a_target_needs_its_dependents(workshop: Workshop) -> None:
    """What depends on a target must be a target, too, or be included."""
    workshop.up(FAMILY.format(colour="red"))
    refused = workshop.engine().destroy(selection=only("a"))
    assert sorted(error.partition(" will")[0] for error in refused.errors) == [
        f"Resource '{urn('b')}'",
        f"Resource '{urn('c')}'",
        "update failed",
    ]
    assert not [line for line in workshop.log if line.startswith("delete")]
    assert workshop.engine().destroy(selection=only("a", dependents=True)).changes == {Op.DELETE: 3, Op.SAME: 2}
    assert list(workshop.state) == ["demo-dev", "default", "d"]


def test_untargeted_resource_stays_when_the_program_drops_it(workshop: Workshop) -> None:
    """It stays before those that need it, although the program no longer registers it."""
    workshop.up("a = Thing('a', name='A')\nThing('b', name='B', owner=a.serial)\nThing('d', name='D')")
    result = workshop.up("Thing('b', name='B')\nThing('d', name='D', colour=1)", selection=only("d"))
    assert (result.succeeded, steps(result).count((Op.UPDATE, "d"))) == (True, 1)
    names = list(workshop.state)
    assert names.index("a") < names.index("b")


def test_renamed_target_is_refused_while_an_untargeted_resource_needs_it(workshop: Workshop) -> None:
    """The CLI breaks its state there; here the name changes, what needs it follows, and the next run is well."""
    program = (
        "a = Thing('{}', Options(aliases=[pulumi.Alias(name='a')]), name='A')\nThing('b', name='B', owner=a.serial)"
    )
    workshop.up(program.format("a"))
    refused = workshop.up(program.format("z"), selection=only("z"))
    assert refused.errors[0].startswith(f"{urn('z')} was {urn('a')} until now, and {urn('b')}, which needs it")
    assert sorted(workshop.state) == ["b", "default", "demo-dev", "z"]
    assert workshop.up(selection=only("z", "b")).succeeded
    assert workshop.log == ["create A-1", "create B-1"]


def test_replaced_target_takes_untargeted_dependents_along(workshop: Workshop) -> None:
    """A dependent that cannot outlive the target is created again of its old inputs, as the CLI does it."""
    program = "a = Thing('a', Options(delete_before_replace=True), name='A')\nThing('b', name='B', shelf=a.serial)"
    workshop.up(program)
    selection = Selection(targets=(urn("a"),), replaces=(urn("a"),))
    assert workshop.up(selection=selection).succeeded
    assert workshop.log[2:] == ["delete B-1", "delete A-1", "create A-2", "create B-2"]
    assert workshop.state["b"]["inputs"]["shelf"] == "A-1"


def test_refresh_of_targets_reads_no_others(workshop: Workshop) -> None:
    """What is not read stays as it was."""
    workshop.up(FAMILY.format(colour="red"))
    for name in ("A", "D"):
        workshop.change(f"{name}-1", colour="blue")
    workshop.calls()
    assert workshop.engine().refresh(selection=only("d")).changes == {Op.UPDATE: 1}
    assert calls(workshop, "read") == ["read d"]
    assert [workshop.state[name]["outputs"]["colour"] for name in ("a", "d")] == ["red", "blue"]
    workshop.engine().refresh(selection=only("a", dependents=True))
    assert calls(workshop, "read") == ["read a", "read b", "read c"]


def test_flags_of_the_command_line_select(workshop: Workshop) -> None:
    """Each flag can be given again, and the replaced target is a target."""
    workshop.up(FAMILY.format(colour="red"))
    workshop.calls()
    done = workshop.run(
        "up", "--skip-preview", "--target-replace", urn("d"), "--target", urn("b"), "--replace", urn("b")
    )
    assert done.returncode == 0, done.stderr
    assert calls(workshop, "check") == ["check b", "check d"]
    assert calls(workshop, "diff") == []
    assert sorted(workshop.log[4:]) == ["create B-2", "create D-2", "delete B-1", "delete D-1"]
