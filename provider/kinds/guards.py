"""
What must hold before a call does anything: the right tenant, one owner, and consent.

Every answer "no" is an error at the resource that is wrong, and comes in the preview wherever a preview can know. Pure
but for the journal, which is a file on this machine: none of it needs the network or a credential.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from provider.errors import AdoptionError, GraphError, IntuneError, OwnershipError, WrongTenant
from provider.kinds.kind import Kind
from provider.kinds.writes import may_have_worked
from provider.ownership.ledger import Claim, name_of
from provider.plugin import host
from provider.plugin.run import Run
from provider.schema import Problem, contains_unknown
from provider.settings import Settings

TENANT, CLOUD = "tenant_id", "cloud"
"""Outputs of every resource: where the object lives."""
UNCERTAIN = "__uncertain"
"""
An output of a resource whose create or update was interrupted: the fields of which it is unknown whether they were
written. The outputs have the value that was sent, and the next update writes these fields again.
"""
ADOPT = "adopt"


def computed_outputs(settings: Settings) -> dict[str, str]:
    """Return the outputs that say which tenant and cloud an object of the stack lives in."""
    return {TENANT: settings.tenant_id, CLOUD: settings.cloud.name}


def require_tenant(settings: Settings, urn: str, olds: Mapping[str, Any]) -> None:
    """
    Make sure that an object of the state lives in the stack's tenant.

    A state that does not say, for it was written before outputs did, is believed. Raises WrongTenant.
    """
    there, here = (str(olds.get(TENANT) or ""), str(olds.get(CLOUD) or "")), (settings.tenant_id, settings.cloud.name)
    if any(there) and there != here:
        raise WrongTenant(
            f"{name_of(urn)} lives in tenant {there[0]} (cloud {there[1]}), but the stack's config says {here[0]} "
            f"(cloud {here[1]}): set tenantId and cloud back, or use a stack of its own for the other tenant; if it "
            "was created there by mistake, delete it there and run `pulumi state delete` with its URN"
        )


def require_same_adopt(
    id_: str, olds: Mapping[str, Any], news: Mapping[str, Any], replaces: Sequence[str], *, interrupted: bool
) -> None:
    """
    Make sure that `adopt` still means what it meant when the object came into the state.

    *interrupted*: a create of this stack was interrupted, so it may name what that created in place of the object that
    the state still has. Raises AdoptionError: it names another object now, or one that is about to be replaced.
    """
    adopt = str(news[ADOPT])
    known = adopt.lower() in (id_.lower(), str(olds.get(ADOPT) or "").lower())
    if replaces and known:
        raise AdoptionError(
            f"a change of {', '.join(replaces)} replaces {id_}, which is deleted first, and adopt would then name an "
            "object that does not exist: remove adopt, which has done its work, and run again"
        )
    if not replaces and not known and not interrupted:
        raise AdoptionError(
            f"this resource manages {id_}, and adopt names {adopt}: remove adopt; to manage {adopt} too, declare it as "
            "an entry of its own; to manage it instead, remove this entry first, with retain_on_delete if its object "
            "must stay. If a replacement was interrupted, run `python -m stacks recover`"
        )


def said_of_replacement(id_: str, fields: Sequence[str]) -> str:
    """Say what a replacement does, which the engine shows as one step."""
    return (
        f"a change of {', '.join(fields)} replaces {id_}: it is deleted first. Where it is protected, as the entries "
        "of derivedCredentials are, `options: {protect: false}` in its entry allows that; with retain_on_delete it "
        "stays, beside a new object of the same name"
    )


def said_of_absence(kind: Kind, id_: str, declared: Mapping[str, Any]) -> str:
    """Say that an object of the state does not exist any more."""
    remove = " (remove `adopt` from it, which names what no longer exists)" if adopts(kind, declared) else ""
    return f"{id_} no longer exists in the tenant; the next `pulumi up` creates it again{remove}"


def advise_refresh(error: IntuneError, id_: str) -> None:
    """Make *error*, in which a delete of *id_* ended, say to refresh, where the delete may have taken effect."""
    if may_have_worked(error):
        text = f"The delete of {id_} may have taken effect: run `pulumi up --refresh`"
        if isinstance(error, GraphError):
            error.remedy = text
        else:
            host.warn(text)


def adopts(kind: Kind, inputs: Mapping[str, Any]) -> bool:
    """Tell whether *inputs* ask for an object that exists, as an instruction and not as a field of its own."""
    return ADOPT in kind.args.schema.directives and isinstance(inputs.get(ADOPT), str)


def problems_beside(run: Run, urn: str, kind: Kind, inputs: Mapping[str, Any], *, fresh: bool) -> Iterator[Problem]:
    """
    Say if another resource of the program declares the same, where that would end in one object.

    *fresh*: the resource is still to be created.
    """
    name, adopting = inputs.get(kind.identity_field), fresh and adopts(kind, inputs)
    other = run.declares(urn, kind.name, None if contains_unknown(name) else name, fresh=fresh and not adopting)
    if fresh:
        run.will_write(urn, kind.permissions)
    if other is not None:
        said = f"is declared by the resource {name_of(other)} too; declare it once, or give it another value"
        yield Problem(kind.identity_field, said)
    refused = run.ledger.wants(Claim(str(inputs[ADOPT]).lower()), urn) if adopting else ""
    if refused:
        yield Problem(ADOPT, f"cannot be done: {refused}")


def require_claims(kind: Kind, id_: str, inputs: Mapping[str, Any], answer: Any) -> None:
    """
    Ask the ledger *answer*, one of its questions, about all that a resource owns.

    Raises OwnershipError: another resource has it.
    """
    for claim in kind.claims(id_, inputs):
        refused = answer(claim)
        if refused:
            raise OwnershipError(refused)


def uncertain_fields(olds: Mapping[str, Any], news: Mapping[str, Any]) -> list[str]:
    """Return the fields that an interrupted update may or may not have written, and that matter to *news*."""
    names = olds.get(UNCERTAIN)
    listed = names if isinstance(names, Sequence) and not isinstance(names, str) else []
    return [name for name in map(str, listed) if news.get(name) is not None or olds.get(name) is not None]


def outputs_after(
    olds: Mapping[str, Any], news: Mapping[str, Any], written: Sequence[str], uncertain: Sequence[str]
) -> dict[str, Any]:
    """Return the outputs of an update that wrote some fields, perhaps others, and the rest not."""
    values = {name: value for name, value in olds.items() if name != UNCERTAIN}
    for name in written:
        values.pop(name, None)
        values.update({name: news[name]} if news.get(name) is not None else {})
    values.update({name: news[name] for name in uncertain if news.get(name) is not None})
    still = [name for name in uncertain_fields(olds, news) if name not in written]
    unsure = sorted({*uncertain, *still})
    return {**values, **({UNCERTAIN: unsure} if unsure else {})}
