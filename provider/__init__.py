"""
Microsoft Intune derived credentials as Pulumi resources.

Usage in a program: ``import provider as intune``. Everything public is named here.
"""

from provider.device_configurations.applicability import (
    ApplicabilityRuleDeviceModeArgs,
    ApplicabilityRuleOsEditionArgs,
    ApplicabilityRuleOsVersionArgs,
    ApplicabilityRuleType,
    DeviceMode,
    Windows10EditionType,
)
from provider.device_configurations.assignments import AssignmentArgs, AssignmentFilterType, AssignmentTarget
from provider.device_configurations.profile_types import DerivedCredentialProfileType
from provider.program.ending import run_program
from provider.resources.android_device_owner_derived_credential_authentication_configuration import (
    AndroidDeviceOwnerCertificateAccessType,
    AndroidDeviceOwnerDerivedCredentialAuthenticationConfiguration,
    AndroidDeviceOwnerDerivedCredentialAuthenticationConfigurationArgs,
    AndroidDeviceOwnerSilentCertificateAccessArgs,
    GroupAssignmentRoute,
    NetworkAccessConfigurationRoute,
)
from provider.resources.derived_credential_binding import DerivedCredentialBinding, DerivedCredentialBindingArgs
from provider.resources.derived_credential_settings import (
    DerivedCredentialIssuer,
    DerivedCredentialNotificationType,
    DerivedCredentialSettings,
    DerivedCredentialSettingsArgs,
)
from provider.resources.device_configuration_derived_credential_settings import (
    DeviceConfigurationDerivedCredentialSettings,
    DeviceConfigurationDerivedCredentialSettingsArgs,
)
from provider.resources.ios_derived_credential_authentication_configuration import (
    IosDerivedCredentialAuthenticationConfiguration,
    IosDerivedCredentialAuthenticationConfigurationArgs,
)
from provider.resources.managed_all_device_certificate_state import (
    CertificateRevocationStatus,
    ManagedAllDeviceCertificateState,
    ManagedAllDeviceCertificateStateArgs,
)

__all__ = [
    "AndroidDeviceOwnerCertificateAccessType",
    "AndroidDeviceOwnerDerivedCredentialAuthenticationConfiguration",
    "AndroidDeviceOwnerDerivedCredentialAuthenticationConfigurationArgs",
    "AndroidDeviceOwnerSilentCertificateAccessArgs",
    "ApplicabilityRuleDeviceModeArgs",
    "ApplicabilityRuleOsEditionArgs",
    "ApplicabilityRuleOsVersionArgs",
    "ApplicabilityRuleType",
    "AssignmentArgs",
    "AssignmentFilterType",
    "AssignmentTarget",
    "CertificateRevocationStatus",
    "DerivedCredentialBinding",
    "DerivedCredentialBindingArgs",
    "DerivedCredentialIssuer",
    "DerivedCredentialNotificationType",
    "DerivedCredentialProfileType",
    "DerivedCredentialSettings",
    "DerivedCredentialSettingsArgs",
    "DeviceConfigurationDerivedCredentialSettings",
    "DeviceConfigurationDerivedCredentialSettingsArgs",
    "DeviceMode",
    "GroupAssignmentRoute",
    "IosDerivedCredentialAuthenticationConfiguration",
    "IosDerivedCredentialAuthenticationConfigurationArgs",
    "ManagedAllDeviceCertificateState",
    "ManagedAllDeviceCertificateStateArgs",
    "NetworkAccessConfigurationRoute",
    "Windows10EditionType",
    "run_program",
]
