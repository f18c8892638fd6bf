"""
Options of resources, and resources that are not well, told on both engines.

`Twins.do` compares exit codes, calls of the provider and states; a test says what happened.
"""

from __future__ import annotations

import pytest

from tests.cli.twins import Twins, named, verbs


def test_order_that_the_program_decides(twins: Twins) -> None:
    """delete_before_replace of the program goes before what the provider says; so does replace_on_changes."""
    program = """
Thing("a", Options(delete_before_replace=True), name="A", edition={0})
Thing("b", Options(delete_before_replace=False), name="B", shelf={0})
Thing("c", Options(replace_on_changes=["nest.deep"]), name="C", nest={{"deep": {0}, "flat": {1}}})
"""
    twins.do("up", program=program.format(1, 1))
    assert verbs(twins.do("up", program=program.format(2, 1))) == ["create"] * 3 + ["delete"] * 3
    assert verbs(twins.do("up", program=program.format(2, 2))) == ["update"]


def test_created_but_not_well(twins: Twins) -> None:
    """A partial create is in the state with its reasons, is updated without a difference, and gets well."""
    program = "a = Thing('a', name='A', sick={})\nThing('b', name='B', owner=a.serial)"
    seen = twins.do("up", program=program.format(["no pulse", "no breath"]))
    assert (seen.status, named(seen, "a")[0]["initErrors"]) == (1, ["no pulse", "no breath"])
    twins.do("preview")
    assert verbs(twins.do("up")) == ["update"]
    twins.do("refresh")
    assert "initErrors" not in named(twins.do("up", program=program.format([])), "a")[0]


@pytest.mark.parametrize("change", ["edition", "shelf"])
def test_replaced_but_not_well(twins: Twins, change: str) -> None:
    """A partial create of a replacement counts as created: an update follows, and the old one goes."""
    twins.do("up", program=f"Thing('a', name='A', {change}=1)")
    assert twins.do("up", program=f"Thing('a', name='A', {change}=2, sick=['no pulse'])").status == 1
    twins.do("preview")
    assert "update" in verbs(twins.do("up", program=f"Thing('a', name='A', {change}=2)"))


def test_found_not_well(twins: Twins) -> None:
    """A refresh notes the reasons and an update follows, even back to what was declared first; a lookup fails."""
    twins.do("up", program="Thing('a', name='A', colour='red')")
    twins.do("up", program="Thing('a', name='A', colour='blue', sick=['no pulse'])")
    twins.do("preview", program="Thing('a', name='A', colour='red')")
    assert verbs(twins.do("up")) == ["update"]
    twins.change("A-1", ill=["fever"])
    assert named(twins.do("refresh"), "a")[0]["initErrors"] == ["fever"]
    assert verbs(twins.do("up")) == ["update"]
    for workshop in (twins.ours, twins.theirs):
        (workshop.world / "X-9").write_text('{"name": "X", "ill": ["fever", "cough"]}', encoding="utf-8")
    assert twins.do("preview", program="Thing('x', Options(id='X-9'), name='?')").status == 1
    assert named(twins.do("up"), "x")[0]["initErrors"] == ["fever", "cough"]
    twins.change("X-9", ill=[])
    assert twins.do("up").status == 0


def test_updated_but_not_well(twins: Twins) -> None:
    """After a partial update the inputs are the old ones: the rest is due."""
    twins.do("up", program="Thing('a', name='A', colour='red')")
    twins.do("up", program="Thing('a', name='A', colour='blue', sick=['no pulse'])")
    twins.do("refresh")
    twins.do("up", program="Thing('a', name='A', colour='blue')")
    twins.do("up", "--expect-no-changes")


def test_ignored_changes(twins: Twins) -> None:
    """Ignored paths stay as they are, in the state and for the provider."""
    program = """
ignoring = Options(ignore_changes=["colour", "nest.deep"])
Thing("a", ignoring, name="A", colour={0}, nest={{"deep": {0}, "flat": {1}}})
"""
    twins.do("up", program=program.format(1, 1))
    assert verbs(twins.do("up", program=program.format(2, 1))) == []
    assert verbs(twins.do("up", program=program.format(2, 2))) == ["update"]
    twins.change("A-1", colour=3)
    twins.do("up", "--refresh")
    twins.do("up", program=program.format(2, 2).replace('"colour", ', ""))


def test_ignored_changes_deep_down(twins: Twins) -> None:
    """Members, elements, every element, odd names, and paths that come or go; a replacement ignores nothing."""
    program = """
paths = ["nest.deep.x", "list[1]", "objs[*].k", "gone.sub", "new", 'nest["odd key"]', "list[5]"]
Thing("a", Options(ignore_changes=paths), name="A", {0})
"""
    for props in (
        'nest={"deep": {"x": 1}, "odd key": 1}, list=[1, 2], objs=[{"k": 1, "v": 1}, {"k": 1}], gone={"sub": 1}',
        'nest={"deep": {"x": 2}, "odd key": 2}, list=[1, 9], objs=[{"k": 2, "v": 1}, {"k": 3}], gone={"sub": 2}',
        'nest={"deep": {"y": 2}}, list=[4, 9, 3], objs=[{"k": 2}], new=1',
        'nest=pulumi.Output.secret({"deep": {"x": 5}}), list=["s"], objs=[{"k": 7}, {"k": 8}], gone="text"',
        "nest={'deep': {'x': 6}}, list=[0], edition=2",
    ):
        twins.do("up", program=program.format(props))


def test_protected(twins: Twins) -> None:
    """Protected resources are neither deleted nor replaced; what must stay with them stays."""
    twins.do(
        "up",
        program="""
a = Thing("a", name="A")
Thing("b", Options(protect=True), name="B", owner=a.serial)
Thing("c", name="C")
""",
    )
    assert twins.do("destroy").status == 1
    assert twins.do("preview", program="Thing('b', Options(protect=True), name='B', edition=1)").status == 1
    assert twins.do("up", program="").status == 1
    twins.do("up", program="Thing('b', name='B')")
    assert twins.do("destroy").status == 0


def test_retained(twins: Twins) -> None:
    """Retained resources are forgotten, by a replacement too."""
    program = """
Thing("a", Options(retain_on_delete=True), name="A", edition={0})
Thing("b", Options(retain_on_delete=True), name="B", shelf={0})
"""
    twins.do("up", program=program.format(1))
    assert verbs(twins.do("up", program=program.format(2))) == ["create", "create"]
    assert verbs(twins.do("up", program="")) == []


def test_aliases(twins: Twins) -> None:
    """A new name with the old one as alias is no change; dependents follow."""
    twins.do("up", program="a = Thing('a', name='A')\nb = Thing('b', name='B', owner=a.serial)")
    twins.do(
        "up",
        program="""
a = Thing("z", Options(aliases=[pulumi.Alias(name="a")]), name="A")
Thing("b", name="B", owner=a.serial)
""",
    )
    twins.do("up", "--expect-no-changes")
    twins.do("destroy")


@pytest.mark.parametrize(("kin", "change"), [("shelf", "shelf"), ("owner", "edition")], ids=["first", "last"])
def test_alias_and_replacement(twins: Twins, kin: str, change: str) -> None:
    """The new one is created under the new name, the old one deleted under the old name."""
    program = 'a = Thing("{0}", Options({1}), name="A", {2}={3})\nThing("b", name="B", {4}=a.serial)'
    twins.do("up", program=program.format("a", "", change, 1, kin))
    alias = 'aliases=[pulumi.Alias(name="a")]'
    twins.do("preview", program=program.format("z", alias, change, 2, kin))
    calls = verbs(twins.do("up"), names=True)
    assert "delete a" in calls
    assert "create z" in calls
    twins.do("up", "--expect-no-changes")


def test_aliases_of_families(twins: Twins) -> None:
    """Two that swap names keep their own; children follow their parent, and may have had another."""
    swap = 'Thing("a", Options({0}), name="{2}")\nThing("b", Options({1}), name="{3}")\n'
    aliases = [f'aliases=[pulumi.Alias(name="{name}")]' for name in ("b", "a")]
    twins.do("up", program=swap.format("", "", "A", "B"))
    assert verbs(twins.do("up", program=swap.format(*aliases, "B", "A")), names=True) == ["update a", "update b"]
    shop = """
class Shop(pulumi.ComponentResource):
    def __init__(self, name, opts=None):
        super().__init__("demo:index:Shop", name, None, opts)
        Thing(name + "-inner", Options(parent=self), name="Inner")
"""
    twins.do("up", program=f"{shop}Shop('s')")
    assert verbs(twins.do("up", program=f"{shop}Shop('r', Options(aliases=[pulumi.Alias(name='s')]))")) == []
    old = "pulumi.Alias(parent=pulumi.create_urn('r', 'demo:index:Shop'))"
    assert verbs(twins.do("up", program=f"Thing('r-inner', Options(aliases=[{old}]), name='Inner')")) == []


def test_secrets_and_timeouts(twins: Twins) -> None:
    """Marks, and what comes of them in lists, objects and outputs; durations in seconds."""
    twins.do(
        "up",
        program="""
inner = {"plain": 1, "hidden": pulumi.Output.secret("p"), "list": [1, pulumi.Output.secret(2)]}
options = Options(
    additional_secret_outputs=["serial"], custom_timeouts=pulumi.CustomTimeouts(create="1h30m", delete="500ms")
)
a = Thing("a", options, name="A", word=pulumi.Output.secret("w"), nest=inner)
b = Thing("b", name="B", owner=a.serial)
pulumi.export("word", pulumi.Output.secret({"k": "o"}))
pulumi.export("serial", b.owner if hasattr(b, "owner") else a.serial)
""",
    )
    twins.do("refresh")
    twins.do("up", "--expect-no-changes")
    twins.do("up", program="Thing('a', name='A', word='w')")
