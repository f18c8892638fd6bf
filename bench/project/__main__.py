"""
The program of the bench: one credential, and so many profiles that are bound to it and assigned to a group.

The config says who provides them: `subject` is `ours`, or `floor` for a provider that does nothing. With `plain` the
profiles are neither assigned nor bound, and creating one is one write.
"""

from __future__ import annotations

import importlib
import os
import signal

import pulumi

signal.signal(signal.SIGINT, lambda *_: os._exit(130))  # when a resource failed: that is the last word

CREDENTIAL = {
    "display_name": "Credential",
    "issuer": "purebred",
    "notification_types": ["companyPortal", "email"],
    "help_url": "https://help.contoso.example/derived-credentials",
    "renewal_threshold_percentage": 20,
}


def profile(number: int) -> dict[str, object]:
    """Return the fields of profile *number* that live in its own body."""
    return {
        "display_name": f"Profile {number:04}",
        "description": "Certificates for mail and VPN on corporate-owned Android devices",
        "role_scope_tag_ids": ["0"],
        "certificate_access_type": "specificApps",
        "silent_certificate_access_details": [{"package_id": "com.contoso.mail"}, {"package_id": "com.contoso.vpn"}],
    }


def assignments(number: int) -> list[dict[str, str]]:
    """Return the one assignment of profile *number*: to a group of its own."""
    return [{"target": "groupAssignmentTarget", "group_id": f"0f3c1a52-7d84-4c0a-9a65-{number:012x}"}]


def declare() -> None:
    """Declare what the config asks for."""
    config = pulumi.Config()
    subject = importlib.import_module(config.require("subject"))
    plain = config.require_bool("plain")
    credential = subject.credential("credential", CREDENTIAL)
    for number in range(1, config.require_int("profiles") + 1):
        fields = profile(number)
        if not plain:
            fields |= {"derived_credential_settings_id": credential.id, "assignments": assignments(number)}
        subject.profile(f"profile-{number:04}", fields)


declare()
