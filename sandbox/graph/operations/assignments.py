"""Who gets a profile: the assign action, the assignments, and their older form, the group assignments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from sandbox.graph.errors import Conflict, ModelViolation, NotFound
from sandbox.graph.http.messages import Response
from sandbox.graph.metadata import MODEL
from sandbox.graph.odata.payload import check, complete, read_json
from sandbox.graph.operations import answers
from sandbox.graph.operations import device_configurations as profiles
from sandbox.graph.operations.targets import (
    Assignment,
    as_set,
    assignment_of,
    check_target,
    group_assignments,
    legacy_target,
)
from sandbox.graph.tenant.store import PROFILES, Record
from sandbox.graph.tenant.tenant import Call

_ASSIGNMENT = MODEL.shapes["deviceConfigurationAssignment"]
_GROUP_ASSIGNMENT = MODEL.shapes["deviceConfigurationGroupAssignment"]


def assign(call: Call) -> Response:
    """Replace the whole set of assignments. Of several with the same target the first one counts."""
    body = {name: value for name, value in read_json(call.request).items() if "@odata." not in name}
    for name, value in body.items():
        if name not in ("assignments", "deviceConfigurationGroupAssignments"):
            raise ModelViolation(
                f"The parameter '{name}' in the request payload is not a valid parameter for the operation 'assign'."
            )
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise ModelViolation(f"The parameter '{name}' of the operation 'assign' is a collection of objects.")
    if not body:
        raise ModelViolation("The parameter 'assignments' of the operation 'assign' is missing.")
    with call.change() as change:
        record = profiles.held(change, call.keys["id"])
        wanted = [_checked(call, record, each) for each in body.get("assignments", [])]
        wanted += [_checked_legacy(call, record, each) for each in body.get("deviceConfigurationGroupAssignments", [])]
        record = change.put(PROFILES, call.tenant.touched(replace(record, assignments=as_set(wanted))))
    kind = answers.context(call, "Collection(microsoft.graph.deviceConfigurationAssignment)")
    return Response.of(HTTPStatus.OK, {**kind, "value": list(record.assignments)})


def index(call: Call) -> Response:
    """List the assignments of a profile."""
    record = profiles.find(call)
    shown = {**answers.assignments_context(call, record), "value": list(record.assignments)}
    return Response.of(HTTPStatus.OK, shown)


def show(call: Call) -> Response:
    """Get one."""
    record = profiles.find(call)
    return _one(call, record, _find(record, call.keys["assignment"]))


def create(call: Call) -> Response:
    """Add one to the set."""
    body = read_json(call.request)
    with call.change() as change:
        record = profiles.held(change, call.keys["id"])
        added = _checked(call, record, body)
        if any(each["id"] == added["id"] for each in record.assignments):
            raise Conflict("The profile is already assigned to this target.")
        record = call.tenant.touched(replace(record, assignments=as_set([*_owned(record), added])))
        change.put(PROFILES, record)
    return _one(call, record, added, HTTPStatus.CREATED)


def update(call: Call) -> Response:
    """Change one; it keeps its id."""
    body = read_json(call.request)
    with call.change() as change:
        record = profiles.held(change, call.keys["id"])
        current = _find(record, call.keys["assignment"])
        values = check(_ASSIGNMENT, body, own_id=str(current["id"])).values
        target = _target(call, body["target"]) if "target" in body else current["target"]
        new = {**current, **values, "target": target}
        others = [each for each in _owned(record) if each["id"] != current["id"]]
        change.put(PROFILES, call.tenant.touched(replace(record, assignments=as_set([*others, new]))))
    return answers.patched(call, _one(call, record, new))


def delete(call: Call) -> Response:
    """Take one out of the set."""
    with call.change() as change:
        record = profiles.held(change, call.keys["id"])
        gone = _find(record, call.keys["assignment"])
        kept = tuple(each for each in record.assignments if each["id"] != gone["id"])
        change.put(PROFILES, call.tenant.touched(replace(record, assignments=kept)))
    return answers.removed(call)


def group_index(call: Call) -> Response:
    """List the assignments to groups in the older form."""
    record = profiles.find(call)
    where = answers.context(call, f"deviceManagement/deviceConfigurations('{record.id}')/groupAssignments")
    return Response.of(HTTPStatus.OK, {**where, "value": group_assignments(record)})


def group_show(call: Call) -> Response:
    """Get one in the older form."""
    record = profiles.find(call)
    where = answers.context(call, f"deviceManagement/deviceConfigurations('{record.id}')/groupAssignments/$entity")
    return Response.of(HTTPStatus.OK, {**where, **_group(record, call.keys["group"])})


def group_profile(call: Call) -> Response:
    """Get the profile through one of its group assignments: a long way to the same object."""
    record = profiles.find(call)
    _group(record, call.keys["group"])
    return answers.item(call, PROFILES, record)


def group_profile_update(call: Call) -> Response:
    """Change the profile through one of its group assignments."""
    record = profiles.find(call)
    _group(record, call.keys["group"])
    return profiles.modify(call, record.id)


def _checked(call: Call, record: Record, body: Mapping[str, Any]) -> Assignment:
    """Check an assignment. One that was read before may be sent back: its id is thrown away."""
    values = complete(_ASSIGNMENT, check(_ASSIGNMENT, _without_id(body)).values)
    return assignment_of(record.id, _target(call, body["target"]), values["intent"] or "apply")


def _checked_legacy(call: Call, record: Record, body: Mapping[str, Any]) -> Assignment:
    check(_GROUP_ASSIGNMENT, _without_id(body))
    return assignment_of(record.id, _target(call, legacy_target(body)))


def _target(call: Call, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Check a target; a group must exist. That Graph answers 404 otherwise was reported, the wording was not."""
    target = check_target(sent)
    groups, key = call.tenant.switches.groups, target.get("groupId")
    if groups is not None and key is not None and key not in {group.lower() for group in groups}:
        raise NotFound(f"Group not found: {key}")
    return target


def _without_id(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "id"}


def _owned(record: Record) -> list[Assignment]:
    return [dict(each) for each in record.assignments]


def _find(record: Record, key: str) -> Assignment:
    found = next((dict(each) for each in record.assignments if each["id"] == key.lower()), None)
    if found is None:
        raise NotFound(f"DeviceConfigurationAssignments not found: {key}")
    return found


def _group(record: Record, key: str) -> dict[str, Any]:
    found = next((each for each in group_assignments(record) if each["id"] == key.lower()), None)
    if found is None:
        raise NotFound(f"DeviceConfigurationGroupAssignments not found: {key}")
    return found


def _one(call: Call, record: Record, assignment: Assignment, status: int = HTTPStatus.OK) -> Response:
    where = answers.assignments_context(call, record)["@odata.context"]
    return Response.of(status, {"@odata.context": f"{where}/$entity", **assignment})
