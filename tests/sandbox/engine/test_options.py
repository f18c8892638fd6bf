"""What the program says about a resource beside its inputs."""

from __future__ import annotations

import json

from sandbox.engine.events import Op
from tests.sandbox.engine.engine_project import Workshop, steps


def test_protect(workshop: Workshop) -> None:
    """A protected resource is neither deleted nor replaced, by update or destroy; the message says what to do."""
    workshop.up("Thing('a', Options(protect=True), name='A', edition=1)\nThing('b', name='B')")
    urn = workshop.state["a"]["urn"]
    replaced = workshop.preview("Thing('a', Options(protect=True), name='A', edition=2)\nThing('b', name='B')")
    assert replaced.errors[0].startswith(
        f'unable to replace resource "{urn}"\nas it is currently marked for protection'
    )
    assert not replaced.succeeded
    dropped = workshop.up("")
    assert dropped.errors[0].startswith(f'resource "{urn}" cannot be deleted\nbecause it is protected.')
    assert f"`pulumi state unprotect '{urn}'`" in dropped.errors[0]
    assert sorted(workshop.log) == ["create A-1", "create B-1", "delete B-1"]
    assert not workshop.engine().destroy().succeeded
    assert workshop.up("Thing('a', name='A', edition=2)").changes == {Op.SAME: 1, Op.REPLACE: 1}


def test_retain_on_delete(workshop: Workshop) -> None:
    """A retained resource leaves the state and lives on."""
    workshop.up("Thing('a', Options(retain_on_delete=True), name='A')")
    result = workshop.up("")
    assert steps(result) == [(Op.DELETE, "a")]
    assert "a" not in workshop.state
    assert workshop.log == ["create A-1"]


def test_ignore_changes(workshop: Workshop) -> None:
    """Ignored paths stay as they are in the state; other changes go through with them."""
    program = "Thing('a', Options(ignore_changes=['colour', 'nest.deep']), name='A', colour='{}', nest={})"
    workshop.up(program.format("red", {"deep": 1, "flat": 1}))
    ignored = workshop.preview(program.format("blue", {"deep": 2, "flat": 1}))
    assert ignored.changes == {Op.SAME: 2}
    workshop.up(program.format("blue", {"deep": 2, "flat": 2}))
    assert workshop.thing("A-1") == {"name": "A", "colour": "red", "nest": {"deep": 1, "flat": 2}}
    assert workshop.state["a"]["ignoreChanges"] == ["colour", "nest.deep"]


def test_aliases(workshop: Workshop) -> None:
    """A resource under a new name that gives the old one as an alias is the same resource, and its dependents know."""
    workshop.up("a = Thing('a', name='A')\nb = Thing('b', name='B', owner=a.serial)")
    result = workshop.up(
        "a = Thing('z', Options(aliases=[pulumi.Alias(name='a')]), name='A')\nb = Thing('b', name='B', owner=a.serial)"
    )
    assert result.changes == {Op.SAME: 3}
    state = workshop.state
    assert list(state) == ["demo-dev", "default", "z", "b"]
    assert state["b"]["dependencies"] == [state["z"]["urn"]]
    assert workshop.log == ["create A-1", "create B-1"]


def test_child_follows_the_alias_of_its_parent(workshop: Workshop) -> None:
    """A child whose name begins with its parent's follows it; one that is alone may have had a parent."""
    shop = """
class Shop(pulumi.ComponentResource):
    def __init__(self, name, opts=None):
        super().__init__("demo:index:Shop", name, None, opts)
        Thing(name + "-inner", Options(parent=self), name="Inner")
"""
    workshop.up(f"{shop}Shop('s')")
    workshop.up(f"{shop}Shop('r', Options(aliases=[pulumi.Alias(name='s')]))")
    assert sorted(workshop.state) == ["default", "demo-dev", "r", "r-inner"]
    old = "pulumi.Alias(parent=pulumi.create_urn('r', 'demo:index:Shop'))"
    workshop.up(f"Thing('r-inner', Options(aliases=[{old}]), name='Inner')")
    assert sorted(workshop.state) == ["default", "demo-dev", "r-inner"]
    assert workshop.log == ["create Inner-1"]


def test_alias_of_a_present_name_is_ignored(workshop: Workshop) -> None:
    """Two resources that swap names keep their own objects, which are updated."""
    program = "Thing('a', Options(aliases={}), name='{}')\nThing('b', Options(aliases={}), name='{}')"
    workshop.up(program.format([], "A", [], "B"))
    swapped = program.format("[pulumi.Alias(name='b')]", "B", "[pulumi.Alias(name='a')]", "A")
    assert workshop.up(swapped).changes == {Op.SAME: 1, Op.UPDATE: 2}
    assert workshop.state["a"]["id"] == "A-1"


def test_alias_that_is_no_urn_is_refused(workshop: Workshop) -> None:
    """A string is a whole URN: for a name there is another word, which the message says."""
    result = workshop.up("Thing('z', Options(aliases=['a']), name='A')")
    assert result.errors[0] == "invalid alias URN: invalid URN 'a'; give a name as pulumi.Alias(name=…)"
    assert not workshop.world.exists()


def test_reads_of_what_lives_elsewhere(workshop: Workshop) -> None:
    """`Options(id=…)` reads a resource, in previews too; it is never changed, and merely forgotten when dropped."""
    workshop.up("Thing('own', name='Own')")
    (workshop.world / "X-9").write_text(json.dumps({"name": "X", "colour": "green"}), encoding="utf-8")
    program = "x = Thing('x', Options(id='X-9'), name='?')\npulumi.export('colour', x.name)\nThing('own', name='Own')"
    assert workshop.preview(program).succeeded
    assert "x" not in workshop.state
    result = workshop.up()
    assert (result.succeeded, result.changed) == (True, False)
    assert (workshop.state["x"]["external"], workshop.state["x"]["id"]) == (True, "X-9")
    assert workshop.state["demo-dev"]["outputs"] == {"colour": "X"}
    assert steps(workshop.up("Thing('own', name='Own')"))[1:] == [(Op.READ_DISCARD, "x")]
    assert "x" not in workshop.state
    assert (workshop.world / "X-9").exists()


def test_read_of_what_is_not_there(workshop: Workshop) -> None:
    """The message of the provider is the error."""
    result = workshop.preview("Thing('x', Options(id='X-9'), name='?')")
    assert result.errors == ["Preview failed: LookupError: there is no X-9", "preview failed"]


def test_timeouts_reach_the_state(workshop: Workshop) -> None:
    """Durations are kept in seconds."""
    timeouts = "pulumi.CustomTimeouts(create='1h30m', delete='500ms')"
    workshop.up(f"Thing('a', Options(custom_timeouts={timeouts}), name='A')")
    assert workshop.state["a"]["customTimeouts"] == {"create": 5400, "delete": 0.5}


def test_secrets(workshop: Workshop) -> None:
    """Providers get plain values; the state marks what the program, or `additional_secret_outputs`, calls secret."""
    workshop.up(
        """
inner = {"plain": 1, "hidden": pulumi.Output.secret("p")}
a = Thing("a", Options(additional_secret_outputs=["serial"]), name="A", word=pulumi.Output.secret("w"), nest=inner)
pulumi.export("word", pulumi.Output.secret("o"))
"""
    )
    assert workshop.thing("A-1") == {"name": "A", "word": "w", "nest": {"plain": 1, "hidden": "p"}}
    state = workshop.state["a"]
    signature = "4dabf18193072939515e22adb298388d"
    mark = {signature: "1b47061264138c4ac30d75fd1eb44270"}
    for bag in ("inputs", "outputs"):
        assert state[bag]["word"] == {**mark, "plaintext": '"w"'}
        assert signature in state[bag]["nest"] or signature in state[bag]["nest"]["hidden"]
    assert state["outputs"]["serial"] == {**mark, "plaintext": '"A-1"'}
    assert workshop.state["demo-dev"]["outputs"]["word"][signature] == mark[signature]
    assert workshop.up().changes == {Op.SAME: 2}
