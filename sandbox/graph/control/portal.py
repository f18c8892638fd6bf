"""
Changes that somebody else makes, "in the portal": for tests of drift, and to have objects without creating them.

Nothing is checked but that ids exist: the portal can store what the API would refuse, and so can another tool.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sandbox.graph.metadata import CERTIFICATE_STATE, MODEL
from sandbox.graph.metadata import SETTINGS as SETTINGS_TYPE
from sandbox.graph.operations.targets import as_set, assignment_of
from sandbox.graph.tenant.store import (
    ASSIGNMENT_FILTERS,
    CERTIFICATE_STATES,
    COLLECTIONS,
    GROUPS,
    PROFILES,
    SCOPE_TAGS,
    SETTINGS,
    Change,
    Record,
)
from sandbox.graph.tenant.tenant import Tenant
from sandbox.graph.tenant.view import View

_TYPES = {
    SETTINGS: SETTINGS_TYPE,
    CERTIFICATE_STATES: CERTIFICATE_STATE,
    GROUPS: "group",
    ASSIGNMENT_FILTERS: "deviceAndAppManagementAssignmentFilter",
    SCOPE_TAGS: "roleScopeTag",
}
_BINDING = "derivedCredentialSettings"
_NETWORK = "networkAccessConfigurations"
_OUTSIDE = {"id", "collection", "assignments", _BINDING, _NETWORK}


class UnknownObject(Exception):  # noqa: N818 - named for what it says
    """There is no object with this id."""


class Portal:
    """
    Reads and writes objects as flat JSON.

    Beside the object's own properties there are `id`, `collection`, `assignments`, `derivedCredentialSettings` (the id
    it is bound to, or null) and `networkAccessConfigurations` (ids).
    """

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def objects(self) -> list[dict[str, Any]]:
        """Return every object."""
        store = self._tenant.store
        return [_flat(collection, record) for collection in COLLECTIONS for record in store.look_all(collection)]

    def get(self, key: str) -> dict[str, Any]:
        """Return one object."""
        return _flat(*_find(View(self._tenant.store), key))

    def seed(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Put an object there; raises ValueError if the document cannot be one."""
        collection = document.get("collection")
        if collection not in COLLECTIONS:
            raise ValueError(f"collection must be one of {', '.join(COLLECTIONS)}")
        kind = str(document.get("@odata.type") or _TYPES.get(collection, "")).rpartition(".")[2]
        if not kind:
            raise ValueError("@odata.type is needed: what kind of profile is it?")
        key = str(document.get("id") or self._tenant.new_id()).lower()
        properties = {"@odata.type": f"#microsoft.graph.{kind}", **self._initial(collection, kind)}
        with self._tenant.store.change(settled=True) as change:
            if any(change.get(each, key) for each in COLLECTIONS):
                raise ValueError(f"there is an object {key} already")
            record = _edited(change, Record(key, change.next_sequence(), properties), document)
            change.put(collection, record)
        return _flat(collection, record)

    def edit(self, key: str, document: Mapping[str, Any]) -> dict[str, Any]:
        """Merge *document* into an object."""
        with self._tenant.store.change(settled=True) as change:
            collection, record = _find(change, key)
            edited = _edited(change, record, document)
            record = change.put(collection, self._tenant.touched(edited) if collection == PROFILES else edited)
        return _flat(collection, record)

    def delete(self, key: str) -> None:
        """Delete an object."""
        with self._tenant.store.change(settled=True) as change:
            collection, record = _find(change, key)
            change.remove(collection, record.id)

    def clear(self) -> None:
        """Delete every object."""
        with self._tenant.store.change(settled=True) as change:
            for collection in COLLECTIONS:
                for record in self._tenant.store.look_all(collection):
                    change.remove(collection, record.id)

    def _initial(self, collection: str, kind: str) -> dict[str, Any]:
        """Return what an object has before anything is said about it."""
        shape = MODEL.shapes.get(kind) or MODEL.shapes["deviceConfiguration"]
        values = {each.name: each.initial for each in shape.properties.values()}
        if collection == PROFILES:
            now = self._tenant.timestamp()
            values |= {
                "createdDateTime": now,
                "lastModifiedDateTime": now,
                "supportsScopeTags": True,
                "version": 1,
            }
        return values


def _find(objects: Change | View, key: str) -> tuple[str, Record]:
    for collection in COLLECTIONS:
        record = objects.get(collection, key)
        if record is not None:
            return collection, record
    raise UnknownObject(key)


def _edited(change: Change, record: Record, document: Mapping[str, Any]) -> Record:
    """Merge everything but the id and the collection."""
    own = {name: value for name, value in document.items() if name not in _OUTSIDE}
    record = replace(record, properties={**record.properties, **own})
    if "assignments" in document:
        record = replace(record, assignments=as_set(_assignment(record, each) for each in document["assignments"]))
    if _BINDING in document:
        record = replace(record, binding=_existing(change, SETTINGS, document[_BINDING]))
    if _NETWORK in document:
        listed = (_existing(change, PROFILES, key) for key in document[_NETWORK])
        record = replace(record, network_access=tuple(key for key in listed if key))
    return record


def _assignment(record: Record, document: Mapping[str, Any]) -> dict[str, Any]:
    """Complete an assignment of which perhaps only the target is given."""
    if "target" not in document:
        raise ValueError("an assignment needs a target")
    built = assignment_of(record.id, {"deviceAndAppManagementAssignmentFilterType": "none", **document["target"]})
    return {**built, **{name: value for name, value in document.items() if name != "target"}}


def _existing(change: Change, collection: str, key: str | None) -> str | None:
    if key is None:
        return None
    record = change.get(collection, key)
    if record is None:
        raise UnknownObject(key)
    return record.id


def _flat(collection: str, record: Record) -> dict[str, Any]:
    return {
        "collection": collection,
        "id": record.id,
        **record.properties,
        "assignments": list(record.assignments),
        _BINDING: record.binding,
        _NETWORK: list(record.network_access),
    }
