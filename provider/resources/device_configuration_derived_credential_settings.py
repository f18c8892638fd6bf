"""Derived-credential settings, changed through a profile that uses them."""

from __future__ import annotations

from collections.abc import Sequence

from pulumi import Input, Output

from provider.device_configuration import CONFIGURATION
from provider.profiles import PROFILE_TYPE
from provider.resource import GraphResource
from provider.resources.derived_credential_settings import DerivedCredentialIssuer, DerivedCredentialNotificationType
from provider.schema import Arguments, optional, required
from provider.scoped_settings import ScopedSettingsKind
from provider.values import Choice, Flags, Guid, Integer, Text, Url


class DeviceConfigurationDerivedCredentialSettingsArgs(Arguments):
    """Inputs of `DeviceConfigurationDerivedCredentialSettings`. What is not declared is left alone."""

    device_configuration_id: Input[str] = required(Guid("a device configuration"), create_only=True)
    """The profile that uses the settings: the id of a device configuration."""
    profile_type: Input[str] | None = optional(PROFILE_TYPE, create_only=True)
    """
    What the profile is, a member of `DerivedCredentialProfileType`: the route then goes through that type.

    Omitted, the bare route of the documentation is used.
    """
    display_name: Input[str] | None = optional(Text(), server_default=True)
    """The name that administrators see."""
    issuer: Input[str] | None = optional(Choice(DerivedCredentialIssuer), server_default=True)
    """The issuer that the settings must have. It cannot be changed; another one is an error."""
    notification_types: Input[Sequence[Input[str]]] | None = optional(
        Flags(DerivedCredentialNotificationType, alone=DerivedCredentialNotificationType.NONE),
        wire="notificationType",
        server_default=True,
    )
    """How users are told to fetch a credential: members of `DerivedCredentialNotificationType`."""
    help_url: Input[str] | None = optional(Url(), server_default=True)
    """The page that users are shown as they fetch a credential."""
    renewal_threshold_percentage: Input[int] | None = optional(Integer(1, 99), server_default=True)
    """The percentage of a credential's lifetime that is left when the device begins to renew it."""


class DeviceConfigurationDerivedCredentialSettings(
    GraphResource[DeviceConfigurationDerivedCredentialSettingsArgs],
    kind=ScopedSettingsKind(
        name="scopedSettings",
        config_key="scopedSettings",
        args=DeviceConfigurationDerivedCredentialSettingsArgs,
        permissions=(CONFIGURATION,),
    ),
):
    """
    Derived-credential settings, changed through a profile that uses them.

    Prefer `DerivedCredentialSettings`, which manages the settings by themselves, from their creation on. This resource
    is for an identity that is scoped to a profile, or for a stack that owns the profile and not the settings. It takes
    the settings over when it is created and forgets them when it is deleted; declaring both resources for the same
    settings is refused.

    Graph: https://learn.microsoft.com/graph/api/intune-shared-devicemanagementderivedcredentialsettings-update
    """

    device_configuration_id: Output[str]
    profile_type: Output[str | None]
    display_name: Output[str | None]
    issuer: Output[str | None]
    notification_types: Output[Sequence[str] | None]
    help_url: Output[str | None]
    renewal_threshold_percentage: Output[int | None]
