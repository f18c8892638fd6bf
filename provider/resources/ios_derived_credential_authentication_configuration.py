"""The profile that hands a derived credential to apps on iOS and iPadOS devices."""

from __future__ import annotations

from provider.device_configurations.args import (
    DerivedCredentialProfileArgs,
    DerivedCredentialProfileOutputs,
)
from provider.device_configurations.kind import ProfileKind
from provider.program.resource import GraphResource

__all__ = [
    "IosDerivedCredentialAuthenticationConfiguration",
    "IosDerivedCredentialAuthenticationConfigurationArgs",
]


class IosDerivedCredentialAuthenticationConfigurationArgs(DerivedCredentialProfileArgs):
    """Inputs of `IosDerivedCredentialAuthenticationConfiguration`. The profile has no settings of its own."""


class IosDerivedCredentialAuthenticationConfiguration(
    GraphResource[IosDerivedCredentialAuthenticationConfigurationArgs],
    DerivedCredentialProfileOutputs,
    kind=ProfileKind(
        name="iosProfile",
        config_key="iosProfiles",
        args=IosDerivedCredentialAuthenticationConfigurationArgs,
        odata_type="#microsoft.graph.iosDerivedCredentialAuthenticationConfiguration",
    ),
):
    """
    The profile that hands a derived credential to apps on iOS and iPadOS devices.

    Graph: https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-iosderivedcredentialauthenticationconfiguration
    """
