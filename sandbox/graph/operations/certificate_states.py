"""The inventory of certificates that Intune delivered. What a write to it does is unknown; documented it is."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from sandbox.graph.errors import NoRoute, NotFound
from sandbox.graph.http.messages import Response
from sandbox.graph.metadata import CERTIFICATE_STATE
from sandbox.graph.odata.payload import check, complete, entity_shape, read_json
from sandbox.graph.operations import answers
from sandbox.graph.tenant.store import CERTIFICATE_STATES, Change, Record
from sandbox.graph.tenant.tenant import Call


def _missing(key: str) -> NotFound:
    return NotFound(f"ManagedAllDeviceCertificateStates not found: {key}")


def index(call: Call) -> Response:
    """List them."""
    return answers.listing(call, CERTIFICATE_STATES)


def count(call: Call) -> Response:
    """Count them."""
    return answers.count(call, CERTIFICATE_STATES)


def held(change: Change, key: str) -> Record:
    """Return the certificate state that a change is about."""
    record = change.get(CERTIFICATE_STATES, key)
    if record is None:
        raise _missing(key)
    return record


def show(call: Call) -> Response:
    """Get one."""
    record = call.view.get(CERTIFICATE_STATES, call.keys["id"])
    if record is None:
        raise _missing(call.keys["id"])
    return answers.item(call, CERTIFICATE_STATES, record)


def create(call: Call) -> Response:
    """Create one."""
    body = read_json(call.request)
    shape = entity_shape(body, CERTIFICATE_STATE)
    values = complete(shape, check(shape, body).values)
    properties = {"@odata.type": f"#microsoft.graph.{CERTIFICATE_STATE}", **values}
    with call.change() as change:
        record = change.put(CERTIFICATE_STATES, Record(call.tenant.new_id(), change.next_sequence(), properties))
    return answers.written(call, CERTIFICATE_STATES, record, HTTPStatus.CREATED)


def update(call: Call) -> Response:
    """Change one, or seem to, or not even that: as the switch says."""
    manner = call.tenant.switches.certificate_state_writes
    if manner == "unrouted":
        # What a sibling collection answers (Intune-PowerShell-SDK#23).
        raise NoRoute("~/singleton/navigation/key", "PATCH", call.request.path)
    body = read_json(call.request)
    values = check(entity_shape(body, CERTIFICATE_STATE), body, own_id=call.keys["id"].lower()).values
    with call.change() as change:
        record = held(change, call.keys["id"])
        if manner == "accepted" and values:
            properties = {**record.properties, **values}
            record = change.put(CERTIFICATE_STATES, replace(record, properties=properties))
    return answers.patched(call, answers.written(call, CERTIFICATE_STATES, record))


def delete(call: Call) -> Response:
    """Delete one."""
    with call.change() as change:
        change.remove(CERTIFICATE_STATES, held(change, call.keys["id"]).id)
    return answers.removed(call)
