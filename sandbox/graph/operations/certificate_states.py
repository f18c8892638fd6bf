"""The inventory of certificates that Intune delivered. What a write to it does is unknown; documented it is."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from sandbox.graph.errors import NoRoute
from sandbox.graph.http.messages import Response
from sandbox.graph.metadata import CERTIFICATE_STATE
from sandbox.graph.odata.payload import check, complete, entity_shape, read_json
from sandbox.graph.operations import answers
from sandbox.graph.operations.members import Members
from sandbox.graph.tenant.store import CERTIFICATE_STATES, Record
from sandbox.graph.tenant.tenant import Call

MEMBERS = Members(CERTIFICATE_STATES, "ManagedAllDeviceCertificateStates")


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
        record = MEMBERS.held(change, call.keys["id"])
        if manner == "accepted" and values:
            properties = {**record.properties, **values}
            record = change.put(CERTIFICATE_STATES, replace(record, properties=properties))
    return answers.patched(call, answers.written(call, CERTIFICATE_STATES, record))


def delete(call: Call) -> Response:
    """Delete one."""
    with call.change() as change:
        change.remove(CERTIFICATE_STATES, MEMBERS.held(change, call.keys["id"]).id)
    return answers.removed(call)
