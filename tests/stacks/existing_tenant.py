"""A tenant as people make it by hand in the admin center: sixty objects, and what no stack file can say."""

from __future__ import annotations

from typing import Any

from tests.sandbox_control import Portal

ANDROID = "#microsoft.graph.androidDeviceOwnerDerivedCredentialAuthenticationConfiguration"
IOS = "#microsoft.graph.iosDerivedCredentialAuthenticationConfiguration"
_TYPE = "#microsoft.graph."
_GROUP = "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e{:02d}"
_FILTER = "6b1e7d02-52a9-4f7e-8f0d-9c1d5f5a3b10"
ODD_NAMES = (
    "Mail: for everyone #1",
    "'quoted' \"twice\"",
    "- not a list",
    "{not: a map}",
    "on",
    "1e3",
    "2026-01-31",
    "Ünïcødé 日本語 😀",
    "<script>alert(1)</script>",
    "a" * 200,
    "tab\tand space ",
    "null",
)


def _targets(number: int) -> list[dict[str, Any]]:
    filtered = {
        "deviceAndAppManagementAssignmentFilterId": _FILTER,
        "deviceAndAppManagementAssignmentFilterType": "include",
    }
    every: list[dict[str, Any]] = [
        {"@odata.type": f"{_TYPE}groupAssignmentTarget", "groupId": _GROUP.format(number), **filtered},
        {"@odata.type": f"{_TYPE}exclusionGroupAssignmentTarget", "groupId": _GROUP.format(number + 1)},
        {"@odata.type": f"{_TYPE}allDevicesAssignmentTarget"},
        {"@odata.type": f"{_TYPE}allLicensedUsersAssignmentTarget"},
    ]
    return [{"target": one} for one in every[: number % 5]]


def fill(portal: Portal) -> tuple[int, int]:
    """Make the objects; return how many of them a stack can adopt, and how many it cannot."""
    credentials = [
        portal.seed(
            "derivedCredentials",
            displayName=f"Issuer {number}",
            issuer=issuer,
            notificationType="companyPortal,email" if number % 2 else "none",
            helpUrl=f"https://help.example/{number}?a=b&c=d" if number % 2 else None,
            renewalThresholdPercentage=10 + number,
        )
        for number, issuer in enumerate(("purebred", "intercede", "entrustDatacard", "xTec"))
    ]
    adoptable = len(credentials)
    for number, name in enumerate([*ODD_NAMES, *(f"Android {number}" for number in range(13))]):
        specific = number % 2
        portal.seed(
            "deviceConfigurations",
            **{"@odata.type": ANDROID},
            displayName=name,
            description="zwei\nZeilen: #" if number % 3 else "",
            roleScopeTagIds=["0", "7"] if number % 2 else ["0"],
            certificateAccessType="specificApps" if specific else "userApproval",
            silentCertificateAccessDetails=[{"packageId": "com.microsoft.office.outlook"}] if specific else [],
            assignments=_targets(number),
            derivedCredentialSettings=credentials[number % 4] if number % 5 else None,
        )
        adoptable += 1
    for number in range(20):
        portal.seed(
            "deviceConfigurations",
            **{"@odata.type": IOS},
            displayName=f"iOS {number}",
            assignments=_targets(number),
            derivedCredentialSettings=credentials[number % 4],
        )
        adoptable += 1
    for number, type_ in enumerate(("iosVpnConfiguration", "iosEnterpriseWiFiConfiguration", "iosVpnConfiguration")):
        portal.seed(
            "deviceConfigurations",
            **{"@odata.type": f"{_TYPE}{type_}"},
            displayName=f"Network {number}",
            derivedCredentialSettings=credentials[number],
        )
        adoptable += 1
    return adoptable, _unadoptable(portal, credentials[0])


def _unadoptable(portal: Portal, credential: str) -> int:
    """Make what no stack file can say: it is listed, and never guessed."""
    portal.seed("derivedCredentials", displayName="Future", issuer="unknownFutureValue", notificationType="email")
    for _ in range(2):
        portal.seed("deviceConfigurations", **{"@odata.type": IOS}, displayName="Twice")
    portal.seed(
        "deviceConfigurations",
        **{"@odata.type": f"{_TYPE}androidDeviceOwnerVpnConfiguration"},
        displayName="Android VPN",
        derivedCredentialSettings=credential,
    )
    portal.seed("deviceConfigurations", **{"@odata.type": f"{_TYPE}windows10CustomConfiguration"}, displayName="Other")
    portal.seed("deviceConfigurations", **{"@odata.type": f"{_TYPE}iosVpnConfiguration"}, displayName="Unbound")
    return 4
