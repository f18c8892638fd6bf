"""
Objects of a Graph collection: read from one list, updated by what changed, deleted.

This is the kind that nearly all resources are. How one is created, exactly once, is `provider.creation`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from provider import changing, creation, host
from provider.collection import Answer, Collection, is_object
from provider.errors import AdoptionError, GraphError, IncompleteCreate, IntuneError
from provider.kind import Change, Created, Kind, Values
from provider.ledger import Claim
from provider.recognition import NAME, by_name, new_namesakes, warn_of_namesakes
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
    deletes: bool = True
    relationships: tuple[Relationship, ...] = ()
    reissued: bool = False
    """Whether a PATCH has been seen to make a new object instead of changing this one."""
    update_path: Callable[[Owner, Values], str] = lambda owner, _inputs: owner.path
    """The path that a PATCH takes, where the inputs may choose another than the object's own."""

    # ------------------------------------------------------------------------------------------ lifecycle

    def create(self, tenant: Tenant, inputs: Values) -> Created:
        """Create the object that *inputs* declare, or use the one they name or an interrupted run created."""
        if inputs.get("adopt"):
            return self._adopt(tenant, str(inputs["adopt"]), inputs)
        made = creation.create_once(self, tenant, inputs)
        id_ = str(made.live["id"])
        if not made.fresh:
            return self._recognised(tenant, id_, inputs)
        self.returned(tenant, id_, inputs)
        look = tenant.ask_later(by_name(self, inputs[NAME]))
        missing = self._complete(tenant, id_, inputs)
        self._warn_of_namesakes(tenant, id_, inputs, look, made.settling)
        if missing:
            what = "; ".join(f"{field}: {error}" for field, error in missing.items())
            raise IncompleteCreate(
                id_,
                {name: value for name, value in inputs.items() if name not in missing},
                f"{id_} was created, but not completely; run again to finish it. {what}",
                {name: inputs[name] for name, error in missing.items() if changing.may_have_worked(error)},
            )
        return Created(id_, self.args.schema.chosen(self.args.schema.parse(made.live), inputs))

    def _complete(self, tenant: Tenant, id_: str, inputs: Values) -> dict[str, IntuneError]:
        """Make every relationship hold on what was just created; return what went wrong, by field."""
        owner = self.owner(id_)
        missing: dict[str, IntuneError] = {}
        steps: list[tuple[str, Callable[[], Step | None]]] = [
            (one.field, partial(one.complete, tenant, owner, inputs.get(one.field))) for one in self.relationships
        ]
        for field, step in steps:  # second steps join it at its end
            try:
                later = step()
            except IntuneError as error:
                missing[field] = error
            else:
                steps.extend([(field, later)] if later else [])
        return missing

    def _warn_of_namesakes(
        self, tenant: Tenant, id_: str, inputs: Values, look: Callable[[], Answer], settling: float
    ) -> None:
        """Say if another run, a person, or a refused attempt of this create, created another object of the name."""
        known = {str(one["id"]) for one in self.listing(tenant)} | {id_}

        def others(objects: Iterable[Json]) -> list[str]:
            return new_namesakes(self, tenant, inputs[NAME], objects, known)

        answer = look()
        members = answer.get("value") if isinstance(answer, dict) else None
        if not isinstance(members, list):
            tell = host.warn if settling else host.status
            tell("it is unknown whether another object of this name was created at the same time")
            return
        appeared = others(filter(is_object, members))
        if not appeared and settling:
            path = by_name(self, inputs[NAME])
            try:
                appeared = tenant.client.poll(lambda: others(tenant.client.pages(path)) or None, settling) or []
            except GraphError as error:  # the object exists and its id is known: a look must not make that a failure
                host.warn(f"it is unknown whether another object of this name was created at the same time: {error}")
        warn_of_namesakes(id_, appeared)

    def _adopt(self, tenant: Tenant, id_: str, inputs: Values) -> Created:
        """Use the object that *inputs* name. One that this resource had, and that was deleted, is created again."""
        if self.read(tenant, id_, None) is None:
            if tenant.ledger.is_gone(Claim(id_), host.urn()):
                host.warn(f"{id_} no longer exists, so another is created: remove adopt, which names it still")
                return self.create(tenant, {name: value for name, value in inputs.items() if name != "adopt"})
            raise AdoptionError(
                f"there is no {self.noun} {id_} to adopt: correct the id, or remove adopt to create one"
            )
        self.take(tenant, id_, inputs)
        return self._align(tenant, id_, inputs)

    def _recognised(self, tenant: Tenant, id_: str, inputs: Values) -> Created:
        """Use what an interrupted run created; what cannot be changed to what is declared now, the next up replaces."""
        live = self._existing(tenant, id_)
        fixed = self._fixed(live, inputs)
        if not fixed:
            return self._align(tenant, id_, inputs)
        done = {name: live[name] for name in inputs if name in live}
        reason = f"{id_} was created by an interrupted run with another {fixed}: run again, which replaces it"
        raise IncompleteCreate(id_, done, reason, {fixed: live[fixed]})

    def _existing(self, tenant: Tenant, id_: str) -> Values:
        """Return the values of an object that was seen in this run. Raises AdoptionError: it was deleted since."""
        live = self.read(tenant, id_, None)
        if live is None:
            raise AdoptionError(f"{id_} was deleted while this run began to use it: run again")
        return live

    def _fixed(self, live: Values, inputs: Values) -> str:
        """Return a field that is not as declared and that Graph cannot change; empty if there is none."""
        declared = {name: live[name] for name in inputs if name in live}
        changed = self.args.schema.changed(declared, inputs)
        return next((name for name in changed if self.args.schema.attributes[name].create_only), "")

    def _align(self, tenant: Tenant, id_: str, inputs: Values) -> Created:
        """Make an existing object what *inputs* declare, and write down whose it is."""
        live = self._existing(tenant, id_)
        declared = {name: live[name] for name in inputs if name in live}
        changed = self.args.schema.changed(declared, inputs)
        fixed = self._fixed(live, inputs)
        if fixed:
            for claim in self.claims(id_, inputs):
                tenant.ledger.release(claim, host.urn())
            raise AdoptionError(
                f"{id_} has {fixed} {live.get(fixed)}, which Graph cannot change: declare that, "
                "or delete the object and remove adopt to create another"
            )
        self.returned(tenant, id_, inputs)
        tenant.journal.created(host.urn(), id_)
        self.update(tenant, id_, Change(declared, inputs, changed))
        return Created(id_, self.args.schema.chosen(live, inputs))

    def read(
        self, tenant: Tenant, id_: str, declared: Mapping[str, Any] | None, *, anew: bool = False
    ) -> Values | None:
        """Read from the list; an object that the list does not have is absent only if a GET of it says so too."""
        live = (None if anew else self.listing(tenant).get(id_)) or self.get(tenant, id_)
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
        """
        Send the changed fields in one PATCH, and each changed relationship by its own route.

        Raises IncompleteUpdate: some of them were written, or may have been, and others not.
        """
        fields = self.args.schema.attributes
        body = [name for name in change.names if name in fields and fields[name].part is Part.BODY]
        steps: list[tuple[list[str], Callable[[], None]]] = [(body, partial(changing.patch, self, tenant, id_, change))]
        for one in self.relationships:
            if one.field in change.names:
                value = change.news.get(one.field)
                steps.append(([one.field], partial(one.write, tenant, self.owner(id_), value)))
        tenant.forget(self.collection, id_)
        changing.in_order(id_, steps)

    def delete(self, tenant: Tenant, id_: str, olds: Mapping[str, Any]) -> None:  # noqa: ARG002 - the id says it all
        """Delete the object."""
        tenant.forget(self.collection, id_)
        changing.delete(self, tenant, id_)

    def claims(self, id_: str, inputs: Mapping[str, Any]) -> list[Claim]:
        """Return the object, and each thing beside it that only one resource may declare."""
        exclusive = [one.claim for one in self.relationships if one.claim and inputs.get(one.field) is not None]
        return [Claim(id_), *(Claim(id_, claim) for claim in exclusive)]

    def bindings(self, tenant: Tenant, inputs: Values) -> Json:
        """Return what the POST can carry of the relationships."""
        body: Json = {}
        for one in self.relationships:
            if inputs.get(one.field):
                body.update(one.creation(tenant, inputs[one.field]))
        return body

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
