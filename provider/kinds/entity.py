"""
Objects of a Graph collection: read from one list, updated by what changed, deleted.

This is the kind that nearly all resources are. How one is created, exactly once, is `provider.kinds.create`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from provider.errors import AdoptionError, GraphError, IncompleteCreate, IntuneError
from provider.kinds import create, writes
from provider.kinds.creation import Creation
from provider.kinds.kind import Change, Created, Values
from provider.kinds.objects import GraphObjects
from provider.kinds.recognition import warn_of_namesakes
from provider.kinds.relationship import Step
from provider.odata import Answer, is_object
from provider.ownership.ledger import Claim
from provider.plugin import host
from provider.schema import Arguments, Guid, Part, optional

if TYPE_CHECKING:  # a program must not load the HTTP library
    from provider.graph.tenant import Tenant


class EntityArgs(Arguments):
    """What the inputs of every entity have in common."""

    adopt: str | None = optional(Guid("an existing object"), part=Part.DIRECTIVE)
    """
    Take over the existing object with this id instead of creating one.

    It is changed to what is declared. Once it is in the state, `adopt` means nothing and can be removed.
    """


@dataclass(frozen=True, kw_only=True)
class Entity(GraphObjects):
    """A kind whose objects this provider creates, reads, updates and deletes."""

    deletes: bool = True

    # ------------------------------------------------------------------------------------------ lifecycle

    def create(self, tenant: Tenant, inputs: Values) -> Created:
        """Create the object that *inputs* declare, or use the one they name or an interrupted run created."""
        if inputs.get("adopt"):
            return self._adopt(tenant, str(inputs["adopt"]), inputs)
        creation = Creation(self, tenant, inputs)
        made = create.create_once(creation)
        id_ = str(made.live["id"])
        if not made.fresh:
            return self._recognised(creation, id_)
        self.returned(tenant, id_, inputs)
        look = tenant.get_batched_later(creation.named)
        missing = self._complete(creation, id_)
        self._warn_of_namesakes(creation, id_, look, made.settling)
        if missing:
            raise _incomplete(id_, inputs, missing)
        return Created(id_, self.args.schema.chosen(self.args.schema.parse(made.live), inputs))

    def _complete(self, creation: Creation, id_: str) -> dict[str, IntuneError]:
        """Make every relationship hold on what was just created; return what went wrong, by field."""
        tenant, owner = creation.tenant, self.owner(id_)
        missing: dict[str, IntuneError] = {}
        steps: list[tuple[str, Callable[[], Step | None]]] = [
            (one.field, partial(one.after_create, tenant, owner, creation.inputs.get(one.field)))
            for one in self.relationships
        ]
        for field, step in steps:  # second steps join it at its end
            try:
                later = step()
            except IntuneError as error:
                missing[field] = error
            else:
                steps.extend([(field, later)] if later else [])
        return missing

    def _warn_of_namesakes(self, creation: Creation, id_: str, look: Callable[[], Answer], settling: float) -> None:
        """Say if another run, a person, or a refused attempt of this create, created another object of the name."""
        known = {str(one["id"]) for one in creation.listing} | {id_}
        answer = look()
        members = answer.get("value") if isinstance(answer, dict) else None
        if not isinstance(members, list):
            tell = host.warn if settling else host.show_status
            tell("it is unknown whether another object of this name was created at the same time")
            return
        appeared = creation.new_namesakes(filter(is_object, members), known)
        if not appeared and settling:
            client, pages = creation.tenant.client, creation.tenant.pages
            try:
                appeared = (
                    client.poll(lambda: creation.new_namesakes(pages(creation.named), known) or None, settling) or []
                )
            except GraphError as error:  # the object exists and its id is known: a look must not make that a failure
                host.warn(f"it is unknown whether another object of this name was created at the same time: {error}")
        warn_of_namesakes(id_, appeared)

    def _adopt(self, tenant: Tenant, id_: str, inputs: Values) -> Created:
        """Use the object that *inputs* name. One that this resource had, and that was deleted, is created again."""
        if self.read(tenant, id_, None) is None:
            if tenant.ledger.is_gone(Claim(id_), host.current_urn()):
                host.warn(f"{id_} no longer exists, so another is created: remove adopt, which names it still")
                return self.create(tenant, {name: value for name, value in inputs.items() if name != "adopt"})
            raise AdoptionError(
                f"there is no {self.noun} {id_} to adopt: correct the id, or remove adopt to create one"
            )
        self.take(tenant, id_, inputs)
        return self._align(tenant, id_, inputs)

    def _recognised(self, creation: Creation, id_: str) -> Created:
        """Use what an interrupted run created; what cannot be changed to what is declared now, the next up replaces."""
        inputs = creation.inputs
        live = self._existing(creation.tenant, id_)
        fixed = self._fixed(live, inputs)
        if not fixed:
            return self._align(creation.tenant, id_, inputs)
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
                tenant.ledger.release(claim, host.current_urn())
            raise AdoptionError(
                f"{id_} has {fixed} {live.get(fixed)}, which Graph cannot change: declare that, "
                "or delete the object and remove adopt to create another"
            )
        self.returned(tenant, id_, inputs)
        tenant.journal.created(host.current_urn(), id_)
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
        steps: list[tuple[list[str], Callable[[], None]]] = [(body, partial(writes.patch, self, tenant, id_, change))]
        for one in self.relationships:
            if one.field in change.names:
                value = change.news.get(one.field)
                steps.append(([one.field], partial(one.write, tenant, self.owner(id_), value)))
        tenant.forget(self.collection, id_)
        writes.in_order(id_, steps)

    def delete(self, tenant: Tenant, id_: str, olds: Mapping[str, Any]) -> None:  # noqa: ARG002 - the id says it all
        """Delete the object."""
        tenant.forget(self.collection, id_)
        writes.delete(self, tenant, id_)


def _incomplete(id_: str, inputs: Values, missing: Mapping[str, IntuneError]) -> IncompleteCreate:
    """Return the error of a create whose object exists, and of which some relationships are *missing*."""
    what = "; ".join(f"{field}: {error}" for field, error in missing.items())
    return IncompleteCreate(
        id_,
        {name: value for name, value in inputs.items() if name not in missing},
        f"{id_} was created, but not completely; run again to finish it. {what}",
        {name: inputs[name] for name, error in missing.items() if writes.may_have_worked(error)},
    )
