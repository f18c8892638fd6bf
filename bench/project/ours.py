"""The subject of the bench: the resources of this project."""

from __future__ import annotations

from typing import Any

import provider as intune


def credential(name: str, fields: dict[str, Any]) -> intune.DerivedCredentialSettings:
    """Declare the credential."""
    return intune.DerivedCredentialSettings(name, intune.DerivedCredentialSettingsArgs(**fields))


def profile(name: str, fields: dict[str, Any]) -> intune.AndroidDeviceOwnerDerivedCredentialAuthenticationConfiguration:
    """Declare a profile."""
    arguments = intune.AndroidDeviceOwnerDerivedCredentialAuthenticationConfigurationArgs(**fields)
    return intune.AndroidDeviceOwnerDerivedCredentialAuthenticationConfiguration(name, arguments)
