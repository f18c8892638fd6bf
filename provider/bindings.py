"""
Bindings: the reference from a profile that somebody else manages to a derived credential.

A binding is nothing but the reference, so there is nothing to create twice and no object to delete. Its id
is the profile's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provider import host
from provider.kind import Change, Created, Kind, Values
from provider.ledger import Claim
from provider.profiles import profile, profile_listed, type_of
from provider.relationships.credential import Credential, reference

if TYPE_CHECKING:  # a program must not load the HTTP library
    from provider.graph.tenant import Tenant

_FIELD = Credential.field


@dataclass(frozen=True, kw_only=True)
class BindingKind(Kind):
    """The kind whose objects are references."""

    identity_field: str = "device_configuration_id"

    def claims(self, id_: str, inputs: Mapping[str, Any]) -> list[Claim]:  # noqa: ARG002 - the id says it all
        """Return the reference of the profile *id_*; the profile itself may be another resource's."""
        return [Claim(id_, Credential.claim)]

    def create(self, tenant: Tenant, inputs: Values) -> Created:
        """Point the profile's reference to the credential, unless it does already."""
        id_ = str(inputs["device_configuration_id"])
        self.take(tenant, id_, inputs)
        owner = profile(id_, inputs["profile_type"])
        before = reference(tenant, owner)
        if before != inputs[_FIELD]:
            if before:
                host.warn(f"{id_} used the derived credential {before} until now")
            Credential().write(tenant, owner, inputs[_FIELD])
        return Created(id_, {})

    def read(
        self, tenant: Tenant, id_: str, declared: Mapping[str, Any] | None, *, anew: bool = False
    ) -> Values | None:
        """Read where the reference points; where it is not set, there is no binding."""
        owner = profile_listed(tenant, id_) if declared is None else profile(id_, declared["profile_type"])
        target = reference(tenant, owner) if anew else Credential().read(tenant, owner, {})
        if target is None:
            return None
        return {"device_configuration_id": id_, "profile_type": type_of(owner), _FIELD: target}

    def update(self, tenant: Tenant, id_: str, change: Change) -> None:
        """Point the reference to another credential."""
        Credential().write(tenant, profile(id_, change.news["profile_type"]), change.news[_FIELD])

    def delete(self, tenant: Tenant, id_: str, olds: Mapping[str, Any]) -> None:
        """Remove the reference, but only if it still is ours: somebody may have bound the profile elsewhere."""
        owner = profile(id_, olds["profile_type"])
        now = reference(tenant, owner)
        if now == olds[_FIELD]:
            Credential().write(tenant, owner, None)
        elif now:
            host.warn(f"{id_} uses the derived credential {now} by now, which this binding leaves alone")
