"""What a renamed entry is: to the engine a new resource and an old one, in the tenant one and the same object."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox_control import Portal
from tests.stack_runners import Stack

pytestmark = pytest.mark.slow

TENANT = "5a9db0c5-0000-4000-8000-00000000000a"
CREDENTIAL: dict[str, Any] = {"display_name": "C", "issuer": "purebred", "notification_types": ["email"]}
WIFI = {"@odata.type": "#microsoft.graph.iosEnterpriseWiFiConfiguration", "displayName": "Wi-Fi"}
PROFILE: dict[str, Any] = {"display_name": "P", "assignments": [{"target": "allDevicesAssignmentTarget"}]}
UNPROTECTED = {"options": {"protect": False}}


def declare(stack: Stack, bound: str, mark: str = "", **more: Any) -> None:
    """Declare one of each, under names that end in *mark*; *more* is said in each entry."""
    credential = f"c{mark}"
    where = {"device_configuration_id": bound, "profile_type": "iosEnterpriseWiFiConfiguration"}

    def entry(key: str, fields: dict[str, Any]) -> dict[str, Any]:
        renamed = {"renamed_from": key} if more.get("renamed") else {}
        return {f"{key}{mark}": {**fields, **renamed}}

    stack.configure(
        tenantId=TENANT,
        cloud="sandbox",
        derivedCredentials=entry("c", {**CREDENTIAL, **UNPROTECTED, **more.get("credential", {})}),
        androidProfiles=entry("p", {**PROFILE, "derived_credential": credential}),
        bindings=entry("b", {**where, "derived_credential": credential}),
    )


def test_renamed_entries_keep_their_objects(stack: Stack, portal: Portal) -> None:
    """Nothing is written, nothing is deleted, and the state knows the objects under their new names."""
    bound = portal.seed("deviceConfigurations", **WIFI)
    declare(stack, bound)
    assert stack.up().status == 0
    before = portal.objects()
    portal.requests()
    declare(stack, bound, "2", renamed=True)
    outcome = stack.up()
    assert outcome.status == 0, outcome.text
    assert portal.writes() == []
    assert portal.objects() == before
    assert {one["urn"].rpartition("::")[2] for one in stack.resources()} == {"c2", "p2", "b2"}
    assert stack.up("--refresh", "--expect-no-changes").status == 0


def test_renamed_entry_that_is_replaced_is_replaced_once(stack: Stack, portal: Portal) -> None:
    """A new key and another issuer in one up: the old settings are deleted, others created, and no third ones."""
    bound = portal.seed("deviceConfigurations", **WIFI)
    declare(stack, bound)
    assert stack.up().status == 0
    old = portal.named("C")["id"]
    declare(stack, bound, "2", renamed=True, credential={"issuer": "intercede"})
    outcome = stack.up()
    assert outcome.status == 0, outcome.text
    assert [one["id"] for one in portal.objects() if one.get("issuer")] != [old]
    new = portal.named("C")["id"]
    assert {portal.named(name)["derivedCredentialSettings"] for name in ("P", "Wi-Fi")} == {new}
    assert stack.up("--refresh", "--expect-no-changes").status == 0


def test_renamed_entry_without_its_old_key_is_refused_with_a_hint(stack: Stack, portal: Portal) -> None:
    """The tenant is as before, and the error names what to declare."""
    bound = portal.seed("deviceConfigurations", **WIFI)
    declare(stack, bound)
    assert stack.up().status == 0
    before = portal.objects()
    declare(stack, bound, "2")
    outcome = stack.up()
    assert outcome.status != 0
    assert "renamed_from: c" in " ".join(outcome.text.split())
    assert portal.objects() == before
    assert stack.up("--refresh").status != 0
    declare(stack, bound, "2", renamed=True)
    assert stack.up("--refresh").status == 0
    assert portal.objects() == before


def test_swapped_names_keep_their_objects(stack: Stack, portal: Portal) -> None:
    """Two profiles exchange their display names: each keeps its id, in one up."""
    first, second = ({"display_name": name} for name in "AB")
    stack.configure(tenantId=TENANT, cloud="sandbox", iosProfiles={"a": first, "b": second})
    assert stack.up().status == 0
    ids = [portal.named(name)["id"] for name in "AB"]
    stack.configure(tenantId=TENANT, cloud="sandbox", iosProfiles={"a": second, "b": first})
    outcome = stack.up()
    assert outcome.status == 0, outcome.text
    assert [portal.named(name)["id"] for name in "BA"] == ids


def test_name_of_a_renamed_object_is_free_for_a_new_entry(stack: Stack, portal: Portal) -> None:
    """A profile changes its display name, and a new entry takes the old one, in one up."""
    stack.configure(tenantId=TENANT, cloud="sandbox", iosProfiles={"old": {"display_name": "Mail"}})
    assert stack.up().status == 0
    old = portal.named("Mail")["id"]
    entries = {"new": {"display_name": "Mail"}, "old": {"display_name": "Mail old"}}
    stack.configure(tenantId=TENANT, cloud="sandbox", iosProfiles=entries)
    outcome = stack.up()
    assert outcome.status == 0, outcome.text
    assert portal.named("Mail old")["id"] == old
    assert portal.named("Mail")["id"] != old
    assert stack.up("--refresh", "--expect-no-changes").status == 0


def test_state_with_two_owners_heals_without_a_write(stack: Stack, portal: Portal) -> None:
    """An entry that is no longer declared leaves the state, and the object stays with the one that is."""
    bound = portal.seed("deviceConfigurations", **WIFI)
    declare(stack, bound)
    assert stack.up().status == 0
    old = stack.resources()
    declare(stack, bound, "2", renamed=True)
    assert stack.up().status == 0
    stack.add_to_state(old)
    declare(stack, bound, "2")
    before = portal.objects()
    portal.requests()
    outcome = stack.up()
    assert outcome.status == 0, outcome.text
    assert "of this stack, so it was not deleted" in outcome.text
    assert portal.writes() == []
    assert portal.objects() == before
    assert stack.up("--refresh", "--expect-no-changes").status == 0


def test_entry_that_is_no_longer_declared_is_deleted(stack: Stack, portal: Portal) -> None:
    """Another object of another name does not keep it."""
    stack.configure(tenantId=TENANT, cloud="sandbox", androidProfiles={"p": PROFILE})
    assert stack.up().status == 0
    stack.configure(tenantId=TENANT, cloud="sandbox", androidProfiles={"q": {**PROFILE, "display_name": "Q"}})
    assert stack.up().status == 0
    assert [one["displayName"] for one in portal.objects()] == ["Q"]
