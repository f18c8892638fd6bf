"""
Runs that name resources, told on both engines: targets, forced replacements and edits of the state.

`Twins.do` and `Twins.edit` compare exit codes, calls of the provider and states; a test says what happened.
"""

from __future__ import annotations

import json

import pytest

from tests.cli.twins import Twins, import_file, kill_family, named, verbs
from tests.sandbox.engine.engine_project import THING, urn
from tests.sandbox.engine.gate import Gate

FAMILY = """
a = Thing("a", Options({options}), name="A", {change})
b = Thing("b", name="B", owner=a.serial)
d = Thing("d", name="D", {kin}=a.serial)
e = Thing("e", Options(depends_on=[a]), name="E")
"""


def family(options: str = "", change: str = "colour=1", kin: str = "owner") -> str:
    """Return a program of four things, three of which need the first."""
    return FAMILY.format(options=options, change=change, kin=kin)


# ---------------------------------------------------------------- forced replacements


@pytest.mark.parametrize(
    ("options", "kin", "calls"),
    [
        ("", "owner", ["create a", "delete a", "update b", "update d"]),
        ("delete_before_replace=True", "owner", ["create a", "delete a", "update b", "update d"]),
        ("delete_before_replace=True", "shelf", ["create a", "create d", "delete a", "delete d", "update b"]),
        ("retain_on_delete=True", "owner", ["create a", "update b", "update d"]),
        ("retain_on_delete=True, delete_before_replace=True", "owner", ["create a", "update b", "update d"]),
    ],
    ids=["last", "first", "first with a dependent", "retained", "retained, first"],
)
@pytest.mark.parametrize("way", ["replace", "taint"])
def test_forced_replacement(twins: Twins, way: str, options: str, kin: str, calls: list[str]) -> None:
    """A forced replacement asks for no diff and checks without old inputs; the program alone decides the order."""
    program = family(options, kin=kin)
    twins.do("up", program=program)
    flags = ["--replace", urn("a")] if way == "replace" else []
    if way == "taint":
        assert named(twins.edit("state", "taint", urn("a")), "a")[0]["taint"] is True
    preview = twins.do("preview", *flags)
    assert "check a [{}" in " ".join(preview.calls)
    assert not [call for call in preview.calls if call.startswith("diff a")]
    up = twins.do("up", *flags)
    assert verbs(up, names=True) == calls
    assert "taint" not in named(up, "a")[0]
    assert verbs(twins.do("up", "--expect-no-changes")) == []


def test_forced_replacement_ignores_what_the_provider_would_say(twins: Twins) -> None:
    """A provider that deletes first when asked is not asked; changes that are ignored are not, after all."""
    twins.do("up", program="Thing('a', Options(ignore_changes=['colour']), name='A', shelf=1, colour=1)")
    up = twins.do(
        "up",
        "--replace",
        urn("a"),
        program="Thing('a', Options(ignore_changes=['colour']), name='A', shelf=2, colour=2)",
    )
    assert named(up, "a")[0]["inputs"]["colour"] == 2


def test_forced_replacement_of_protected(twins: Twins) -> None:
    """It is refused, until the state and then the program allow it."""
    twins.do("up", program="Thing('a', Options(protect=True), name='A')")
    assert twins.do("preview", "--replace", urn("a")).status == 1
    assert twins.do("up", "--replace", urn("a")).status == 1
    twins.edit("state", "taint", urn("a"))
    assert twins.do("up").status == 1
    assert "protect" not in named(twins.edit("state", "unprotect", urn("a")), "a")[0]
    assert verbs(twins.do("up")) == ["create", "delete"]


def test_forced_replacement_that_fails(twins: Twins) -> None:
    """What was tainted stays tainted when its replacement cannot be created, unless it was deleted first."""
    for options in ("", "delete_before_replace=True"):
        program = f"Thing('a', Options({options}), name='A', fails='{{}}')"
        twins.do("up", program=program.format(""))
        twins.edit("state", "taint", urn("a"))
        failed = twins.do("up", program=program.format("create"))
        assert failed.status == 1
        assert verbs(twins.do("up", program=program.format("")))[0] == "create"
        twins.do("up", "--expect-no-changes")


def test_forced_replacement_of_unknown(twins: Twins) -> None:
    """A URN that the state has not is refused before the program runs; an old name passes and replaces nothing."""
    twins.do("up", program="Thing('a', name='A')")
    assert twins.do("up", "--replace", urn("z")).status == 1
    renamed = "Thing('z', Options(aliases=[pulumi.Alias(name='a')]), name='A')"
    assert verbs(twins.do("up", "--replace", urn("a"), program=renamed)) == []
    assert verbs(twins.do("up", "--replace", urn("*"))) == ["create", "delete"]


def test_tainted_and_renamed(twins: Twins) -> None:
    """A taint follows an alias; the old one is deleted under its old name."""
    twins.do("up", program="a = Thing('a', name='A')\nThing('b', name='B', owner=a.serial)")
    twins.edit("state", "taint", urn("a"))
    renamed = (
        "a = Thing('z', Options(aliases=[pulumi.Alias(name='a')]), name='A')\nThing('b', name='B', owner=a.serial)"
    )
    assert verbs(twins.do("up", program=renamed), names=True) == ["create z", "delete a", "update b"]


def test_untainted(twins: Twins) -> None:
    """A taint can be taken back, and a refresh keeps it."""
    twins.do("up", program="Thing('a', name='A')\nThing('b', name='B')")
    twins.edit("state", "taint", urn("a"), urn("b"))
    assert named(twins.do("refresh"), "a")[0]["taint"] is True
    twins.edit("state", "untaint", urn("a"))
    assert twins.edit("state", "untaint", urn("b"), urn("z")).status == 1
    assert verbs(twins.do("up"), names=True) == ["create b", "delete b"]


# ---------------------------------------------------------------- targets


def test_targets_of_an_update(twins: Twins) -> None:
    """Only targets are checked and changed; dependents too if asked."""
    twins.do("up", program=family())
    assert verbs(twins.do("up", "--target", urn("b"), program=family(change="colour=2"))) == []
    assert verbs(twins.do("up", "--target", urn("a"), "--target", urn("b")), names=True) == ["update a"]
    third = family(change="edition=3")
    assert verbs(twins.do("preview", "--target", urn("a"), "--target-dependents", program=third)) == []
    up = twins.do("up", "--target", urn("a"), "--target-dependents")
    assert verbs(up, names=True) == ["create a", "delete a", "update b", "update d"]
    twins.do("up", "--expect-no-changes")


def test_targets_with_options_that_changed(twins: Twins) -> None:
    """What is not targeted keeps its old options, name, inputs and dependencies."""
    twins.do("up", program="a = Thing('a', name='A')\nThing('b', name='B', owner=a.serial)\nThing('c', name='C')")
    changed = """
c = Thing("c", name="C", colour=1)
a = Thing("z", Options(aliases=[pulumi.Alias(name="a")], protect=True), name="A2")
Thing("b", Options(depends_on=[c]), name="B", owner="nobody")
"""
    seen = twins.do("up", "--target", urn("c"), program=changed)
    assert (verbs(seen), len(named(seen, "a")), named(seen, "z")) == (["update"], 1, [])
    twins.do("up")


def test_target_that_is_created(twins: Twins) -> None:
    """What is not targeted is not created, and a target that needs it is refused."""
    program = "a = Thing('a', name='A')\nb = Thing('b', name='B', owner=a.serial)\nThing('c', name='C')\n"
    program += "pulumi.export('serial', a.serial)"
    assert twins.do("preview", "--target", urn("b"), program=program).status == 1
    assert twins.do("up", "--target", urn("b")).status == 1
    assert verbs(twins.do("up", "--target", urn("c")), names=True) == ["create c"]
    assert verbs(twins.do("up", "--target", urn("a"), "--target-dependents"), names=True) == ["create a", "create b"]


def test_unknown_target_is_refused(twins: Twins) -> None:
    """The run fails at its end, or at its beginning where there is no program."""
    program = "Thing('a', name='A')"
    assert twins.do("up", "--target", urn("z"), program=program).status == 1
    twins.do("up")
    for verb in ("refresh", "destroy"):
        assert twins.do(verb, "--target", urn("z")).status == 1
    assert twins.do("up", "--refresh", "--target", urn("z")).status == 1
    assert twins.do("preview", "--target", urn("z*")).status == 0


def test_target_that_is_replaced(twins: Twins) -> None:
    """The dependents that cannot outlive it are created again, of their old inputs when they are no targets."""
    twins.do("up", program=family("delete_before_replace=True", kin="shelf"))
    seen = twins.do("up", "--target-replace", urn("a"))
    assert verbs(seen, names=True) == ["create a", "create d", "delete a", "delete d"]
    assert named(seen, "d")[0]["inputs"]["shelf"] == "A-1"
    assert "update" in verbs(twins.do("up")) or named(twins.do("up"), "d")[0]["inputs"]["shelf"] == "A-2"


def test_targets_of_a_deletion(twins: Twins) -> None:
    """What depends on a target is deleted only if asked; other leftovers of the program stay."""
    twins.do("up", program=family() + "Thing('f', name='F')")
    assert twins.do("destroy", "--target", urn("a")).status == 1
    assert verbs(twins.do("destroy", "--target", urn("b")), names=True) == ["delete b"]
    assert verbs(twins.do("up", "--target", urn("e"), program="Thing('f', name='F')"), names=True) == ["delete e"]
    assert twins.do("up", "--target", urn("a")).status == 1
    gone = twins.do("destroy", "--target", urn("a"), "--target-dependents")
    assert verbs(gone, names=True) == ["delete a", "delete d"]
    assert len(named(gone, "f")) == 1
    twins.do("destroy")


def test_targets_that_need_what_the_program_dropped(twins: Twins) -> None:
    """What is kept comes after what it needs in the state, although the program no longer has the latter."""
    twins.do("up", program="a = Thing('a', name='A')\nThing('b', name='B', owner=a.serial)\nThing('c', name='C')")
    seen = twins.do("up", "--target", urn("c"), program="Thing('b', name='B')\nThing('c', name='C', colour=1)")
    assert verbs(seen, names=True) == ["update c"]
    assert verbs(twins.do("up"), names=True) == ["delete a", "update b"]


def test_targets_of_a_refresh(twins: Twins) -> None:
    """Only targets are read, and their dependents if asked."""
    twins.do("up", program=family())
    for each in ("A-1", "B-1", "E-1"):
        twins.change(each, colour="blue")
    assert [call.split()[1] for call in twins.do("refresh", "--target", urn("b")).calls] == ["b", "b"]
    reads = twins.do("refresh", "--target", urn("a"), "--target-dependents").calls
    assert sorted(call.split()[1] for call in reads if call.startswith("read")) == ["a", "b", "d", "e"]
    twins.do("up", "--refresh", "--target", urn("e"))


# ---------------------------------------------------------------- edits of the state


def test_unprotected_by_hand(twins: Twins) -> None:
    """What the state no longer protects can be deleted."""
    twins.do("up", program="Thing('a', Options(protect=True), name='A')\nThing('b', Options(protect=True), name='B')")
    assert twins.edit("state", "unprotect", urn("z")).status == 1
    twins.edit("state", "unprotect", urn("a"))
    assert verbs(twins.do("up", program=""), names=True) == ["delete a"]
    twins.edit("state", "protect", urn("b"))
    twins.edit("state", "unprotect", "--all")
    assert twins.do("destroy").status == 0


def test_deleted_from_the_state(twins: Twins) -> None:
    """The state forgets it and the next update creates it again; what others need, or is protected, is refused."""
    program = family() + "Thing('f', Options(protect=True), name='F')"
    twins.do("up", program=program)
    assert twins.edit("state", "delete", urn("a")).status == 1
    assert twins.edit("state", "delete", urn("f")).status == 1
    assert twins.edit("state", "delete", urn("z")).status == 1
    assert verbs(twins.edit("state", "delete", urn("b"), urn("d"))) == []
    twins.edit("state", "delete", urn("f"), "--force")
    assert len(named(twins.edit("state", "delete", urn("a"), "--target-dependents"), "e")) == 0
    assert verbs(twins.do("up")) == ["create"] * 5


def test_one_pending_create_is_settled(twins: Twins, gate: Gate) -> None:
    """An import leaves a pending create on record; a refresh of the stack alone takes it off, and reads nothing."""
    program = "Thing('a', name='A', gate={0})\nThing('b', name='B', gate={0})"
    for workshop in (twins.ours, twins.theirs):
        workshop.program(program.format(gate.port))
    started = twins.ours.start("up", "--skip-preview"), twins.cli.start("up", "--yes", "--skip-preview")
    for _ in range(4):
        gate.wait()
    for engine in started:
        kill_family(engine)
    assert len(twins.see(*started).pending) == 2
    twins.cli.run("cancel", "--yes")
    for workshop in (twins.ours, twins.theirs):
        workshop.world.mkdir()
        (workshop.world / "A-1").write_text('{"name": "A"}', encoding="utf-8")
    assert len(twins.take_in(import_file(twins.ours.folder, ("a", "A-1", "A"))).pending) == 2
    stack = urn("demo-dev").replace(THING, "pulumi:pulumi:Stack")
    pair = ["--import-pending-creates", urn("a"), "--import-pending-creates", "A-1"]
    seen = twins.do("refresh", "--target", stack, *pair)
    assert (seen.calls, [each["resource"]["urn"] for each in seen.pending]) == ([], [urn("b")])
    seen = twins.do("refresh", "--target", stack, "--clear-pending-creates")
    assert (seen.calls, seen.pending) == ([], [])


def test_state_that_is_replaced(twins: Twins, gate: Gate) -> None:
    """An imported state has no pending operations; one of another stack, or out of order, is refused."""
    for workshop in (twins.ours, twins.theirs):
        workshop.program(f"a = Thing('a', name='A')\nThing('b', name='B', owner=a.serial, gate={gate.port})")
    started = twins.ours.start("up", "--skip-preview"), twins.cli.start("up", "--yes", "--skip-preview")
    gate.wait()
    gate.wait()
    for engine in started:
        kill_family(engine)
    twins.see(*started)
    twins.cli.run("cancel", "--yes")
    exported = twins.cli.export()
    file = twins.ours.folder / "exported.json"
    resources = exported["deployment"]["resources"]
    for broken in (resources[::-1], json.loads(json.dumps(resources).replace(":dev::", ":prod::"))):
        file.write_text(json.dumps({**exported, "deployment": {**exported["deployment"], "resources": broken}}))
        assert twins.edit("stack", "import", "--file", str(file), yes=False).status == 1
    for engine in (twins.ours.start("stack", "export"), twins.cli.start("stack", "export", "--show-secrets")):
        out, _ = engine.communicate(timeout=120)
        file.write_text(out, encoding="utf-8")
        assert twins.edit("stack", "import", "--file", str(file), yes=False).pending == []
