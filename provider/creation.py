"""
Exactly one object, whatever breaks.

Names are not unique in Intune and a POST is not idempotent, so a create trusts neither:

1. It looks before it posts, in the list that serves all reads. An object of the same kind and name is either what a
   killed run left behind (every declared field equal: taken over, with a warning) or somebody else's (refused).
2. It never repeats a POST blindly. Where no answer says whether it worked, it looks for an object that fits, was not
   there before and belongs to no other resource of the run, and takes over exactly one. Several, or none where one may
   still appear, is an OutcomeUnknown: an error that says how to go on, and loses nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote as percent_encode

from provider import host
from provider.collection import is_object
from provider.errors import (
    AdoptionError,
    Conflict,
    GraphError,
    IntuneError,
    OutcomeUnknown,
    ServerFault,
    Throttled,
    Unauthenticated,
    UnexpectedAnswer,
    Unreachable,
)

if TYPE_CHECKING:  # a program must not load the HTTP library; and the two modules are two halves of one kind
    from provider.entities import Entity
    from provider.graph.tenant import Tenant

Json = dict[str, Any]
NAME = "display_name"
"""The field that every entity is known by, though not uniquely."""
_REFUSED = {401, 429, 503}  # the service says that it did not do it


def exactly_once(entity: Entity, tenant: Tenant, inputs: Json) -> tuple[Json, bool]:
    """
    Make the object that *inputs* declare and return it, with whether it is fresh or was left by a killed run.

    Raises AdoptionError: the name is taken. OutcomeUnknown: nobody can tell whether the object was made.
    """
    name = (entity.odata_type, inputs[NAME])
    if not tenant.claim(name, host.urn()):
        raise AdoptionError(
            f'another resource of this program already creates "{inputs[NAME]}" ({entity.noun}): '
            "declare it once, or give one of them another display_name"
        )
    try:
        left = _left_behind(entity, tenant, inputs)
        live = left or _post(entity, tenant, inputs)
    except IntuneError:
        tenant.release(name)
        raise
    tenant.claim(live["id"], host.urn())
    return live, left is None


def _left_behind(entity: Entity, tenant: Tenant, inputs: Json) -> Json | None:
    """Find what a killed run made of these very *inputs*; refuse any other object of their name."""
    namesakes = entity.namesakes(entity.listing(tenant), inputs[NAME])
    if not namesakes:
        return None
    first = namesakes[0]
    if len(namesakes) == 1 and entity.matches(first, inputs) and _half_done(entity, tenant, first, inputs):
        entity.take(tenant, str(first["id"]))
        host.warn(
            f"took over {first['id']}, for every declared field is equal: an interrupted run or a renaming left it"
        )
        return first
    ids = ", ".join(str(one["id"]) for one in namesakes)
    raise AdoptionError(
        f'the tenant already has "{inputs[NAME]}" ({entity.noun} {ids}): '
        f'declare adopt="{first["id"]}" to manage it here, or choose another display_name'
    )


def _half_done(entity: Entity, tenant: Tenant, live: Json, inputs: Json) -> bool:
    """Tell whether each relationship is as declared, or still unset: the run may have died before it."""
    owner = entity.owner(str(live["id"]))
    values = {one.field: one.read(tenant, owner, live) for one in entity.relationships}
    return all(not value or value == inputs.get(field) for field, value in values.items())


def _post(entity: Entity, tenant: Tenant, inputs: Json) -> Json:
    """POST until it is known to have worked, once."""
    before = {str(one["id"]) for one in entity.listing(tenant)}
    body = _body(entity, tenant, inputs)
    attempt, waited, token_is_fresh = 1, 0.0, False
    while True:
        try:
            return _created(entity, tenant.client.post(entity.collection.path, body))
        except Conflict as conflict:
            raise _already_there(entity, tenant, conflict) from None
        except (Throttled, ServerFault, Unauthenticated, Unreachable, UnexpectedAnswer) as doubt:
            if isinstance(doubt, Unauthenticated) and token_is_fresh:
                raise
            found = _settle(entity, tenant, inputs, before, doubt)
            if found is not None:
                return found
            if isinstance(doubt, Unauthenticated):  # the client has another token by now: once more, at once
                token_is_fresh = True
                continue
            seconds = tenant.client.pause(doubt, attempt, waited)
            if seconds is None:
                raise
            attempt, waited = attempt + 1, waited + seconds


def _created(entity: Entity, answer: Json) -> Json:
    if not is_object(answer):
        raise UnexpectedAnswer("POST", entity.collection.path, message="the answer does not say what was created")
    return answer


def _body(entity: Entity, tenant: Tenant, inputs: Json) -> Json:
    body = {"@odata.type": entity.odata_type, **entity.args.schema.body(inputs)}
    for relationship in entity.relationships:
        if inputs.get(relationship.field):
            body.update(relationship.creation(tenant, inputs[relationship.field]))
    return body


def _settle(entity: Entity, tenant: Tenant, inputs: Json, before: set[str], doubt: GraphError) -> Json | None:
    """
    Find out what became of a POST that ended in *doubt*: the object it made, or None if it may be sent again.

    Raises OutcomeUnknown: it may have worked, and nothing, or more than one thing, can be found.
    """
    if isinstance(doubt, Unreachable) and not doubt.sent:
        return None

    def look() -> Json | None:
        return _look(entity, tenant, inputs, before)

    try:
        # A refusal needs one look, against services that refuse and do it all the same. After anything else the
        # object may still be on its way into the list.
        found = look() if doubt.status in _REFUSED else tenant.eventually(look)
    except GraphError as error:
        raise OutcomeUnknown(f"{_unanswered(inputs, doubt)}, and looking for it failed: {error}") from None
    if found is None and doubt.status not in _REFUSED:
        raise OutcomeUnknown(f"{_unanswered(inputs, doubt)}, and it did not appear since. {_AGAIN}") from None
    return found


def _look(entity: Entity, tenant: Tenant, inputs: Json, before: set[str]) -> Json | None:
    """Look for an object that fits, was not there before and is nobody's; by the list, confirmed by its id."""
    name = percent_encode(inputs[NAME].replace("'", "''"), safe="")
    query = f"$filter=displayName%20eq%20%27{name}%27" + (
        f"&{entity.collection.query}" if entity.collection.query else ""
    )
    # Intune ignores filters that it does not support, so the answer is filtered again.
    namesakes = entity.namesakes(tenant.client.pages(f"{entity.collection.path}?{query}"), inputs[NAME])
    fitting = [one for one in namesakes if str(one["id"]) not in before and entity.matches(one, inputs)]
    free = [one for one in fitting if tenant.claim(one["id"], host.urn())]
    if len(free) > 1:
        for one in free:
            tenant.release(one["id"])
        ids = ", ".join(str(one["id"]) for one in free)
        raise OutcomeUnknown(
            f'several objects called "{inputs[NAME]}" appeared at once ({ids}): delete all but one in the portal, '
            f'then run again with adopt="{free[0]["id"]}"'
        )
    if free and entity.get(tenant, str(free[0]["id"])) is None:
        tenant.release(free[0]["id"])
        return None
    return free[0] if free else None


_AGAIN = "Run again: if it appears, it is recognised and taken over; if not, it is created"


def _unanswered(inputs: Json, doubt: GraphError) -> str:
    return f'it is not known whether "{inputs[NAME]}" was created: {doubt}'


def _already_there(entity: Entity, tenant: Tenant, conflict: Conflict) -> IntuneError:
    """Explain a 409: the tenant takes only one of these, and has one."""
    there = [f'"{one.get("displayName")}" ({one["id"]})' for one in entity.listing(tenant) if entity.is_one(one)]
    if not there:
        return conflict
    return AdoptionError(
        f"Graph refuses another {entity.noun} ({conflict.message or conflict.status}); the tenant has "
        f"{', '.join(there)}: declare adopt with its id to manage it here, or delete it first"
    )
