"""The profile that hands a derived credential to apps on iOS and iPadOS devices."""

from __future__ import annotations

from provider.device_configurations.args import (
    DEVICE_CONFIGURATIONS,
    WRITE_CONFIGURATION,
    DerivedCredentialProfileArgs,
    DerivedCredentialProfileOutputs,
)
from provider.device_configurations.assignments import Assignments
from provider.device_configurations.credential import CredentialReference
from provider.kinds.entity import Entity
from provider.program.resource import GraphResource


class IosDerivedCredentialAuthenticationConfigurationArgs(DerivedCredentialProfileArgs):
    """Inputs of `IosDerivedCredentialAuthenticationConfiguration`. The profile has no settings of its own."""


class IosDerivedCredentialAuthenticationConfiguration(
    GraphResource[IosDerivedCredentialAuthenticationConfigurationArgs],
    DerivedCredentialProfileOutputs,
    kind=Entity(
        name="iosProfile",
        config_key="iosProfiles",
        args=IosDerivedCredentialAuthenticationConfigurationArgs,
        permissions=(WRITE_CONFIGURATION,),
        collection=DEVICE_CONFIGURATIONS,
        odata_type="#microsoft.graph.iosDerivedCredentialAuthenticationConfiguration",
        relationships=(CredentialReference(), Assignments()),
    ),
):
    """
    The profile that hands a derived credential to apps on iOS and iPadOS devices.

    Graph: https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-iosderivedcredentialauthenticationconfiguration
    """
