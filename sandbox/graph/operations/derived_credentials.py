"""The derived credential of the tenant: /deviceManagement/derivedCredentials."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from sandbox.graph.errors import Conflict, Refused
from sandbox.graph.http.messages import Response
from sandbox.graph.metadata import SETTINGS as SETTINGS_TYPE
from sandbox.graph.odata.payload import check, complete, entity_shape, read_json
from sandbox.graph.operations import answers
from sandbox.graph.operations.members import Members
from sandbox.graph.tenant.store import SETTINGS, Record
from sandbox.graph.tenant.tenant import Call

MEMBERS = Members(SETTINGS, "DerivedCredentials")


def create(call: Call) -> Response:
    """Create one."""
    body = read_json(call.request)
    shape = entity_shape(body, SETTINGS_TYPE)
    switches = call.tenant.switches
    sent = {"renewalThresholdPercentage": switches.renewal_default, **check(shape, body).values}
    properties = {"@odata.type": f"#microsoft.graph.{SETTINGS_TYPE}", **complete(shape, sent)}
    with call.change() as change:
        if switches.one_issuer and change.count(SETTINGS):
            # Microsoft's text says one issuer per tenant at a time; what the API answers to a second is unknown.
            raise Conflict("A derived credential issuer is already configured for this tenant.")
        record = change.put(SETTINGS, Record(call.tenant.new_id(), change.next_sequence(), properties))
    return answers.written(call, SETTINGS, record, HTTPStatus.CREATED)


def update(call: Call) -> Response:
    """Change one."""
    return modify(call, call.keys["id"])


def modify(call: Call, key: str) -> Response:
    """
    Change the derived credential *key* with the body of the call, whichever path led to it.

    A body that says nothing but its type is a no-op: the documentation's own sample is one.
    """
    body = read_json(call.request)
    values = check(entity_shape(body, SETTINGS_TYPE), body, own_id=key.lower()).values
    with call.change() as change:
        record = MEMBERS.held(change, key)
        if values.get("issuer", record.properties["issuer"]) != record.properties["issuer"]:
            # The portal lets everything be edited but the issuer.
            raise Refused("The issuer of a derived credential cannot be changed. Delete it and create another.")
        if not values:
            return answers.written(call, SETTINGS, record)
        changed = replace(record, properties={**record.properties, **values})
        if call.tenant.switches.patch_reissues != "no":
            changed = replace(changed, id=call.tenant.new_id(), sequence=change.next_sequence())
        if call.tenant.switches.patch_reissues == "instead":
            change.remove(SETTINGS, record.id)
        record = change.put(SETTINGS, changed)
    return answers.patched(call, answers.written(call, SETTINGS, record))


def delete(call: Call) -> Response:
    """Delete one. Profiles that refer to it do not prevent that: their reference then leads nowhere."""
    with call.change() as change:
        change.remove(SETTINGS, MEMBERS.held(change, call.keys["id"]).id)
    return answers.removed(call)
