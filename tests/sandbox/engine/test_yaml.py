"""YAML as the Pulumi CLI reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.engine.errors import ProjectError
from sandbox.engine.project import configuration, project, yamlfile
from tests.sandbox.engine.scalars import SCALARS


@pytest.mark.parametrize("text", SCALARS)
def test_scalars(tmp_path: Path, text: str) -> None:
    """What a program gets of an unquoted scalar is what the CLI would give it."""
    path = tmp_path / "stack.yaml"
    path.write_text(f"config: {{a: {text}}}", encoding="utf-8")
    config = project.load_stack(path).config
    assert configuration.merge(project.Project("demo", tmp_path), "dev", config) == {"demo:a": SCALARS[text]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{b: on, a: 1.0}", '{"a":1,"b":"on"}'),
        ("[yes, 0x10, 1e-7, ~]", '["yes",16,1e-7,null]'),
        ("[12345678901234567890, 9223372036854775807]", "[12345678901234567000,9223372036854775807]"),
        ("{1: x, true: y, 08: z}", '{"1":"x","8":"z","true":"y"}'),
        ('["<&>\\u2028é"]', r'["\u003c\u0026\u003e\u2028é"]'),
    ],
)
def test_inside_objects(tmp_path: Path, text: str, expected: str) -> None:
    """Inside an object or a list values keep their types; numbers are those of JSON, and keys are text."""
    path = tmp_path / "stack.yaml"
    path.write_text(f"config: {{a: {text}}}", encoding="utf-8")
    assert configuration.as_text(project.load_stack(path).config["a"]) == expected


def test_anchors_and_merges(tmp_path: Path) -> None:
    """A map may be taken over into others, whose own members win."""
    path = tmp_path / "any.yaml"
    path.write_text("g: &it {x: 1, z: 1}\nh: {<<: *it, z: 2}\ni: *it\n", encoding="utf-8")
    one = {"x": 1, "z": 1}
    assert yamlfile.read(path) == {"g": one, "h": {"x": 1, "z": 2}, "i": one}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- 1", "it does not hold a map"),
        ("a: [", "expected the node content"),
        ("a: 1\nb: 2\na: 3", 'mapping key "a" is given twice at line 3'),
        ("a: &x [*x]", "recursive"),
        ("a: !!binary eA==", "could not determine a constructor for the tag"),
        ('a: 1\nb: "\\ud83d\\udd10"', "found invalid Unicode character escape code; write the character itself"),
        ('a: 1\n"\\ud83d": 1', "at line 2, column 1"),
        ("a: .inf", ".inf is a number that configuration cannot hold"),
        (f"a: {'[' * 2000}{']' * 2000}", "recursion"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, text: str, message: str) -> None:
    """The file, the fault and its place are told on one line."""
    path = tmp_path / "any.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProjectError) as caught:
        yamlfile.read(path)
    assert str(caught.value).startswith(f"could not read '{path}': ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_files_that_are_no_text(tmp_path: Path) -> None:
    """Neither bytes that are no UTF-8 nor a folder are a stack file."""
    path = tmp_path / "any.yaml"
    path.write_bytes(b"\xff\xfe")
    for each in (path, tmp_path):
        with pytest.raises(ProjectError, match="could not read"):
            project.load_stack(each)
    assert project.load_stack(tmp_path / "missing.yaml").config == {}
