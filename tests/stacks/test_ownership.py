"""Whose an object is, told on both engines: strangers, second stacks, other tenants, forced replacements."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests import stack_runners
from tests.sandbox_control import Portal
from tests.stack_runners import Stack

pytestmark = pytest.mark.slow

TENANT = "5a9db0c5-0000-4000-8000-00000000000a"
OTHER_TENANT = "11111111-0000-4000-8000-00000000000b"
CREDENTIAL: dict[str, Any] = {
    "display_name": "C",
    "issuer": "purebred",
    "notification_types": ["email"],
    "options": {"protect": False},
}
PROFILE: dict[str, Any] = {"display_name": "P", "derived_credential": "c"}
IOS = {"@odata.type": "#microsoft.graph.iosDerivedCredentialAuthenticationConfiguration"}
WIFI = {"@odata.type": "#microsoft.graph.iosEnterpriseWiFiConfiguration", "displayName": "Wi-Fi"}


def config(**maps: Any) -> dict[str, Any]:
    """Declare these maps in the sandbox's tenant."""
    return {"tenantId": TENANT, "cloud": "sandbox", **maps}


def said(text: str) -> str:
    """Return *text* without the line breaks of a terminal."""
    return " ".join(text.split())


@pytest.fixture
def second(stack: Stack, tmp_path: Path) -> Stack:
    """Make another stack of the same tenant, on the same engine and the same machine."""
    folder = tmp_path / "second"
    folder.mkdir()
    made = stack_runners.real(folder, stack.command[0]) if stack.engine_environment else stack_runners.stand_in(folder)
    made.environment = stack.environment
    return made


def test_stranger_of_equal_name_and_fields_is_refused(stack: Stack, portal: Portal) -> None:
    """It was made by hand and declares more than the entry does: it is neither bound nor deleted."""
    portal.seed("deviceConfigurations", **IOS, displayName="P", description="draft of Ann, not to be assigned yet")
    before = portal.objects()
    stack.configure(**config(iosProfiles={"p": {"display_name": "P"}}))
    outcome = stack.up()
    assert outcome.status != 0
    assert f'declare adopt="{before[0]["id"]}"' in said(outcome.text)
    assert stack.destroy().status == 0
    assert portal.objects() == before


def test_second_stack_of_the_same_objects_is_refused_and_its_destroy_touches_none(
    stack: Stack, second: Stack, portal: Portal
) -> None:
    """Object by object, and the first stack goes on as before."""
    declared = config(derivedCredentials={"c": CREDENTIAL}, iosProfiles={"p": PROFILE, "q": {"display_name": "Q"}})
    stack.configure(**declared)
    assert stack.up().status == 0
    before = portal.objects()
    second.configure(**declared)
    outcome = second.up()
    assert outcome.status != 0
    assert "nothing proves that this resource created it" in said(outcome.text)
    assert second.destroy().status == 0
    assert portal.objects() == before
    assert stack.up("--refresh", "--expect-no-changes").status == 0


@pytest.mark.parametrize("how", ["replace", "taint"])
def test_forced_replacement_deletes_first_and_loses_nothing(stack: Stack, portal: Portal, how: str) -> None:
    """The provider is not asked for a diff: the old objects are deleted, others created, and the state has those."""
    bound = portal.seed("deviceConfigurations", **WIFI)
    binding = {"device_configuration_id": bound, "profile_type": "iosEnterpriseWiFiConfiguration"}
    maps = {
        "derivedCredentials": {"c": CREDENTIAL},
        "iosProfiles": {"p": PROFILE},
        "bindings": {"b": {**binding, "derived_credential": "c"}},
    }
    stack.configure(**config(**maps))
    assert stack.up().status == 0
    old = {one["displayName"]: one["id"] for one in portal.objects()}
    urns = [one["urn"] for one in stack.resources()]
    if how == "taint":
        for urn in urns:
            assert stack.edit("state", "taint", urn).status == 0
        outcome = stack.up()
    else:
        outcome = stack.up(*[word for urn in urns for word in ("--replace", urn)])
    assert outcome.status == 0, outcome.text
    new = {one["displayName"]: one["id"] for one in portal.objects()}
    assert new.keys() == old.keys()
    assert new["C"] != old["C"]
    assert new["P"] != old["P"]
    assert {portal.named(name)["derivedCredentialSettings"] for name in ("P", "Wi-Fi")} == {new["C"]}
    assert stack.up("--refresh", "--expect-no-changes").status == 0


def test_stack_whose_tenant_was_edited_is_refused(stack: Stack, portal: Portal) -> None:
    """In the preview, in the refresh and in the destroy; nothing is created elsewhere, nothing leaves the state."""
    stack.configure(**config(iosProfiles={"p": {"display_name": "P"}}))
    assert stack.up().status == 0
    before, known = portal.objects(), stack.resources()
    stack.configure(tenantId=OTHER_TENANT, cloud="sandbox", iosProfiles={"p": {"display_name": "P"}})
    outcomes = [stack.preview(), stack.up("--refresh"), stack.up(), stack.destroy()]
    assert all(outcome.status != 0 for outcome in outcomes)
    assert all(f"lives in tenant {TENANT}" in said(outcome.text) for outcome in outcomes)
    assert portal.objects() == before
    assert [one["id"] for one in stack.resources()] == [one["id"] for one in known]


def test_absence_of_all_objects_is_refused_unless_it_is_accepted(
    stack: Stack, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token that may not see them says that they are gone: the state is kept, and the reasons are said."""
    entries = {name: {"display_name": name} for name in "ABC"}
    stack.configure(**config(iosProfiles=entries))
    assert stack.up().status == 0
    for one in portal.objects():
        portal.remove(one["id"])
    outcome = stack.refresh()
    assert outcome.status != 0
    assert "INTUNE_ACCEPT_ABSENCE=1" in said(outcome.text)
    assert stack.resources() != []
    monkeypatch.setenv("INTUNE_ACCEPT_ABSENCE", "1")
    assert stack.up("--refresh").status == 0
    assert sorted(one["displayName"] for one in portal.objects()) == ["A", "B", "C"]


def test_refresh_right_after_an_up_keeps_what_is_listed_late(stack: Stack, portal: Portal) -> None:
    """The list and the reads are late by three: the object stays in the state."""
    stack.configure(**config(iosProfiles={"p": {"display_name": "P"}}))
    assert stack.up().status == 0
    known = [one["id"] for one in stack.resources()]
    portal.fault(method="GET", path=r"deviceConfigurations\?", status=200, body={"value": []})
    portal.fault(
        method="GET",
        path=r"deviceConfigurations\('",
        status=404,
        times=2,
        body={"error": {"code": "ResourceNotFound", "message": "late"}},
    )
    assert stack.refresh().status == 0
    assert [one["id"] for one in stack.resources()] == known


def test_half_done_update_heals_when_the_old_declaration_comes_back(stack: Stack, portal: Portal) -> None:
    """The PATCH took effect and `/assign` did not: going back is an update in the preview, and is written."""
    old = {"display_name": "P", "description": "old", "assignments": []}
    new = {"display_name": "P", "description": "new", "assignments": [{"target": "allDevicesAssignmentTarget"}]}
    stack.configure(**config(iosProfiles={"p": old}))
    assert stack.up().status == 0
    stack.configure(**config(iosProfiles={"p": new}))
    portal.fault(method="POST", path="/assign$", status=403, times=99)
    outcome = stack.up()
    assert outcome.status != 0
    assert "was updated, but assignments was not" in said(outcome.text)
    assert portal.named("P")["description"] == "new"
    portal.no_faults()
    stack.configure(**config(iosProfiles={"p": old}))
    assert stack.preview().counts.get("update") == 1
    assert stack.up().status == 0
    assert portal.named("P")["description"] == "old"
    assert stack.up("--refresh", "--expect-no-changes").status == 0


def test_entries_that_adopt_one_object_are_refused_in_the_preview(stack: Stack, portal: Portal) -> None:
    """The state has it for one entry; another that declares to adopt it is a mistake that a preview can know."""
    stack.configure(**config(iosProfiles={"zed": {"display_name": "Mail"}}))
    assert stack.up().status == 0
    id_ = portal.named("Mail")["id"]
    entries = {"zed": {"display_name": "Mail"}, "abc": {"display_name": "New", "adopt": id_}}
    stack.configure(**config(iosProfiles=entries))
    outcome = stack.preview()
    assert outcome.status != 0
    assert id_ in outcome.text
    assert '"abc"' in outcome.text or '"zed"' in outcome.text
