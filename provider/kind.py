"""
A kind of resource: the fields it declares, and how its objects live in Graph.

`provider.lifecycle` knows Pulumi and nothing of Graph; a `Kind` knows Graph and nothing of Pulumi. Between them go
plain dictionaries of declared fields. `provider.entities` has the kind that nearly all resources are.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from provider import host
from provider.errors import AdoptionError, DeclarationError
from provider.schema import Arguments
from provider.values import Problem

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


@dataclass(frozen=True, kw_only=True)
class Kind(ABC):
    """One kind of resource."""

    name: str
    """Stands in the state of every resource of this kind, for ever. Short: the state has it twice per resource."""
    args: type[Arguments]
    """Its inputs."""
    permissions: tuple[str, ...]
    """The Graph permissions of which one is needed to write."""

    def problems(self, inputs: Values, olds: Values) -> Iterator[Problem]:  # noqa: ARG002 - for subclasses
        """Say everything that is wrong with *inputs*, which are to follow *olds*: none, if the resource is new."""
        return self.args.schema.problems(inputs)

    def identity(self, inputs: Values) -> Any:
        """Return what no other resource of the kind may declare while this one is still to be created, if anything."""
        return inputs.get("display_name")

    def claim(self, id_: str) -> Hashable:
        """Return what the resource that manages *id_* lays hands on; two resources of a program never share it."""
        return id_

    def take(self, tenant: Tenant, id_: str) -> None:
        """
        Lay hands on *id_* for the resource at hand.

        Raises AdoptionError: another resource of the program has done so.
        """
        if not tenant.claim(self.claim(id_), host.urn()):
            raise AdoptionError(f"{id_} is managed by another resource of this program: declare it once")

    @abstractmethod
    def create(self, tenant: Tenant, inputs: Values) -> str:
        """
        Create the object and return its id, or take over the one that *inputs* names.

        Raises IncompleteCreate: the object exists, and something beside it is missing.
        """

    @abstractmethod
    def read(self, tenant: Tenant, id_: str, declared: Mapping[str, Any] | None) -> Values | None:
        """
        Return the fields that the object has, at least those that are *declared*; None if it is gone.

        *declared* are the fields in the state; None asks for all that there are.
        """

    @abstractmethod
    def update(self, tenant: Tenant, id_: str, change: Change) -> None:
        """Write what changed, and only that; a field that is no longer declared is cleared."""

    @abstractmethod
    def delete(self, tenant: Tenant, id_: str, olds: Mapping[str, Any]) -> None:
        """Delete the object. One that is gone already is deleted."""


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
