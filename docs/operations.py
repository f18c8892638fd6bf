"""Every operation of the API pages that this project covers: which resource reaches it, and which test proves it."""

from __future__ import annotations

from typing import NamedTuple

_SETTINGS = "DerivedCredentialSettings"
_SCOPED = "DeviceConfigurationDerivedCredentialSettings"
_ANDROID = "AndroidDeviceOwnerDerivedCredentialAuthenticationConfiguration"
_IOS = "IosDerivedCredentialAuthenticationConfiguration"
_BINDING = "DerivedCredentialBinding"
_STATE = "ManagedAllDeviceCertificateState"

_CREDENTIALS = "/deviceManagement/derivedCredentials"
_PROFILES = "/deviceManagement/deviceConfigurations"
_STATES = "/deviceManagement/deviceConfigurationsAllManagedDeviceCertificateStates"

_EITHER = "DeviceManagementServiceConfig.ReadWrite.All or DeviceManagementConfiguration.ReadWrite.All"
_CONFIGURATION = "DeviceManagementConfiguration.ReadWrite.All"

_LIFE = "tests/stacks/test_fields.py::test_every_field_through_its_life"
_ROUTES = (
    "tests/provider/resources/test_device_configuration_derived_credential_settings.py"
    "::test_settings_are_changed_through_every_route"
)


class Operation(NamedTuple):
    """One operation of one page."""

    page: str
    method: str
    path: str
    resource: str
    permission: str
    test: str


def _scoped(page: str, cast: str) -> Operation:
    segment = f"/microsoft.graph.{cast}" if cast else ""
    path = f"{_PROFILES}/{{id}}{segment}/derivedCredentialSettings"
    return Operation(page, "PATCH", path, _SCOPED, _CONFIGURATION, _ROUTES)


_CREATE = "Create deviceManagementDerivedCredentialSettings"
_UPDATE = "Update deviceManagementDerivedCredentialSettings"
_UPDATE_PROFILE = f"Update {_ANDROID[0].lower()}{_ANDROID[1:]}"
_UPDATE_STATE = "Update managedAllDeviceCertificateState"
_BESIDE = "(beside the pages)"

OPERATIONS = [
    Operation(_CREATE, "POST", _CREDENTIALS, _SETTINGS, _EITHER, _LIFE),
    Operation(_UPDATE, "PATCH", f"{_CREDENTIALS}/{{id}}", _SETTINGS, _EITHER, _LIFE),
    _scoped(_UPDATE, ""),
    _scoped(_UPDATE, "iosVpnConfiguration"),
    _scoped(_UPDATE, "iosEnterpriseWiFiConfiguration"),
    _scoped(_UPDATE, "iosEasEmailProfileConfiguration"),
    _scoped(_UPDATE, "iosDerivedCredentialAuthenticationConfiguration"),
    _scoped(f"{_UPDATE} (device configuration)", "androidDeviceOwnerEnterpriseWiFiConfiguration"),
    _scoped(f"{_UPDATE} (device configuration)", "androidDeviceOwnerDerivedCredentialAuthenticationConfiguration"),
    Operation(_UPDATE_PROFILE, "PATCH", f"{_PROFILES}/{{id}}", _ANDROID, _CONFIGURATION, _LIFE),
    Operation(
        _UPDATE_PROFILE,
        "PATCH",
        f"{_PROFILES}/{{id}}/groupAssignments/{{id}}/deviceConfiguration",
        f"{_ANDROID} with `update_route`",
        _CONFIGURATION,
        "tests/provider/kinds/test_update_routes.py::test_profile_is_changed_through_an_assignment",
    ),
    Operation(
        _UPDATE_PROFILE,
        "PATCH",
        f"{_PROFILES}/{{id}}/microsoft.graph.windowsDomainJoinConfiguration/networkAccessConfigurations/{{id}}",
        f"{_ANDROID} with `update_route`",
        _CONFIGURATION,
        "tests/provider/kinds/test_update_routes.py::test_profile_is_changed_through_a_domain_join",
    ),
    Operation(
        _UPDATE_STATE,
        "PATCH",
        f"{_STATES}/{{id}}",
        f"{_STATE} with `allow_write`",
        _CONFIGURATION,
        "tests/provider/resources/test_managed_all_device_certificate_state.py::test_field_is_written_alone_and_read_back",
    ),
    Operation(
        _BESIDE,
        "GET",
        _CREDENTIALS,
        _SETTINGS,
        "",
        "tests/provider/graph/test_tenant.py::test_one_list_serves_everybody",
    ),
    Operation(_BESIDE, "DELETE", f"{_CREDENTIALS}/{{id}}", _SETTINGS, _EITHER, _LIFE),
    Operation(_BESIDE, "GET", f"{_PROFILES}?$expand=assignments", f"{_ANDROID}, {_IOS}", "", _LIFE),
    Operation(_BESIDE, "POST", _PROFILES, f"{_ANDROID}, {_IOS}", _CONFIGURATION, _LIFE),
    Operation(_BESIDE, "POST", f"{_PROFILES}/{{id}}/assign", f"{_ANDROID}, {_IOS}", _CONFIGURATION, _LIFE),
    Operation(_BESIDE, "DELETE", f"{_PROFILES}/{{id}}", f"{_ANDROID}, {_IOS}", _CONFIGURATION, _LIFE),
    Operation(
        _BESIDE,
        "GET",
        f"{_PROFILES}/{{id}}/{{type}}/derivedCredentialSettings",
        _BINDING,
        "",
        "tests/provider/resources/test_derived_credential_binding.py::test_every_form_of_answer_is_understood",
    ),
    Operation(
        _BESIDE,
        "PUT",
        f"{_PROFILES}/{{id}}/{{type}}/derivedCredentialSettings/$ref",
        _BINDING,
        _CONFIGURATION,
        "tests/provider/resources/test_derived_credential_binding.py::test_profile_is_bound_rebound_and_unbound",
    ),
    Operation(
        _BESIDE,
        "DELETE",
        f"{_PROFILES}/{{id}}/{{type}}/derivedCredentialSettings/$ref",
        _BINDING,
        _CONFIGURATION,
        "tests/provider/resources/test_derived_credential_binding.py::test_profile_is_bound_rebound_and_unbound",
    ),
    Operation(
        _BESIDE,
        "GET",
        _STATES,
        f"{_STATE}.list",
        "",
        "tests/provider/resources/test_managed_all_device_certificate_state.py::test_report_reads_all_pages",
    ),
]


def page() -> str:
    """Write the page of the table."""
    lines = [
        "# Operations",
        "",
        "Each operation of Microsoft's pages on derived credentials, the resource that reaches it, the permission that",
        "it needs (one of them, delegated or application) and the test that proves it. Reading needs the same",
        "permission, or its `Read` sibling.",
        "",
        "| Page | Operation | Resource | Permission | Test |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {one.page} | `{one.method} {one.path}` | {one.resource} | {one.permission} | `{one.test}` |"
        for one in OPERATIONS
    ]
    return "\n".join([*lines, ""])
