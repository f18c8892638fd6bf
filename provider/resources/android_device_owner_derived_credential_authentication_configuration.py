"""The profile that hands a derived credential to apps on corporate-owned Android devices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from pulumi import Input, Output

from provider.device_configurations.args import (
    DerivedCredentialProfileArgs,
    DerivedCredentialProfileOutputs,
)
from provider.device_configurations.kind import ProfileKind
from provider.kinds.relationship import ObjectRef
from provider.odata import quoted
from provider.program.resource import GraphResource
from provider.schema import Arguments, Choice, Guid, Nested, NestedOneOf, Part, SetOf, Text, When, optional, required

__all__ = [
    "AndroidDeviceOwnerCertificateAccessType",
    "AndroidDeviceOwnerDerivedCredentialAuthenticationConfiguration",
    "AndroidDeviceOwnerDerivedCredentialAuthenticationConfigurationArgs",
    "AndroidDeviceOwnerSilentCertificateAccessArgs",
    "GroupAssignmentRoute",
    "NetworkAccessConfigurationRoute",
]


class AndroidDeviceOwnerCertificateAccessType(str, Enum):
    """How apps get at the certificate. Graph's third member, `unknownFutureValue`, is a sentinel and never sent."""

    USER_APPROVAL = "userApproval"
    SPECIFIC_APPS = "specificApps"


class AndroidDeviceOwnerSilentCertificateAccessArgs(Arguments):
    """An app that gets the certificate without asking the user."""

    package_id: Input[str] = required(Text(r"\S+", "an Android package id such as com.contoso.mail"))
    """The Android package id, such as ``com.contoso.mail``."""


class GroupAssignmentRoute(Arguments):
    """Update through ``…/groupAssignments/{id}/deviceConfiguration``."""

    group_assignment_id: Input[str] = required(Text())
    """The id of an assignment of this profile to a group."""


class NetworkAccessConfigurationRoute(Arguments):
    """Update through ``…/microsoft.graph.windowsDomainJoinConfiguration/networkAccessConfigurations/{id}``."""

    domain_join_configuration_id: Input[str] = required(Guid("a Windows domain-join configuration"))
    """A domain-join configuration that has this profile among its network access configurations."""


class AndroidDeviceOwnerDerivedCredentialAuthenticationConfigurationArgs(DerivedCredentialProfileArgs):
    """Inputs of `AndroidDeviceOwnerDerivedCredentialAuthenticationConfiguration`."""

    certificate_access_type: Input[str] | None = optional(Choice(AndroidDeviceOwnerCertificateAccessType))
    """How apps get at the certificate: a member of `AndroidDeviceOwnerCertificateAccessType`."""
    silent_certificate_access_details: Input[Sequence[Input[AndroidDeviceOwnerSilentCertificateAccessArgs]]] | None = (
        optional(
            SetOf(Nested(AndroidDeviceOwnerSilentCertificateAccessArgs), max_items=50),
            allowed_when=When(
                "certificate_access_type", (AndroidDeviceOwnerCertificateAccessType.SPECIFIC_APPS.value,)
            ),
        )
    )
    """The apps that get it without asking the user."""
    update_route: GroupAssignmentRoute | NetworkAccessConfigurationRoute | None = optional(
        NestedOneOf(GroupAssignmentRoute, NetworkAccessConfigurationRoute), part=Part.DIRECTIVE
    )
    """Change the profile by another route of its documentation than its own path. No other client is known to."""


def _update_path(owner: ObjectRef, inputs: Mapping[str, Any]) -> str:
    route = inputs.get("update_route") or {}
    if "group_assignment_id" in route:
        return f"{owner.path}/groupAssignments({quoted(route['group_assignment_id'])})/deviceConfiguration"
    if "domain_join_configuration_id" in route:
        joining = owner.collection.item(route["domain_join_configuration_id"])
        return f"{joining}/microsoft.graph.windowsDomainJoinConfiguration/networkAccessConfigurations('{owner.id}')"
    return owner.path


class AndroidDeviceOwnerDerivedCredentialAuthenticationConfiguration(
    GraphResource[AndroidDeviceOwnerDerivedCredentialAuthenticationConfigurationArgs],
    DerivedCredentialProfileOutputs,
    kind=ProfileKind(
        name="androidProfile",
        config_key="androidProfiles",
        args=AndroidDeviceOwnerDerivedCredentialAuthenticationConfigurationArgs,
        odata_type="#microsoft.graph.androidDeviceOwnerDerivedCredentialAuthenticationConfiguration",
        update_path=_update_path,
    ),
):
    """
    The profile that hands a derived credential to apps on corporate-owned Android devices.

    Graph: https://learn.microsoft.com/graph/api/intune-deviceconfig-androiddeviceownerderivedcredentialauthenticationconfiguration-update
    """

    certificate_access_type: Output[str | None]
    silent_certificate_access_details: Output[Sequence[dict[str, Any]] | None]
