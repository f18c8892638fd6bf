"""
What a program writes, for the type checkers alone: this file is checked with all others and is never run.

A class of arguments that asks for an optional field, or takes a wrong one, makes `python3 tasks.py check` fail.
"""

from __future__ import annotations

import pulumi

import provider as intune


def declare() -> None:
    """Declare one resource of each way to write its arguments."""
    credential = intune.DerivedCredentialSettings(
        "credential",
        intune.DerivedCredentialSettingsArgs(
            display_name="Credential",
            issuer=intune.DerivedCredentialIssuer.ENTRUST_DATACARD,
            notification_types=["companyPortal", "email"],
        ),
        pulumi.ResourceOptions(protect=True),
    )
    intune.IosDerivedCredentialAuthenticationConfiguration(
        "profile",
        intune.IosDerivedCredentialAuthenticationConfigurationArgs(
            display_name=pulumi.Output.concat("iOS - ", credential.display_name),
            derived_credential_settings_id=credential.id,
            assignments=[intune.AssignmentArgs(target="allDevicesAssignmentTarget")],
        ),
    )
    intune.DerivedCredentialSettingsArgs(display_name="No issuer", notification_types=[])  # type: ignore[call-arg]
    intune.DerivedCredentialSettingsArgs(
        display_name=7,  # type: ignore[arg-type]
        issuer="purebred",
        notification_types=["email"],
        bogus=True,  # type: ignore[call-arg]
    )
