"""
Which derived credential a profile uses.

The link is a reference without containment: reading it gives the shared object, and so does changing it. The schema
declares it on seven types and not on their base, so that only a path with a cast can be derived; the documentation
of update has the un-cast path as well.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from sandbox.graph.errors import NoSegment, NotFound
from sandbox.graph.http.messages import Response
from sandbox.graph.metadata import MODEL
from sandbox.graph.odata.payload import read_json
from sandbox.graph.operations import answers, derived_credentials
from sandbox.graph.operations import device_configurations as profiles
from sandbox.graph.operations.references import reference, referred_id
from sandbox.graph.tenant.store import PROFILES, SETTINGS, Record
from sandbox.graph.tenant.tenant import Call

NAVIGATION = "derivedCredentialSettings"


def require_navigation(type_: str, name: str) -> None:
    """Refuse the path if *type_* has no such navigation."""
    shape = MODEL.shapes.get(type_)
    if shape is None:
        raise NoSegment(f"microsoft.graph.{type_}")
    if name not in shape.navigations:
        raise NoSegment(name)


def cast_profile(call: Call, name: str) -> Record:
    """Return the profile of a path with a cast, which must be of that type and have the navigation *name*."""
    cast = call.keys["cast"]
    require_navigation(cast, name)
    record = profiles.find(call)
    if record.type != cast:
        raise profiles.missing(record.id)
    return record


def show(call: Call) -> Response:
    """Get the derived credential of a profile."""
    record = cast_profile(call, NAVIGATION)
    if record.binding is None:
        return _unset(call)
    settings = call.view.get(SETTINGS, record.binding)
    if settings is None:
        raise derived_credentials.MEMBERS.missing(record.binding)
    shown = answers.represent(settings)
    if call.tenant.switches.binding_read == "value":
        return Response.of(HTTPStatus.OK, {"value": shown})
    return Response.of(HTTPStatus.OK, {**answers.context(call, f"deviceManagement/{SETTINGS}/$entity"), **shown})


def update(call: Call) -> Response:
    """Change the derived credential of a profile: the shared object, for everybody who uses it."""
    return _update(call, cast_profile(call, NAVIGATION))


def update_without_cast(call: Call) -> Response:
    """Change it by the path that the schema does not give."""
    record = profiles.find(call)
    require_navigation(record.type, NAVIGATION)
    return _update(call, record)


def show_reference(call: Call) -> Response:
    """Get the link itself."""
    record = cast_profile(call, NAVIGATION)
    if record.binding is None:
        return _unset(call)
    target = reference(call, SETTINGS, record.binding)
    return Response.of(HTTPStatus.OK, {**answers.context(call, "$ref"), "@odata.id": target})


def put_reference(call: Call) -> Response:
    """Set the link, or set it anew."""
    require_navigation(call.keys["cast"], NAVIGATION)
    key = referred_id(call, SETTINGS, read_json(call.request).get("@odata.id"))
    with call.change() as change:
        record = profiles.held(change, call.keys["id"], call.keys["cast"])
        settings = derived_credentials.MEMBERS.held(change, key)
        change.put(PROFILES, call.tenant.touched(replace(record, binding=settings.id)))
    return Response(HTTPStatus.NO_CONTENT)


def delete_reference(call: Call) -> Response:
    """Remove the link."""
    require_navigation(call.keys["cast"], NAVIGATION)
    with call.change() as change:
        record = profiles.held(change, call.keys["id"], call.keys["cast"])
        if record.binding is None:
            raise _no_link(record.id)
        change.put(PROFILES, call.tenant.touched(replace(record, binding=None)))
    return answers.removed(call)


def _update(call: Call, record: Record) -> Response:
    if record.binding is None:
        raise _no_link(record.id)
    return derived_credentials.modify(call, record.binding)


def _unset(call: Call) -> Response:
    """Answer for a link that is not set; which of the three Intune gives is unknown."""
    manner = call.tenant.switches.unset_binding
    if manner == "204":
        return Response(HTTPStatus.NO_CONTENT)
    if manner == "null":
        where = answers.context(call, f"deviceManagement/{SETTINGS}/$entity")
        return Response.of(HTTPStatus.OK, {**where, "value": None})
    raise _no_link(call.keys["id"])


def _no_link(profile: str) -> NotFound:
    return NotFound(f"Profile {profile} has no {NAVIGATION}")
