"""The issuer from which the devices of a tenant obtain derived credentials."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from pulumi import Input, Output

from provider.device_configurations.credential import DERIVED_CREDENTIALS, DERIVED_CREDENTIALS_PERMISSIONS
from provider.kinds.entity import Entity, EntityArgs
from provider.program.resource import GraphResource
from provider.schema import Choice, Flags, Integer, Text, Url, optional, required

__all__ = [
    "DerivedCredentialIssuer",
    "DerivedCredentialNotificationType",
    "DerivedCredentialSettings",
    "DerivedCredentialSettingsArgs",
]


class DerivedCredentialIssuer(str, Enum):
    """
    The derived-credential provider.

    X_TEC is in the metadata of every cloud that has the type, though not on the pages that list the others.
    """

    INTERCEDE = "intercede"
    ENTRUST_DATACARD = "entrustDatacard"
    PUREBRED = "purebred"
    X_TEC = "xTec"


class DerivedCredentialNotificationType(str, Enum):
    """How a user learns that a credential is to be fetched. Flags: several may be declared together."""

    NONE = "none"
    COMPANY_PORTAL = "companyPortal"
    EMAIL = "email"


class DerivedCredentialSettingsArgs(EntityArgs):
    """Inputs of `DerivedCredentialSettings`."""

    display_name: Input[str] = required(Text())
    """The name that administrators see."""
    issuer: Input[str] = required(Choice(DerivedCredentialIssuer), create_only=True)
    """
    The provider: a member of `DerivedCredentialIssuer`. Intune cannot change it, so a change deletes the settings
    and creates new ones: credentials issued before stop working, and users request new ones.
    """
    notification_types: Input[Sequence[Input[str]]] = required(
        Flags(DerivedCredentialNotificationType, exclusive=DerivedCredentialNotificationType.NONE),
        wire="notificationType",
    )
    """How users are told to fetch a credential: members of `DerivedCredentialNotificationType`."""
    help_url: Input[str] | None = optional(Url())
    """The page that users are shown as they fetch a credential; Microsoft's generic one, if omitted."""
    renewal_threshold_percentage: Input[int] | None = optional(Integer(1, 99), server_default=True)
    """The percentage of a credential's lifetime that is left when the device begins to renew it."""


class DerivedCredentialSettings(
    GraphResource[DerivedCredentialSettingsArgs],
    kind=Entity(
        name="derivedCredential",
        config_key="derivedCredentials",
        args=DerivedCredentialSettingsArgs,
        permissions=DERIVED_CREDENTIALS_PERMISSIONS,
        collection=DERIVED_CREDENTIALS,
        odata_type="#microsoft.graph.deviceManagementDerivedCredentialSettings",
        patch_may_replace=True,  # Microsoft365DSC's code says so, and never patches; the documentation says otherwise
    ),
):
    """
    The issuer from which the devices of a tenant obtain derived credentials.

    A tenant has one issuer at a time. Deleting it stops every credential that was issued through it; profiles that
    use it must be updated after a replacement; those that reference its `id` are updated automatically.

    Graph: https://learn.microsoft.com/graph/api/resources/intune-rapolicy-devicemanagementderivedcredentialsettings
    """

    display_name: Output[str]
    issuer: Output[str]
    notification_types: Output[Sequence[str]]
    help_url: Output[str | None]
    renewal_threshold_percentage: Output[int | None]
