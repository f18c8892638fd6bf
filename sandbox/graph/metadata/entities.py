"""The table: the entity types of Intune's derived-credential surface."""

from __future__ import annotations

from sandbox.graph.metadata.model import BOOLEAN, DATE_TIME, INT32, STRING, EntityType, Navigation, Property

_CSDL = "CSDL beta, entity type "

SETTINGS = "deviceManagementDerivedCredentialSettings"
DEVICE_CONFIGURATION = "deviceConfiguration"
CERTIFICATE_STATE = "managedAllDeviceCertificateState"

RENEWAL_DEFAULT = 20
"""
What renewalThresholdPercentage reads back as when create omits it.

The true default is unknown (0 is the other candidate): Intune is documented to notify at 80 % of a credential's life.
"""

_NO_TIME = "0001-01-01T00:00:00Z"
"""What OData reads back for a time that was never set and cannot be null."""

_BINDING = Navigation("derivedCredentialSettings", SETTINGS, _CSDL + "*, NavigationProperty without ContainsTarget")


def _contained(name: str, target: str, *, collection: bool = True) -> Navigation:
    return Navigation(name, target, _CSDL + DEVICE_CONFIGURATION, collection=collection, contained=True)


def _needed(name: str, kind: str, default: object) -> Property:
    """Declare a property that cannot be null and that the server fills in (with what is not documented)."""
    return Property(name, kind, nullable=False, default=default)


def _profile(name: str, *properties: Property) -> EntityType:
    """Declare a profile that can use a derived credential, by what its schema demands."""
    return EntityType(name, properties, _CSDL + name, (_BINDING,), DEVICE_CONFIGURATION, partial=True)


ENTITIES = (
    EntityType(
        SETTINGS,
        (
            Property("displayName", STRING, nullable=False),
            Property("helpUrl", STRING),
            Property("issuer", "deviceManagementDerivedCredentialIssuer", nullable=False),
            Property("notificationType", "deviceManagementDerivedCredentialNotificationType", nullable=False),
            Property(
                "renewalThresholdPercentage",
                INT32,
                nullable=False,
                default=RENEWAL_DEFAULT,
                source="CSDL beta (absent from the documentation of create and update)",
            ),
        ),
        _CSDL + SETTINGS,
    ),
    EntityType(
        DEVICE_CONFIGURATION,
        (
            Property("lastModifiedDateTime", DATE_TIME, nullable=False, read_only=True),
            Property(
                "roleScopeTagIds",
                STRING,
                collection=True,
                default=("0",),
                source='read back as ["0"] in captures of sibling types',
            ),
            Property(
                "supportsScopeTags",
                BOOLEAN,
                nullable=False,
                read_only=True,
                source="documented as read-only on the page whose sample sends it",
            ),
            Property("deviceManagementApplicabilityRuleOsEdition", "deviceManagementApplicabilityRuleOsEdition"),
            Property("deviceManagementApplicabilityRuleOsVersion", "deviceManagementApplicabilityRuleOsVersion"),
            Property("deviceManagementApplicabilityRuleDeviceMode", "deviceManagementApplicabilityRuleDeviceMode"),
            Property("createdDateTime", DATE_TIME, nullable=False, read_only=True),
            Property("description", STRING),
            Property("displayName", STRING, nullable=False),
            Property("version", INT32, nullable=False, read_only=True),
        ),
        _CSDL + DEVICE_CONFIGURATION,
        (
            _contained("assignments", "deviceConfigurationAssignment"),
            _contained("groupAssignments", "deviceConfigurationGroupAssignment"),
            _contained("deviceStatuses", "deviceConfigurationDeviceStatus"),
            _contained("userStatuses", "deviceConfigurationUserStatus"),
            _contained("deviceStatusOverview", "deviceConfigurationDeviceOverview", collection=False),
            _contained("userStatusOverview", "deviceConfigurationUserOverview", collection=False),
            _contained("deviceSettingStateSummaries", "settingStateDeviceSummary"),
        ),
        abstract=True,
    ),
    EntityType(
        "androidDeviceOwnerDerivedCredentialAuthenticationConfiguration",
        (
            Property("certificateAccessType", "androidDeviceOwnerCertificateAccessType"),
            Property(
                "silentCertificateAccessDetails",
                "androidDeviceOwnerSilentCertificateAccess",
                collection=True,
                at_most=50,
                source="the bound is on the documentation page of update",
            ),
        ),
        _CSDL + "androidDeviceOwnerDerivedCredentialAuthenticationConfiguration",
        (_BINDING,),
        DEVICE_CONFIGURATION,
    ),
    EntityType(
        "iosDerivedCredentialAuthenticationConfiguration",
        (),
        _CSDL + "iosDerivedCredentialAuthenticationConfiguration",
        (_BINDING,),
        DEVICE_CONFIGURATION,
    ),
    _profile(
        "iosEasEmailProfileConfiguration",
        _needed("usernameSource", "userEmailSource", "userPrincipalName"),
        Property("accountName", STRING, nullable=False),
        Property("hostName", STRING, nullable=False),
        _needed("emailAddressSource", "userEmailSource", "userPrincipalName"),
        _needed("durationOfEmailToSync", "emailSyncDuration", "userDefined"),
        _needed("requireSsl", BOOLEAN, False),
        Property("authenticationMethod", "easAuthenticationMethod"),
        Property("signingCertificateType", "emailCertificateType"),
        Property("encryptionCertificateType", "emailCertificateType"),
    ),
    _profile(
        "iosEnterpriseWiFiConfiguration",
        Property("networkName", STRING, nullable=False),
        Property("ssid", STRING, nullable=False),
        _needed("connectAutomatically", BOOLEAN, False),
        _needed("connectWhenNetworkNameIsHidden", BOOLEAN, False),
        _needed("wiFiSecurityType", "wiFiSecurityType", "open"),
        _needed("proxySettings", "wiFiProxySetting", "none"),
        _needed("eapType", "eapType", "eapTls"),
        Property("authenticationMethod", "wiFiAuthenticationMethod"),
    ),
    _profile(
        "iosVpnConfiguration",
        Property("connectionName", STRING, nullable=False),
        _needed("connectionType", "appleVpnConnectionType", "ciscoAnyConnect"),
        Property("server", "vpnServer", nullable=False),
        _needed("authenticationMethod", "vpnAuthenticationMethod", "certificate"),
        _needed("enableSplitTunneling", BOOLEAN, False),
    ),
    _profile(
        "androidDeviceOwnerEnterpriseWiFiConfiguration",
        Property("networkName", STRING, nullable=False),
        Property("ssid", STRING, nullable=False),
        _needed("wiFiSecurityType", "androidDeviceOwnerWiFiSecurityType", "open"),
        _needed("proxySettings", "wiFiProxySetting", "none"),
        _needed("preSharedKeyIsSet", BOOLEAN, False),
        _needed("eapType", "androidEapType", "eapTls"),
        Property("authenticationMethod", "wiFiAuthenticationMethod"),
    ),
    _profile(
        "androidDeviceOwnerVpnConfiguration",
        Property("connectionName", STRING, nullable=False),
        _needed("connectionType", "androidVpnConnectionType", "ciscoAnyConnect"),
        Property("servers", "vpnServer", nullable=False, collection=True, at_most=500),
        _needed("authenticationMethod", "vpnAuthenticationMethod", "certificate"),
    ),
    EntityType(
        "windowsDomainJoinConfiguration",
        (
            Property("computerNameStaticPrefix", STRING),
            Property("computerNameSuffixRandomCharCount", INT32),
            Property("activeDirectoryDomainName", STRING, nullable=False),
            Property("organizationalUnit", STRING),
        ),
        "https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-windowsdomainjoinconfiguration",
        (
            Navigation(
                "networkAccessConfigurations",
                DEVICE_CONFIGURATION,
                "https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-windowsdomainjoinconfiguration",
                collection=True,
                at_most=2,
            ),
        ),
        DEVICE_CONFIGURATION,
    ),
    EntityType(
        CERTIFICATE_STATE,
        (
            _needed("certificateRevokeStatus", "certificateRevocationStatus", "none"),
            _needed("certificateRevokeStatusLastChangeDateTime", DATE_TIME, _NO_TIME),
            Property("managedDeviceDisplayName", STRING),
            Property("userPrincipalName", STRING),
            _needed("certificateExpirationDateTime", DATE_TIME, _NO_TIME),
            Property("certificateIssuerName", STRING),
            Property("certificateThumbprint", STRING),
            Property("certificateSerialNumber", STRING),
            Property("certificateSubjectName", STRING),
            Property("certificateKeyUsages", INT32),
            Property("certificateExtendedKeyUsages", STRING),
            _needed("certificateIssuanceDateTime", DATE_TIME, _NO_TIME),
        ),
        _CSDL + CERTIFICATE_STATE,
    ),
    EntityType(
        "group",
        (Property("displayName", STRING), Property("description", STRING), Property("securityEnabled", BOOLEAN)),
        "https://learn.microsoft.com/graph/api/resources/group",
        partial=True,
    ),
    EntityType(
        "deviceAndAppManagementAssignmentFilter",
        (Property("displayName", STRING), Property("description", STRING), Property("rule", STRING)),
        _CSDL + "deviceAndAppManagementAssignmentFilter",
        partial=True,
    ),
    EntityType(
        "roleScopeTag",
        (Property("displayName", STRING), Property("description", STRING), _needed("isBuiltIn", BOOLEAN, False)),
        _CSDL + "roleScopeTag",
        partial=True,
    ),
    EntityType(
        "deviceConfigurationAssignment",
        (
            Property("target", "deviceAndAppManagementAssignmentTarget", nullable=False),
            Property("intent", "deviceConfigAssignmentIntent", default="apply"),
            _needed("source", "deviceAndAppManagementAssignmentSource", "direct"),
            Property("sourceId", STRING, read_only=True),
        ),
        _CSDL + "deviceConfigurationAssignment",
    ),
    EntityType(
        "deviceConfigurationGroupAssignment",
        (Property("targetGroupId", STRING), _needed("excludeGroup", BOOLEAN, False)),
        _CSDL + "deviceConfigurationGroupAssignment",
        (Navigation("deviceConfiguration", DEVICE_CONFIGURATION, _CSDL + "deviceConfigurationGroupAssignment"),),
    ),
)


def foreign(name: str) -> EntityType:
    """Describe a profile type outside the table, met only because an object of it was put there in the portal."""
    return EntityType(name, (), "not described", base=DEVICE_CONFIGURATION, partial=True)
