"""The profiles, of whatever type: /deviceManagement/deviceConfigurations."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Any

from sandbox.graph.errors import NotFound, Refused
from sandbox.graph.http.messages import Response
from sandbox.graph.metadata import DEVICE_CONFIGURATION
from sandbox.graph.odata.payload import Payload, check, complete, entity_shape, read_json
from sandbox.graph.odata.violations import no_navigation
from sandbox.graph.operations import answers
from sandbox.graph.operations.references import referred_id
from sandbox.graph.tenant.store import PROFILES, SETTINGS, Change, Record
from sandbox.graph.tenant.tenant import Call


def missing(key: str) -> NotFound:
    """Say that there is no such profile."""
    return NotFound(f"DeviceConfigurations not found: Profile {key}")


def index(call: Call) -> Response:
    """List them."""
    return answers.listing(call, PROFILES)


def count(call: Call) -> Response:
    """Count them."""
    return answers.count(call, PROFILES)


def find(call: Call) -> Record:
    """Return the profile that the call reads."""
    record = call.view.get(PROFILES, call.keys["id"])
    if record is None:
        raise missing(call.keys["id"])
    return record


def held(change: Change, key: str, type_: str | None = None) -> Record:
    """Return the profile that a change is about, which must be of the type *type_* if one is given."""
    record = change.get(PROFILES, key)
    if record is None or type_ not in (None, record.type):
        raise missing(key)
    return record


def show(call: Call) -> Response:
    """Get one."""
    return answers.item(call, PROFILES, find(call))


def create(call: Call) -> Response:
    """Create one, bound to what its `@odata.bind` members refer to."""
    body = read_json(call.request)
    shape = entity_shape(body, DEVICE_CONFIGURATION)
    payload = check(shape, body)
    create_binding = call.tenant.switches.create_binding
    if payload.binds and create_binding == "refused":
        raise no_navigation("POST", next(iter(payload.binds)), shape.name)
    now = call.tenant.timestamp()
    properties = {
        "@odata.type": f"#microsoft.graph.{shape.name}",
        **complete(shape, payload.values),
        "createdDateTime": now,
        "lastModifiedDateTime": now,
        "supportsScopeTags": True,
        "version": 1,
    }
    with call.change() as change:
        references = _references(call, change, payload) if create_binding == "accepted" else {}
        record = Record(call.tenant.new_id(), change.next_sequence(), properties, **references)
        change.put(PROFILES, record)
    return answers.written(call, PROFILES, record, HTTPStatus.CREATED)


def update(call: Call) -> Response:
    """Change one."""
    return modify(call, call.keys["id"])


def modify(call: Call, key: str) -> Response:
    """Change the profile *key* with the body of the call, whichever path led to it."""
    body = read_json(call.request)
    with call.change() as change:
        record = held(change, key)
        shape = entity_shape(body, DEVICE_CONFIGURATION, current=record.type)
        payload = check(shape, body, own_id=record.id)
        if payload.binds:
            # Whether Intune takes a binding in a PATCH is unknown; what is known to work is PUT to `$ref`.
            raise no_navigation("PATCH", next(iter(payload.binds)), record.type)
        if not payload.values:
            raise Refused("Invalid patch, at least 1 property must be changed.")
        changed = replace(record, properties={**record.properties, **payload.values})
        record = change.put(PROFILES, call.tenant.touched(changed))
    return answers.patched(call, answers.written(call, PROFILES, record))


def delete(call: Call) -> Response:
    """Delete one."""
    with call.change() as change:
        change.remove(PROFILES, held(change, call.keys["id"]).id)
    return answers.removed(call)


def _references(call: Call, change: Change, payload: Payload) -> dict[str, Any]:
    """Resolve the `@odata.bind` members of a create; all must exist."""
    credentials = [_existing(call, change, SETTINGS, url) for url in payload.binds.get("derivedCredentialSettings", [])]
    profiles = [_existing(call, change, PROFILES, url) for url in payload.binds.get("networkAccessConfigurations", [])]
    return {"binding": credentials[0] if credentials else None, "network_access": tuple(profiles)}


def _existing(call: Call, change: Change, collection: str, url: object) -> str:
    key = referred_id(call, collection, url)
    if change.get(collection, key) is None:
        raise Refused(f"The reference '{url}' leads to no object.")
    return key
