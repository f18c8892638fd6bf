"""
The objects of a tenant as entries of a stack file could declare them. Only reads.

What no entry can say is never guessed: an object with a value that no field takes, one of two objects of one name, and
a profile of a type that no resource has, are listed with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from provider.device_configurations.args import DEVICE_CONFIGURATIONS
from provider.device_configurations.credential import CredentialReference
from provider.device_configurations.profile_types import DerivedCredentialProfileType, profile
from provider.kinds.entity import Entity
from provider.kinds.kind import Kind
from provider.resources.derived_credential_binding import DerivedCredentialBinding
from provider.schema import Part
from stacks.maps import CONFIG_MAPS

if TYPE_CHECKING:
    from provider.graph.tenant import Tenant

Json = dict[str, Any]
_OF_GRAPH = {
    "id",
    "createdDateTime",
    "lastModifiedDateTime",
    "version",
    "supportsScopeTags",
    "assignments",
    "derivedCredentialSettings",
}
"""What objects have beside the fields of a resource, and no stack file declares."""
_BINDINGS = DerivedCredentialBinding.kind.config_key


@dataclass
class Existing:
    """One object of the tenant."""

    key: str
    """The map of a stack file that would have it."""
    id: str
    name: str
    """Its display name; that of the profile for a binding."""
    fields: Json = field(default_factory=dict)
    """What an entry would declare."""
    reason: str = ""
    """Why no entry can declare it; empty if one can."""
    notes: list[str] = field(default_factory=list)
    """What is left as it is, because no field has it."""

    @property
    def kind(self) -> Kind:
        """The kind of resource that would manage it."""
        return CONFIG_MAPS[self.key].kind


def existing(tenant: Tenant, keys: Iterable[str] = tuple(CONFIG_MAPS)) -> list[Existing]:
    """
    Return what *tenant* has for the maps *keys*, sorted by map, name and id.

    Raises GraphError: the tenant did not answer, or this identity may not read there.
    """
    found: list[Existing] = []
    for key in keys:
        kind = CONFIG_MAPS[key].kind
        if isinstance(kind, Entity):
            found += _refuse_same_names(list(_entities(tenant, key, kind)))
        elif key == _BINDINGS:
            found += _bindings(tenant)
    return sorted(found, key=lambda one: (list(CONFIG_MAPS).index(one.key), one.name, one.id))


def _entities(tenant: Tenant, key: str, kind: Entity) -> Iterator[Existing]:
    for live in list(kind.listing(tenant)):
        if not kind.is_one(live):
            continue
        id_ = str(live["id"])
        one = Existing(key, id_, str(live.get("displayName") or ""))
        values = kind.read(tenant, id_, None)
        if values is not None:  # deleted since the list was made
            one.fields = _declared(kind, values)
            one.reason = "; ".join(str(problem) for problem in kind.args.schema.problems(one.fields))
            one.notes = _beyond(kind, live)
            yield one


def _declared(kind: Kind, values: Mapping[str, Any]) -> Json:
    """Return *values* in the order of the declaration, without what is not set; no assignments are declared as none."""
    fields = kind.args.schema.attributes
    given = (one for one in fields.values() if one.name in values and not one.is_unset(values[one.name]))
    return {one.name: values[one.name] for one in given if values[one.name] != [] or one.part is Part.RELATIONSHIP}


def _beyond(kind: Entity, live: Json) -> list[str]:
    """Say which values of the object no field has: they are neither declared nor changed."""
    known = {one.wire for one in kind.args.schema.attributes.values() if one.part is Part.BODY} | _OF_GRAPH
    more = [name for name, value in live.items() if name not in known and "@odata" not in name and value is not None]
    return [f"{', '.join(sorted(more))}: no field has it, so it is left as it is"] if more else []


def _refuse_same_names(found: list[Existing]) -> list[Existing]:
    """Give those of one name a reason: a stack has one of each name, and which one is meant is not to be guessed."""
    names = Counter(one.name for one in found)
    for one in found:
        if names[one.name] > 1:
            others = ", ".join(other.id for other in found if other.name == one.name and other is not one)
            one.reason = f"{others} has the same display_name: rename or delete one in the Intune admin center"
    return found


def _bindings(tenant: Tenant) -> Iterator[Existing]:
    """Yield the profiles that use a derived credential, and are of a type that no other resource manages."""
    managed = {kind.odata_type for one in CONFIG_MAPS.values() if isinstance(kind := one.kind, Entity)}
    types = {profile("", one.value).odata_type: one.value for one in DerivedCredentialProfileType}
    for live in list(tenant.listing(DEVICE_CONFIGURATIONS)):
        type_ = str(live.get("@odata.type"))
        if type_ in managed or type_ not in types:
            continue
        id_ = str(live["id"])
        target = CredentialReference().read(tenant, profile(id_, types[type_]), live)
        if target is None:
            continue
        fields = {"device_configuration_id": id_, "profile_type": types[type_], CredentialReference.field: target}
        problems = CONFIG_MAPS[_BINDINGS].kind.args.schema.problems(fields)
        reason = "; ".join(str(problem) for problem in problems)
        yield Existing(_BINDINGS, id_, str(live.get("displayName") or ""), fields, reason)
