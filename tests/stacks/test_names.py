"""Names in the place of ids: looked up once, committed, and resolved without a network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from stacks.existing.lookup import text
from stacks.naming import Names, load, load_all, resolve, with_names
from tests import stack_runners
from tests.sandbox_control import Portal
from tests.stack_runners import Stack

TENANT = "5a9db0c5-0000-4000-8000-00000000000a"
PILOT, RUGGED = "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01", "6b1e7d02-52a9-4f7e-8f0d-9c1d5f5a3b10"
NAMES = Names(
    Path("stacks/names/dev.yaml"),
    {"groups": {"Pilot": PILOT}, "filters": {"Rugged": RUGGED}, "scope_tags": {"Helpdesk": "7"}},
    TENANT,
    exists=True,
)
ENTRY = {
    "display_name": "P",
    "scope_tags": ["Helpdesk"],
    "assignments": [
        {
            "target": "groupAssignmentTarget",
            "group": "Pilot",
            "filter": "Rugged",
            "device_and_app_management_assignment_filter_type": "include",
        }
    ],
}


def test_name_becomes_the_id_it_stands_for() -> None:
    """The provider sees ids only."""
    entries, problems = resolve({"iosProfiles": {"p": ENTRY}}, NAMES, TENANT)
    assert problems == []
    assert entries["iosProfiles"]["p"] == {
        "display_name": "P",
        "role_scope_tag_ids": ["7"],
        "assignments": [
            {
                "target": "groupAssignmentTarget",
                "group_id": PILOT,
                "device_and_app_management_assignment_filter_id": RUGGED,
                "device_and_app_management_assignment_filter_type": "include",
            }
        ],
    }
    assert ENTRY["scope_tags"] == ["Helpdesk"]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (
            {"scope_tags": ["Helpdesc"]},
            '"Helpdesc" is not in stacks/names/dev.yaml; did you mean "Helpdesk"?; run `python',
        ),
        ({"scope_tags": "Helpdesk"}, "scope_tags: must be a list of names, such as [Default]"),
        ({"scope_tags": [7]}, "scope_tags[0]: must be the name of a scope tag"),
        ({"scope_tags": ["Helpdesk"], "role_scope_tag_ids": ["7"]}, "cannot be combined with role_scope_tag_ids"),
        ({"assignments": [{"group": " "}]}, "assignments[0].group: must be the name of a group"),
        ({"assignments": [{"group": "Pilot", "group_id": PILOT}]}, "cannot be combined with group_id"),
        ({"assignments": [{"filter": {"a": 1}}]}, "assignments[0].filter: must be the name of a assignment filter"),
    ],
)
def test_name_that_does_not_resolve_is_a_mistake(entry: dict[str, Any], said: str) -> None:
    """With its path, and how to look it up."""
    _, problems = resolve({"iosProfiles": {"p": entry}}, NAMES, TENANT)
    assert any(said in str(problem) for problem in problems), [str(one) for one in problems]


def test_names_of_another_tenant_are_refused() -> None:
    """A file that was copied would send an assignment to a group of another tenant."""
    _, problems = resolve({"iosProfiles": {"p": ENTRY}}, NAMES, "11111111-2222-4333-8444-555555555555")
    assert f"has the names of {TENANT}, not of 11111111-2222-4333-8444-555555555555" in str(problems[0])


def test_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Names with any character that YAML knows."""
    odd = {"on": PILOT, "a: b #c": PILOT, "Ü 日本": PILOT, "1e3": PILOT, "- x": PILOT, "'": PILOT, "{}": PILOT}
    path = tmp_path / "dev.yaml"
    path.write_text(text("dev", TENANT, {"groups": odd, "filters": {}, "scope_tags": {"0x10": "7"}}), encoding="utf-8")
    read = load(path)
    assert read.ids == {"groups": odd, "filters": {}, "scope_tags": {"0x10": "7"}}
    assert read.tenant_id == TENANT


def test_name_stands_beside_its_id(tmp_path: Path) -> None:
    """Of whichever stack's file; an id without a name stays as it is."""
    (tmp_path / "dev.yaml").write_text(text("dev", TENANT, {"groups": {"Pilot": PILOT}}), encoding="utf-8")
    said = with_names(f'[{{"group_id": "{PILOT}"}}, "{RUGGED}"]', load_all(tmp_path))
    assert said == f'[{{"group_id": "{PILOT} (Pilot)"}}, "{RUGGED}"]'


# ------------------------------------------------------------------------------------ on both engines


@pytest.fixture
def project(stack: Stack) -> Stack:
    """Let the stack be in a copy of the project, and call things by name."""
    stack.project = stack_runners.project_copy(stack.folder)
    stack.configure(tenantId=TENANT, cloud="sandbox", iosProfiles={"p": ENTRY})
    return stack


def _fill(portal: Portal) -> dict[str, str]:
    return {
        "group": portal.seed("groups", displayName="Pilot"),
        "filter": portal.seed("assignmentFilters", displayName="Rugged"),
        "tag": portal.seed("roleScopeTags", displayName="Helpdesk", id="7"),
    }


def _file(project: Stack) -> Path:
    return project.project / "stacks" / "names" / "dev.yaml"


def test_names_are_looked_up_committed_and_used(project: Stack, portal: Portal) -> None:
    """An up sends the ids; without the file it sends nothing, and says what to run."""
    ids = _fill(portal)
    portal.requests()
    refused = project.up()
    assert refused.status != 0
    assert "run `python -m stacks names --stack dev` and commit the file" in refused.text
    assert not portal.sent()
    outcome = project.stacks("names")
    assert outcome.status == 0, outcome.text
    assert yaml.safe_load(_file(project).read_text(encoding="utf-8")) == {
        "tenant_id": TENANT,
        "groups": {"Pilot": ids["group"]},
        "filters": {"Rugged": ids["filter"]},
        "scope_tags": {"Helpdesk": "7"},
    }
    assert project.up().status == 0
    made = portal.named("P")
    assert made["roleScopeTagIds"] == ["7"]
    assert made["assignments"][0]["target"]["groupId"] == ids["group"]
    assert project.stacks("names", "--check").status == 0


def test_ambiguous_or_missing_name_lists_candidates_and_writes_nothing(project: Stack, portal: Portal) -> None:
    """Names are not unique: which is meant is said with the id."""
    ids = sorted(portal.seed("groups", displayName="Pilot") for _ in range(2))
    portal.seed("assignmentFilters", displayName="Rugged devices")
    portal.seed("roleScopeTags", displayName="Helpdesk", id="7")
    outcome = project.stacks("names")
    assert outcome.status == 1
    assert f'2 groups are called "Pilot" ({", ".join(ids)}): write group_id instead' in outcome.text
    assert 'no assignment filter is called "Rugged"; there are "Rugged devices"' in outcome.text
    assert not _file(project).exists()


def test_check_says_what_no_longer_holds(project: Stack, portal: Portal) -> None:
    """Renamed, deleted: exit 7, and nothing is written."""
    ids = _fill(portal)
    assert project.stacks("names").status == 0
    before = _file(project).read_text(encoding="utf-8")
    portal.change(ids["group"], displayName="Pilots")
    portal.remove(ids["filter"])
    outcome = project.stacks("names", "--check", "--json")
    assert outcome.status == 7
    assert json.loads(outcome.text)["problems"] == [
        f'the group "Pilot" ({ids["group"]}) is called "Pilots" now',
        f'the assignment filter "Rugged" ({ids["filter"]}) was deleted',
    ]
    assert _file(project).read_text(encoding="utf-8") == before


def test_missing_permission_is_named(project: Stack, portal: Portal) -> None:
    """Groups need a permission of their own."""
    _fill(portal)
    portal.switch(roles=["DeviceManagementConfiguration.Read.All", "DeviceManagementRBAC.Read.All"])
    outcome = project.stacks("names")
    assert outcome.status == 1
    assert "403" in outcome.text
    assert not _file(project).exists()
