"""Every field of every resource: what is declared first and then, and what that is on the wire."""

from __future__ import annotations

from typing import Any, NamedTuple

GROUPS = [f"0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e0{index}" for index in range(4)]
FILTER = "6b1e7d02-52a9-4f7e-8f0d-9c1d5f5a3b10"
RULE = "device_management_applicability_rule_"
WIRE_RULE = "deviceManagementApplicabilityRule"
GRAPH = "#microsoft.graph."


class Field(NamedTuple):
    """One field through its life."""

    name: str
    first: Any
    then: Any
    wire: dict[str, Any]
    """What is sent for `then`."""
    by_hand: dict[str, Any]
    """What somebody makes of it in the portal."""
    shown: str
    """A part of that, as a preview shows it."""
    cleared: dict[str, Any] | None = None
    """What is sent when it is no longer declared; None if it is left alone, or must be declared."""
    required: bool = False


class Trial(NamedTuple):
    """All fields of one kind of resource, each tried on a resource of its own."""

    key: str
    """The map of the stack's config."""
    base: dict[str, Any]
    """What all these resources declare beside the field."""
    fields: list[Field]


def _text(name: str, wire: str, tag: str, *, clearable: bool = True, required: bool = False) -> Field:
    return Field(
        name,
        f"{tag} A",
        f"{tag} B",
        {wire: f"{tag} B"},
        {wire: f"{tag} by hand"},
        f"{tag} by hand",
        {wire: None} if clearable else None,
        required,
    )


def _settings(tag: str, *, clearable: bool) -> list[Field]:
    """Return the fields of derived-credential settings that can change."""
    return [
        _text("display_name", "displayName", tag, clearable=False, required=clearable),
        Field(
            "notification_types",
            ["email"],
            ["email", "companyPortal"],
            {"notificationType": "companyPortal,email"},
            {"notificationType": "none"},
            "none",
            required=clearable,
        ),
        Field(
            "help_url",
            "https://a.example",
            "https://b.example",
            {"helpUrl": "https://b.example"},
            {"helpUrl": "https://by.hand"},
            "https://by.hand",
            {"helpUrl": None} if clearable else None,
        ),
        Field(
            "renewal_threshold_percentage",
            21,
            30,
            {"renewalThresholdPercentage": 30},
            {"renewalThresholdPercentage": 77},
            "77",
        ),
    ]


def _profile(tag: str) -> list[Field]:
    """Return the fields that every profile has."""
    group = {"@odata.type": f"{GRAPH}groupAssignmentTarget"}
    return [
        _text("display_name", "displayName", tag, clearable=False, required=True),
        _text("description", "description", f"{tag} description"),
        Field(
            "role_scope_tag_ids", ["0"], ["7", "0"], {"roleScopeTagIds": ["0", "7"]}, {"roleScopeTagIds": ["13"]}, "13"
        ),
        Field(
            f"{RULE}os_edition",
            {"rule_type": "include", "os_edition_types": ["windows10Home"]},
            {"rule_type": "exclude", "os_edition_types": ["windows10Mobile", "windows10Home"], "name": "N"},
            {
                f"{WIRE_RULE}OsEdition": {
                    "ruleType": "exclude",
                    "osEditionTypes": ["windows10Home", "windows10Mobile"],
                    "name": "N",
                }
            },
            {f"{WIRE_RULE}OsEdition": {"ruleType": "exclude", "osEditionTypes": ["windows10IoTCore"], "name": "N"}},
            "windows10IoTCore",
            {f"{WIRE_RULE}OsEdition": None},
        ),
        Field(
            f"{RULE}os_version",
            {"rule_type": "include", "min_os_version": "10.0.1"},
            {"rule_type": "include", "max_os_version": "10.0.9"},
            {f"{WIRE_RULE}OsVersion": {"ruleType": "include", "maxOSVersion": "10.0.9"}},
            {f"{WIRE_RULE}OsVersion": {"ruleType": "include", "minOSVersion": None, "maxOSVersion": "10.0.8"}},
            "10.0.8",
            {f"{WIRE_RULE}OsVersion": None},
        ),
        Field(
            f"{RULE}device_mode",
            {"rule_type": "include", "device_mode": "standardConfiguration"},
            {"rule_type": "include", "device_mode": "sModeConfiguration"},
            {f"{WIRE_RULE}DeviceMode": {"ruleType": "include", "deviceMode": "sModeConfiguration"}},
            {f"{WIRE_RULE}DeviceMode": {"ruleType": "exclude", "deviceMode": "sModeConfiguration", "name": None}},
            "exclude",
            {f"{WIRE_RULE}DeviceMode": None},
        ),
        Field(
            "assignments",
            [{"target": "groupAssignmentTarget", "group_id": GROUPS[0]}],
            [
                {"target": "groupAssignmentTarget", "group_id": GROUPS[1]},
                {
                    "target": "allDevicesAssignmentTarget",
                    "device_and_app_management_assignment_filter_id": FILTER,
                    "device_and_app_management_assignment_filter_type": "exclude",
                },
            ],
            {
                "assignments": [
                    {
                        "target": {
                            "@odata.type": f"{GRAPH}allDevicesAssignmentTarget",
                            "deviceAndAppManagementAssignmentFilterId": FILTER,
                            "deviceAndAppManagementAssignmentFilterType": "exclude",
                        }
                    },
                    {"target": {**group, "groupId": GROUPS[1]}},
                ]
            },
            {"assignments": [{"target": {**group, "groupId": GROUPS[3]}}]},
            GROUPS[3],
            {"assignments": []},
        ),
    ]


def _android() -> list[Field]:
    """Return the fields that only the Android profile has."""
    return [
        Field(
            "certificate_access_type",
            "userApproval",
            "specificApps",
            {"certificateAccessType": "specificApps"},
            {"certificateAccessType": "userApproval"},
            "userApproval",
            {"certificateAccessType": None},
        ),
        Field(
            "silent_certificate_access_details",
            [{"package_id": "com.a"}],
            [{"package_id": "com.b"}, {"package_id": "com.a"}],
            {"silentCertificateAccessDetails": [{"packageId": "com.a"}, {"packageId": "com.b"}]},
            {"silentCertificateAccessDetails": [{"packageId": "com.by.hand"}]},
            "com.by.hand",
            {"silentCertificateAccessDetails": []},
        ),
    ]


def _moment(name: str, wire: str) -> Field:
    return Field(
        name,
        "2026-01-01T00:00:00Z",
        "2026-02-01T01:00:00+01:00",
        {wire: "2026-02-01T00:00:00Z"},
        {wire: "2026-03-03T00:00:00Z"},
        "2026-03-03T00:00:00Z",
    )


def _certificate_state() -> list[Field]:
    """Return the fields of a certificate record."""
    texts = {
        "managed_device_display_name": "managedDeviceDisplayName",
        "user_principal_name": "userPrincipalName",
        "certificate_issuer_name": "certificateIssuerName",
        "certificate_thumbprint": "certificateThumbprint",
        "certificate_serial_number": "certificateSerialNumber",
        "certificate_subject_name": "certificateSubjectName",
        "certificate_extended_key_usages": "certificateExtendedKeyUsages",
    }
    return [
        Field(
            "certificate_revoke_status",
            "none",
            "pending",
            {"certificateRevokeStatus": "pending"},
            {"certificateRevokeStatus": "failed"},
            "failed",
        ),
        Field("certificate_key_usages", 4, 5, {"certificateKeyUsages": 5}, {"certificateKeyUsages": 6}, "6"),
        _moment("certificate_revoke_status_last_change_date_time", "certificateRevokeStatusLastChangeDateTime"),
        _moment("certificate_expiration_date_time", "certificateExpirationDateTime"),
        _moment("certificate_issuance_date_time", "certificateIssuanceDateTime"),
        *(_text(name, wire, name.replace("_", "-"), clearable=False) for name, wire in texts.items()),
    ]


TRIALS = [
    Trial(
        "derivedCredentials",
        {
            "display_name": "Credential {}",
            "issuer": "purebred",
            "notification_types": ["email"],
            "options": {"protect": False},
        },
        _settings("Credential", clearable=True),
    ),
    Trial("androidProfiles", {"display_name": "Android {}"}, [*_profile("Android"), *_android()]),
    Trial("iosProfiles", {"display_name": "iOS {}"}, _profile("iOS")),
    Trial("scopedSettings", {"device_configuration_id": "{}"}, _settings("Scoped", clearable=False)),
    Trial("certificateStates", {"adopt": "{}", "allow_write": True}, _certificate_state()),
]
