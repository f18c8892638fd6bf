"""What only the real engine does is refused in one sentence, never done differently without a word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime.proto import resource_pb2 as proto

from sandbox.engine.errors import StateError, Unsupported
from sandbox.engine.processes.goals import goal_of, read_request_of
from sandbox.engine.state.aliases import Alias
from sandbox.engine.state.statefile import load
from tests.sandbox.engine.engine_project import Workshop

THING = "pulumi-python:dynamic/demo:Thing"
_SPECIAL = (
    "A property holds an asset, an archive or another special value; the stand-in engine knows only plain values, "
    "secrets and references to resources."
)


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (
            "pulumi.runtime.invoke('random:index:f', {})",
            "The program calls the function random:index:f, which the stand-in engine does not model.",
        ),
        (
            "pulumi.runtime.register_stack_transform(lambda args: None)\nThing('a', name='A')",
            "The program registers a transform of the stack, which the stand-in engine does not model.",
        ),
        (
            "a = Thing('a', name='A')\nThing('b', Options(deleted_with=a), name='B')",
            "Resource 'b' uses deleted_with, which the stand-in engine does not model.",
        ),
        (
            "Thing('a', name=pulumi.FileAsset('__main__.py'))",
            _SPECIAL,
        ),
    ],
)
def test_programs(workshop: Workshop, program: str, message: str) -> None:
    """The sentence is the error, the only one, and the run fails."""
    result = workshop.preview(program)
    assert not result.succeeded
    assert result.errors == [message]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"type": "aws:s3:Bucket"}, "has type aws:s3:Bucket; the stand-in engine models only Python dynamic resources"),
        ({"remote": True, "custom": False, "type": "a:b:C"}, "has type a:b:C"),
        ({"remote": True}, "is a remote component"),
        ({"importId": "x"}, "uses import_"),
        ({"provider": "urn::id"}, "uses an explicit provider"),
        ({"packageRef": "x"}, "comes from a parameterized package"),
        ({"replace_with": ["urn"]}, "uses replace_with"),
        ({"hooks": {"before_create": ["f"]}}, "uses hooks"),
        ({"customTimeouts": {"create": "soon"}}, "'soon' is not a duration"),
    ],
)
def test_registrations(asked: dict[str, Any], message: str) -> None:
    """Options of a resource that are not modelled are refused by name."""
    request = proto.RegisterResourceRequest(**{"type": THING, "name": "a", "custom": True, **asked})
    with pytest.raises(Unsupported, match=message):
        goal_of(request, Path())


def test_empty_hooks_and_aliases_by_urn_are_accepted() -> None:
    """Empty hooks, and aliases by URN, are nothing to refuse."""
    hooks = proto.RegisterResourceRequest.ResourceHooksBinding()
    request = proto.RegisterResourceRequest(type=THING, name="a", custom=True, hooks=hooks, aliasURNs=["urn:old"])
    assert goal_of(request, Path()).aliases == [Alias(urn="urn:old")]


def test_reads() -> None:
    """The same goes for reads."""
    with pytest.raises(Unsupported, match="has type aws:s3:Bucket"):
        read_request_of(proto.ReadResourceRequest(type="aws:s3:Bucket", name="a", id="1"), Path())
    with pytest.raises(Unsupported, match="uses an explicit provider"):
        read_request_of(proto.ReadResourceRequest(type=THING, name="a", id="1", provider="urn::id"), Path())


@pytest.mark.parametrize("name", ["deletedWith", "replaceWith", "resourceHooks", "viewOf"])
def test_states(tmp_path: Path, name: str) -> None:
    """A state that uses such a thing is refused before anything happens."""
    path = tmp_path / "state.json"
    resource = {"urn": "urn:x", "custom": True, "type": THING, name: "urn:y"}
    path.write_text(json.dumps({"version": 3, "deployment": {"resources": [resource]}}), encoding="utf-8")
    with pytest.raises(StateError, match=f"Resource urn:x of the state uses {name}"):
        load(path)


def test_providers_of_a_state(workshop: Workshop) -> None:
    """A resource of another provider cannot be refreshed or destroyed."""
    workshop.up("Thing('a', name='A')")
    text = workshop.state_file.read_text(encoding="utf-8")
    workshop.state_file.write_text(text.replace("pulumi-python::default", "pulumi-python::special"), encoding="utf-8")
    (error,) = workshop.engine().refresh().errors
    assert "has a provider that the stand-in engine does not model" in error
