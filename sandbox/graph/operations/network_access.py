"""
The profiles that a Windows domain-join profile needs for its network.

A documented way to change any profile: through a domain-join profile that lists it. Reading on that path has been
answered with "No OData route exists" (microsoft-graph-docs#5919), so there is none here either.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from sandbox.graph.http.messages import Response
from sandbox.graph.metadata import MODEL
from sandbox.graph.odata.payload import read_json
from sandbox.graph.odata.violations import too_many
from sandbox.graph.operations import device_configurations as profiles
from sandbox.graph.operations.bindings import cast_profile, require_navigation
from sandbox.graph.operations.references import referred_id
from sandbox.graph.tenant.store import PROFILES
from sandbox.graph.tenant.tenant import Call

NAVIGATION = "networkAccessConfigurations"


def update(call: Call) -> Response:
    """Change a profile that is listed."""
    record = cast_profile(call, NAVIGATION)
    key = call.keys["listed"].lower()
    if key not in record.network_access:
        raise profiles.missing(key)
    return profiles.modify(call, key)


def add_reference(call: Call) -> Response:
    """Add a profile to the list."""
    require_navigation(call.keys["cast"], NAVIGATION)
    key = referred_id(call, PROFILES, read_json(call.request).get("@odata.id"))
    limit = MODEL.shapes[call.keys["cast"]].navigations[NAVIGATION].at_most or 0
    with call.change() as change:
        record = profiles.held(change, call.keys["id"], call.keys["cast"])
        listed = dict.fromkeys([*record.network_access, profiles.held(change, key).id])
        if len(listed) > limit:
            raise too_many(NAVIGATION, limit)
        change.put(PROFILES, call.tenant.touched(replace(record, network_access=tuple(listed))))
    return Response(HTTPStatus.NO_CONTENT)
