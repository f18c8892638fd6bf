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
    refused(credential)


def refused(credential: intune.DerivedCredentialSettings) -> None:
    """Write what each checker must refuse: an error that is no longer one is an error."""
    intune.DerivedCredentialSettingsArgs(display_name="C", notification_types=[])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    intune.DerivedCredentialSettingsArgs(
        display_name=7,  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        issuer="purebred",
        notification_types=["email"],
    )
    intune.DerivedCredentialSettingsArgs(
        display_name="C",
        issuer="purebred",
        notification_types=["email"],
        bogus=True,  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    )
    intune.DerivedCredentialSettings("credential", intune.DerivedCredentialBindingArgs)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    _ = credential.isuer  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
