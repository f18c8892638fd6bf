"""
The types of profile that can use a derived credential, and how to reach the credential through one of them.

Source: the beta metadata: every type with a navigation property `derivedCredentialSettings`. The update page of the
settings lists four of them, the device-configuration flavour of the same page three more.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from provider.device_configurations.args import DEVICE_CONFIGURATIONS
from provider.errors import NoSuchObject
from provider.kinds.relationship import ObjectRef
from provider.schema import Choice

if TYPE_CHECKING:  # a program must not load the HTTP library
    from provider.graph.tenant import Tenant

_TYPE = "#microsoft.graph."


class DerivedCredentialProfileType(str, Enum):
    """The type of a profile that can use a derived credential."""

    ANDROID_DEVICE_OWNER_DERIVED_CREDENTIAL_AUTHENTICATION = (
        "androidDeviceOwnerDerivedCredentialAuthenticationConfiguration"
    )
    ANDROID_DEVICE_OWNER_ENTERPRISE_WI_FI = "androidDeviceOwnerEnterpriseWiFiConfiguration"
    ANDROID_DEVICE_OWNER_VPN = "androidDeviceOwnerVpnConfiguration"
    IOS_DERIVED_CREDENTIAL_AUTHENTICATION = "iosDerivedCredentialAuthenticationConfiguration"
    IOS_EAS_EMAIL_PROFILE = "iosEasEmailProfileConfiguration"
    IOS_ENTERPRISE_WI_FI = "iosEnterpriseWiFiConfiguration"
    IOS_VPN = "iosVpnConfiguration"


PROFILE_TYPE = Choice(
    DerivedCredentialProfileType,
    refused={
        DerivedCredentialProfileType.ANDROID_DEVICE_OWNER_VPN: (
            "Intune does not support derived credentials for Android Enterprise VPN "
            "(its documentation withdrew them; the API alone still has the reference)"
        )
    },
)
"""What `profile_type` may be."""


def profile(device_configuration_id: str, profile_type: str) -> ObjectRef:
    """Return the profile as its reference to a credential sees it."""
    return ObjectRef(DEVICE_CONFIGURATIONS, _TYPE + profile_type, device_configuration_id)


def type_of(owner: ObjectRef) -> str:
    """Return the `profile_type` of a profile."""
    return owner.odata_type.removeprefix(_TYPE)


def profile_listed(tenant: Tenant, device_configuration_id: str) -> ObjectRef:
    """
    Return the profile with the type that Graph says it has.

    Raises NoSuchObject: there is no such device configuration.
    """
    live = tenant.listing(DEVICE_CONFIGURATIONS).get(device_configuration_id)
    if live is None:
        live = tenant.find(DEVICE_CONFIGURATIONS.item_listed(device_configuration_id))
    if live is None:
        raise NoSuchObject(f"there is no device configuration {device_configuration_id} in the tenant: correct the id")
    return ObjectRef(DEVICE_CONFIGURATIONS, str(live.get("@odata.type")), device_configuration_id)
