"""120 bad stack files and baselines: each ends in path, file, line and remedy, and sends nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from provider.schema import Choice, Flags, Guid, Integer, Nested, NestedOneOf, SetOf, Text, Value
from stacks.declared import declared
from stacks.maps import CONFIG_MAPS
from stacks.yamlfile import FileProblem
from tests import stack_runners
from tests.properties.inputs import examples, of_schema
from tests.sandbox_control import Portal
from tests.stack_runners import PROJECT, Stack

TENANT = "5a9db0c5-0000-4000-8000-00000000000a"
ROOT = stack_runners.ROOT


class Bad(NamedTuple):
    """One bad file."""

    name: str
    text: str
    """Of the stack file, or of the baseline `one`."""
    path: str
    """What the mistake names first."""
    in_baseline: bool = False


def _stack(config: str) -> str:
    return f"config:\n  {PROJECT}:tenantId: {TENANT}\n  {PROJECT}:cloud: sandbox\n{config}"


def _map(key: str, entry: dict[str, Any]) -> str:
    written = yaml.safe_dump({f"{PROJECT}:{key}": {"one": entry}}, sort_keys=False)
    return "".join(f"  {line}" for line in written.splitlines(keepends=True))


def _wrong_for(value: Value) -> Any:
    """Return something that no spelling of *value* is."""
    if isinstance(value, SetOf | Flags):
        return "not a list"
    if isinstance(value, Nested | NestedOneOf):
        return ["not a map"]
    if isinstance(value, Integer):
        return value.maximum + 1
    if isinstance(value, Guid):
        return "Pilot group"
    if isinstance(value, Choice):
        return "noSuchMember"
    return {"not": "text"} if isinstance(value, Text) else [1]


def _fields() -> Iterator[Bad]:
    """Give each field of each map a value of another type; and misspell each."""
    for key, resource in CONFIG_MAPS.items():
        (entry,) = examples(of_schema(resource.kind.args.schema), 1, start=3)
        for name, field in resource.kind.args.schema.attributes.items():
            wrong = {**entry, name: _wrong_for(field.value)}
            yield Bad(f"{key}.{name} of a wrong type", _stack(_map(key, wrong)), f"{key}.one.{name}")
            misspelled = {**{one: value for one, value in entry.items() if one != name}, f"{name}x": "1"}
            yield Bad(f"{key}.{name} misspelled", _stack(_map(key, misspelled)), f"{key}.one.{name}x")


def _traps() -> Iterator[Bad]:
    """What YAML makes of what people write."""
    profile = f"  {PROJECT}:iosProfiles:\n    one:\n"
    lines = {
        "a date": ("      display_name: 2026-01-31\n", "iosProfiles.one.display_name"),
        "a number as a name": ("      display_name: 0123\n", "iosProfiles.one.display_name"),
        "true as a name": ("      display_name: true\n", "iosProfiles.one.display_name"),
        "a group by name": (
            "      display_name: P\n      assignments: [{target: groupAssignmentTarget, group_id: Pilot}]\n",
            "iosProfiles.one.assignments[0].group_id",
        ),
        "an unknown name": (
            "      display_name: P\n      assignments: [{target: groupAssignmentTarget, group: Pilot}]\n",
            "iosProfiles.one.assignments[0].group",
        ),
        "an unknown scope tag": ("      display_name: P\n      scope_tags: [Nope]\n", "iosProfiles.one.scope_tags[0]"),
        "an unknown credential": (
            "      display_name: P\n      derived_credential: x\n",
            "iosProfiles.one.derived_",
        ),
        "a misspelled option": ("      display_name: P\n      options: {protekt: true}\n", "iosProfiles.one.options"),
        "null as an entry": ("", "iosProfiles.one"),
        "a list as an entry": ("      - display_name: P\n", "iosProfiles.one"),
    }
    for name, (text, path) in lines.items():
        yield Bad(name, _stack(profile + text), path)
    whole = {
        "a tab": "config:\n\tx: 1\n",
        "no colon": "config\n  x\n",
        "a list": "- a\n- b\n",
        "text": "hello\n",
        "an open bracket": "config: {a: [\n",
        "an open quote": 'config: "a\n',
        "a key twice": f"config:\n  {PROJECT}:cloud: a\n  {PROJECT}:cloud: b\n",
        "a tag": "config: !!python/object:os.system {}\n",
        "a value in itself": "config: &a [*a]\n",
        "a map as a key": "config: {? {a: b} : c}\n",
    }
    for name, text in whole.items():
        yield Bad(name, text, "Pulumi.dev.yaml")
    keys = {
        "misspelled map": "androidProfile: {}",
        "unknown setting": "retries: '3'",
        "map that is a list": "androidProfiles: []",
        "map that is text": "androidProfiles: none",
        "baseline that is not there": "baselines: [nope]",
        "baseline that is text": "baselines: standard",
        "baseline outside": "baselines: [../../etc/passwd]",
    }
    for name, line in keys.items():
        yield Bad(name, _stack(f"  {PROJECT}:{line}\n"), line.partition(":")[0])


def _baselines() -> Iterator[Bad]:
    texts = {
        "circular": ("baselines: [one]\n", "stacks/baselines/one.yaml: baselines[0]"),
        "not YAML": ("a: [\n", "stacks/baselines/one.yaml:2"),
        "a list": ("- a\n", "stacks/baselines/one.yaml:1"),
        "misspelled map": ("iosProfile: {}\n", "stacks/baselines/one.yaml:1"),
        "a stack file": ("config: {}\n", "stacks/baselines/one.yaml:1"),
        "with the project's name": (f"{PROJECT}:iosProfiles: {{}}\n", "stacks/baselines/one.yaml:1"),
        "bad field": ("iosProfiles:\n  a:\n    display_name: A\n    descriptoin: x\n", "iosProfiles.a.descriptoin"),
        "wrong type": ("iosProfiles:\n  a:\n    display_name: A\n    assignments: all\n", "iosProfiles.a.assignments"),
        "incomplete": ("derivedCredentials:\n  a:\n    display_name: A\n", "derivedCredentials.a.issuer"),
    }
    for name, (text, path) in texts.items():
        yield Bad(f"baseline {name}", text, path, in_baseline=True)


BAD = [*_fields(), *_traps(), *_baselines()]
_PLACE = re.compile(r"(Pulumi\.dev|baselines/one)\.yaml:\d+")
_ONE_FOR_ALL = re.compile(r"is required|is not a setting|baselines|names/dev\.yaml|is null")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a project folder, as far as files are looked at."""
    (tmp_path / "stacks" / "baselines").mkdir(parents=True)
    (tmp_path / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def _written(folder: Path, bad: Bad) -> None:
    stack = folder / "stacks" / "Pulumi.dev.yaml"
    if bad.in_baseline:
        (folder / "stacks" / "baselines" / "one.yaml").write_text(bad.text, encoding="utf-8")
        stack.write_text(_stack(f"  {PROJECT}:baselines: [one]\n"), encoding="utf-8")
    else:
        stack.write_text(bad.text, encoding="utf-8")


def test_there_are_enough_bad_files() -> None:
    """A wrong type and a misspelling in each field of each map, YAML's traps, baselines."""
    assert len(BAD) >= 120


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name.replace(" ", "-"))
def test_bad_file_is_told_with_path_and_place(folder: Path, bad: Bad, monkeypatch: pytest.MonkeyPatch) -> None:
    """`show` and the program have the same mistakes; the path comes first, then why and what to do, then the place."""
    monkeypatch.chdir(folder)
    _written(folder, bad)
    try:
        mistakes = declared(folder, "dev").mistakes
    except FileProblem as problem:
        mistakes = [str(problem)]
    (first, *_) = [one for one in mistakes if bad.path in one.partition(": ")[0] or one.startswith(bad.path)]
    assert _PLACE.search(first) or _ONE_FOR_ALL.search(first), first
    assert "\n" not in first


@pytest.mark.parametrize("bad", BAD[:: len(BAD) // 8], ids=lambda bad: bad.name.replace(" ", "-"))
def test_bad_file_sends_nothing_on_an_engine(stack: Stack, portal: Portal, bad: Bad) -> None:
    """An up ends with the mistake; there is no traceback and no request."""
    stack.project = stack_runners.project_copy(stack.folder)
    (stack.folder / "stacks" / "baselines").mkdir()
    salt = re.findall(r"^encryptionsalt: .*$", stack.file.read_text(encoding="utf-8"), re.MULTILINE)
    _written(stack.folder, bad)
    stack.file.write_text(stack.file.read_text(encoding="utf-8") + "\n".join(salt), encoding="utf-8")
    portal.requests()
    outcome = stack.up()
    assert outcome.status != 0
    assert "Traceback" not in outcome.text, outcome.text
    assert not portal.requests()
