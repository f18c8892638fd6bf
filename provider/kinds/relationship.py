"""
What Graph keeps beside an object: relationships, each with routes of its own.

The body of a profile says neither who gets it (`assignments`) nor which credential it uses
(`derivedCredentialSettings`). One module per relationship; each is a `Relationship`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provider.odata import Collection

if TYPE_CHECKING:  # a program must not load the HTTP library
    from provider.graph.tenant import Tenant

Json = dict[str, Any]
Step = Callable[[], None]


@dataclass(frozen=True)
class ObjectRef:
    """The object that a relationship belongs to."""

    collection: Collection
    odata_type: str
    """Its type: ``#microsoft.graph.…``."""
    id: str

    @property
    def path(self) -> str:
        """Its path below the version segment."""
        return self.collection.item(self.id)

    @property
    def cast_path(self) -> str:
        """Its path as an object of its own type, which a reference that only this type has must go through."""
        return f"{self.path}/{self.odata_type.lstrip('#')}"


DELETED_MEANWHILE = "The profile is gone: run `pulumi up --refresh`, which creates it again"
"""What to do where a write beside a profile ends in a 404, and the profile does not exist."""


def is_deleted(tenant: Tenant, owner: ObjectRef) -> bool:
    """Tell whether *owner* does not exist any more; raises GraphError where Graph does not say."""
    return tenant.find(owner.path) is None


class Relationship(ABC):
    """One declared field that lives beside the object."""

    field: str
    """The field that declares it."""
    claim: str = ""
    """What only one resource may declare about an object, as the beginning of "… of <id>"; empty where several may."""

    def create_body(self, tenant: Tenant, value: Any) -> Json:  # noqa: ARG002 - for subclasses
        """Return what the POST that creates the owner can carry of it already."""
        return {}

    @abstractmethod
    def after_create(self, tenant: Tenant, owner: ObjectRef, value: Any) -> Step | None:
        """
        Make *value* hold on an owner that was just created.

        May return a second step, to be called when the other relationships have taken their first: so an answer that
        this one waits for is under way while they write.
        """

    @abstractmethod
    def read(self, tenant: Tenant, owner: ObjectRef, live: Json) -> Any:
        """Return the value on an owner that reads *live*; None where there is none."""

    @abstractmethod
    def write(self, tenant: Tenant, owner: ObjectRef, value: Any) -> None:
        """Make *value* hold on an existing owner; None clears it."""
