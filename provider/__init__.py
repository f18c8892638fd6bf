"""
Microsoft Intune derived credentials as Pulumi resources.

Usage in a program: ``import provider as intune``. What is imported here is public, and nothing else is.
"""

from provider.device_configurations.applicability import (
    ApplicabilityRuleDeviceModeArgs as ApplicabilityRuleDeviceModeArgs,
)
from provider.device_configurations.applicability import (
    ApplicabilityRuleOsEditionArgs as ApplicabilityRuleOsEditionArgs,
)
from provider.device_configurations.applicability import (
    ApplicabilityRuleOsVersionArgs as ApplicabilityRuleOsVersionArgs,
)
from provider.device_configurations.applicability import (
    ApplicabilityRuleType as ApplicabilityRuleType,
)
from provider.device_configurations.applicability import (
    DeviceMode as DeviceMode,
)
from provider.device_configurations.applicability import (
    Windows10EditionType as Windows10EditionType,
)
from provider.device_configurations.assignments import (
    AssignmentArgs as AssignmentArgs,
)
from provider.device_configurations.assignments import (
    AssignmentFilterType as AssignmentFilterType,
)
from provider.device_configurations.assignments import (
    AssignmentTarget as AssignmentTarget,
)
from provider.device_configurations.profile_types import DerivedCredentialProfileType as DerivedCredentialProfileType
from provider.program.ending import run_program as run_program
from provider.resources import *
