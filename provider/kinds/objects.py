"""
The objects of a Graph collection: where they are, how one is told from another, and how they are looked up.

This is the declared half of `provider.kinds.entity`: how one is created, updated and deleted stands on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote as percent_encode

from provider.kinds.kind import Kind, Values
from provider.kinds.relationship import Json, ObjectRef, Relationship
from provider.odata import Collection
from provider.ownership.ledger import Claim

if TYPE_CHECKING:  # a program must not load the HTTP library
    from provider.graph.listing import Listing
    from provider.graph.tenant import Tenant

NAME = "display_name"
"""The field that every object is known by, though not uniquely."""


@dataclass(frozen=True, kw_only=True)
class GraphObjects(Kind):
    """A kind whose objects are the members of a collection, told apart by their type."""

    collection: Collection
    odata_type: str
    """Graph's type, as in ``@odata.type``."""
    relationships: tuple[Relationship, ...] = ()
    patch_may_replace: bool = False
    """Whether a PATCH has been seen to make a new object instead of changing this one."""
    update_path: Callable[[ObjectRef, Values], str] = lambda owner, _inputs: owner.path
    """The path that a PATCH takes, where the inputs may choose another than the object's own."""

    def claims(self, id_: str, inputs: Mapping[str, Any]) -> list[Claim]:
        """Return the object, and each thing beside it that only one resource may declare."""
        exclusive = [one.claim for one in self.relationships if one.claim and inputs.get(one.field) is not None]
        return [Claim(id_), *(Claim(id_, claim) for claim in exclusive)]

    def bindings(self, tenant: Tenant, inputs: Values) -> Json:
        """Return what the POST can carry of the relationships."""
        body: Json = {}
        for one in self.relationships:
            if inputs.get(one.field):
                body.update(one.create_body(tenant, inputs[one.field]))
        return body

    @property
    def noun(self) -> str:
        """What Graph calls one of these objects."""
        return self.odata_type.rpartition(".")[2]

    def owner(self, id_: str) -> ObjectRef:
        """Return the object *id_* as its relationships see it."""
        return ObjectRef(self.collection, self.odata_type, id_)

    def listing(self, tenant: Tenant) -> Listing:
        """Return the list that serves this run."""
        return tenant.listing(self.collection)

    def get(self, tenant: Tenant, id_: str) -> Json | None:
        """Ask for one object now; None where Graph says 404, and an error where it says anything else."""
        return tenant.find(self.collection.item_listed(id_))

    def listed_by_name(self, name: str) -> str:
        """Return the path that lists the objects called *name*; Intune ignores filters that it does not support."""
        literal = percent_encode(name.replace("'", "''"), safe="")
        query = f"&{self.collection.query}" if self.collection.query else ""
        return f"{self.collection.path}?$filter=displayName%20eq%20%27{literal}%27{query}"

    def is_one(self, live: Json) -> bool:
        """Tell whether *live* is of this kind. Graph leaves the type out where a collection has only one."""
        return bool(live.get("@odata.type", self.odata_type) == self.odata_type)

    def namesakes(self, objects: Iterable[Json], name: str) -> list[Json]:
        """Return those of *objects* that are of this kind and called *name*."""
        return [one for one in objects if self.is_one(one) and one.get("displayName") == name]
