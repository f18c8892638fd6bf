"""The complex types: applicability rules, certificate access, VPN servers, and the targets of assignments."""

from __future__ import annotations

from sandbox.graph.metadata.model import BOOLEAN, STRING, ComplexType, Property

_CSDL = "CSDL beta, complex type "
_VPN_SERVER = "https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-vpnserver?view=graph-rest-beta"

TARGET = "deviceAndAppManagementAssignmentTarget"
GROUP_TARGET = "groupAssignmentTarget"
EXCLUSION_TARGET = "exclusionGroupAssignmentTarget"
COLLECTION_TARGET = "configurationManagerCollectionAssignmentTarget"


def _rule(name: str, *properties: Property) -> ComplexType:
    """Declare an applicability rule: all have a name and say whether what they match is in or out."""
    rule_type = Property("ruleType", "deviceManagementApplicabilityRuleType", nullable=False)
    return ComplexType(name, (*properties, Property("name", STRING), rule_type), _CSDL + name)


def _target(name: str, *properties: Property) -> ComplexType:
    return ComplexType(name, properties, _CSDL + name, base=TARGET)


COMPLEX_TYPES = (
    _rule(
        "deviceManagementApplicabilityRuleOsEdition",
        Property("osEditionTypes", "windows10EditionType", nullable=False, collection=True),
    ),
    _rule(
        "deviceManagementApplicabilityRuleOsVersion",
        Property("minOSVersion", STRING),
        Property("maxOSVersion", STRING),
    ),
    _rule(
        "deviceManagementApplicabilityRuleDeviceMode",
        Property("deviceMode", "windows10DeviceModeType", nullable=False),
    ),
    ComplexType(
        "androidDeviceOwnerSilentCertificateAccess",
        (Property("packageId", STRING),),
        _CSDL + "androidDeviceOwnerSilentCertificateAccess",
    ),
    ComplexType(
        "vpnServer",
        (
            Property("description", STRING),
            Property("address", STRING, nullable=False),
            Property("isDefaultServer", BOOLEAN, nullable=False, default=False),
        ),
        _VPN_SERVER,
    ),
    ComplexType(
        TARGET,
        (
            Property("deviceAndAppManagementAssignmentFilterId", STRING),
            Property(
                "deviceAndAppManagementAssignmentFilterType",
                "deviceAndAppManagementAssignmentFilterType",
                nullable=False,
                default="none",
            ),
        ),
        _CSDL + TARGET,
        abstract=True,
    ),
    _target(GROUP_TARGET, Property("groupId", STRING)),
    # In the schema it inherits from groupAssignmentTarget; its members are the same.
    ComplexType(EXCLUSION_TARGET, (), _CSDL + EXCLUSION_TARGET, base=GROUP_TARGET),
    _target("allDevicesAssignmentTarget"),
    _target("allLicensedUsersAssignmentTarget"),
    _target(COLLECTION_TARGET, Property("collectionId", STRING)),
)
