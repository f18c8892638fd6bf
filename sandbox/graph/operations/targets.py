"""What a profile may be assigned to, and how an assignment is stored."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.graph.errors import Refused
from sandbox.graph.metadata.structures import COLLECTION_TARGET, EXCLUSION_TARGET, GROUP_TARGET, TARGET
from sandbox.graph.odata.payload import GUID, ZERO_GUID, structure, type_name
from sandbox.graph.tenant.store import Record

Assignment = dict[str, Any]

_FILTER_ID = "deviceAndAppManagementAssignmentFilterId"
_FILTER_TYPE = "deviceAndAppManagementAssignmentFilterType"
_EVERYBODY = {
    # Fixed pseudo-GUIDs, seen in captures of sibling kinds of policies.
    "allLicensedUsersAssignmentTarget": "acacacac-9df4-4c7d-9d50-4ef0226f57a9",
    "allDevicesAssignmentTarget": "adadadad-808e-44e2-905a-0b7873a8a531",
}


def check_target(target: Any) -> dict[str, Any]:
    """Check a target that is sent, and return it as it is stored."""
    values = structure(TARGET, target)
    kind = type_name(target)
    if kind in (GROUP_TARGET, EXCLUSION_TARGET):
        values["groupId"] = _guid("groupId", values["groupId"])
    if kind == COLLECTION_TARGET and not values["collectionId"]:
        # Whether Intune takes one for a profile of Android or iOS is not documented, so it is not refused there.
        raise Refused("collectionId is required.")
    _check_filter(values)
    return {"@odata.type": f"#microsoft.graph.{kind}", **values}


def assignment_of(profile_id: str, target: Mapping[str, Any], intent: str = "apply") -> Assignment:
    """Build the assignment of a profile to a checked *target*."""
    kind = type_name(target) or TARGET
    key = _EVERYBODY.get(kind) or target.get("groupId") or target.get("collectionId")
    identity = f"{profile_id}_{key}" + ("_1" if kind == EXCLUSION_TARGET else "")
    return {
        "id": identity,
        "source": "direct",
        "sourceId": profile_id,
        "intent": intent,
        "target": {**target, _FILTER_ID: _shown_filter(identity, target.get(_FILTER_ID))},
    }


def as_set(assignments: Iterable[Assignment]) -> tuple[Assignment, ...]:
    """Keep the first of several with the same target. The order is not that of the request: Graph promises none."""
    distinct: dict[str, Assignment] = {}
    for assignment in assignments:
        distinct.setdefault(assignment["id"], assignment)
    return tuple(distinct[key] for key in sorted(distinct))


def group_assignments(record: Record) -> list[dict[str, Any]]:
    """Show those assignments that go to a group, or leave one out, in the older form."""
    kinds = {GROUP_TARGET: False, EXCLUSION_TARGET: True}
    return [
        {"id": each["id"], "targetGroupId": each["target"]["groupId"], "excludeGroup": kinds[name]}
        for each in record.assignments
        if (name := type_name(each["target"])) in kinds
    ]


def legacy_target(group: Mapping[str, Any]) -> dict[str, Any]:
    """Translate a deviceConfigurationGroupAssignment into a target."""
    kind = EXCLUSION_TARGET if group.get("excludeGroup") else GROUP_TARGET
    return {"@odata.type": f"#microsoft.graph.{kind}", "groupId": group.get("targetGroupId")}


def _guid(name: str, value: object) -> str:
    if not isinstance(value, str) or not GUID.fullmatch(value) or value == ZERO_GUID:
        raise Refused(f"'{value}' is not a valid {name}: a GUID is expected.")
    return value.lower()


def _check_filter(values: dict[str, Any]) -> None:
    """Check that a filter and its type come together; the zero GUID means none."""
    used = values[_FILTER_ID] not in (None, "", ZERO_GUID)
    if used != (values[_FILTER_TYPE] != "none"):
        raise Refused("An assignment filter needs both its id and the type include or exclude.")
    values[_FILTER_ID] = _guid(_FILTER_ID, values[_FILTER_ID]) if used else None


def _shown_filter(identity: str, filter_id: str | None) -> str | None:
    """Return what an assignment reads back as its filter: unset is null for some and the zero GUID for others."""
    if filter_id is not None or zlib.crc32(identity.encode()) % 2:
        return filter_id
    return ZERO_GUID
