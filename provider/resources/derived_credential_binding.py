"""The use of a derived credential by a profile that this stack does not manage."""

from __future__ import annotations

from pulumi import Input, Output

from provider.bindings import BindingKind
from provider.device_configuration import CONFIGURATION
from provider.profiles import PROFILE_TYPE
from provider.resource import GraphResource
from provider.schema import Arguments, required
from provider.values import Guid


class DerivedCredentialBindingArgs(Arguments):
    """Inputs of `DerivedCredentialBinding`."""

    device_configuration_id: Input[str] = required(Guid("a device configuration"), create_only=True)
    """The profile: the id of a device configuration."""
    profile_type: Input[str] = required(PROFILE_TYPE, create_only=True)
    """What it is: a member of `DerivedCredentialProfileType`."""
    derived_credential_settings_id: Input[str] = required(Guid("a DerivedCredentialSettings"))
    """The credential it is to use: the `id` of a `DerivedCredentialSettings`."""


class DerivedCredentialBinding(
    GraphResource[DerivedCredentialBindingArgs],
    kind=BindingKind(
        name="binding",
        config_key="bindings",
        args=DerivedCredentialBindingArgs,
        permissions=(CONFIGURATION,),
    ),
):
    """
    The use of a derived credential by a profile that this stack does not manage, such as a VPN or Wi-Fi profile.

    The profile itself is neither changed nor deleted. For one that this stack does manage, declare
    `derived_credential_settings_id` there instead.

    Graph: https://learn.microsoft.com/graph/api/intune-rapolicy-devicemanagementderivedcredentialsettings-get
    """

    device_configuration_id: Output[str]
    profile_type: Output[str]
    derived_credential_settings_id: Output[str]
