"""What a renamed resource is: to the engine a new one and an old one, in the tenant one and the same."""

from __future__ import annotations

from typing import Any

from tests.engines import Stack
from tests.portal import Portal

TENANT = "5a9db0c5-0000-4000-8000-00000000000a"
CREDENTIAL: dict[str, Any] = {"display_name": "C", "issuer": "purebred", "notification_types": ["email"]}
WIFI = {"@odata.type": "#microsoft.graph.iosEnterpriseWiFiConfiguration", "displayName": "Wi-Fi"}
PROFILE: dict[str, Any] = {"display_name": "P", "assignments": [{"target": "allDevicesAssignmentTarget"}]}


def declare(stack: Stack, credential: str, profile: str, binding: str, bound: str) -> None:
    """Declare one of each, under these names."""
    stack.configure(
        tenantId=TENANT,
        cloud="sandbox",
        derivedCredentials={credential: CREDENTIAL},
        androidProfiles={profile: {**PROFILE, "derived_credential": credential}},
        bindings={
            binding: {
                "device_configuration_id": bound,
                "profile_type": "iosEnterpriseWiFiConfiguration",
                "derived_credential": credential,
            }
        },
    )


def test_a_renamed_resource_keeps_its_object(stack: Stack, portal: Portal) -> None:
    """Nothing is written, nothing is deleted, and the state knows the objects under their new names."""
    bound = portal.seed("deviceConfigurations", **WIFI)
    declare(stack, "c", "p", "b", bound)
    assert stack.up().status == 0
    before = portal.objects()
    portal.requests()
    declare(stack, "c2", "p2", "b2", bound)
    outcome = stack.up()
    assert outcome.status == 0, outcome.text
    assert portal.writes() == []
    assert portal.objects() == before
    assert f"took over {portal.named('P')['id']}, for every declared field is equal" in outcome.text
    assert stack.up("--refresh", "--expect-no-changes").status == 0


def test_a_renaming_that_was_cut_short_is_finished(stack: Stack, portal: Portal) -> None:
    """The new resource has the object already when the next run deletes the old one: the object stays."""
    bound = portal.seed("deviceConfigurations", **WIFI)
    declare(stack, "c", "p", "b", bound)
    assert stack.up().status == 0
    old = stack.resources()
    declare(stack, "c2", "p2", "b2", bound)
    assert stack.up().status == 0
    stack.add_to_state(old)
    before = portal.objects()
    portal.requests()
    outcome = stack.up()
    assert outcome.status == 0, outcome.text
    assert "is managed by another resource of this program now, and so it was not deleted" in outcome.text
    assert portal.writes() == []
    assert portal.objects() == before


def test_a_resource_that_is_no_longer_declared_is_deleted(stack: Stack, portal: Portal) -> None:
    """Another object of another name does not keep it."""
    stack.configure(tenantId=TENANT, cloud="sandbox", androidProfiles={"p": PROFILE})
    assert stack.up().status == 0
    stack.configure(tenantId=TENANT, cloud="sandbox", androidProfiles={"q": {**PROFILE, "display_name": "Q"}})
    assert stack.up().status == 0
    assert [one["displayName"] for one in portal.objects()] == ["Q"]
