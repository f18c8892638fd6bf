"""
A kind of resource: the fields it declares, and how its objects live in Graph.

`provider.lifecycle` knows Pulumi and nothing of Graph; a `Kind` knows Graph and nothing of Pulumi. Between them go
plain dictionaries of declared fields. `provider.kinds.entity` has the kind that nearly all resources are.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from provider.errors import AdoptionError, DeclarationError
from provider.ownership.ledger import Claim
from provider.plugin import host
from provider.schema import Arguments, Problem

if TYPE_CHECKING:  # a program must not load the HTTP library
    from provider.graph.tenant import Tenant

Values = dict[str, Any]


class Change(NamedTuple):
    """What an update is about."""

    olds: Mapping[str, Any]
    """The fields as they were."""
    news: Values
    """The fields as they are declared."""
    names: Sequence[str]
    """Those that differ."""


class Created(NamedTuple):
    """What a create came to."""

    id: str
    chosen: Values
    """The fields that were not declared and for which Graph chose a value."""


@dataclass(frozen=True, kw_only=True)
class Kind(ABC):
    """One kind of resource."""

    name: str
    """Stands in the state of every resource of this kind, for ever. Short: the state has it twice per resource."""
    args: type[Arguments]
    """Its inputs."""
    permissions: tuple[str, ...]
    """The Graph permissions of which one is needed to write."""
    identity_field: str = "display_name"
    """The field whose value no other resource of the kind may declare while this one is still to be created."""
    deletes: bool = False
    """Whether a delete deletes an object, whose id never comes back, or only ends what the resource did to one."""
    config_key: str = ""
    """The map of the stack's config whose entries are of this kind, if there is one."""

    def problems(self, inputs: Values, olds: Values) -> Iterator[Problem]:  # noqa: ARG002 - for subclasses
        """Say everything that is wrong with *inputs*, which are to follow *olds*: none, if the resource is new."""
        return self.args.schema.problems(inputs)

    def claims(self, id_: str, inputs: Mapping[str, Any]) -> list[Claim]:  # noqa: ARG002 - for subclasses
        """Return what the resource that has *id_* and declares *inputs* owns alone; first, what a delete deletes."""
        return [Claim(id_)]

    def take(self, tenant: Tenant, id_: str, inputs: Mapping[str, Any]) -> None:
        """
        Take what *id_* stands for, for the resource at hand.

        Raises AdoptionError: it is another resource's.
        """
        for claim in self.claims(id_, inputs):
            refused = tenant.ledger.take(claim, host.current_urn())
            if refused:
                raise AdoptionError(refused)

    def returned(self, tenant: Tenant, id_: str, inputs: Mapping[str, Any]) -> None:
        """Note that a create returns *id_* to the resource at hand."""
        for claim in self.claims(id_, inputs):
            tenant.ledger.returned(claim, host.current_urn())

    @abstractmethod
    def create(self, tenant: Tenant, inputs: Values) -> Created:
        """
        Create the object, or use the one that *inputs* names.

        Raises IncompleteCreate: the object exists, and something beside it is missing.
        """

    @abstractmethod
    def read(
        self, tenant: Tenant, id_: str, declared: Mapping[str, Any] | None, *, anew: bool = False
    ) -> Values | None:
        """
        Return the fields that the object has, at least those that are *declared*; None where Graph does not have it.

        *declared* are the fields in the state; None asks for all that there are. *anew*: not from what this run read
        before, for that may be late.
        """

    @abstractmethod
    def update(self, tenant: Tenant, id_: str, change: Change) -> None:
        """Write what changed, and only that; a field that is no longer declared is cleared."""

    @abstractmethod
    def delete(self, tenant: Tenant, id_: str, olds: Mapping[str, Any]) -> None:
        """Delete the object. One that does not exist any more counts as deleted."""


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make *kind* known by its name. Raises DeclarationError where the name is taken."""
    if kind.name in _KINDS:
        raise DeclarationError(f"two resources are of kind {kind.name}")
    _KINDS[kind.name] = kind


def kind_called(name: str) -> Kind:
    """Return the kind that the state calls *name*."""
    return _KINDS[name]


def kinds() -> list[Kind]:
    """Return all kinds, in the order in which they were declared."""
    return list(_KINDS.values())
