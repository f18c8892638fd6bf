"""
What a killed run created, recognised by what this machine's journal proves.

An entry with an id proves that this id was created for this resource. An entry without one proves that a POST was
about to be sent, what its body was, and which objects of the name existed then: `provider.kinds.creation` tells which
objects can only be what it created. Everything else is refused by `provider.kinds.create`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from provider.errors import AdoptionError, OutcomeUnknown
from provider.kinds.creation import Creation
from provider.ownership.journal_entry import Entry, digest
from provider.ownership.ledger import Claim
from provider.plugin import host

if TYPE_CHECKING:  # a program must not load the HTTP library
    from provider.graph.tenant import Tenant

Json = dict[str, Any]


def recognise(creation: Creation) -> Json | None:
    """
    Return the object that an earlier run created for the resource at hand, if the journal of this machine proves it.

    Raises AdoptionError: another resource has it by now. OutcomeUnknown: several objects fit.
    """
    tenant = creation.tenant
    entry = tenant.journal.find(creation.urn)
    if entry is None or entry.kind not in ("", creation.entity.name):
        return None
    entry = _when_settled(tenant, entry)
    live = _by_id(creation, entry.id, entry.began) if entry.id else _by_intent(creation, entry)
    if live is None:
        return None  # the entry stays: what it was about may have been edited since, and adopt may name it then
    refused = tenant.ledger.take(Claim(str(live["id"])), creation.urn)
    if refused:
        raise AdoptionError(refused)
    host.warn(f"{live['id']} was created for this resource by an interrupted run on this machine, and is used now")
    if entry.name:  # else it was adopted, and what existed before is not known
        known = {*entry.before, str(live["id"])}
        warn_of_namesakes(str(live["id"]), creation.new_namesakes(creation.listing, known))
    return live


def only_one(found: Sequence[Json]) -> Json | None:
    """Return the only one of *found*, if there is one. Raises OutcomeUnknown: there are several."""
    if len(found) > 1:
        ids = ", ".join(str(one["id"]) for one in found)
        raise OutcomeUnknown(
            f"several objects of this display_name appeared at once ({ids}): delete all but one in the Intune admin "
            f'center, then run again with adopt="{found[0]["id"]}"'
        )
    return found[0] if found else None


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


def _by_id(creation: Creation, id_: str, began: float) -> Json | None:
    tenant = creation.tenant

    def look() -> Json | None:
        return creation.listing.get(id_) or creation.get(id_)

    recent = tenant.journal.now() - began < tenant.client.settings.consistency_timeout
    return look() or (tenant.absences.look_again(look) if recent else None)


def _by_intent(creation: Creation, entry: Entry) -> Json | None:
    """Look in the list that serves all; and anew, as long as what was just created may still be missing there."""
    tenant = creation.tenant

    def among(objects: Iterable[Json]) -> Json | None:
        only = only_one(creation.candidates(entry, objects))
        return only if only is not None and creation.get(str(only["id"])) is not None else None

    def look() -> Json | None:
        same_name = digest(creation.name) == entry.name
        return among(tenant.pages(creation.named if same_name else creation.entity.collection.listed))

    found = among(creation.listing)
    left = entry.began + tenant.client.settings.consistency_timeout - tenant.journal.now()
    return found or (tenant.client.poll(look, left) if left > 0 else None)
