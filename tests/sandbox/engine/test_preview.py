"""Previews: what is known before anything is done, and that nothing is done."""

from __future__ import annotations

from sandbox.engine.events import Op, StepDone
from sandbox.engine.state.values import UNKNOWN
from tests.sandbox.engine.engine_project import Workshop

PROGRAM = """
a = Thing("a", name="A", colour="red")
Thing("b", name="B", owner=a.serial, keeper=a.id)
pulumi.export("serial", a.serial)
pulumi.export("id", a.id)
pulumi.export("name", a.name)
"""


def test_preview_does_nothing(workshop: Workshop) -> None:
    """A preview writes no state, takes no lock and asks no provider to change anything."""
    before = sorted(path.name for path in workshop.folder.iterdir())
    result = workshop.preview(PROGRAM)
    assert (result.succeeded, result.changes) == (True, {Op.CREATE: 3})
    assert not workshop.world.exists()
    assert [call.split()[0] for call in workshop.calls()] == ["check"] * 2
    assert sorted(path.name for path in workshop.folder.iterdir() if path.name != "__pycache__") == before


def test_unknown_until_created(workshop: Workshop) -> None:
    """Before a create only inputs are known: what uses an output gets the unknown, and so does the provider."""
    result = workshop.preview(PROGRAM)
    inputs = {step.resource.urn.rpartition("::")[2]: step.resource.inputs for step in result.steps}
    assert (inputs["b"]["owner"], inputs["b"]["keeper"]) == (UNKNOWN, UNKNOWN)
    assert inputs["b"]["name"] == "B"


def test_known_before_an_update(workshop: Workshop) -> None:
    """Before an update the id is known, for it will stay, and outputs that are inputs are known; the rest is not."""
    outputs = {}

    def listener(event: object) -> None:
        if isinstance(event, StepDone):
            outputs[event.step.resource.urn.rpartition("::")[2]] = event.step.resource.outputs

    workshop.up(PROGRAM)
    result = workshop.preview(PROGRAM.replace("red", "blue"), listener=listener)
    assert outputs["demo-dev"] == {"serial": UNKNOWN, "id": "A-1", "name": "A"}
    assert result.changes == {Op.SAME: 1, Op.UPDATE: 2}
    b = next(step.resource for step in result.steps if step.urn.endswith("::b"))
    assert (b.inputs["owner"], b.inputs["keeper"]) == (UNKNOWN, "A-1")
    assert workshop.preview(PROGRAM, listener=listener).changes == {Op.SAME: 3}
    assert outputs["demo-dev"] == {"serial": "A-1", "id": "A-1", "name": "A"}


def test_preview_with_refresh(workshop: Workshop) -> None:
    """A preview may look first at what is really there; the state does not learn of it."""
    workshop.up(PROGRAM)
    workshop.change("A-1", colour="green")
    assert not workshop.preview().changed
    result = workshop.preview(refresh=True)
    assert result.changes[Op.UPDATE] == 2
    step = next(step for step in result.steps if step.op is Op.UPDATE and step.urn.endswith("::a"))
    assert step.old is not None
    assert (step.old.inputs["colour"], step.resource.inputs["colour"]) == ("green", "red")
    assert workshop.state["a"]["inputs"]["colour"] == "red"
