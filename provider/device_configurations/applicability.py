"""
Which Windows devices a device configuration applies to.

Every device configuration of Intune has these three rules, whatever its platform; they mean something on Windows.

Source: https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-deviceconfiguration and the beta metadata
(`deviceManagementApplicabilityRuleOsEdition`, `…OsVersion`, `…DeviceMode`).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from pulumi import Input

from provider.schema import Arguments, Choice, SetOf, Text, optional, required


class ApplicabilityRuleType(str, Enum):
    """Whether devices that match a rule get the profile or not."""

    INCLUDE = "include"
    EXCLUDE = "exclude"


class DeviceMode(str, Enum):
    """The mode that Windows runs in."""

    STANDARD_CONFIGURATION = "standardConfiguration"
    S_MODE_CONFIGURATION = "sModeConfiguration"


class Windows10EditionType(str, Enum):
    """The edition of Windows."""

    WINDOWS_10_ENTERPRISE = "windows10Enterprise"
    WINDOWS_10_ENTERPRISE_N = "windows10EnterpriseN"
    WINDOWS_10_EDUCATION = "windows10Education"
    WINDOWS_10_EDUCATION_N = "windows10EducationN"
    WINDOWS_10_MOBILE_ENTERPRISE = "windows10MobileEnterprise"
    WINDOWS_10_HOLOGRAPHIC_ENTERPRISE = "windows10HolographicEnterprise"
    WINDOWS_10_PROFESSIONAL = "windows10Professional"
    WINDOWS_10_PROFESSIONAL_N = "windows10ProfessionalN"
    WINDOWS_10_PROFESSIONAL_EDUCATION = "windows10ProfessionalEducation"
    WINDOWS_10_PROFESSIONAL_EDUCATION_N = "windows10ProfessionalEducationN"
    WINDOWS_10_PROFESSIONAL_WORKSTATION = "windows10ProfessionalWorkstation"
    WINDOWS_10_PROFESSIONAL_WORKSTATION_N = "windows10ProfessionalWorkstationN"
    NOT_CONFIGURED = "notConfigured"
    WINDOWS_10_HOME = "windows10Home"
    WINDOWS_10_HOME_CHINA = "windows10HomeChina"
    WINDOWS_10_HOME_N = "windows10HomeN"
    WINDOWS_10_HOME_SINGLE_LANGUAGE = "windows10HomeSingleLanguage"
    WINDOWS_10_MOBILE = "windows10Mobile"
    WINDOWS_10_IOT_CORE = "windows10IoTCore"
    WINDOWS_10_IOT_CORE_COMMERCIAL = "windows10IoTCoreCommercial"


class ApplicabilityRuleOsEditionArgs(Arguments):
    """A rule on the edition of Windows."""

    os_edition_types: Input[Sequence[Input[str]]] = required(SetOf(Choice(Windows10EditionType), min_items=1))
    """The editions: members of `Windows10EditionType`."""
    rule_type: Input[str] = required(Choice(ApplicabilityRuleType))
    """What happens to devices that match: a member of `ApplicabilityRuleType`."""
    name: Input[str] | None = optional(Text(empty_unset=True))
    """A name for the rule."""


class ApplicabilityRuleOsVersionArgs(Arguments):
    """A rule on the version of Windows."""

    rule_type: Input[str] = required(Choice(ApplicabilityRuleType))
    """What happens to devices that match: a member of `ApplicabilityRuleType`."""
    min_os_version: Input[str] | None = optional(Text(), wire="minOSVersion")
    """The lowest version that matches, such as ``10.0.19045``."""
    max_os_version: Input[str] | None = optional(Text(), wire="maxOSVersion")
    """The highest version that matches."""
    name: Input[str] | None = optional(Text(empty_unset=True))
    """A name for the rule."""


class ApplicabilityRuleDeviceModeArgs(Arguments):
    """A rule on the mode that Windows runs in."""

    device_mode: Input[str] = required(Choice(DeviceMode))
    """The mode: a member of `DeviceMode`."""
    rule_type: Input[str] = required(Choice(ApplicabilityRuleType))
    """What happens to devices that match: a member of `ApplicabilityRuleType`."""
    name: Input[str] | None = optional(Text(empty_unset=True))
    """A name for the rule."""
