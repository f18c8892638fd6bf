"""
Exactly what changed, and proof that it did.

Intune answers most writes with nothing at all, and gateways in front of it answer for it. So what an answer does not
show is looked at: a change that Graph accepted and did not make must not pass for done, and neither must a delete.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from provider import host
from provider.creation import NAME
from provider.errors import NotFound, Reissued, UnexpectedAnswer
from provider.kind import Change
from provider.schema import Part
from provider.values import show

if TYPE_CHECKING:  # a program must not load the HTTP library; and the two modules are two halves of one kind
    from provider.entities import Entity
    from provider.graph.tenant import Tenant

Json = dict[str, Any]


def patch(entity: Entity, tenant: Tenant, id_: str, change: Change) -> None:
    """
    Send what changed in one PATCH.

    Raises UnexpectedAnswer: Graph accepted it and the object is as before. Reissued: there is another object now.
    """
    body = entity.args.schema.body(change.news, change.names)
    if not body:
        return
    path = entity.update_path(entity.owner(id_), change.news)
    answer = tenant.client.patch(path, {"@odata.type": entity.odata_type, **body})
    told = path == entity.owner(id_).path and not entity.reissued and set(body) <= set(answer)
    parse = entity.args.schema.parse
    shown = parse(answer if told else _after(entity, tenant, id_, change))
    sent = [name for name in change.names if entity.args.schema.attributes[name].part is Part.BODY]

    def otherwise(values: Mapping[str, Any]) -> list[str]:
        return [name for name in sent if _differs(entity, name, shown, values)]

    def ignored() -> list[str]:
        return [name for name in otherwise(change.news) if name not in otherwise(change.olds)]

    def changed() -> bool | None:
        nonlocal shown
        shown = parse(_got(entity, tenant, id_))
        return None if ignored() else True

    if ignored() and tenant.eventually(changed) is None:
        raise UnexpectedAnswer("PATCH", path, message=f"Graph accepted {', '.join(ignored())} and changed nothing")
    for name in otherwise(change.news):
        value = show(shown.get(name))
        host.warn(f"Graph shows {name} as {value} and not as declared: declare it so, or it will show as drift")


def delete(entity: Entity, tenant: Tenant, id_: str) -> None:
    """
    Delete the object; a 404 says that somebody else did.

    Raises UnexpectedAnswer: Graph accepted it, or said 404, and both a read and the list still show the object.
    """
    path = entity.owner(id_).path
    try:
        tenant.client.delete(path)
    except NotFound:
        host.status("was gone already")

    def gone() -> bool | None:
        # A read by id has been seen to answer for a while after the delete; the list did not.
        if entity.get(tenant, id_) is None:
            return True
        return None if any(one.get("id") == id_ for one in tenant.client.pages(entity.collection.listed)) else True

    if tenant.eventually(gone) is None:
        raise UnexpectedAnswer("DELETE", path, message="Graph says that it is deleted and still shows it")


def _after(entity: Entity, tenant: Tenant, id_: str, change: Change) -> Json:
    """Look at the object after a PATCH: alone, or among all where a PATCH may make another one."""
    if not entity.reissued:
        return _got(entity, tenant, id_)
    listed = list(tenant.client.pages(entity.collection.listed))
    namesakes = entity.namesakes(listed, str(change.news[NAME]))
    others = ", ".join(str(one["id"]) for one in namesakes if one["id"] != id_ and entity.matches(one, change.news))
    live = next((one for one in listed if one.get("id") == id_), None) or entity.get(tenant, id_)
    if others and live is None:
        raise Reissued(f"Graph replaced {id_} by {others}: run `pulumi up --refresh`, which takes the new one over")
    if others:
        raise Reissued(f"Graph made {others} beside {id_}: delete what nobody uses in the portal, then run again")
    return live or _got(entity, tenant, id_)


def _got(entity: Entity, tenant: Tenant, id_: str) -> Json:
    live = entity.get(tenant, id_)
    if live is None:
        raise NotFound("GET", entity.owner(id_).path, status=404, message="it vanished while it was changed")
    return live


def _differs(entity: Entity, name: str, shown: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Tell whether the field is not *shown* as it is in *values*; an empty one is none."""
    canonical = entity.args.schema.attributes[name].value.canonical
    return bool(canonical(shown.get(name) or None) != canonical(values.get(name) or None))
