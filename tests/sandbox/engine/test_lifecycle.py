"""The life of resources: created, kept, changed in place and deleted, and what the state says meanwhile."""

from __future__ import annotations

import threading

from sandbox.engine.events import Op
from tests.sandbox.engine.engine_project import Workshop, steps
from tests.sandbox.engine.gate import Gate

STACK = "urn:pulumi:dev::demo::pulumi:pulumi:Stack::demo-dev"
PROVIDER = "urn:pulumi:dev::demo::pulumi:providers:pulumi-python::default"
TWO = """
a = Thing("a", name="A", colour="red")
b = Thing("b", name="B", owner=a.serial)
pulumi.export("serial", b.serial)
"""


def test_create_then_nothing_to_do(workshop: Workshop) -> None:
    """A first update creates everything; a second one finds nothing to do and asks no provider to do anything."""
    first = workshop.up(TWO)
    assert (first.succeeded, first.changes) == (True, {Op.CREATE: 3})
    assert workshop.log == ["create A-1", "create B-1"]
    assert workshop.thing("B-1")["owner"] == "A-1"
    second = workshop.up()
    assert (second.succeeded, second.changed, second.changes) == (True, False, {Op.SAME: 3})
    assert workshop.log == ["create A-1", "create B-1"]


def test_state_after_create(workshop: Workshop) -> None:
    """The state is a deployment as the Pulumi CLI would have written it, field by field."""
    workshop.configure({"greeting": "hi"})
    workshop.up(TWO)
    state = workshop.state
    assert list(state) == ["demo-dev", "default", "a", "b"]
    assert state["demo-dev"]["outputs"] == {"serial": "B-1"}
    assert state["default"]["inputs"] == state["default"]["outputs"] == {"demo:greeting": "hi"}
    b = state["b"]
    assert b["urn"] == "urn:pulumi:dev::demo::pulumi-python:dynamic/demo:Thing::b"
    assert (b["custom"], b["id"], b["type"], b["parent"]) == (True, "B-1", "pulumi-python:dynamic/demo:Thing", STACK)
    assert b["provider"] == f"{PROVIDER}::{state['default']['id']}"
    assert b["dependencies"] == [state["a"]["urn"]]
    assert b["propertyDependencies"] == {"__provider": [], "name": [], "owner": [state["a"]["urn"]]}
    assert b["inputs"] == {"__provider": b["inputs"]["__provider"], "name": "B", "owner": "A-1"}
    assert b["outputs"] == {**b["inputs"], "serial": "B-1", "greeting": "hi"}
    assert b["created"] == b["modified"] != state["a"]["created"]
    assert b["sourcePosition"].startswith("project:///things.py#")
    absent = {"delete", "external", "protect", "initErrors", "pendingReplacement", "retainOnDelete", "aliases"}
    assert not absent & b.keys()
    manifest = workshop.deployment["manifest"]
    assert manifest.keys() == {"time", "magic", "version"}


def test_update_in_place(workshop: Workshop) -> None:
    """A difference that replaces nothing is an update; dependents see the new outputs, and their own keep still."""
    workshop.up(TWO)
    before = workshop.state["a"]
    result = workshop.up(TWO.replace("red", "blue"))
    assert result.changes == {Op.SAME: 2, Op.UPDATE: 1}
    step = next(step for step in result.steps if step.op is Op.UPDATE)
    assert step.changed_keys == ("colour",)
    assert workshop.log[2:] == ["update A-1"]
    after = workshop.state["a"]
    assert after["outputs"]["colour"] == after["inputs"]["colour"] == "blue"
    assert (after["created"], after["id"]) == (before["created"], before["id"])
    assert after["modified"] != before["modified"]


def test_delete_what_the_program_drops(workshop: Workshop) -> None:
    """What the program no longer has is deleted, dependents first, and leaves the state."""
    workshop.up(TWO)
    result = workshop.up("pulumi.export('left', 1)")
    assert steps(result) == [(Op.DELETE, "b"), (Op.DELETE, "a")]
    assert workshop.log[2:] == ["delete B-1", "delete A-1"]
    assert list(workshop.state) == ["demo-dev"]  # the provider has nothing left to provide
    assert workshop.state["demo-dev"]["outputs"] == {"left": 1}


def test_destroy(workshop: Workshop) -> None:
    """Destroy runs no program, deletes everything in the order of needs, and leaves an empty state."""
    workshop.up(TWO)
    workshop.program("raise SystemExit('not to be run')")
    assert workshop.engine().destroy(preview=True).changes == {Op.DELETE: 3}
    assert workshop.log == ["create A-1", "create B-1"]
    result = workshop.engine().destroy()
    assert (result.succeeded, result.changes) == (True, {Op.DELETE: 3})
    assert workshop.log[2:] == ["delete B-1", "delete A-1"]
    assert workshop.deployment.keys() == {"manifest", "metadata"}


def test_components(workshop: Workshop) -> None:
    """Components have no provider; their outputs come after their children, whose URNs name them."""
    program = """
class Shop(pulumi.ComponentResource):
    def __init__(self, name):
        super().__init__("demo:index:Shop", name)
        thing = Thing("t", Options(parent=self), name="T")
        self.register_outputs({"serial": thing.serial})
Shop("s")
"""
    result = workshop.up(program)
    assert steps(result) == [(Op.CREATE, "s"), (Op.CREATE, "t")]
    state = workshop.state
    assert (state["s"]["custom"], state["s"]["outputs"]) == (False, {"serial": "T-1"})
    assert state["t"]["urn"].endswith("::demo:index:Shop$pulumi-python:dynamic/demo:Thing::t")
    assert state["t"]["parent"] == state["s"]["urn"]
    assert workshop.up().changes == {Op.SAME: 3}


def test_steps_run_side_by_side(workshop: Workshop, gate: Gate) -> None:
    """What does not need each other is done at the same time, but never more than `parallel` of it."""
    workshop.program(f"for name in 'ABC': Thing(name.lower(), name=name, gate={gate.port})")
    run = threading.Thread(target=workshop.up, kwargs={"parallel": 2})
    run.start()
    gate.wait()
    gate.wait()
    assert not gate.anybody()
    gate.let_pass()
    gate.wait()
    gate.open()
    run.join()
    assert sorted(workshop.log) == ["create A-1", "create B-1", "create C-1"]
