"""
What a killed run created, recognised by what this machine's journal proves.

An entry with an id proves that this id was created for this resource. An entry without one proves that a POST was
about to be sent, what its body was, and which objects of the name existed then: what has exactly that body, did not
exist then, was created in the seconds of that POST (where Graph says when) and belongs to no other resource, is what
it created. Everything else is refused by `provider.kinds.create`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any
from urllib.parse import quote as percent_encode

from provider.errors import AdoptionError, OutcomeUnknown
from provider.kinds.objects import NAME, GraphObjects
from provider.ownership.journal_entry import Entry, digest
from provider.ownership.ledger import Claim
from provider.plugin import host
from provider.schema import Part, SetOf, Text, Url

if TYPE_CHECKING:  # a program must not load the HTTP library
    from provider.graph.tenant import Tenant

Json = dict[str, Any]
_SKEW = 300.0
"""Seconds by which the clocks of this machine and of Graph may differ; with more, no sign-in works either."""


def recognise(entity: GraphObjects, tenant: Tenant, inputs: Json) -> Json | None:
    """
    Return the object that an earlier run created for the resource at hand, if the journal of this machine proves it.

    Raises AdoptionError: another resource has it by now. OutcomeUnknown: several objects fit.
    """
    urn = host.current_urn()
    entry = tenant.journal.find(urn)
    if entry is None or entry.kind not in ("", entity.name):
        return None
    entry = _when_settled(tenant, entry)
    live = _by_id(entity, tenant, entry) if entry.id else _by_intent(entity, tenant, entry, inputs)
    if live is None:
        return None  # the entry stays: what it was about may have been edited since, and adopt may name it then
    refused = tenant.ledger.take(Claim(str(live["id"])), urn)
    if refused:
        raise AdoptionError(refused)
    host.warn(f"{live['id']} was created for this resource by an interrupted run on this machine, and is used now")
    if entry.kind:  # else it was adopted, and what existed before is not known
        known = {*entry.before, str(live["id"])}
        warn_of_namesakes(str(live["id"]), new_namesakes(entity, tenant, inputs[NAME], entity.listing(tenant), known))
    return live


def intent(entity: GraphObjects, urn: str, inputs: Json, before: Iterable[str], now: float) -> Entry:
    """Return the entry for a POST that is about to be sent."""
    values = entity.args.schema.parse(entity.args.schema.body(inputs))
    return Entry(
        urn=urn,
        kind=entity.name,
        name=digest(inputs[NAME]),
        fields=tuple(sorted(values)),
        body=digest(values),
        before=tuple(sorted(before)),
        began=now,
    )


def candidates(entity: GraphObjects, tenant: Tenant, entry: Entry, objects: Iterable[Json]) -> list[Json]:
    """Return those of *objects* that can only be what the POST of *entry* created."""
    return [one for one in objects if _fits(entity, entry, one) and _is_free(tenant, entry, str(one["id"]))]


def by_name(entity: GraphObjects, name: str) -> str:
    """Return the path that lists the objects called *name*; Intune ignores filters that it does not support."""
    literal = percent_encode(name.replace("'", "''"), safe="")
    return f"{entity.collection.path}?$filter=displayName%20eq%20%27{literal}%27" + (
        f"&{entity.collection.query}" if entity.collection.query else ""
    )


def only_one(found: Sequence[Json]) -> Json | None:
    """Return the only one of *found*, if there is one. Raises OutcomeUnknown: there are several."""
    if len(found) > 1:
        ids = ", ".join(str(one["id"]) for one in found)
        raise OutcomeUnknown(
            f"several objects of this display_name appeared at once ({ids}): delete all but one in the Intune admin "
            f'center, then run again with adopt="{found[0]["id"]}"'
        )
    return found[0] if found else None


def new_namesakes(
    entity: GraphObjects, tenant: Tenant, name: str, objects: Iterable[Json], known: Collection[str]
) -> list[str]:
    """Return the ids of those *objects* called *name* that are not *known* and that no declared resource manages."""
    found = {str(one["id"]) for one in entity.namesakes(objects, name)}.difference(known)
    return sorted(one for one in found if not tenant.ledger.manager(Claim(one), host.current_urn()))


def warn_of_namesakes(id_: str, others: list[str]) -> None:
    """Say that *others* of the same name appeared while *id_* was created."""
    if others:
        host.warn(
            f"the tenant has more than one object of this display_name: {id_} is managed here, and {', '.join(others)} "
            "appeared at the same time. Find out which run or person created it, and delete what is not needed in the "
            "Intune admin center"
        )


def _when_settled(tenant: Tenant, entry: Entry) -> Entry:
    """Return *entry* when the process that wrote it is at work no more, or has written the id."""

    def settled() -> Entry | None:
        now = tenant.journal.reload(entry.urn) or entry
        return now if now.id or not tenant.journal.is_under_way(now) else None

    if entry.id or not tenant.journal.is_under_way(entry):
        return entry
    return tenant.client.poll(settled, tenant.client.settings.request_timeout) or entry


def _by_id(entity: GraphObjects, tenant: Tenant, entry: Entry) -> Json | None:
    def look() -> Json | None:
        return entity.listing(tenant).get(entry.id) or entity.get(tenant, entry.id)

    recent = tenant.journal.now() - entry.began < tenant.client.settings.consistency_timeout
    return look() or (tenant.absences.look_again(look) if recent else None)


def _by_intent(entity: GraphObjects, tenant: Tenant, entry: Entry, inputs: Json) -> Json | None:
    """Look in the list that serves all; and anew, as long as what was just created may still be missing there."""

    def among(objects: Iterable[Json]) -> Json | None:
        found = candidates(entity, tenant, entry, objects)
        only = only_one(found)
        return only if only is not None and entity.get(tenant, str(only["id"])) is not None else None

    def look() -> Json | None:
        same_name = digest(inputs[NAME]) == entry.name
        return among(tenant.pages(by_name(entity, inputs[NAME]) if same_name else entity.collection.listed))

    found = among(entity.listing(tenant))
    left = entry.began + tenant.client.settings.consistency_timeout - tenant.journal.now()
    return found or (tenant.client.poll(look, left) if left > 0 else None)


def _fits(entity: GraphObjects, entry: Entry, live: Json) -> bool:
    if not entity.is_one(live) or str(live["id"]) in entry.before or digest(live.get("displayName")) != entry.name:
        return False
    values = entity.args.schema.parse(live)
    sent = {name: values[name] for name in entry.fields if name in values}
    return digest(sent) == entry.body and not _has_more(entity, entry.fields, values) and _is_of_then(entry, live)


def _has_more(entity: GraphObjects, sent: Sequence[str], values: Json) -> bool:
    """Tell whether *values* have a text or a list that was not sent: Graph chooses numbers and enums, never those."""
    return any(
        values.get(field.name)
        for field in entity.args.schema.attributes.values()
        if field.part is Part.BODY
        and field.name not in sent
        and not field.server_default
        and isinstance(field.value, Text | Url | SetOf)
    )


def _is_of_then(entry: Entry, live: Json) -> bool:
    """Tell whether *live* may have been created by the POST of *entry*, as far as Graph says when it was."""
    created = _moment(live.get("createdDateTime"))
    return created is None or entry.began - _SKEW <= created <= entry.began + _SKEW


def _moment(text: object) -> float | None:
    """Read a date and time of Graph's, with up to seven digits of a second, as seconds since the epoch."""
    try:
        moment = datetime.strptime(str(text)[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    except ValueError:
        return None
    return moment.timestamp() if moment.year > 1 else None


def _is_free(tenant: Tenant, entry: Entry, id_: str) -> bool:
    """Tell whether nothing says that *id_* is that of another resource, of this stack or of another on this machine."""
    claim, ledger, urn = Claim(id_), tenant.ledger, entry.urn
    owned = ledger.manager(claim, urn) or ledger.undeclared_manager(claim, urn) or ledger.is_deleted(claim)
    return not owned and not tenant.journal.is_of_another(entry, id_)
