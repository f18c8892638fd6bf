"""
Bindings: the reference from a profile that somebody else manages to a derived credential.

A binding is nothing but the reference, so there is nothing to create twice and nothing of its own to delete. Its id
is the profile's.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provider import host
from provider.errors import AdoptionError
from provider.kind import Change, Kind, Values
from provider.profiles import profile, profile_listed, type_of
from provider.relationships.credential import Credential, reference

if TYPE_CHECKING:  # a program must not load the HTTP library
    from provider.graph.tenant import Tenant

_FIELD = Credential.field


@dataclass(frozen=True, kw_only=True)
class BindingKind(Kind):
    """The kind whose objects are references."""

    def identity(self, inputs: Values) -> Any:
        """Return the profile: it uses one credential, so it is bound once."""
        return inputs.get("device_configuration_id")

    def claim(self, id_: str) -> Hashable:
        """Return the reference of the profile *id_*; the profile itself may be another resource's."""
        return ("binding", id_)

    def create(self, tenant: Tenant, inputs: Values) -> str:
        """Point the profile's reference to the credential, unless it does already."""
        id_ = str(inputs["device_configuration_id"])
        if not tenant.claim(self.claim(id_), host.urn()):
            raise AdoptionError(f"another resource of this program binds {id_}: declare it once")
        owner = profile(id_, inputs["profile_type"])
        before = reference(tenant, owner)
        if before != inputs[_FIELD]:
            if before:
                host.warn(f"{id_} used the derived credential {before} until now")
            Credential().write(tenant, owner, inputs[_FIELD])
        return id_

    def read(self, tenant: Tenant, id_: str, declared: Mapping[str, Any] | None) -> Values | None:
        """Read where the reference points; a reference that is not set is a binding that is gone."""
        owner = profile_listed(tenant, id_) if declared is None else profile(id_, declared["profile_type"])
        target = Credential().read(tenant, owner, {})
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
