"""
Exactly what changed, and proof that it did.

Intune answers most writes with nothing at all, and gateways in front of it answer for it. So what an answer does not
show is looked at: a change that Graph accepted and did not make must not pass for done, and neither must a delete.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from provider.errors import (
    Conflict,
    Forbidden,
    GraphError,
    IncompleteUpdate,
    IntuneError,
    NotFound,
    ObjectReplaced,
    Rejected,
    Unreachable,
    WriteIgnored,
)
from provider.kinds.creation import Creation
from provider.kinds.kind import Change
from provider.kinds.objects import GraphObjects
from provider.plugin import host
from provider.schema import Part, show

if TYPE_CHECKING:  # a program must not load the HTTP library
    from provider.graph.tenant import Tenant

Json = dict[str, Any]
_REFUSALS = (Rejected, Forbidden, NotFound, Conflict)
"""What only the service itself says, and says before it does anything; of all else a gateway may be the author."""


def in_order(id_: str, steps: Iterable[tuple[list[str], Callable[[], None]]]) -> None:
    """
    Do the *steps* of an update of *id_*, each with the fields that it writes.

    Raises IncompleteUpdate: one of them failed after others had written. The error of the first step, if that failed.
    """
    written: list[str] = []
    for names, step in steps:
        try:
            step()
        except IntuneError as error:
            if not written:
                raise
            uncertain = names if may_have_worked(error) else []
            reason = f"{', '.join(written)} of {id_} was updated, but {', '.join(names)} was not: {error}"
            raise IncompleteUpdate(written, uncertain, reason) from None
        written += names


def may_have_worked(error: IntuneError) -> bool:
    """Tell whether a write that ended in *error* may have taken effect."""
    if error.after_doubt:
        return True
    if isinstance(error, Unreachable):
        return error.sent
    if isinstance(error, GraphError):  # a GET is the read that follows a write
        return error.method == "GET" or not isinstance(error, _REFUSALS)
    return isinstance(error, ObjectReplaced)


def patch(entity: GraphObjects, tenant: Tenant, id_: str, change: Change) -> None:
    """
    Send what changed in one PATCH.

    Raises WriteIgnored: Graph accepted it and the object is as before. ObjectReplaced: there is another object now.
    """
    body = entity.args.schema.body(change.news, change.names)
    if not body:
        return
    path = entity.update_path(entity.owner(id_), change.news)
    before = frozenset(str(one["id"]) for one in entity.listing(tenant)) if entity.patch_may_replace else frozenset()
    answer = tenant.client.patch(path, {"@odata.type": entity.odata_type, **body})
    answer_shows_change = path == entity.owner(id_).path and not entity.patch_may_replace and set(body) <= set(answer)
    parse = entity.args.schema.parse
    live = parse(answer if answer_shows_change else _read_after_patch(entity, tenant, id_, change, before))
    sent = [name for name in change.names if entity.args.schema.attributes[name].part is Part.BODY]

    def differing_from(values: Mapping[str, Any]) -> list[str]:
        return [name for name in sent if _differs(entity, name, live, values)]

    def not_applied() -> list[str]:
        return [name for name in differing_from(change.news) if name not in differing_from(change.olds)]

    def is_applied() -> bool:
        nonlocal live
        live = parse(_read_or_fail(entity, tenant, id_))
        return not not_applied()

    if not_applied():
        accepted = f"Graph accepted {', '.join(not_applied())} and changed nothing"
        tenant.confirm(is_applied, WriteIgnored("PATCH", path, message=accepted))
    for name in differing_from(change.news):
        value = show(live.get(name))
        host.warn(f"Graph shows {name} as {value} and not as declared: declare it so, or it will show as drift")


def delete(entity: GraphObjects, tenant: Tenant, id_: str) -> None:
    """
    Delete the object; a 404 that does not change says that it was deleted already.

    Raises WriteIgnored: Graph accepted it, and both a read and the list still show the object.
    """
    path = entity.owner(id_).path
    try:
        tenant.client.delete(path)
    except NotFound:
        # The 404 may come from a replica that is late: an object that shows up after all is deleted then.
        if tenant.absences.look_again(lambda: entity.get(tenant, id_)) is None:
            tenant.absences.missing(entity.name, id_)
            host.show_status("did not exist any more")
            return
        with contextlib.suppress(NotFound):  # what the second look showed was late: the first delete had worked
            tenant.client.delete(path)
    tenant.absences.present(entity.name)

    def is_deleted() -> bool:
        # A read by id has been seen to answer for a while after the delete; the list did not.
        if entity.get(tenant, id_) is None:
            return True
        return all(one.get("id") != id_ for one in tenant.pages(entity.collection.listed))

    accepted = "Graph says that it is deleted and still shows it"
    tenant.confirm(is_deleted, WriteIgnored("DELETE", path, message=accepted))


def _read_after_patch(entity: GraphObjects, tenant: Tenant, id_: str, change: Change, before: frozenset[str]) -> Json:
    """Look at the object after a PATCH: alone, or among all where a PATCH may create another one."""
    if not entity.patch_may_replace:
        return _read_or_fail(entity, tenant, id_)
    listed = list(tenant.pages(entity.collection.listed))
    again = Creation(entity, tenant, dict(change.news))
    fresh = [str(one["id"]) for one in again.candidates(again.intent(before | {id_}), listed)]
    live = next((one for one in listed if one.get("id") == id_), None) or entity.get(tenant, id_)
    if len(fresh) == 1 and live is None:
        tenant.journal.created(again.urn, fresh[0])
        raise ObjectReplaced(
            f"Graph replaced {id_} by {fresh[0]}: run `pulumi up --refresh` on this machine, which uses the new one"
        )
    if fresh:
        raise ObjectReplaced(
            f"Graph created {', '.join(fresh)} beside {id_}: delete what is not needed in the Intune admin center, "
            "then run `pulumi up --refresh`"
        )
    return live or _read_or_fail(entity, tenant, id_)


def _read_or_fail(entity: GraphObjects, tenant: Tenant, id_: str) -> Json:
    live = entity.get(tenant, id_)
    if live is None:
        raise NotFound("GET", entity.owner(id_).path, status=404, message="it was deleted during the update")
    return live


def _differs(entity: GraphObjects, name: str, live: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Tell whether the field of the *live* object is not as it is in *values*; an empty one is none."""
    canonical = entity.args.schema.attributes[name].value.canonical
    return bool(canonical(live.get(name) or None) != canonical(values.get(name) or None))
