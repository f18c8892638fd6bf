"""
One create: of which kind, in which tenant, for which resource, and with which inputs.

It knows what its POST sends, what the journal writes down about it, and which objects of the tenant can only be what
that POST created: those that have exactly its body, did not exist before, were created in the seconds of that POST
(where Graph says when) and belong to no other resource.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from provider.kinds.objects import NAME, GraphObjects
from provider.ownership.journal_entry import Entry, digest
from provider.ownership.ledger import Claim
from provider.plugin import host
from provider.schema import Part, SetOf, Text, Url

if TYPE_CHECKING:  # a program must not load the HTTP library
    from provider.graph.listing import Listing
    from provider.graph.tenant import Tenant

Json = dict[str, Any]
_SKEW = 300.0
"""Seconds by which the clocks of this machine and of Graph may differ; with more, no sign-in works either."""


@dataclass(frozen=True)
class Creation:
    """The create of one object, or the search for what such a create left behind."""

    entity: GraphObjects
    tenant: Tenant
    inputs: Json
    urn: str = field(default_factory=host.current_urn)
    """The resource that creates it."""

    @property
    def name(self) -> str:
        """The display name that the object is to have."""
        return str(self.inputs[NAME])

    @property
    def named(self) -> str:
        """The path that lists the objects of this name."""
        return self.entity.listed_by_name(self.name)

    @property
    def listing(self) -> Listing:
        """The list that serves this run."""
        return self.entity.listing(self.tenant)

    def get(self, id_: str) -> Json | None:
        """Ask for one object now; None where Graph says 404, and an error where it says anything else."""
        return self.entity.get(self.tenant, id_)

    def body(self, bound: Json) -> Json:
        """Return what the POST sends, with *bound*, what it can carry of the relationships."""
        return {"@odata.type": self.entity.odata_type, **self.entity.args.schema.body(self.inputs), **bound}

    def intent(self, before: Iterable[str]) -> Entry:
        """Return the journal's entry for a POST that is about to be sent, *before* which these objects existed."""
        schema = self.entity.args.schema
        values = schema.parse(schema.body(self.inputs))
        return Entry(
            urn=self.urn,
            kind=self.entity.name,
            name=digest(self.name),
            fields=tuple(sorted(values)),
            body=digest(values),
            before=tuple(sorted(before)),
            began=self.tenant.journal.now(),
        )

    def namesakes(self, objects: Iterable[Json]) -> list[Json]:
        """Return those of *objects* that are of this kind and have this name."""
        return self.entity.namesakes(objects, self.name)

    def new_namesakes(self, objects: Iterable[Json], known: Collection[str]) -> list[str]:
        """Return the ids of the namesakes that are not *known* and that no declared resource manages."""
        found = {str(one["id"]) for one in self.namesakes(objects)}.difference(known)
        return sorted(one for one in found if not self.tenant.ledger.manager(Claim(one), self.urn))

    def candidates(self, entry: Entry, objects: Iterable[Json]) -> list[Json]:
        """Return those of *objects* that can only be what the POST of *entry* created."""
        return [one for one in objects if self._fits(entry, one) and self._is_free(entry, str(one["id"]))]

    def _fits(self, entry: Entry, live: Json) -> bool:
        if not self.entity.is_one(live) or str(live["id"]) in entry.before:
            return False
        if digest(live.get("displayName")) != entry.name:
            return False
        values = self.entity.args.schema.parse(live)
        sent = {name: values[name] for name in entry.fields if name in values}
        return digest(sent) == entry.body and not self._has_more(entry.fields, values) and _is_of_then(entry, live)

    def _has_more(self, sent: Sequence[str], values: Json) -> bool:
        """Tell whether *values* have a text or list that was not sent: Graph chooses numbers and enums, never those."""
        return any(
            values.get(attribute.name)
            for attribute in self.entity.args.schema.attributes.values()
            if attribute.part is Part.BODY
            and attribute.name not in sent
            and not attribute.server_default
            and isinstance(attribute.value, Text | Url | SetOf)
        )

    def _is_free(self, entry: Entry, id_: str) -> bool:
        """Tell whether nothing says that *id_* is another resource's, of this stack or of another on this machine."""
        claim, ledger = Claim(id_), self.tenant.ledger
        owned = ledger.manager(claim, entry.urn) or ledger.undeclared_manager(claim, entry.urn)
        return not owned and not ledger.is_deleted(claim) and not self.tenant.journal.is_of_another(entry, id_)


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
