"""
Objects of a Graph collection: read from one list, changed by what changed, deleted without regret.

This is the kind that nearly all resources are. How one is created, exactly once, is `provider.creation`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from provider import changing, creation
from provider.collection import Collection
from provider.errors import AdoptionError, IncompleteCreate, IntuneError
from provider.kind import Change, Kind, Values
from provider.relationships import Json, Owner, Relationship, Step
from provider.schema import Arguments, Part, optional
from provider.values import Guid

if TYPE_CHECKING:  # a program must not load the HTTP library
    from provider.graph.listing import Listing
    from provider.graph.tenant import Tenant


class EntityArgs(Arguments):
    """What the inputs of every entity have in common."""

    adopt: str | None = optional(Guid("an existing object"), part=Part.DIRECTIVE)
    """
    Take over the existing object with this id instead of creating one.

    It is changed to what is declared. Once it is in the state, `adopt` means nothing and can be removed.
    """


@dataclass(frozen=True, kw_only=True)
class Entity(Kind):
    """A kind whose objects are the members of a collection, told apart by their type."""

    collection: Collection
    odata_type: str
    """Graph's type, as in ``@odata.type``."""
    relationships: tuple[Relationship, ...] = ()
    reissued: bool = False
    """Whether a PATCH has been seen to make a new object instead of changing this one."""
    update_path: Callable[[Owner, Values], str] = lambda owner, _inputs: owner.path
    """The path that a PATCH takes, where the inputs may choose another than the object's own."""

    # ------------------------------------------------------------------------------------------ lifecycle

    def create(self, tenant: Tenant, inputs: Values) -> str:
        """Create the object that *inputs* declare, or take over the one they name or an interrupted run left."""
        if inputs.get("adopt"):
            return self._adopt(tenant, inputs["adopt"], inputs)
        live, fresh = creation.exactly_once(self, tenant, inputs)
        id_ = str(live["id"])
        missing = self._complete(tenant, live, inputs, fresh=fresh)
        if missing:
            done = {name: value for name, value in inputs.items() if name not in missing}
            what = "; ".join(f"{field}: {error}" for field, error in missing.items())
            raise IncompleteCreate(id_, done, f"{id_} was created, but not completely; run again to finish it. {what}")
        return id_

    def _complete(self, tenant: Tenant, live: Json, inputs: Values, *, fresh: bool) -> dict[str, IntuneError]:
        """Make every relationship hold on what was just created, or left; return what went wrong, by field."""
        owner = self.owner(str(live["id"]))

        def begin(relationship: Relationship) -> Step | None:
            value = inputs.get(relationship.field)
            if fresh:
                return relationship.complete(tenant, owner, value)
            if value is not None and relationship.read(tenant, owner, live) != value:
                relationship.write(tenant, owner, value)
            return None

        missing: dict[str, IntuneError] = {}
        steps: list[tuple[str, Callable[[], Step | None]]] = [
            (one.field, partial(begin, one)) for one in self.relationships
        ]
        for field, step in steps:  # second steps join it at its end
            try:
                later = step()
            except IntuneError as error:
                missing[field] = error
            else:
                steps.extend([(field, later)] if later else [])
        return missing

    def _adopt(self, tenant: Tenant, id_: str, inputs: Values) -> str:
        live = self.read(tenant, id_, None)
        if live is None:
            raise AdoptionError(
                f"there is no {self.noun} {id_} to adopt: correct the id, or remove adopt to create one"
            )
        self.take(tenant, id_)
        declared = {name: live[name] for name in inputs if name in live}
        changed = self.args.schema.changed(declared, inputs)
        fixed = [name for name in changed if self.args.schema.attributes[name].create_only]
        if fixed:
            raise AdoptionError(
                f"{id_} has {fixed[0]} {live.get(fixed[0])}, which Graph cannot change: declare that, "
                "or delete the object and remove adopt to create another"
            )
        self.update(tenant, id_, Change(declared, inputs, changed))
        return id_

    def read(self, tenant: Tenant, id_: str, declared: Mapping[str, Any] | None) -> Values | None:
        """Read from the list; an object that the list does not have is gone only if a GET of it says so too."""
        live = self.listing(tenant).get(id_) or self.get(tenant, id_)
        if live is None:
            return None
        if not self.is_one(live):
            raise AdoptionError(f"{id_} is of type {str(live['@odata.type']).rpartition('.')[2]}, not {self.noun}")
        values = self.args.schema.parse(live)
        for relationship in self.relationships:
            if declared is None or relationship.field in declared:
                value = relationship.read(tenant, self.owner(id_), live)
                values.update({} if value is None else {relationship.field: value})
        return values

    def update(self, tenant: Tenant, id_: str, change: Change) -> None:
        """Send the changed fields in one PATCH, and each changed relationship by its own route."""
        changing.patch(self, tenant, id_, change)
        for relationship in self.relationships:
            if relationship.field in change.names:
                relationship.write(tenant, self.owner(id_), change.news.get(relationship.field))
        tenant.forget(self.collection, id_)

    def delete(self, tenant: Tenant, id_: str, olds: Mapping[str, Any]) -> None:  # noqa: ARG002 - the id says it all
        """Delete the object."""
        changing.delete(self, tenant, id_)
        tenant.forget(self.collection, id_)

    # ------------------------------------------------------------------------------------------ looking

    @property
    def noun(self) -> str:
        """What Graph calls one of these objects."""
        return self.odata_type.rpartition(".")[2]

    def owner(self, id_: str) -> Owner:
        """Return the object *id_* as its relationships see it."""
        return Owner(self.collection, self.odata_type, id_)

    def listing(self, tenant: Tenant) -> Listing:
        """Return the list that serves this run."""
        return tenant.listing(self.collection)

    def get(self, tenant: Tenant, id_: str) -> Json | None:
        """Ask for one object now; None where Graph says 404, and an error where it says anything else."""
        return tenant.find(self.collection.item_listed(id_))

    def is_one(self, live: Json) -> bool:
        """Tell whether *live* is of this kind. Graph leaves the type out where a collection has only one."""
        return bool(live.get("@odata.type", self.odata_type) == self.odata_type)

    def namesakes(self, objects: Iterable[Json], name: str) -> list[Json]:
        """Return those of *objects* that are of this kind and called *name*."""
        return [one for one in objects if self.is_one(one) and one.get("displayName") == name]

    def matches(self, live: Json, inputs: Values) -> bool:
        """Tell whether every declared field of the body has its declared value on *live*."""
        values = self.args.schema.parse(live)
        fields = [attribute for attribute in self.args.schema.attributes.values() if attribute.part is Part.BODY]
        return not any(field.name in inputs and field.differs(values, inputs) for field in fields)
