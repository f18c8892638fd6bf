"""
One cell, played: a resource's life through the real plugin process, with one thing going wrong in it.

Each run of the stack is a plugin process of its own, as with the engine, and what the engine would keep in the state
is kept here: what a create returned, or what a half-done create reported.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import grpc
from google.protobuf import json_format
from pulumi.runtime.proto import provider_pb2, status_pb2

from provider.kind import kind_called
from sandbox.graph import Sandbox
from tests.chaos.matrix import GROUP, OTHER_GROUP, Cell
from tests.plugin.driver import Plugin
from tests.portal import Portal

TENANT = "5a9db0c5-0000-4000-8000-00000000000a"
CONFIG = {"tenantId": TENANT, "cloud": "sandbox"}
QUICK = {"INTUNE_PATIENCE": "1.2", "INTUNE_CONSISTENCY": "2.5", "INTUNE_TIMEOUT": "0.4"}
SETTINGS = {"displayName": "Settings", "issuer": "purebred", "notificationType": "email"}
STRANGER = "Somebody else's"


class Verdict(NamedTuple):
    """How a cell ended: *ups* runs after the fault until the declared state, and what is wrong, if anything."""

    ups: int
    told: str
    wrong: str


class Resource:
    """One resource of a stack: what is declared, and what the state has of it."""

    def __init__(self, kind: str, environ: Mapping[str, str]) -> None:
        self.kind = kind
        self.id = ""
        self.inputs: dict[str, Any] = {}
        self.outputs: dict[str, Any] = {}
        self._environ = {**environ, **QUICK}
        self.told = ""

    def up(self, inputs: Mapping[str, Any]) -> bool:
        """Create or update it, as the engine would; False if that failed."""

        def act(plugin: Plugin) -> None:
            checked = plugin.checked(inputs, self.inputs)
            if not self.id:
                self.id, self.outputs = plugin.create(checked)
            elif plugin.diff(self.id, self.outputs, checked).changes != provider_pb2.DiffResponse.DIFF_NONE:
                self.outputs = plugin.update(self.id, self.outputs, checked)
            self.inputs = checked

        return self._run(act)

    def refresh(self) -> bool:
        """Read it, as the engine would; False if that failed."""

        def act(plugin: Plugin) -> None:
            self.id, self.outputs, self.inputs = plugin.read(self.id, self.outputs, self.inputs)

        return self._run(act)

    def destroy(self) -> bool:
        """Delete it, as the engine would; False if that failed."""

        def act(plugin: Plugin) -> None:
            plugin.delete(self.id, self.outputs)
            self.id = ""

        return self._run(act)

    def again(self) -> Resource:
        """Return the same resource as the next run of the engine finds it in the state."""
        next_run = Resource(self.kind, self._environ)
        next_run.id, next_run.inputs, next_run.outputs = self.id, dict(self.inputs), dict(self.outputs)
        return next_run

    def _run(self, act: Callable[[Plugin], None]) -> bool:
        plugin = Plugin(self.kind, CONFIG, self._environ)
        try:
            act(plugin)
        except grpc.RpcError as error:
            self.told = str(error.details()).strip()
            self._keep_half_done(error)
            return False
        finally:
            plugin.stop()
        return True

    def _keep_half_done(self, error: grpc.RpcError) -> None:
        for trailer in error.trailing_metadata() or ():
            if trailer.key == "grpc-status-details-bin":
                failed = provider_pb2.ErrorResourceInitFailed()
                status_pb2.Status.FromString(trailer.value).details[0].Unpack(failed)
                self.id = failed.id
                self.inputs = json_format.MessageToDict(failed.inputs)
                self.outputs = json_format.MessageToDict(failed.properties)
                for properties in (self.inputs, self.outputs):
                    properties.pop("__provider", None)


def play(cell: Cell, sandbox: Sandbox, portal: Portal) -> Verdict:
    """Play one *cell* in an emptied tenant, and judge how it ended."""
    portal.no_faults()
    for one in portal.objects():
        portal.remove(one["id"])
    portal.seed("derivedCredentials", **{**SETTINGS, "displayName": STRANGER})
    resource = Resource(cell.operation.kind, sandbox.environment)
    first, then = _declarations(cell.operation.kind, portal)
    before = _strangers(portal)
    if cell.operation.doing != "create" and not resource.up(first):
        return Verdict(0, resource.told, "the run without a fault failed")

    portal.fault(**cell.armed())
    ups = 1 if _act(resource, cell.operation.doing, first, then) else 2
    told = "" if ups == 1 else resource.told
    portal.no_faults()
    if ups == 2 and not _act(resource, cell.operation.doing, first, then):
        return Verdict(2, told, f"the run after the fault failed too: {resource.told}")
    wrong = _wrong(resource, cell.operation.doing, first, then, portal)
    if _strangers(portal) != before:
        wrong = "objects of others were touched"
    if told and not re.fullmatch(r"[A-Z]\w+: .+", told):
        wrong = f"no readable line: {told[:200]}"
    return Verdict(ups, told, wrong)


def _act(resource: Resource, doing: str, first: Mapping[str, Any], then: Mapping[str, Any]) -> bool:
    if doing == "create":
        return resource.up(first)
    if doing == "update":
        return resource.up(then)
    return resource.refresh() if doing == "read" else (not resource.id or resource.destroy())


def _declarations(kind: str, portal: Portal) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what is declared first and then, and seed what that needs."""
    if kind == "derivedCredential":
        first: dict[str, Any] = {"display_name": "Ours", "issuer": "purebred", "notification_types": ["email"]}
        return first, {**first, "help_url": "https://a.example"}
    if kind == "certificateState":
        id_ = portal.seed("deviceConfigurationsAllManagedDeviceCertificateStates")
        first = {"adopt": id_, "allow_write": True, "managed_device_display_name": "A"}
        return first, {**first, "managed_device_display_name": "B"}
    credentials = [portal.seed("derivedCredentials", **{**SETTINGS, "displayName": f"Settings {tag}"}) for tag in "AB"]
    if kind in {"androidProfile", "iosProfile"}:
        first = {
            "display_name": "Ours",
            "derived_credential_settings_id": credentials[0],
            "assignments": [{"target": "groupAssignmentTarget", "group_id": GROUP}],
        }
        assignments = [{"target": "groupAssignmentTarget", "group_id": OTHER_GROUP}]
        changed = {"description": "D", "derived_credential_settings_id": credentials[1], "assignments": assignments}
        return first, {**first, **changed}
    bound = {"derivedCredentialSettings": credentials[0]} if kind == "scopedSettings" else {}
    odata_type = {"@odata.type": "#microsoft.graph.iosVpnConfiguration"}
    id_ = portal.seed("deviceConfigurations", displayName="Bound", **odata_type, **bound)
    if kind == "scopedSettings":
        first = {"device_configuration_id": id_, "profile_type": "iosVpnConfiguration", "help_url": "https://a.example"}
        return first, {**first, "help_url": "https://b.example"}
    first = {"device_configuration_id": id_, "profile_type": "iosVpnConfiguration"}
    return (
        {**first, "derived_credential_settings_id": credentials[0]},
        {**first, "derived_credential_settings_id": credentials[1]},
    )


def _strangers(portal: Portal) -> list[dict[str, Any]]:
    """Return what no run may touch."""
    return [one for one in portal.objects() if one.get("displayName") == STRANGER]


def _wrong(resource: Resource, doing: str, first: Mapping[str, Any], then: Mapping[str, Any], portal: Portal) -> str:
    """Say what is not as it was declared; empty if all is."""
    declared = {"create": first, "update": then, "read": first, "delete": {}}[doing]
    ours = [one["id"] for one in portal.objects() if one.get("displayName") == "Ours"]
    owns = resource.kind in {"derivedCredential", "androidProfile", "iosProfile"}
    if doing == "delete":
        return f"{len(ours)} objects are left" if owns and ours else ""
    if owns and ours != [resource.id]:
        return f"the tenant has {ours} and the state {resource.id!r}"
    fresh = resource.again()
    if not fresh.refresh() or not fresh.id:
        return f"it cannot be read: {fresh.told}"
    differing = kind_called(resource.kind).args.schema.changed(fresh.outputs, declared)
    return f"{', '.join(differing)} not as declared" if differing else ""
