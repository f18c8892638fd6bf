"""
One cell, played: a resource's life through the real plugin process, with one thing going wrong in it.

Each run of the stack is a plugin process of its own, as with the engine, and what the engine would keep in the state
is kept here: what a create returned, or what a half-done create reported.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import grpc
from pulumi.runtime.proto import provider_pb2

from provider.kinds.kind import kind_called
from sandbox.graph import Sandbox
from tests.chaos.matrix import GROUP, OTHER_GROUP, Cell
from tests.provider.plugin import processes
from tests.provider.plugin.driver import Plugin, half_done
from tests.sandbox_control import Portal

TENANT = "5a9db0c5-0000-4000-8000-00000000000a"
CONFIG = {"tenantId": TENANT, "cloud": "sandbox"}
QUICK = {"INTUNE_RETRY_TIMEOUT": "1.2", "INTUNE_CONSISTENCY_TIMEOUT": "3.5", "INTUNE_REQUEST_TIMEOUT": "0.4"}
"""Consistent after three late reads: a busy machine must have the time for four, or what is asked for cannot be."""
SETTINGS = {"displayName": "Settings", "issuer": "purebred", "notificationType": "email"}
PROFILE_TYPES = {
    "androidProfile": "#microsoft.graph.androidDeviceOwnerDerivedCredentialAuthenticationConfiguration",
    "iosProfile": "#microsoft.graph.iosDerivedCredentialAuthenticationConfiguration",
}


_LATE = {"method", "path", "times", "when", "lagReads", "lagDeletes"}
"""What the sandbox says of late reads: of a fault that does more, it says more."""


class Verdict(NamedTuple):
    """How a cell ended: *ups* runs after the fault until the declared state, and what is wrong, if anything."""

    ups: int
    told: str
    wrong: str


class Stage:
    """What is there before the play begins: what others have made, and what the stack is going to declare."""

    def __init__(self, kind: str, doing: str, portal: Portal) -> None:
        self.owns = kind == "derivedCredential" or kind in PROFILE_TYPES
        self.shared: set[str] = set()
        """Objects of others that the resource is there to change."""
        self.first: dict[str, Any] = {}
        self.then: dict[str, Any] = {}
        self._portal = portal
        self._credentials = [
            portal.seed("derivedCredentials", **{**SETTINGS, "displayName": f"Settings {tag}"}) for tag in "AB"
        ]
        for odata_type in PROFILE_TYPES.values():  # of which one is no namesake, and the other is
            name = "Ours" if odata_type != PROFILE_TYPES.get(kind) else "Somebody else's"
            portal.seed("deviceConfigurations", **{"@odata.type": odata_type}, displayName=name)
        self._declare(kind)
        adopted = self._to_adopt(kind) if doing == "adopt" else ""
        self.others = {one["id"]: one for one in portal.objects() if one["id"] != adopted}

    def _declare(self, kind: str) -> None:
        if kind == "derivedCredential":
            self.first = {"display_name": "Ours", "issuer": "purebred", "notification_types": ["email"]}
            self.then = {**self.first, "help_url": "https://a.example"}
        elif kind == "certificateState":
            id_ = self._portal.seed("deviceConfigurationsAllManagedDeviceCertificateStates")
            self.shared = {id_}
            self.first = {"adopt": id_, "allow_write": True, "managed_device_display_name": "A"}
            self.then = {**self.first, "managed_device_display_name": "B"}
        elif kind in PROFILE_TYPES:
            self.first = {"display_name": "Ours", **self._related(0, GROUP)}
            self.then = {**self.first, "description": "D", **self._related(1, OTHER_GROUP)}
        else:
            self._declare_scoped(kind)

    def _to_adopt(self, kind: str) -> str:
        """Put an object there that differs in all that can be changed, and declare that it be taken over."""
        if kind in PROFILE_TYPES:
            id_ = self._portal.seed("deviceConfigurations", **{"@odata.type": PROFILE_TYPES[kind]}, displayName="Old")
        else:
            id_ = self._portal.seed("derivedCredentials", **{**SETTINGS, "displayName": "Old"})
        self.first = {**self.first, "adopt": id_}
        return id_

    def _related(self, credential: int, group: str) -> dict[str, Any]:
        return {
            "derived_credential_settings_id": self._credentials[credential],
            "assignments": [{"target": "groupAssignmentTarget", "group_id": group}],
        }

    def _declare_scoped(self, kind: str) -> None:
        """Declare what is reached through somebody else's profile."""
        bound = {"derivedCredentialSettings": self._credentials[0]} if kind == "scopedSettings" else {}
        odata_type = {"@odata.type": "#microsoft.graph.iosVpnConfiguration"}
        id_ = self._portal.seed("deviceConfigurations", displayName="Bound", **odata_type, **bound)
        where = {"device_configuration_id": id_, "profile_type": "iosVpnConfiguration"}
        if kind == "scopedSettings":
            self.shared = {self._credentials[0]}
            self.first = {**where, "help_url": "https://a.example"}
            self.then = {**where, "help_url": "https://b.example"}
        else:
            self.shared = {id_}
            self.first = {**where, "derived_credential_settings_id": self._credentials[0]}
            self.then = {**where, "derived_credential_settings_id": self._credentials[1]}


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
        plugin = Plugin(self.kind, CONFIG, self._environ, processes.start)
        try:
            act(plugin)
        except grpc.RpcError as error:
            self.told = str(error.details()).strip()
            if (half := half_done(error)) is not None:
                self.id, self.inputs, self.outputs = half
            return False
        finally:
            plugin.stop()
        return True


def play(cell: Cell, sandbox: Sandbox, portal: Portal) -> Verdict:
    """Play one *cell* in an emptied tenant, over TLS, and judge how it ended."""
    portal.no_faults()
    portal.clear()
    with tempfile.TemporaryDirectory(prefix="chaos-journal-") as journal:
        return _play(cell, {**sandbox.tls_environment, "INTUNE_JOURNAL": journal}, portal)


def _play(cell: Cell, environ: Mapping[str, str], portal: Portal) -> Verdict:
    doing = cell.operation.doing
    stage = Stage(cell.operation.kind, doing, portal)
    resource = Resource(cell.operation.kind, environ)
    if doing not in {"create", "adopt"} and not resource.up(stage.first):
        return Verdict(0, resource.told, "the run without a fault failed")

    portal.fault(**cell.armed())
    ups = 1 if _act(resource, doing, stage) else 2
    told = "" if ups == 1 else resource.told
    left = portal.faults_left()
    if any(not (set(one) <= _LATE and one["method"] == "GET") for one in left):
        portal.no_faults()  # but reads that are late may be late in the next run, too
    if any(cell.armed().items() <= one.items() for one in left):
        return Verdict(ups, told, "the fault did not happen")
    if told and not re.fullmatch(r"[A-Z]\w+: .+", told):
        return Verdict(ups, told, "the error is not one readable line")
    if ups == 2 and not _act(resource, doing, stage):
        return Verdict(2, told, f"the run after the fault failed too: {resource.told}")
    portal.no_faults()
    return Verdict(ups, told, _touched(stage, resource, portal) or _wrong(resource, doing, stage, portal))


def _act(resource: Resource, doing: str, stage: Stage) -> bool:
    if doing in {"create", "adopt"}:
        return resource.up(stage.first)
    if doing == "update":
        return resource.up(stage.then)
    return resource.refresh() if doing == "read" else (not resource.id or resource.destroy())


def _touched(stage: Stage, resource: Resource, portal: Portal) -> str:
    """Say which objects of others are not as they were, or not there; empty if all are."""
    now = {one["id"]: one for one in portal.objects()}
    touched = [id_ for id_, one in stage.others.items() if id_ not in stage.shared and now.get(id_) != one]
    fresh = [id_ for id_ in now if id_ not in stage.others and id_ != resource.id]
    return f"objects of others were touched: {touched}" if touched else f"no state knows of {fresh}" if fresh else ""


def _wrong(resource: Resource, doing: str, stage: Stage, portal: Portal) -> str:
    """Say what is not as it was declared; empty if all is."""
    left = [one for one in portal.objects() if one["id"] not in stage.others]
    if doing == "delete":
        bound = [one for one in portal.objects() if one["id"] in stage.shared and one.get("derivedCredentialSettings")]
        return "it is left" if left or (resource.kind == "binding" and bound) else ""
    if stage.owns and [one["id"] for one in left] != [resource.id]:
        return f"the tenant has {[one['id'] for one in left]} and the state {resource.id!r}"
    fresh = resource.again()
    if not fresh.refresh() or not fresh.id:
        return f"it cannot be read: {fresh.told}"
    declared = stage.then if doing == "update" else stage.first
    differing = kind_called(resource.kind).args.schema.changed(fresh.outputs, declared)
    return f"{', '.join(differing)} not as declared" if differing else ""
