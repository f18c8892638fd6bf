"""Baselines: merged by map, entry and field below each stack file; a mistake names the file and line it comes from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stacks.baseline import Merged, merge
from stacks.declared import declared
from stacks.files.edit import dump
from stacks.yamlfile import FileProblem, parse, read
from tests import stack_runners
from tests.stack_runners import PROJECT, ROOT, Stack

TENANT = "5a9db0c5-0000-4000-8000-00000000000a"
STANDARD = """\
derivedCredentials:
  issuer:
    display_name: Issuer
    issuer: purebred
    notification_types: [email]
    renewal_threshold_percentage: 20
androidProfiles:
  mail:
    display_name: Mail
    description: For all
    derived_credential: issuer
    role_scope_tag_ids: ["0", "7"]
  vpn:
    display_name: VPN
    derived_credential: issuer
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder of baselines that has one."""
    made = tmp_path / "baselines"
    made.mkdir()
    (made / "standard.yaml").write_text(STANDARD, encoding="utf-8")
    return made


def _merge(folder: Path, own: dict[str, Any], *names: str) -> Merged:
    return merge(own, list(names or ("standard",)), folder)


def test_stack_file_wins_by_field(folder: Path) -> None:
    """A field that the stack gives replaces the one below; a list is taken whole, and the others stay."""
    own = {"androidProfiles": {"mail": {"description": "For us", "role_scope_tag_ids": ["3"]}}}
    mail = _merge(folder, own).entries["androidProfiles"]["mail"]
    assert mail == {
        "display_name": "Mail",
        "description": "For us",
        "derived_credential": "issuer",
        "role_scope_tag_ids": ["3"],
    }


def test_null_removes_an_entry_and_a_field(folder: Path) -> None:
    """Only here, and nothing else."""
    merged = _merge(folder, {"androidProfiles": {"vpn": None, "mail": {"description": None}}})
    assert list(merged.entries["androidProfiles"]) == ["mail"]
    assert "description" not in merged.entries["androidProfiles"]["mail"]
    assert merged.problems == []


def test_later_baseline_wins_and_inner_ones_are_below(folder: Path) -> None:
    """A baseline that names another stands above it, and a later name of a list above an earlier one."""
    (folder / "gov.yaml").write_text(
        "baselines: [standard]\nandroidProfiles: {mail: {description: Gov}}\n", encoding="utf-8"
    )
    (folder / "last.yaml").write_text("androidProfiles: {mail: {display_name: Last}}\n", encoding="utf-8")
    mail = _merge(folder, {}, "gov", "last", "standard").entries["androidProfiles"]["mail"]
    assert (mail["display_name"], mail["description"]) == ("Last", "Gov")


def test_place_is_that_of_the_file_that_gives_the_value(folder: Path) -> None:
    """Each field has the file and line that it comes from; an entry, the nearest."""
    merged = _merge(folder, {"androidProfiles": {"mail": {"description": "For us"}}})
    assert merged.place("androidProfiles.mail.role_scope_tag_ids[1]").endswith("baselines/standard.yaml:12")
    assert merged.place("androidProfiles.vpn.display_nam").endswith("standard.yaml:13")
    assert merged.place("androidProfiles.mail.description") == ""


@pytest.mark.parametrize(
    ("text", "names", "said"),
    [
        ("", ["missing"], "baselines[0]: there is no {folder}/missing.yaml; there are one, standard"),
        ("", ["standart"], 'did you mean "standard"?'),
        ("baselines: [one]", ["one"], "leads back to itself: one → one"),
        (
            "androidProfile: {}",
            ["one"],
            'one.yaml:1: androidProfile: is not a map of a baseline; did you mean "androidProfiles"?',
        ),
        (f"{PROJECT}:iosProfiles: {{}}", ["one"], "is not a map of a baseline; write iosProfiles"),
        ("config: {}", ["one"], "one.yaml:1: config: is not a map of a baseline"),
        ("iosProfiles: [a]", ["one"], "one.yaml:1: iosProfiles: must be a map from resource names"),
        ("- a", ["one"], "one.yaml:1: must be a map"),
        ("a: [", ["one"], "one.yaml:1: is not YAML"),
        ("a: 1\na: 2", ["one"], 'one.yaml:2: is not YAML: the key "a" stands here twice'),
        ("baselines: one", ["one"], "one.yaml: baselines: must be a list of names"),
        ("", ["../standard"], "baselines[0]: must be the name of a baseline"),
        ("", [["standard"]], "baselines[0]: must be the name of a baseline"),
        ("", "standard", "baselines: must be a list of names, such as [standard]"),
    ],
)
def test_mistake_in_a_baseline_names_its_file(folder: Path, text: str, names: Any, said: str) -> None:
    """All of them are found before anything is declared; none is a traceback."""
    (folder / "one.yaml").write_text(text, encoding="utf-8")
    problems = merge({}, names, folder).problems
    assert any(said.format(folder=folder.as_posix()) in problem for problem in problems), problems


def test_null_where_no_baseline_has_an_entry_is_a_mistake(folder: Path) -> None:
    """The key is misspelled, or the baseline was renamed: the entry would stay."""
    (problem,) = _merge(folder, {"androidProfiles": {"vpm": None}}).problems
    assert problem.startswith("androidProfiles.vpm: is null, which removes an entry of a baseline, and no baseline has")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: on", "on"),
        ("a: yes", "yes"),
        ("a: 010", 8),
        ("a: 0o17", 15),
        ("a: 1_000", 1000),
        ("a: 2026-01-31", "2026-01-31 00:00:00 +0000 UTC"),
        ("a: 2026-01-31T08:00:00+02:00", "2026-01-31 08:00:00 +0200 +0200"),
        ("a: ~", None),
        ("a: 1e3", 1000.0),
        ("a: '1e3'", "1e3"),
        ("a: &x {b: 1}\nc: {<<: *x, d: 2}", {"b": 1}),
    ],
)
def test_value_has_the_type_that_the_cli_sees(text: str, value: Any) -> None:
    """An entry that moves from a stack file into a baseline keeps its meaning."""
    assert parse(text, Path("f.yaml")).values["a"] == value


def test_file_that_means_very_much_is_refused() -> None:
    """Aliases of aliases."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(FileProblem, match="has more than 200000 values"):
        parse("\n".join(lines), Path("f.yaml"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe", "is not UTF-8 at byte 0"),
        (b"a: " + b"[" * 2000, "is nested too deeply"),
        (b"a: &x [*x]", "recursive"),
    ],
)
def test_file_that_cannot_be_read_is_one_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    """With its name and what is wrong."""
    path = tmp_path / "f.yaml"
    path.write_bytes(content)
    with pytest.raises(FileProblem, match=said):
        read(path)


def test_fifty_stacks_follow_one_baseline(tmp_path: Path) -> None:
    """A changed field reaches all fifty; an override stays; an entry that one removes stays in the others."""
    stacks = tmp_path / "stacks"
    (stacks / "baselines").mkdir(parents=True)
    (tmp_path / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    for number in range(50):
        own = {7: {"mail": {"description": "Seven"}}, 9: {"vpn": None}}.get(number, {})
        config: dict[str, Any] = {f"{PROJECT}:tenantId": TENANT, f"{PROJECT}:baselines": ["standard"]}
        config.update({f"{PROJECT}:androidProfiles": own} if own else {})
        text = dump({"config": config})
        (stacks / f"Pulumi.t{number}.yaml").write_text(text, encoding="utf-8")

    def profiles(text: str) -> list[dict[str, Any]]:
        (stacks / "baselines" / "standard.yaml").write_text(text, encoding="utf-8")
        found = [declared(tmp_path, f"t{number}") for number in range(50)]
        assert [one.mistakes for one in found] == [[]] * 50
        return [one.ids["androidProfiles"] for one in found]

    before, after = profiles(STANDARD), profiles(STANDARD.replace("For all", "For each"))
    assert [one["mail"]["description"] for one in before] == ["For all"] * 7 + ["Seven"] + ["For all"] * 42
    assert [one["mail"]["description"] for one in after] == ["For each"] * 7 + ["Seven"] + ["For each"] * 42
    assert [number for number, one in enumerate(after) if "vpn" not in one] == [9]


# ------------------------------------------------------------------------------------ on both engines


@pytest.fixture
def project(stack: Stack) -> Stack:
    """Let the stack be in a copy of the project, with a baseline."""
    stack.project = stack_runners.project_copy(stack.folder)
    for name in ("baselines", "names"):
        (stack.project / "stacks" / name).mkdir()
    (stack.project / "stacks" / "baselines" / "standard.yaml").write_text(STANDARD, encoding="utf-8")
    return stack


def test_preview_has_what_baseline_and_stack_file_say(project: Stack) -> None:
    """The stack overrides one field and removes one entry."""
    project.configure(
        tenantId=TENANT,
        cloud="sandbox",
        baselines=["standard"],
        androidProfiles={"mail": {"description": "Ours"}, "vpn": None},
    )
    outcome = project.preview("--json")
    assert outcome.status == 0, outcome.text
    steps = json.loads(outcome.text[outcome.text.index("{") :])["steps"]
    inputs = {one["urn"].rpartition("::")[2]: one["newState"].get("inputs", {}) for one in steps}
    assert inputs["mail"]["description"] == "Ours"
    assert inputs["mail"]["role_scope_tag_ids"] == ["0", "7"]
    assert "vpn" not in inputs


def test_mistake_is_told_with_file_and_line(project: Stack) -> None:
    """Of the baseline, where the value comes from there."""
    path = project.project / "stacks" / "baselines" / "standard.yaml"
    path.write_text(STANDARD.replace("renewal_threshold_percentage: 20", "renewal_threshold_percentage: 0"))
    project.configure(tenantId=TENANT, cloud="sandbox", baselines=["standard"])
    outcome = project.preview()
    assert outcome.status != 0
    assert "derivedCredentials.issuer.renewal_threshold_percentage: must be a whole number from 1 to 99" in outcome.text
    assert "(stacks/baselines/standard.yaml:6)" in outcome.text
    assert "Traceback" not in outcome.text


def test_show_prints_where_each_value_comes_from(project: Stack) -> None:
    """And the same mistakes as the program."""
    project.configure(
        tenantId=TENANT, cloud="sandbox", baselines=["standard"], androidProfiles={"mail": {"description": "Ours"}}
    )
    outcome = project.stacks("show", signed_in=False)
    assert outcome.status == 0, outcome.text
    lines = {line.split()[0]: line.rpartition("# ")[2] for line in outcome.text.splitlines() if "# " in line}
    assert "stacks/Pulumi.dev.yaml:" in lines["description:"]
    assert lines["role_scope_tag_ids:"].endswith("stacks/baselines/standard.yaml:12")
