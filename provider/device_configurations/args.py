"""
What every device configuration of Intune has in common, and what those with a derived credential add.

Source: https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-deviceconfiguration and the beta metadata.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pulumi import Input, Output

from provider.device_configurations.applicability import (
    ApplicabilityRuleDeviceModeArgs,
    ApplicabilityRuleOsEditionArgs,
    ApplicabilityRuleOsVersionArgs,
)
from provider.device_configurations.assignments import ASSIGNMENTS, AssignmentArgs
from provider.kinds.entity import EntityArgs
from provider.odata import Collection
from provider.schema import Guid, Nested, Number, Part, SetOf, Text, optional, required

DEVICE_CONFIGURATIONS = Collection("/deviceManagement/deviceConfigurations", "$expand=assignments")
"""The collection of all device configurations, of whatever type."""


WRITE_CONFIGURATION = "DeviceManagementConfiguration.ReadWrite.All"
"""The permission that every write to a device configuration needs."""


class DeviceConfigurationArgs(EntityArgs):
    """Inputs of every device configuration."""

    display_name: Input[str] = required(Text())
    """The name that administrators see."""
    description: Input[str] | None = optional(Text(empty_unset=True))
    """What the profile is for."""
    role_scope_tag_ids: Input[Sequence[Input[str]]] | None = optional(
        SetOf(Number("a scope tag"), min_items=1), server_default=True
    )
    """The scope tags that decide which administrators see it, as text: ``["0"]`` is the default tag."""
    device_management_applicability_rule_os_edition: Input[ApplicabilityRuleOsEditionArgs] | None = optional(
        Nested(ApplicabilityRuleOsEditionArgs)
    )
    """Which editions of Windows it applies to."""
    device_management_applicability_rule_os_version: Input[ApplicabilityRuleOsVersionArgs] | None = optional(
        Nested(ApplicabilityRuleOsVersionArgs)
    )
    """Which versions of Windows it applies to."""
    device_management_applicability_rule_device_mode: Input[ApplicabilityRuleDeviceModeArgs] | None = optional(
        Nested(ApplicabilityRuleDeviceModeArgs)
    )
    """Which mode of Windows it applies to."""
    assignments: Input[Sequence[Input[AssignmentArgs]]] | None = optional(ASSIGNMENTS, part=Part.RELATIONSHIP)
    """Who gets it: the whole set, so ``[]`` removes all. While it is not declared, the assignments are left alone."""


class DerivedCredentialProfileArgs(DeviceConfigurationArgs):
    """Inputs of every profile that hands a derived credential to devices."""

    derived_credential_settings_id: Input[str] | None = optional(
        Guid("a DerivedCredentialSettings"), part=Part.RELATIONSHIP
    )
    """
    The credential it uses: the `id` of a `DerivedCredentialSettings`.

    When those settings are replaced, the profile is written once more, which Intune needs to use the new ones.
    """


class DerivedCredentialProfileOutputs:
    """
    Outputs of every profile that hands a derived credential to devices.

    For editors only: to convert numbers the SDK reads the annotations of the resource class itself, and there are
    none here.
    """

    display_name: Output[str]
    description: Output[str | None]
    role_scope_tag_ids: Output[Sequence[str] | None]
    device_management_applicability_rule_os_edition: Output[dict[str, Any] | None]
    device_management_applicability_rule_os_version: Output[dict[str, Any] | None]
    device_management_applicability_rule_device_mode: Output[dict[str, Any] | None]
    derived_credential_settings_id: Output[str | None]
    assignments: Output[Sequence[dict[str, Any]] | None]
