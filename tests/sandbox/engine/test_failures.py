"""Failures: what is still done, what the state remembers, and how the next run goes on."""

from __future__ import annotations

import json

import pytest

from sandbox.engine.events import Event, Op, StepFailed
from sandbox.engine.processes.plugin import CheckFailure
from sandbox.engine.state.resources import State
from sandbox.engine.state.values import UNKNOWN, Secret, Value
from sandbox.engine.steps.report import rejection
from tests.sandbox.engine.engine_project import THING, Workshop, steps, urn
from tests.sandbox.engine.gate import Gate


def test_failure_while_others_run(workshop: Workshop, gate: Gate) -> None:
    """When a step fails no other is begun; those that run come to their end, and the state has their results."""

    def listener(event: Event) -> None:
        if isinstance(event, StepFailed):
            gate.wait()
            gate.open()

    program = f"""
slow = Thing("slow", name="Slow", gate={gate.port})
Thing("next", name="Next", owner=slow.serial)
Thing("bad", Options(depends_on=[Thing("first", name="First")]), name="Bad", fails="create")
"""
    result = workshop.up(program, listener=listener)
    assert not result.succeeded
    assert result.errors == ["RuntimeError: cannot create it", "update failed"]
    assert sorted(workshop.log) == ["create First-1", "create Slow-1"]
    assert sorted(workshop.state) == ["default", "demo-dev", "first", "slow"]
    assert workshop.pending == []
    again = workshop.up(program.replace("create", "").replace(f"gate={gate.port}", ""))
    assert again.changes[Op.CREATE] == 2


def test_rejected_inputs(workshop: Workshop) -> None:
    """What a check rejects is an error at the resource, with the value; nothing is created."""
    result = workshop.preview("Thing('a', name='')")
    thing = "pulumi-python:dynamic/demo:Thing resource 'a'"
    assert result.errors == [f"{thing}: property name value {{}} has a problem: is required"]
    assert workshop.preview("Thing('a', name='bad')").errors == [f"{thing} has a problem: is bad altogether"]
    assert not workshop.up("Thing('a', name='bad')").succeeded
    assert not workshop.world.exists()


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        ("plain", "{plain}"),
        (None, "{<nil>}"),
        (True, "{true}"),
        (1, "{1}"),
        (-0.5, "{-0.5}"),
        (123456, "{123456}"),
        (1234567, "{1.234567e+06}"),
        (123456789.5, "{1.234567895e+08}"),
        (1e21, "{1e+21}"),
        (0.00001, "{1e-05}"),
        ([], "{[]}"),
        ({"b": [1, "x"], "a": None}, "{map[a:{<nil>} b:{[{1} {x}]}]}"),
        (Secret("w"), "{&{{w}}}"),
        ({"l": [1, Secret(2)]}, "{map[l:{[{1} {&{{2}}}]}]}"),
        (UNKNOWN, "output<string>{}"),
        (Secret(UNKNOWN), "{&{output<string>{}}}"),
    ],
)
def test_rejected_value_is_printed_as_the_cli_prints_it(value: Value, printed: str) -> None:
    """Every printed text was seen in a message of the CLI; secrets are readable in it, too."""
    state = State(urn=urn("a"), custom=True, type=THING, inputs={"given": value})
    message = rejection(state, CheckFailure("given", "is odd"))
    assert message == f"{THING} resource 'a': property given value {printed} has a problem: is odd"


def test_created_but_not_well(workshop: Workshop) -> None:
    """
    A resource that exists but is not well is in the state with the reasons, and the run fails.

    The next run updates it even without a difference, and when it is well at last the reasons go.
    """
    program = "a = Thing('a', name='A', sick=['no pulse', 'no breath'])\nThing('b', name='B', owner=a.serial)"
    result = workshop.up(program)
    assert result.errors == ["2 errors occurred:\n\t* no pulse\n\t* no breath", "update failed"]
    state = workshop.state["a"]
    assert (state["id"], state["initErrors"]) == ("A-1", ["no pulse", "no breath"])
    assert (state["inputs"]["name"], state["outputs"]["serial"]) == ("A", "A-1")
    assert "b" not in workshop.state
    assert steps(workshop.up(program))[0] == (Op.UPDATE, "a")
    assert workshop.log == ["create A-1", "update A-1"]
    well = workshop.up(program.replace("'no pulse', 'no breath'", ""))
    assert (well.succeeded, well.changes) == (True, {Op.SAME: 1, Op.UPDATE: 1, Op.CREATE: 1})
    assert "initErrors" not in workshop.state["a"]


def test_updated_but_not_well(workshop: Workshop) -> None:
    """After an update that did not end well the state has the new outputs and the old inputs: the rest is due."""
    workshop.up("Thing('a', name='A', colour='red')")
    result = workshop.up("Thing('a', name='A', colour='blue', sick=['no pulse'])")
    assert result.errors == ["1 error occurred:\n\t* no pulse", "update failed"]
    state = workshop.state["a"]
    assert (state["inputs"]["colour"], state["outputs"]["colour"]) == ("red", "blue")
    assert state["initErrors"] == ["no pulse"]


def test_read_that_finds_it_not_well(workshop: Workshop) -> None:
    """A lookup fails, and the state has what was read with the reasons; when it is well the reasons go."""
    workshop.world.mkdir()
    (workshop.world / "X-9").write_text(json.dumps({"name": "X", "ill": ["fever"]}), encoding="utf-8")
    program = "Thing('x', Options(id='X-9'), name='?')"
    assert workshop.up(program).errors == ["1 error occurred:\n\t* fever", "update failed"]
    state = workshop.state["x"]
    assert (state["initErrors"], state["outputs"]["name"], state["external"]) == (["fever"], "X", True)
    workshop.change("X-9", ill=[])
    assert workshop.up().succeeded
    assert "initErrors" not in workshop.state["x"]


def test_replacement_that_is_created_but_not_well(workshop: Workshop) -> None:
    """The new one is in the state, the old one waits for its deletion, and the next run updates and deletes."""
    workshop.up("Thing('a', name='A', edition=1)")
    assert not workshop.up("Thing('a', name='A', edition=2, sick=['no pulse'])").succeeded
    assert (workshop.state["a"]["initErrors"], workshop.state["-a"]["id"]) == (["no pulse"], "A-1")
    assert workshop.preview().changes == {Op.SAME: 1, Op.UPDATE: 1}
    assert workshop.up("Thing('a', name='A', edition=2)").succeeded
    assert workshop.log == ["create A-1", "create A-2", "update A-2", "delete A-1"]


def test_update_that_fails(workshop: Workshop) -> None:
    """A failed update leaves the resource in the state as it was."""
    workshop.up("Thing('a', name='A', colour='red')")
    before = workshop.state["a"]
    result = workshop.up("Thing('a', name='A', colour='blue', fails='update')")
    assert result.errors == ["RuntimeError: cannot update it", "update failed"]
    assert workshop.state["a"] == before


def test_delete_that_fails(workshop: Workshop) -> None:
    """A resource that cannot be deleted stays, and so does what it needs."""
    workshop.up("a = Thing('a', name='A')\nThing('b', name='B', owner=a.serial)")
    workshop.change("B-1", fails="delete")
    result = workshop.engine().destroy()
    assert result.errors == ["RuntimeError: cannot delete it", "update failed"]
    assert list(workshop.state) == ["demo-dev", "default", "a", "b"]
    workshop.change("B-1", fails="")
    assert workshop.engine().destroy().succeeded


def test_provider_that_cannot_be_configured(workshop: Workshop) -> None:
    """The provider's message is the error, and nothing was done."""
    project = workshop.folder / "Pulumi.yaml"
    project.write_text(project.read_text(encoding="utf-8").partition("config:")[0], encoding="utf-8")
    result = workshop.up("Thing('a', name='A')")
    assert result.errors[0] == "ValueError: missing required configuration key: greeting"
    assert not workshop.world.exists()


def test_plugin_that_dies(workshop: Workshop) -> None:
    """A plugin that leaves in the middle of a call is an error, and what it was doing is told to be uncertain."""
    things = workshop.folder / "things.py"
    text = things.read_text(encoding="utf-8").replace('self._begin("create", props)', "os._exit(3)")
    things.write_text(text, encoding="utf-8")
    result = workshop.up("Thing('a', name='A')")
    assert result.errors[0].startswith("the plugin left before it answered")
    assert sorted(workshop.state) == ["default", "demo-dev"]
