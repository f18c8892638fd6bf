"""Every field of every resource, on every cloud, through a whole life: made, changed, drifted, healed, removed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from provider.schema import Part
from provider.settings import CLOUDS
from sandbox.graph import Sandbox
from stacks.tenant import CONFIG_MAPS
from tests.sandbox_control import Portal, is_write, line
from tests.stack_runners import Stack
from tests.stacks.fields import GRAPH, TRIALS, Field, Trial

pytestmark = pytest.mark.slow

TENANT = "5a9db0c5-0000-4000-8000-00000000000a"
NOT_TRIED_HERE = {
    "derivedCredentials": {"issuer"},  # replaces: tests/stacks/test_stories.py
    "androidProfiles": {"derived_credential_settings_id"},  # the binding, below
    "iosProfiles": {"derived_credential_settings_id"},
    "scopedSettings": {"device_configuration_id", "profile_type", "issuer"},  # say which, and guard
    "certificateStates": {"adopt"},  # says which
}


def every_field() -> Iterator[tuple[Trial, Field]]:
    """Yield each field with its trial."""
    for trial in TRIALS:
        for field in trial.fields:
            yield trial, field


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.key)
def test_fields_of_all_resources_are_tried(trial: Trial) -> None:
    """A field that is added to a resource must be tried here."""
    attributes = CONFIG_MAPS[trial.key].kind.args.schema.attributes.values()
    declared = {one.name for one in attributes if one.part is not Part.DIRECTIVE}
    assert declared - NOT_TRIED_HERE[trial.key] == {field.name for field in trial.fields}


@pytest.mark.parametrize("cloud", CLOUDS)
def test_every_field_through_its_life(stack: Stack, portal: Portal, sandbox: Sandbox, cloud: str) -> None:
    """Each step sends exactly what it must for each field, nothing for any other, and all to the cloud's hosts."""
    if cloud != "sandbox":
        stack.environment = {
            **sandbox.cloud_environment,
            "INTUNE_RETRY_TIMEOUT": "2",
            "INTUNE_CONSISTENCY_TIMEOUT": "2",
        }
    life = Life(stack, portal, sandbox, cloud)
    life.make()
    life.change()
    if cloud in ("sandbox", "public"):  # drift is read from the same hosts, which the steps before have shown
        life.drift_and_heal()
        life.remove()
    life.destroy()


class Life:
    """The steps of that life."""

    def __init__(self, stack: Stack, portal: Portal, sandbox: Sandbox, cloud: str) -> None:
        self._stack = stack
        self._portal = portal
        self._cloud = cloud
        self._hosts = _hosts(sandbox, cloud)
        self._ids = {}
        for trial, field in every_field():
            self._ids[_key(trial, field)] = self._seed(trial, field)
        self._bound = portal.seed(
            "deviceConfigurations", **{"@odata.type": f"{GRAPH}iosVpnConfiguration"}, displayName="Bound"
        )
        self._foreign = len(portal.objects())
        portal.requests()

    def make(self) -> None:
        """The first up makes everything, the second sends nothing, and so does a preview without credentials."""
        self._configure("first")
        outcome = self._stack.up()
        assert outcome.status == 0, outcome.text
        assert self._writes()
        for trial, field in every_field():
            if not self._ids[_key(trial, field)]:
                name = field.first if field.name == "display_name" else trial.base["display_name"].format(field.name)
                self._ids[_key(trial, field)] = self._portal.named(name)["id"]
        again = self._stack.up("--expect-no-changes")
        assert (again.status, self._portal.requests()) == (0, []), again.text
        preview = self._stack.preview("--expect-no-changes")
        assert (preview.status, self._portal.requests()) == (0, []), preview.text

    def change(self) -> None:
        """Each field changed alone is one write with only that field."""
        self._configure("then")
        outcome = self._stack.up()
        assert outcome.status == 0, outcome.text
        self._assert_written({key: field.wire for key, field in _by_key()}, rebound=3)

    def drift_and_heal(self) -> None:
        """What was changed by hand is shown with its old and new value, and written back, and nothing else."""
        for key, field in _by_key():
            self._portal.change(self._object(key), **field.by_hand)
        bound = [self._bound, *(self._portal.named(f"{tag} binding")["id"] for tag in ("Android", "iOS"))]
        for id_ in bound:
            self._portal.change(id_, derivedCredentialSettings=None)
        self._portal.requests()

        shown = self._stack.preview("--refresh", "--diff", signed_in=True)
        assert shown.status == 0, shown.text
        for _, field in _by_key():
            assert f'"{field.shown}"' in shown.text or f"=> {field.shown}" in shown.text, field.name
            assert re.search(rf"^\s+[~+-] {field.name}\s*:", shown.text, re.MULTILINE), field.name
        assert "- derived_credential_settings_id" in shown.text
        assert self._writes() == []

        healed = self._stack.up("--refresh")
        assert healed.status == 0, healed.text
        self._assert_written({key: field.wire for key, field in _by_key()}, rebound=3)
        self._assert_still()

    def remove(self) -> None:
        """A field that is no longer declared is cleared, or left alone where the server has a default."""
        self._configure("then", drop=True)
        outcome = self._stack.up()
        assert outcome.status == 0, outcome.text
        writes = self._writes()
        cleared = {key: field.cleared for key, field in _by_key() if field.cleared is not None}
        assert sorted(said.split(" ")[0] for said, _ in writes) == sorted(
            [*(("POST" if key.endswith(".assignments") else "PATCH") for key in cleared), "DELETE", "DELETE"]
        )
        for key, wire in cleared.items():
            assert _sent_to(writes, self._ids[key]) == wire, key
        self._assert_still()

    def destroy(self) -> None:
        """What the stack made is gone; what it adopted, bound or changed is left."""
        outcome = self._stack.destroy()
        assert outcome.status == 0, outcome.text
        assert len(self._portal.objects()) == self._foreign
        assert self._portal.named("Bound")["derivedCredentialSettings"] is None
        self._writes()

    def _seed(self, trial: Trial, field: Field) -> str:
        """Make what the resource of this field takes over, if it takes over anything, and return its id."""
        if trial.key == "scopedSettings":
            wire = {"displayName": f"S {field.name}", "issuer": "purebred", "notificationType": "email"}
            settings = self._portal.seed("derivedCredentials", **wire)
            odata_type = f"{GRAPH}iosEnterpriseWiFiConfiguration"
            return self._portal.seed(
                "deviceConfigurations",
                **{"@odata.type": odata_type, "displayName": f"W {field.name}", "derivedCredentialSettings": settings},
            )
        if trial.key == "certificateStates":
            return self._portal.seed("deviceConfigurationsAllManagedDeviceCertificateStates")
        return ""

    def _object(self, key: str) -> str:
        """Return the id of the object whose properties the resource declares."""
        id_ = self._ids[key]
        if not key.startswith("scopedSettings"):
            return id_
        (profile,) = [one for one in self._portal.objects() if one["id"] == id_]
        return str(profile["derivedCredentialSettings"])

    def _configure(self, value: str, *, drop: bool = False) -> None:
        """Declare one resource per field, all else the same, with the field's *value*, or without it."""
        config: dict[str, Any] = {"tenantId": TENANT, "cloud": self._cloud}
        for trial, field in every_field():
            target = self._ids[_key(trial, field)] if "{}" in trial.base.values() else field.name
            fields = {name: one.format(target) if isinstance(one, str) else one for name, one in trial.base.items()}
            if field.name == "silent_certificate_access_details":
                fields["certificate_access_type"] = "specificApps"
            if not drop or field.required:
                fields[field.name] = getattr(field, value)
            config.setdefault(trial.key, {})[field.name] = fields
        credential = {"first": "display_name", "then": "help_url"}[value]
        bound = {} if drop else {"derived_credential": credential}
        config["androidProfiles"]["binding"] = {"display_name": "Android binding", **bound}
        config["iosProfiles"]["binding"] = {"display_name": "iOS binding", **bound}
        binding = {"device_configuration_id": self._bound, "profile_type": "iosVpnConfiguration"}
        config["bindings"] = {"b": {**binding, "derived_credential": credential}}
        self._stack.configure(**config)

    def _writes(self) -> list[tuple[str, Any]]:
        """Return the writes since the last look, and make sure that nothing left the cloud."""
        requests = self._portal.requests()
        assert {one["host"] for one in requests} <= self._hosts
        return [(line(one), one.get("body")) for one in requests if is_write(one)]

    def _assert_written(self, wires: dict[str, dict[str, Any]], *, rebound: int) -> None:
        writes = self._writes()
        for key, wire in wires.items():
            assert _sent_to(writes, self._ids[key]) == wire, key
        references = [said for said, _ in writes if said.startswith("PUT")]
        assert all(said.endswith("/derivedCredentialSettings/$ref") for said in references)
        assert len(references) == rebound
        assert len(writes) == len(wires) + rebound

    def _assert_still(self) -> None:
        after = self._stack.preview("--refresh", "--expect-no-changes", signed_in=True)
        assert after.status == 0, after.text
        assert self._writes() == []


def _hosts(sandbox: Sandbox, cloud: str) -> set[str]:
    """Return the hosts that a run on *cloud* may talk to."""
    if cloud == "sandbox":
        return {urlsplit(url).netloc for url in (sandbox.graph_endpoint, sandbox.authority_host)} | {"127.0.0.1"}
    return {urlsplit(url).netloc for url in (CLOUDS[cloud].graph, CLOUDS[cloud].authority)}


def _sent_to(writes: list[tuple[str, Any]], id_: str) -> dict[str, Any]:
    """Return what the one write to the object *id_* sent."""
    (body,) = [body for said, body in writes if f"('{id_}')" in said]
    sent = {key: value for key, value in (body or {}).items() if key != "@odata.type"}
    normal: dict[str, Any] = json.loads(json.dumps(sent))
    return normal


def _key(trial: Trial, field: Field) -> str:
    return f"{trial.key}.{field.name}"


def _by_key() -> Iterator[tuple[str, Field]]:
    for trial, field in every_field():
        yield _key(trial, field), field
