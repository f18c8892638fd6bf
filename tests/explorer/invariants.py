"""
What must hold: at every moment, after a run, and after the ups that follow it.

Each violation begins with its kind, up to a colon.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from tests.explorer import wanted
from tests.explorer.lives import Program
from tests.explorer.play import Ended
from tests.explorer.world import HOME, OURS, SECOND, STRANGER, Json, World

Objects = dict[str, Json]


def safety(world: World) -> Iterator[str]:
    """Say what must never be, whatever went wrong before."""
    yield from (f"a foreign object was written: {what}" for what in world.harm)
    for stack in (OURS, SECOND):
        for id_, owners in Counter(_claim(one) for one in _live(world, stack)).items():
            if owners > 1:
                yield f"an object has two owners: {id_} in the state of {stack}"
    objects = {id_: one for tenant in world.objects.values() for id_, one in tenant.items()}
    for stack in (OURS, SECOND):
        for one in _live(world, stack):
            made = objects.get(one["id"])
            if made is not None and made["by"] != stack and not (one["kind"] == "binding" and made["by"] == STRANGER):
                yield f"a foreign object is in the state: {one['id']} of {made['by']} in the state of {stack}"


def run(ended: Ended, before: World, *, spotless: bool) -> Iterator[str]:
    """Say what is wrong with how a run *ended*; *spotless*: nothing went wrong before it either."""
    if ended.defect:
        yield f"a defect: {ended.defect}"
    if (
        ended.error
        and spotless
        and not ended.faulty
        and not re.search(r"un again|apply that first|renamed_from", ended.error)
    ):
        yield f"a program without mistakes is refused: {ended.error}"
    if ended.tenant != HOME and ended.well and before.states[OURS]["resources"]:
        yield "a run in another tenant ends well: the state is of the first one"


def completeness(world: World, program: Program, *, refreshed: bool) -> Iterator[str]:
    """Say where declaration, state and tenant differ after a run that ended well."""
    objects = world.objects[HOME]
    resources = {_name(one): one for one in _live(world, OURS)}
    ids = {name: one["id"] for name, one in resources.items()}
    exempt = set() if refreshed else set(world.drifted)
    for entry in program:
        one = resources.pop(entry.name, None)
        if one is None:
            yield f"a declared entry is not in the state: {entry.name}"
        elif one["id"] not in exempt:
            inputs = {
                name: ids.get(str(value)[1:], value) if _refers(value) else value
                for name, value in entry.inputs.items()
            }
            yield from _differs(entry.name, one, objects.get(one["id"]), inputs)
    for name in resources:
        yield f"an entry that is not declared is in the state: {name}"
    yield from lost(world)


def lost(world: World) -> Iterator[str]:
    """
    Say which objects the stack made that no state has and no error named.

    A create that is pending in the state, or that an error called unknown, is named there: `python -m stacks recover`
    brings its object back. It is no excuse for a second object of the name.
    """
    state = world.states[OURS]
    ids = {one["id"] for one in state["resources"]}
    ours = [(id_, one) for objects in world.objects.values() for id_, one in objects.items() if one["by"] == OURS]
    managed = {one["body"]["displayName"] for id_, one in ours if id_ in ids}
    there = {one["urn"] for one in state["resources"]}
    pending = {name for what, urn, name in state["pending"] if what == "creating" and urn not in there}
    named = pending | (set(world.said) - managed)
    for id_, one in ours:
        name = one["body"]["displayName"]
        if id_ not in ids | named and name not in named:
            yield f"an object of the stack is in no state and was not named: {id_} {name}"


def _differs(name: str, one: Json, live: Json | None, inputs: Json) -> Iterator[str]:
    if live is None:
        yield f"an entry of the state is not in the tenant: {name} {one['id']}"
        return
    if one["kind"] == "binding":
        inputs = {"derived_credential_settings_id": inputs["derived_credential_settings_id"]}
    told = wanted.differences(inputs, live)
    if told:
        yield f"the tenant is not as declared: {name} {', '.join(told)}"
    told = [field for field in one["outputs"] if field.startswith("__")]
    told += [field for field, value in inputs.items() if field != "adopt" and one["outputs"].get(field) != value]
    if told:
        yield f"the state is not as declared: {name} {', '.join(told)}"


def _refers(value: object) -> bool:
    return isinstance(value, str) and value.startswith("$")


def _live(world: World, stack: str) -> list[Json]:
    return [one for one in world.states[stack]["resources"] if not (one["delete"] or one["replacing"])]


def _claim(one: Json) -> str:
    return f"the binding of {one['id']}" if one["kind"] == "binding" else str(one["id"])


def _name(one: Json) -> str:
    return str(one["urn"].rpartition("::")[2])
