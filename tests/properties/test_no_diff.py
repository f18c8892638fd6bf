"""What was applied reads back without a difference, however the service writes it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider.kinds.kind import Kind, kinds
from sandbox.graph import Sandbox
from tests.in_process import Runs
from tests.properties.scenes import scene_of
from tests.properties.stack import Stack
from tests.sandbox_control import Portal
from tests.tampering_server import Answer, Relay

_MOMENT_END = "Z"
_UNSET = ["description", "helpUrl", "createdDateTime", "somethingNew", "deviceManagementApplicabilityRuleOsVersion"]


@pytest.fixture
def relay(tenant: tuple[Sandbox, Portal]) -> Iterator[Relay]:
    """Somebody in between."""
    with Relay(tenant[0].graph_endpoint) as running:
        yield running


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_applied_inputs_have_no_diff(kind: Kind, world: tuple[Runs, Portal], relay: Relay) -> None:
    """Reordered lists, members added as null, defaults filled in, moments and flags spelled otherwise: no drift."""
    runs, portal = world
    runs.endpoint = relay.endpoint

    @given(st.data(), st.integers(0, 2**32))
    def property_(data: st.DataObject, seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311 - no secret
        relay.change = lambda answer: rewritten(answer, chance)
        scene = scene_of(kind, portal)
        declared = data.draw(scene.inputs())
        stack = Stack(kind.name, runs)
        assert stack.up(declared), stack.told
        before = (stack.id, stack.inputs, stack.outputs)
        portal.requests()
        assert stack.refresh(), stack.told
        assert (stack.id, stack.inputs, stack.outputs) == before
        assert stack.up(declared), stack.told
        assert portal.writes() == []

    property_()


def rewritten(answer: Answer, chance: random.Random) -> Answer:
    """Write the same answer otherwise."""
    if not answer.body.startswith(b"{"):
        return answer
    return answer._replace(body=json.dumps(_otherwise(json.loads(answer.body), chance)).encode())


def _otherwise(value: Any, chance: random.Random) -> Any:
    if isinstance(value, list):
        members = [_otherwise(member, chance) for member in value]
        return chance.sample(members, len(members))
    if not isinstance(value, dict):
        return value
    members = [(name, _member(name, one, chance)) for name, one in value.items()]
    unset = chance.sample(_UNSET, 2) if "@odata.type" in value else []
    members += [(name, None) for name in unset if name not in value]
    return dict(chance.sample(members, len(members)))


def _member(name: str, value: Any, chance: random.Random) -> Any:
    if name == "notificationType" and isinstance(value, str):
        flags = value.split(",")
        return chance.choice([",", ", "]).join(chance.sample(flags, len(flags)))
    if name.endswith("DateTime") and isinstance(value, str) and value.endswith(_MOMENT_END):
        seconds, _, fraction = value.removesuffix(_MOMENT_END).partition(".")
        return f"{seconds}.{fraction:<07}Z" if chance.random() < 0.5 else f"{seconds}.{fraction or 0}+00:00"
    if name.endswith(("groupId", "FilterId")) and isinstance(value, str):
        return chance.choice([value.upper(), value])
    return _otherwise(value, chance)
