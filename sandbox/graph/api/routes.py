"""
Every route of the stand-in, with what opens it.

The permissions are the documented ones. Where documentation pages disagree (update and delete of a derived credential),
any of the documented ones will do.
"""

from __future__ import annotations

from sandbox.graph.api.router import Operation, Route, Router
from sandbox.graph.operations import (
    assignments,
    bindings,
    certificate_states,
    derived_credentials,
    device_configurations,
    device_management,
    directory,
    network_access,
)
from sandbox.graph.tenant.store import ASSIGNMENT_FILTERS, CERTIFICATE_STATES, GROUPS, PROFILES, SCOPE_TAGS, SETTINGS
from sandbox.graph.tenant.switches import CONFIGURATION, READ_GROUPS, READ_SCOPE_TAGS, SERVICE_CONFIG

_READ_SERVICE_CONFIG = ("DeviceManagementServiceConfig.Read.All", SERVICE_CONFIG)
_READ_CONFIGURATION = ("DeviceManagementConfiguration.Read.All", CONFIGURATION)
_WRITE_CONFIGURATION = (CONFIGURATION,)
_READ_GROUPS = ("GroupMember.Read.All", READ_GROUPS, "Directory.Read.All")
_READ_TAGS = (READ_SCOPE_TAGS, "DeviceManagementRBAC.ReadWrite.All")

_ROOT = "deviceManagement"
_SETTINGS = f"{_ROOT}/{SETTINGS}"
_PROFILES = f"{_ROOT}/{PROFILES}"
_PROFILE = f"{_PROFILES}/{{id}}"
_STATES = f"{_ROOT}/{CERTIFICATE_STATES}"
_BINDING = f"{_PROFILE}/{{cast}}/{bindings.NAVIGATION}"
_NETWORK = f"{_PROFILE}/{{cast}}/{network_access.NAVIGATION}"


def _read(path: str, operation: Operation, permissions: tuple[str, ...] = _READ_CONFIGURATION) -> Route:
    return Route("GET", path, operation, permissions)


def _write(method: str, path: str, operation: Operation, permissions: tuple[str, ...] = _WRITE_CONFIGURATION) -> Route:
    return Route(method, path, operation, permissions)


ROUTES = (
    _read(_ROOT, device_management.show, (*_READ_SERVICE_CONFIG, *_READ_CONFIGURATION)),
    # The derived credential of the tenant.
    _read(_SETTINGS, derived_credentials.MEMBERS.index, _READ_SERVICE_CONFIG),
    _read(f"{_SETTINGS}/$count", derived_credentials.MEMBERS.count, _READ_SERVICE_CONFIG),
    _read(f"{_SETTINGS}/{{id}}", derived_credentials.MEMBERS.show, _READ_SERVICE_CONFIG),
    _write("POST", _SETTINGS, derived_credentials.create, (SERVICE_CONFIG,)),
    _write("PATCH", f"{_SETTINGS}/{{id}}", derived_credentials.update, (SERVICE_CONFIG, CONFIGURATION)),
    _write("DELETE", f"{_SETTINGS}/{{id}}", derived_credentials.delete, (SERVICE_CONFIG, CONFIGURATION)),
    # What stack files call by name.
    _read(GROUPS, directory.index_of(GROUPS), _READ_GROUPS),
    _read(f"{GROUPS}/{{id}}", directory.show_of(GROUPS), _READ_GROUPS),
    _read(f"{_ROOT}/{ASSIGNMENT_FILTERS}", directory.index_of(ASSIGNMENT_FILTERS)),
    _read(f"{_ROOT}/{ASSIGNMENT_FILTERS}/{{id}}", directory.show_of(ASSIGNMENT_FILTERS)),
    _read(f"{_ROOT}/{SCOPE_TAGS}", directory.index_of(SCOPE_TAGS), _READ_TAGS),
    _read(f"{_ROOT}/{SCOPE_TAGS}/{{id}}", directory.show_of(SCOPE_TAGS), _READ_TAGS),
    # Profiles.
    _read(_PROFILES, device_configurations.index),
    _read(f"{_PROFILES}/$count", device_configurations.count),
    _read(_PROFILE, device_configurations.show),
    _write("POST", _PROFILES, device_configurations.create),
    _write("PATCH", _PROFILE, device_configurations.update),
    _write("DELETE", _PROFILE, device_configurations.delete),
    # Who gets them. There is no POST to groupAssignments (microsoft-graph-docs#1854).
    _write("POST", f"{_PROFILE}/assign", assignments.assign),
    _read(f"{_PROFILE}/assignments", assignments.index),
    _write("POST", f"{_PROFILE}/assignments", assignments.create),
    _read(f"{_PROFILE}/assignments/{{assignment}}", assignments.show),
    _write("PATCH", f"{_PROFILE}/assignments/{{assignment}}", assignments.update),
    _write("DELETE", f"{_PROFILE}/assignments/{{assignment}}", assignments.delete),
    _read(f"{_PROFILE}/groupAssignments", assignments.group_index),
    _read(f"{_PROFILE}/groupAssignments/{{group}}", assignments.group_show),
    _read(f"{_PROFILE}/groupAssignments/{{group}}/deviceConfiguration", assignments.group_profile),
    _write(
        "PATCH",
        f"{_PROFILE}/groupAssignments/{{group}}/deviceConfiguration",
        assignments.group_profile_update,
    ),
    # Which derived credential they use. The un-cast path cannot be derived from the schema: documented is its PATCH.
    _write("PATCH", f"{_PROFILE}/{bindings.NAVIGATION}", bindings.update_without_cast),
    _read(_BINDING, bindings.show),
    _write("PATCH", _BINDING, bindings.update),
    _read(f"{_BINDING}/$ref", bindings.show_reference),
    _write("PUT", f"{_BINDING}/$ref", bindings.put_reference),
    _write("DELETE", f"{_BINDING}/$ref", bindings.delete_reference),
    _write("PATCH", f"{_NETWORK}/{{listed}}", network_access.update),
    _write("POST", f"{_NETWORK}/$ref", network_access.add_reference),
    # The inventory of certificates.
    _read(_STATES, certificate_states.MEMBERS.index),
    _read(f"{_STATES}/$count", certificate_states.MEMBERS.count),
    _read(f"{_STATES}/{{id}}", certificate_states.MEMBERS.show),
    _write("POST", _STATES, certificate_states.create),
    _write("PATCH", f"{_STATES}/{{id}}", certificate_states.update),
    _write("DELETE", f"{_STATES}/{{id}}", certificate_states.delete),
)

ROUTER = Router(ROUTES)
