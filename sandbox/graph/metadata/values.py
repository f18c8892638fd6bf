"""The enumerations."""

from __future__ import annotations

from sandbox.graph.metadata.model import EnumType

_CSDL = "CSDL beta, enum "
_DOCS = "https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-{}?view=graph-rest-beta"


def _documented(name: str, *members: str) -> EnumType:
    return EnumType(name, members, _DOCS.format(name.lower()))


_EDITIONS = (
    *("Enterprise", "EnterpriseN", "Education", "EducationN", "MobileEnterprise", "HolographicEnterprise"),
    *("Professional", "ProfessionalN", "ProfessionalEducation", "ProfessionalEducationN"),
    *("ProfessionalWorkstation", "ProfessionalWorkstationN", "Home", "HomeChina", "HomeN"),
    *("HomeSingleLanguage", "Mobile", "IoTCore", "IoTCoreCommercial"),
)

ENUMS = (
    EnumType(
        "deviceManagementDerivedCredentialIssuer",
        # The documentation lists three; the schema of every cloud has the fourth.
        ("intercede", "entrustDatacard", "purebred", "xTec"),
        _CSDL + "deviceManagementDerivedCredentialIssuer",
    ),
    EnumType(
        "deviceManagementDerivedCredentialNotificationType",
        ("none", "companyPortal", "email"),
        _CSDL + "deviceManagementDerivedCredentialNotificationType (IsFlags)",
        flags=True,
    ),
    EnumType(
        "androidDeviceOwnerCertificateAccessType",
        ("userApproval", "specificApps"),
        _CSDL + "androidDeviceOwnerCertificateAccessType",
    ),
    EnumType(
        "windows10EditionType",
        (*(f"windows10{edition}" for edition in _EDITIONS), "notConfigured"),
        _CSDL + "windows10EditionType",
    ),
    EnumType(
        "deviceManagementApplicabilityRuleType",
        ("include", "exclude"),
        _CSDL + "deviceManagementApplicabilityRuleType",
    ),
    EnumType(
        "windows10DeviceModeType",
        ("standardConfiguration", "sModeConfiguration"),
        _CSDL + "windows10DeviceModeType",
    ),
    EnumType(
        "certificateRevocationStatus",
        ("none", "pending", "issued", "failed", "revoked"),
        _CSDL + "certificateRevocationStatus",
    ),
    EnumType(
        "deviceAndAppManagementAssignmentFilterType",
        ("none", "include", "exclude"),
        _CSDL + "deviceAndAppManagementAssignmentFilterType",
    ),
    EnumType("deviceConfigAssignmentIntent", ("apply", "remove"), _CSDL + "deviceConfigAssignmentIntent"),
    EnumType(
        "deviceAndAppManagementAssignmentSource",
        ("direct", "policySets"),
        _CSDL + "deviceAndAppManagementAssignmentSource",
    ),
    _documented("easAuthenticationMethod", "usernameAndPassword", "certificate", "derivedCredential"),
    _documented("emailCertificateType", "none", "certificate", "derivedCredential"),
    _documented(
        "emailSyncDuration",
        *("userDefined", "oneDay", "threeDays", "oneWeek", "twoWeeks", "oneMonth", "unlimited"),
    ),
    _documented("userEmailSource", "userPrincipalName", "primarySmtpAddress"),
    # The documentation lists neither teap nor wpa3Personal; Microsoft's SDK (msgraph-beta-sdk 1.66) has both.
    _documented("eapType", "eapTls", "leap", "eapSim", "eapTtls", "peap", "eapFast", "teap"),
    _documented("androidEapType", "eapTls", "eapTtls", "peap"),
    _documented(
        "wiFiSecurityType",
        *("open", "wpaPersonal", "wpaEnterprise", "wep", "wpa2Personal", "wpa2Enterprise", "wpa3Personal"),
    ),
    _documented("androidDeviceOwnerWiFiSecurityType", "open", "wep", "wpaPersonal", "wpaEnterprise"),
    _documented("wiFiProxySetting", "none", "manual", "automatic"),
    _documented("wiFiAuthenticationMethod", "certificate", "usernameAndPassword", "derivedCredential"),
    _documented(
        "vpnAuthenticationMethod",
        *("certificate", "usernameAndPassword", "sharedSecret", "derivedCredential", "azureAD"),
    ),
    _documented(
        "appleVpnConnectionType",
        *(
            "ciscoAnyConnect",
            "pulseSecure",
            "f5EdgeClient",
            "dellSonicWallMobileConnect",
            "checkPointCapsuleVpn",
        ),
        *(
            "customVpn",
            "ciscoIPSec",
            "citrix",
            "ciscoAnyConnectV2",
            "paloAltoGlobalProtect",
            "zscalerPrivateAccess",
        ),
        *("f5Access2018", "citrixSso", "paloAltoGlobalProtectV2", "ikEv2", "alwaysOn", "microsoftTunnel"),
        *("netMotionMobility", "microsoftProtect"),
    ),
    _documented(
        "androidVpnConnectionType",
        *(
            "ciscoAnyConnect",
            "pulseSecure",
            "f5EdgeClient",
            "dellSonicWallMobileConnect",
            "checkPointCapsuleVpn",
        ),
        *("citrix", "microsoftTunnel", "netMotionMobility", "microsoftProtect"),
    ),
)
