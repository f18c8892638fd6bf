"""Bad inputs through the real plugin: check failures, all at once, each with its remedy, and nothing sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from provider.kinds.kind import kind_called
from provider.program.inputs import checked
from tests.provider.plugin.driver import UNKNOWN, Plugin

GROUP = "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01"
CREDENTIAL: dict[str, Any] = {"display_name": "N", "issuer": "purebred", "notification_types": ["email"]}
PROFILE: dict[str, Any] = {"display_name": "P", "certificate_access_type": "specificApps"}
EDITION = "device_management_applicability_rule_os_edition"
VERSION = "device_management_applicability_rule_os_version"
MODE = "device_management_applicability_rule_device_mode"
FILTER_ID = "device_and_app_management_assignment_filter_id"
FILTER_TYPE = "device_and_app_management_assignment_filter_type"
EVERYONE = {"target": "allDevicesAssignmentTarget"}

# (what is changed in good inputs, the field that must be named, a part of the remedy)
BAD_CREDENTIALS: list[tuple[dict[str, Any], str, str]] = [
    ({"display_name": None}, "display_name", "is required"),
    ({"display_name": ""}, "display_name", "text that is not blank"),
    ({"display_name": "  "}, "display_name", "text that is not blank"),
    ({"display_name": 7}, "display_name", "write it in quotes"),
    ({"display_name": ["N"]}, "display_name", "must be text"),
    ({"issuer": None}, "issuer", "is required: one of intercede"),
    ({"issuer": "entrustData"}, "issuer", 'did you mean "entrustDatacard"?'),
    ({"issuer": "entrustDataCard"}, "issuer", 'did you mean "entrustDatacard"?'),
    ({"issuer": "Purebred"}, "issuer", 'did you mean "purebred"?'),
    ({"issuer": ["purebred"]}, "issuer", "must be one of"),
    ({"issuer": ""}, "issuer", "must be one of"),
    ({"notification_types": None}, "notification_types", "is required"),
    ({"notification_types": []}, "notification_types", "write [none] for none"),
    ({"notification_types": "email"}, "notification_types", 'put it in brackets: ["email"]'),
    ({"notification_types": "companyPortal,email"}, "notification_types", "put it in brackets"),
    ({"notification_types": ["sms"]}, "notification_types[0]", "one of none, companyPortal, email"),
    ({"notification_types": ["none", "email"]}, "notification_types", "cannot be combined with other members"),
    ({"notification_types": ["email", "email"]}, "notification_types[1]", "remove one of them"),
    ({"notification_types": {"email": True}}, "notification_types", "must be a list"),
    ({"notification_types": [7]}, "notification_types[0]", "must be one of"),
    ({"help_url": "help.contoso.example"}, "help_url", "begins with https:// or http://"),
    ({"help_url": "ftp://help.contoso.example"}, "help_url", "begins with https:// or http://"),
    ({"help_url": "javascript:alert(1)"}, "help_url", "begins with https:// or http://"),
    ({"help_url": ""}, "help_url", "begins with https:// or http://"),
    ({"help_url": "https://a b"}, "help_url", "begins with https:// or http://"),
    ({"renewal_threshold_percentage": 0}, "renewal_threshold_percentage", "from 1 to 99"),
    ({"renewal_threshold_percentage": 100}, "renewal_threshold_percentage", "from 1 to 99"),
    ({"renewal_threshold_percentage": -1}, "renewal_threshold_percentage", "from 1 to 99"),
    ({"renewal_threshold_percentage": 20.5}, "renewal_threshold_percentage", "a whole number"),
    ({"renewal_threshold_percentage": "x"}, "renewal_threshold_percentage", "a whole number"),
    ({"renewal_threshold_percentage": "20"}, "renewal_threshold_percentage", "write it without quotes"),
    ({"renewal_threshold_percentage": True}, "renewal_threshold_percentage", "a whole number"),
    ({"adopt": "DISA Purebred"}, "adopt", "a GUID like"),
    ({"displayName": "N"}, "displayName", 'did you mean "display_name"?'),
    ({"notification_type": "email"}, "notification_type", 'did you mean "notification_types"?'),
    ({"colour": "red"}, "colour", "is not a field here; remove it"),
]
BAD_PROFILES: list[tuple[dict[str, Any], str, str]] = [
    ({"display_name": ""}, "display_name", "text that is not blank"),
    ({"description": " "}, "description", "text that is not blank"),
    ({"role_scope_tag_ids": []}, "role_scope_tag_ids", "leave role_scope_tag_ids out"),
    ({"role_scope_tag_ids": "0"}, "role_scope_tag_ids", 'put it in brackets: ["0"]'),
    ({"role_scope_tag_ids": [0.5]}, "role_scope_tag_ids[0]", "write it in quotes"),
    ({"certificate_access_type": "unknownFutureValue"}, "certificate_access_type", "one of userApproval"),
    (
        {"certificate_access_type": "userApproval", "silent_certificate_access_details": [{"package_id": "a.b"}]},
        "silent_certificate_access_details",
        "only when certificate_access_type is specificApps",
    ),
    (
        {"certificate_access_type": None, "silent_certificate_access_details": []},
        "silent_certificate_access_details",
        "remove it or change certificate_access_type",
    ),
    (
        {"silent_certificate_access_details": [{"package_id": f"com.app{index}"} for index in range(51)]},
        "silent_certificate_access_details",
        "has 51 members, and Graph takes 50 at most",
    ),
    ({"silent_certificate_access_details": ["com.a"]}, "silent_certificate_access_details[0]", "package_id"),
    ({"silent_certificate_access_details": [{}]}, "silent_certificate_access_details[0].package_id", "is required"),
    (
        {"silent_certificate_access_details": [{"package_id": "Outlook app"}]},
        "silent_certificate_access_details[0].package_id",
        "an Android package id",
    ),
    (
        {"silent_certificate_access_details": [{"packageId": "com.a", "package_id": "com.a"}]},
        "silent_certificate_access_details[0].packageId",
        'did you mean "package_id"?',
    ),
    (
        {"silent_certificate_access_details": [{"package_id": "com.a"}, {"package_id": "com.a"}]},
        "silent_certificate_access_details[1]",
        "remove one of them",
    ),
    ({"derived_credential_settings_id": "purebred"}, "derived_credential_settings_id", "a GUID like"),
    ({"assignments": EVERYONE}, "assignments", "must be a list"),
    ({"assignments": "everyone"}, "assignments", "put it in brackets"),
    ({"assignments": [{}]}, "assignments[0].target", "is required"),
    ({"assignments": [{"target": "everyone"}]}, "assignments[0].target", "one of groupAssignmentTarget"),
    ({"assignments": [{"target": "groupAssignmentTarget"}]}, "assignments[0].group_id", "is required when target"),
    ({"assignments": [{**EVERYONE, "group_id": GROUP}]}, "assignments[0].group_id", "may be given only when"),
    (
        {"assignments": [{"target": "groupAssignmentTarget", "group_id": "Finance"}]},
        "assignments[0].group_id",
        "give the id, not the name",
    ),
    ({"assignments": [{**EVERYONE, FILTER_ID: GROUP}]}, f"assignments[0].{FILTER_TYPE}", "is required when"),
    ({"assignments": [{**EVERYONE, FILTER_TYPE: "include"}]}, f"assignments[0].{FILTER_ID}", "is required when"),
    (
        {"assignments": [{**EVERYONE, FILTER_ID: GROUP, FILTER_TYPE: "none"}]},
        f"assignments[0].{FILTER_TYPE}",
        "one of include, exclude",
    ),
    ({"assignments": [EVERYONE, EVERYONE]}, "assignments[1]", "remove one of them"),
    (
        {"assignments": [EVERYONE, {**EVERYONE, FILTER_ID: GROUP, FILTER_TYPE: "include"}]},
        "assignments[1]",
        "is the same as assignments[0]",
    ),
    (
        {"assignments": [{"target": "configurationManagerCollectionAssignmentTarget"}]},
        "assignments[0].collection_id",
        "",
    ),
    ({EDITION: {"rule_type": "include"}}, f"{EDITION}.os_edition_types", "is required"),
    ({EDITION: {"rule_type": "include", "os_edition_types": []}}, f"{EDITION}.os_edition_types", "at least 1"),
    (
        {EDITION: {"rule_type": "include", "os_edition_types": ["windows10enterprise"]}},
        f"{EDITION}.os_edition_types[0]",
        'did you mean "windows10Enterprise"?',
    ),
    ({VERSION: {"min_os_version": "10"}}, f"{VERSION}.rule_type", "is required: one of include, exclude"),
    ({VERSION: {"rule_type": "include", "minOSVersion": "10"}}, f"{VERSION}.minOSVersion", 'mean "min_os_version"?'),
    ({MODE: {"rule_type": "deny", "device_mode": "sModeConfiguration"}}, f"{MODE}.rule_type", "one of include"),
    ({MODE: "sModeConfiguration"}, MODE, "must be a record with device_mode"),
]

CASES = [("derivedCredential", CREDENTIAL, *bad) for bad in BAD_CREDENTIALS]
CASES += [("androidProfile", PROFILE, *bad) for bad in BAD_PROFILES]


def failures(plugin: Plugin, inputs: dict[str, Any]) -> dict[str, str]:
    """Map the path of each failure to its reason; no failure names a property, whose value the CLI would show."""
    response = plugin.check({name: value for name, value in inputs.items() if value is not None})
    named = {}
    for failure in response.failures:
        assert not failure.property
        path, _, rest = failure.reason.partition(" ")
        named[path] = rest
    return named


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[3]}-{case[4]}")
def test_bad_input_is_a_check_failure_with_its_field_and_remedy(
    offline: Callable[[str], Plugin], case: tuple[str, dict[str, Any], dict[str, Any], str, str]
) -> None:
    """The program says how to mend it; the plugin refuses it too, and shows no value: any may be a secret."""
    kind, good, bad, field, remedy = case
    inputs = {name: value for name, value in {**good, **bad}.items() if value is not None}
    with pytest.raises(pulumi.RunError) as refused:
        checked("the resource", kind_called(kind).args.schema, inputs)
    assert str(refused.value).startswith(f"the resource: {field} ")
    assert remedy in str(refused.value)
    ((path, reason),) = failures(offline(kind), inputs).items()
    assert field == path or field.startswith(f"{path}.")
    assert not any(f'"{value}"' in reason for value in bad.values())


def test_good_inputs_of_the_cases_are_good(offline: Callable[[str], Plugin]) -> None:
    """Each case above fails for what it changes, and for nothing else."""
    assert failures(offline("derivedCredential"), CREDENTIAL) == {}
    assert failures(offline("androidProfile"), PROFILE) == {}


def test_all_failures_of_a_resource_come_at_once(offline: Callable[[str], Plugin]) -> None:
    """All mistakes are reported at once."""
    everything = {"issuer": "x", "notification_types": "x", "help_url": "x", "renewal_threshold_percentage": 0, "y": 1}
    assert set(failures(offline("derivedCredential"), everything)) == {*everything, "display_name"}


@pytest.mark.parametrize("field", ["display_name", "issuer", "notification_types", "help_url", "adopt"])
def test_unknown_input_passes_the_check(offline: Callable[[str], Plugin], field: str) -> None:
    """An output of a resource that does not exist yet passes through."""
    checked = offline("derivedCredential").checked({**CREDENTIAL, field: UNKNOWN})
    assert checked[field] == UNKNOWN


def test_unknowns_inside_lists_pass_too(offline: Callable[[str], Plugin]) -> None:
    """At any depth, and beside values that are known."""
    assignments = [{"target": "groupAssignmentTarget", "group_id": UNKNOWN}, {"target": UNKNOWN}, UNKNOWN]
    apps = [{"package_id": UNKNOWN}, {"package_id": UNKNOWN}]
    inputs = {**PROFILE, "assignments": assignments, "silent_certificate_access_details": apps}
    assert offline("androidProfile").checked(inputs) == inputs
