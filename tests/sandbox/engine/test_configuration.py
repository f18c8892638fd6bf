"""Configuration: Pulumi.yaml and the stack file, their types, and the messages of the Pulumi CLI about them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.engine.errors import ProjectError
from sandbox.engine.project import configuration, project
from tests.sandbox.engine.engine_project import Workshop

ARRAY = {"type": "array", "items": {"type": "integer"}}


def _merge(tmp_path: Path, declared: dict[str, Any], given: dict[str, Any]) -> dict[str, str]:
    return configuration.merge(project.Project("demo", tmp_path, config=declared), "dev", given)


def test_values_become_text(tmp_path: Path) -> None:
    """Programs get text; objects and lists as compact JSON with Go's escapes, in the order of their keys."""
    given = {"demo:b": {"z": 1, "a": "<&>"}, "demo:a": [1, "x"], "aws:region": "eu", "demo:t": True, "demo:n": 7}
    assert _merge(tmp_path, {}, given) == {
        "aws:region": "eu",
        "demo:a": '[1,"x"]',
        "demo:b": r'{"a":"\u003c\u0026\u003e","z":1}',
        "demo:n": "7",
        "demo:t": "true",
    }
    assert list(_merge(tmp_path, {}, given)) == ["aws:region", "demo:a", "demo:b", "demo:n", "demo:t"]


def test_defaults(tmp_path: Path) -> None:
    """What the stack file does not say comes from the project; what it says goes before."""
    declared = {
        "a": {"type": "integer", "default": 3},
        "b": {"type": "string", "default": "x"},
        "aws:region": {"value": "eu"},
        "c": "plain",
    }
    merged = _merge(tmp_path, declared, {"demo:b": "y"})
    assert merged == {"demo:a": "3", "demo:b": "y", "aws:region": "eu", "demo:c": "plain"}


@pytest.mark.parametrize(
    ("declaration", "value"),
    [
        ({"type": "string"}, "x"),
        ({"type": "string"}, 7),
        ({"type": "integer"}, "-7"),
        ({"type": "boolean"}, "true"),
        ({"type": "object"}, {}),
        (ARRAY, []),
        ({"type": "array", "items": ARRAY}, [[1], []]),
    ],
)
def test_right_types(tmp_path: Path, declaration: dict[str, Any], value: Any) -> None:
    """Scalars of a stack file are text that must read like their type; elements of lists have types of their own."""
    assert _merge(tmp_path, {"a": declaration}, {"demo:a": value})


@pytest.mark.parametrize(
    ("declaration", "value", "name"),
    [
        ({"type": "string"}, [], "string"),
        ({"type": "integer"}, "seven", "integer"),
        ({"type": "integer"}, 1.5, "integer"),
        ({"type": "boolean"}, "yes", "boolean"),
        ({"type": "object"}, [], "object"),
        (ARRAY, ["x"], "array<integer>"),
        ({"type": "array", "items": ARRAY}, [[1], 2], "array<array<integer>>"),
    ],
)
def test_wrong_types(tmp_path: Path, declaration: dict[str, Any], value: Any, name: str) -> None:
    """The message names stack, key and type."""
    with pytest.raises(ProjectError) as caught:
        _merge(tmp_path, {"a": declaration}, {"demo:a": value})
    assert str(caught.value) == (
        f"validating stack config: Stack 'dev' with configuration key 'a' must be of type '{name}'"
    )


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"a": {"type": "string"}}, "Stack 'dev' is missing configuration value 'a'"),
        (
            {key: {"type": "string"} for key in "cab"},
            "Stack 'dev' is missing configuration values 'a', 'b' and 'c'",
        ),
        ({"a": {"type": "number"}}, "the type of configuration key 'a' must be one of string, integer, boolean"),
        ({"a": {"type": "string", "default": "x", "value": "y"}}, "'a' cannot have both a 'default' and 'value'"),
        ({"b:a": {"type": "string", "default": "x"}}, "'b:a' is not namespaced by the project"),
        ({"a": {"type": "array", "default": []}}, "'a' declares an array but does not specify the underlying type"),
        ({"a": {"type": "integer", "default": "x"}}, "key 'a' is not of the expected type 'integer'"),
        ({"a": {"type": "string", "secret": True, "default": "x"}}, "must be encrypted as it's secret"),
    ],
)
def test_declarations_that_cannot_be(tmp_path: Path, declared: dict[str, Any], message: str) -> None:
    """A project that contradicts itself, or a stack that lacks a value, is told."""
    with pytest.raises(ProjectError, match=message):
        _merge(tmp_path, declared, {})


@pytest.mark.parametrize("value", [{"secure": "AAAB"}, {"deep": [{"secure": "AAAB"}]}])
def test_encrypted_values(tmp_path: Path, value: Any) -> None:
    """An encrypted value is refused in one sentence, wherever it is: the key is the Pulumi CLI's."""
    with pytest.raises(ProjectError, match="'demo:a' is encrypted, and only the Pulumi CLI can decrypt it"):
        _merge(tmp_path, {}, {"demo:a": value})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "could not read"),
        ("- 1", "does not hold a map"),
        ("config: 1", "'config' is not a map"),
        ("environment: [prod]", "uses an ESC environment, which the stand-in engine does not model"),
    ],
)
def test_stack_files_that_cannot_be_used(tmp_path: Path, text: str, message: str) -> None:
    """They are told by name."""
    path = tmp_path / "Pulumi.dev.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProjectError, match=message):
        project.load_stack(path)
    assert project.load_stack(tmp_path / "missing.yaml").config == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "no Pulumi.yaml project file found in"),
        ("runtime: python", "project is missing a 'name' attribute"),
        ("name: de mo\nruntime: python", "a project name may only contain alphanumerics, hyphens"),
        ("name: demo\nruntime: {name: nodejs}", "wants another runtime than python"),
        ("name: demo\nruntime: python\nplugins: {providers: [{name: aws}]}", "declares plugins or packages"),
        ("name: demo\nruntime: python\nconfig: [1]", "'config' is not a map"),
    ],
)
def test_projects_that_cannot_be_used(tmp_path: Path, text: str | None, message: str) -> None:
    """So are they."""
    if text is not None:
        (tmp_path / "Pulumi.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ProjectError, match=message):
        project.load(tmp_path)


@pytest.mark.parametrize("name", ["", "../dev", "a/b", "a b", "x" * 101])
def test_names_that_no_stack_can_have(tmp_path: Path, name: str) -> None:
    """They are refused before a file of that name, perhaps outside the project, is looked for."""
    with pytest.raises(ProjectError, match="is no name for a stack"):
        project.Project("demo", tmp_path).stack_file(name)


def test_more_than_a_program_can_be_given(workshop: Workshop) -> None:
    """Pulumi passes all configuration in one variable; what is too much for that is told with the remedy."""
    workshop.configure({"greeting": "x" * 2**21})
    result = workshop.preview()
    assert not result.succeeded
    (error,) = result.errors
    assert error.startswith("The program could not be started: ")
    assert error.endswith(
        "the 2048 KiB of this stack are more than the system takes (128 KiB on Linux): split the stack in two."
    )


def test_another_stack_file(workshop: Workshop) -> None:
    """The stack file may be given; a value that is missing there ends the command with the CLI's sentence."""
    (workshop.folder / "Pulumi.yaml").write_text(
        "name: demo\nruntime: python\nconfig: {greeting: {type: string}}\n", encoding="utf-8"
    )
    config = workshop.folder / "mine.yaml"
    config.write_text(json.dumps({"config": {"demo:greeting": "moin"}}), encoding="utf-8")
    workshop.up("Thing('a', name='A')", config_file=config)
    assert workshop.state["a"]["outputs"]["greeting"] == "moin"
    with pytest.raises(ProjectError, match="Stack 'dev' is missing configuration value 'greeting'"):
        workshop.preview()
