"""
Who gets a profile: assignments, replaced as a whole by the `/assign` action.

Sources: https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-deviceconfigurationassignment and the
beta metadata (`deviceAndAppManagementAssignmentTarget` and its subtypes). That `/assign` replaces the set, that later
duplicates of a target are ignored, and that a filter which is not set reads as null or as the zero GUID, is observed
in public clients.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from pulumi import Input

from provider.device_configurations.prefetch import Prefetch
from provider.errors import GraphError, NotFound, UnexpectedAnswer, WriteIgnored
from provider.kinds.relationship import DELETED_MEANWHILE, Json, ObjectRef, Relationship, is_deleted
from provider.odata import Answer
from provider.schema import Arguments, Choice, Guid, Nested, SetOf, Text, When, optional, required

if TYPE_CHECKING:  # a program must not load the HTTP library
    from provider.graph.tenant import Tenant

_TYPE = "#microsoft.graph."
_UNSET_FILTER = {"", "00000000-0000-0000-0000-000000000000"}


class AssignmentTarget(str, Enum):
    """Whom an assignment reaches; the members are Graph's type names."""

    GROUP = "groupAssignmentTarget"
    EXCLUSION_GROUP = "exclusionGroupAssignmentTarget"
    ALL_DEVICES = "allDevicesAssignmentTarget"
    ALL_LICENSED_USERS = "allLicensedUsersAssignmentTarget"
    CONFIGURATION_MANAGER_COLLECTION = "configurationManagerCollectionAssignmentTarget"


class AssignmentFilterType(str, Enum):
    """Whether a filter lets devices in or keeps them out. Graph's third member, `none`, is to declare no filter."""

    INCLUDE = "include"
    EXCLUDE = "exclude"


_GROUPS = (AssignmentTarget.GROUP.value, AssignmentTarget.EXCLUSION_GROUP.value)
_COLLECTIONS = (AssignmentTarget.CONFIGURATION_MANAGER_COLLECTION.value,)
_FILTER_ID = "device_and_app_management_assignment_filter_id"
_FILTER_TYPE = "device_and_app_management_assignment_filter_type"


class AssignmentArgs(Arguments):
    """One assignment of a profile."""

    target: Input[str] = required(Choice(AssignmentTarget))
    """Whom it reaches: a member of `AssignmentTarget`."""
    group_id: Input[str] | None = optional(
        Guid("an Entra group"), allowed_when=When("target", _GROUPS), required_when=When("target", _GROUPS)
    )
    """The Entra group that is assigned or excluded."""
    collection_id: Input[str] | None = optional(
        Text(), allowed_when=When("target", _COLLECTIONS), required_when=When("target", _COLLECTIONS)
    )
    """The Configuration Manager collection."""
    device_and_app_management_assignment_filter_id: Input[str] | None = optional(
        Guid("an assignment filter", zeros_unset=True), required_when=When(_FILTER_TYPE)
    )
    """A filter on the devices of the target."""
    device_and_app_management_assignment_filter_type: Input[str] | None = optional(
        Choice(AssignmentFilterType, unset="none"), required_when=When(_FILTER_ID)
    )
    """What the filter does: a member of `AssignmentFilterType`."""


ASSIGNMENTS = SetOf(Nested(AssignmentArgs), unique_by=("target", "group_id", "collection_id"))
"""What a declared set of assignments may be. Graph keeps one assignment per target, so a target stands only once."""


class Assignments(Relationship):
    """The assignments made directly. Those that a policy set brings along are the policy set's, not ours."""

    field = "assignments"

    def after_create(self, tenant: Tenant, owner: ObjectRef, value: Any) -> None:
        """Assign. A new profile has no assignments, so none are sent where none are declared."""
        if value:
            self.write(tenant, owner, value)

    def read(self, tenant: Tenant, owner: ObjectRef, live: Json) -> Any:
        """Return the assignments that came with the owner. Where Graph left them out, all are asked for at once."""
        if not _left_out(live):
            return _from_wire(live["assignments"])

        def read(answer: Answer, path: str) -> Any:
            return _from_wire(_members(tenant, answer, path))

        gathered = tenant.once(
            ("assignments", owner.odata_type),
            lambda: Prefetch(tenant, owner, path=_path, read=read, wanted=_left_out),
        )
        return gathered.get(owner.id)

    def write(self, tenant: Tenant, owner: ObjectRef, value: Any) -> None:
        """
        Replace the set, and make sure that Graph took all of it.

        Raises WriteIgnored: Graph accepted the set and shows another one.
        """
        declared = ASSIGNMENTS.canonical(value or [])
        body = {"assignments": [_to_wire(assignment) for assignment in declared]}
        try:
            answer = tenant.client.post(f"{owner.path}/assign", body, repeatable=True)
        except NotFound as error:
            raise _explained(error, tenant, owner, declared) from None
        if "value" in answer and _from_wire(answer["value"]) == declared:
            return
        ignored = "Graph accepted the assignments but does not show them"
        tenant.confirm(
            lambda: _from_wire(list(tenant.pages(_path(owner)))) == declared,
            WriteIgnored("POST", f"{owner.path}/assign", message=ignored),
        )


def _explained(error: NotFound, tenant: Tenant, owner: ObjectRef, declared: list[Any]) -> NotFound:
    """Say what a 404 of `/assign` means: that the profile does not exist, or one of the groups or filters."""
    if is_deleted(tenant, owner):
        error.remedy = DELETED_MEANWHILE
    else:
        named = {str(one[name]) for one in declared for name in ("group_id", _FILTER_ID) if name in one}
        error.remedy = (
            "The profile exists, so one of the groups or filters that are assigned does not: correct or remove it. "
            f"Assigned are {', '.join(sorted(named)) or 'no groups'}"
        )
    return error


def _path(owner: ObjectRef) -> str:
    return f"{owner.path}/assignments"


def _left_out(live: Json) -> bool:
    """Tell whether *live* does not have all its assignments: `$expand` was ignored, or gave only the first of them."""
    return not isinstance(live.get("assignments"), list) or "assignments@odata.nextLink" in live


def _members(tenant: Tenant, answer: Answer, path: str) -> Any:
    """Return all assignments that *answer*, to a GET of *path*, has or begins. Raises the GraphError it is."""
    if isinstance(answer, GraphError):
        raise answer
    if answer is None or not isinstance(answer.get("value"), list):
        raise UnexpectedAnswer("GET", path, message="the answer is no list of assignments")
    return list(tenant.pages(path)) if "@odata.nextLink" in answer else answer["value"]


def _to_wire(assignment: Json) -> Json:
    target = AssignmentArgs.schema.body(assignment)
    return {"target": {"@odata.type": _TYPE + target.pop("target"), **target}}


def _from_wire(members: Any) -> Any:
    """Read assignments that Graph shows, as the canonical declaration of them."""
    members = members if isinstance(members, list) else []
    direct = [one for one in members if isinstance(one, dict) and one.get("source") in (None, "direct")]
    return ASSIGNMENTS.canonical([_declaration(one.get("target")) for one in direct])


def _declaration(target: Any) -> Json:
    target = target if isinstance(target, dict) else {}
    kind = str(target.get("@odata.type", "")).removeprefix(_TYPE)
    declaration = AssignmentArgs.schema.parse({**target, "target": kind})
    if str(declaration.get(_FILTER_ID, "")) in _UNSET_FILTER:
        declaration.pop(_FILTER_ID, None)
        declaration.pop(_FILTER_TYPE, None)
    return declaration
