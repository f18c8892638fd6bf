"""
A state that an older layout of provider/ wrote is refreshed, updated and destroyed.

states/flat_layout.json was written by commit ca7ac07, before outputs named the tenant and before provider/ had folders.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.sandbox_control import Portal
from tests.stack_runners import Stack

pytestmark = pytest.mark.slow

STATE = Path(__file__).parent / "states" / "flat_layout.json"
CREDENTIAL = {"display_name": "C", "issuer": "purebred", "notification_types": ["email"]}
CREDENTIAL_WIRE = {"displayName": "C", "issuer": "purebred", "notificationType": "email"}
ALL_DEVICES = {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}


def seeded(portal: Portal) -> dict[str, str]:
    """Put the objects of the state into the tenant; return their ids by name."""
    c = portal.seed("derivedCredentials", **CREDENTIAL_WIRE, helpUrl="https://a.example")
    profiles: dict[str, dict[str, Any]] = {
        "A": {
            "@odata.type": "#microsoft.graph.androidDeviceOwnerDerivedCredentialAuthenticationConfiguration",
            "certificateAccessType": "userApproval",
            "assignments": [{"target": ALL_DEVICES}],
        },
        "I": {
            "@odata.type": "#microsoft.graph.iosDerivedCredentialAuthenticationConfiguration",
            "description": "first",
        },
        "VPN": {"@odata.type": "#microsoft.graph.iosVpnConfiguration"},
    }
    ids = {
        name: portal.seed("deviceConfigurations", displayName=name, derivedCredentialSettings=c, **fields)
        for name, fields in profiles.items()
    }
    return {"C": c, **ids}


def config(stack: Stack, vpn: str, description: str) -> dict[str, Any]:
    """Declare what the state has, with another description of the iOS profile."""
    return {
        "tenantId": stack.environment["AZURE_TENANT_ID"],
        "cloud": "sandbox",
        "derivedCredentials": {
            "c": {**CREDENTIAL, "help_url": "https://a.example", "options": {"protect": False}},
        },
        "androidProfiles": {
            "a": {
                "display_name": "A",
                "derived_credential": "c",
                "certificate_access_type": "userApproval",
                "assignments": [{"target": "allDevicesAssignmentTarget"}],
            }
        },
        "iosProfiles": {"i": {"display_name": "I", "derived_credential": "c", "description": description}},
        "bindings": {
            "b": {
                "device_configuration_id": vpn,
                "profile_type": "iosVpnConfiguration",
                "derived_credential": "c",
            }
        },
    }


def test_state_of_the_flat_layout_is_refreshed_updated_and_destroyed(
    stack: Stack, portal: Portal, tmp_path: Path
) -> None:
    """Every object keeps its id to the end; the outputs learn which tenant it lives in."""
    ids = seeded(portal)
    text = STATE.read_text(encoding="utf-8")
    for name, id_ in ids.items():
        text = text.replace(f"<id of {name}>", id_)
    file = tmp_path / "state-to-import.json"
    file.write_text(text, encoding="utf-8")
    stack.configure(**config(stack, ids["VPN"], "first"))
    imported = stack.edit("stack", "import", "--file", str(file))
    assert imported.status == 0, imported.text
    managed = sorted(one["id"] for one in stack.resources())
    assert managed == sorted(ids.values())
    refreshed = stack.refresh()
    assert refreshed.status == 0, refreshed.text
    assert sorted(one["id"] for one in stack.resources()) == managed
    assert {one["outputs"]["cloud"] for one in stack.resources()} == {"sandbox"}
    portal.requests()
    same = stack.up()
    assert same.status == 0, same.text
    assert portal.writes() == []
    stack.configure(**config(stack, ids["VPN"], "second"))
    changed = stack.up()
    assert changed.counts["updated"] == 1, changed.text
    assert portal.named("I")["description"] == "second"
    destroyed = stack.destroy()
    assert destroyed.status == 0, destroyed.text
    assert [one["displayName"] for one in portal.objects()] == ["VPN"]
    assert portal.named("VPN")["derivedCredentialSettings"] is None
