"""One example of each resource, written as an entry of a stack file and as a program: both are run by a test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from provider.program.resource import GraphResource
from provider.schema import Arguments, Nested, NestedOneOf, SetOf, Value

PROJECT = "intune-derived-credentials"
_LINE = 120
_GROUP = "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01"
_PROFILE = "566bde9a-37ab-4a02-a20b-4f71af86bf14"
_CREDENTIAL = "6318a2b8-a34c-46aa-9147-5fddfb2622c0"

EXAMPLES: dict[str, dict[str, Any]] = {
    "DerivedCredentialSettings": {
        "display_name": "Contoso derived credential",
        "issuer": "entrustDatacard",
        "notification_types": ["companyPortal", "email"],
        "help_url": "https://help.contoso.example/derived-credential",
        "renewal_threshold_percentage": 20,
    },
    "AndroidDeviceOwnerDerivedCredentialAuthenticationConfiguration": {
        "display_name": "Android - derived credential for mail",
        "certificate_access_type": "specificApps",
        "silent_certificate_access_details": [{"package_id": "com.microsoft.office.outlook"}],
        "derived_credential_settings_id": _CREDENTIAL,
        "assignments": [{"target": "groupAssignmentTarget", "group_id": _GROUP}],
    },
    "IosDerivedCredentialAuthenticationConfiguration": {
        "display_name": "iOS - derived credential",
        "derived_credential_settings_id": _CREDENTIAL,
        "assignments": [{"target": "allDevicesAssignmentTarget"}],
    },
    "DerivedCredentialBinding": {
        "device_configuration_id": _PROFILE,
        "profile_type": "iosVpnConfiguration",
        "derived_credential_settings_id": _CREDENTIAL,
    },
    "DeviceConfigurationDerivedCredentialSettings": {
        "device_configuration_id": _PROFILE,
        "profile_type": "iosVpnConfiguration",
        "renewal_threshold_percentage": 25,
    },
    "ManagedAllDeviceCertificateState": {
        "adopt": "8c1b2f64-0a53-4d6e-b7a9-51c0f2d3e4a6",
        "certificate_revoke_status": "none",
    },
}
"""The fields of each, by the name of its class."""


def section(resource: type[GraphResource[Arguments]]) -> list[str]:
    """Return the lines of the example of *resource*; none for a resource that has no example yet."""
    fields = EXAMPLES.get(resource.__name__)
    if fields is None:
        return []
    entries = {"config": {f"{PROJECT}:{resource.kind.config_key}": {"example": fields}}}
    written = yaml.safe_dump(entries, sort_keys=False, default_flow_style=None, width=100).rstrip()
    name = resource.__name__
    program = ["import provider as intune", "", f"intune.{name}(", '    "example",']
    program += [*_arguments(resource.kind.args, fields, "    ", ","), ")"]
    return ["## Example", "", "```yaml", written, "```", "", "```python", *program, "```", ""]


def _arguments(cls: type[Arguments], fields: dict[str, Any], indent: str, end: str) -> Iterator[str]:
    yield f"{indent}intune.{cls.__name__}("
    for name, value in fields.items():
        declared = cls.schema.attributes[name].value
        line = f"{indent}    {name}={_literal(declared, value)},"
        if isinstance(declared, SetOf) and len(line) > _LINE:  # as `ruff format` breaks it, in Markdown too
            items = ", ".join(_literal(declared.item, one) for one in value)
            yield from (f"{indent}    {name}=[", f"{indent}        {items}", f"{indent}    ],")
        else:
            yield line
    yield f"{indent}){end}"


def _literal(declared: Value, value: Any) -> str:
    if isinstance(declared, SetOf):
        return f"[{', '.join(_literal(declared.item, one) for one in value)}]"
    nested = _nested(declared, value)
    if nested is None:
        return f'"{value}"' if isinstance(value, str) else repr(value)
    members = nested.args.schema.attributes
    given = ", ".join(f"{name}={_literal(members[name].value, one)}" for name, one in value.items())
    return f"intune.{nested.args.__name__}({given})"


def _nested(declared: Value, value: Any) -> Nested | None:
    if isinstance(declared, NestedOneOf):
        return next(one for one in declared.records if set(value) <= set(one.schema.attributes))
    return declared if isinstance(declared, Nested) else None
