"""
Creates that a killed run has left pending in a state: what the tenant has of them, and the state without them.

The state notes each create before it begins. So an object of the declared name that no resource of the state manages
may be what such a create made. A person says whether it is; then it goes into the state as a refresh would have
written it: with the values that the tenant has, so that the next preview shows what differs.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

import provider as intune
from provider.kinds.entity import Entity
from provider.kinds.guards import require_tenant
from provider.kinds.kind import Kind
from provider.program.resource import MODULE, GraphResource
from provider.settings import Settings

if TYPE_CHECKING:
    from provider.graph.tenant import Tenant

Json = dict[str, Any]

_CREATING = "creating"
PROVIDER = "__provider"
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - Pulumi's mark of a secret in a state
KINDS: dict[str, Kind] = {
    f"pulumi-python:dynamic/{MODULE}:{cls.__name__}": cls.kind
    for cls in vars(intune).values()
    if isinstance(cls, type) and issubclass(cls, GraphResource)
}
"""The kinds of this project, by the type tokens that the state has."""


class Action(str, Enum):
    """What is to be done about a pending create."""

    IMPORT = "import"
    """Take the object into the state."""
    CLEAR = "clear"
    """Forget the pending create: nothing is to be taken over."""
    DECIDE = "decide"
    """Ask: it is not clear which object it is, or whether it is one."""


@dataclass(frozen=True)
class Candidate:
    """An object of the tenant that a pending create may have made."""

    id: str
    values: Json
    """The declared fields as the tenant has them, as a refresh would write them."""
    chosen: Json
    """Fields that are not declared and that Graph has chosen: they are outputs."""
    differs: list[str]
    """The declared fields that the tenant has otherwise."""
    replaced: list[str]
    """Those of them for which the next up would delete the object and create another."""


@dataclass
class Finding:
    """One pending create of this project, and what is to be done about it."""

    operation: Json
    name: str
    action: Action
    reason: str
    candidates: list[Candidate] = field(default_factory=list)
    chosen: Candidate | None = None

    @property
    def urn(self) -> str:
        """The resource."""
        return str(self.operation["resource"]["urn"])

    def decide(self, id_: str) -> None:
        """Settle it as a person wants it. Raises ValueError: *id_* is not one of the candidates, nor ``none``."""
        self.chosen = next((one for one in self.candidates if one.id == id_), None)
        if self.chosen is None and id_ != "none":
            ids = ", ".join(one.id for one in self.candidates)
            raise ValueError(f"{id_} is not an object that it may be: give one of {ids or 'no object'}, or none")
        self.action = Action.IMPORT if self.chosen else Action.CLEAR
        self.reason = "as you decided"


def pending_creates(deployment: Mapping[str, Any]) -> tuple[list[Json], list[str]]:
    """Return the pending creates of this project, and the URNs of those of other providers."""
    creates = [one for one in deployment.get("pending_operations") or [] if one["type"] == _CREATING]
    ours = [one for one in creates if one["resource"]["type"] in KINDS]
    return ours, [str(one["resource"]["urn"]) for one in creates if one not in ours]


def name_of_resource(resource: Mapping[str, Any]) -> str:
    """Return the name of a resource of a state."""
    return str(resource["urn"]).rpartition("::")[2]


def require_tenant_of_state(deployment: Mapping[str, Any], settings: Settings) -> None:
    """Make sure that the state is of the tenant that the config names. Raises WrongTenant."""
    for one in deployment.get("resources") or []:
        if one["type"] in KINDS:
            require_tenant(settings, str(one["urn"]), one.get("outputs") or {})


def others_pending(deployment: Mapping[str, Any]) -> list[str]:
    """Return the URNs of updates and deletes that a run has left pending: a refresh shows what became of them."""
    left = deployment.get("pending_operations") or []
    return [str(one["resource"]["urn"]) for one in left if one["type"] != _CREATING]


def examine(deployment: Mapping[str, Any], readable: Mapping[str, Any], tenant: Tenant) -> list[Finding]:
    """
    Look in *tenant* for what the pending creates of *deployment* made. Only reads.

    *readable* is the same state with secrets shown: an encrypted value cannot be compared.
    """
    plain = {
        one["resource"]["urn"]: _plain(one["resource"].get("inputs") or {}) for one in pending_creates(readable)[0]
    }
    resources = deployment.get("resources") or []
    known = {str(one["id"]) for one in resources if one.get("id")}
    live = {str(one["urn"]): str(one.get("id")) for one in resources if not _is_leftover(one)}
    findings: dict[str, Finding] = {}  # a create that was killed twice is pending twice
    for one in pending_creates(deployment)[0]:
        urn = str(one["resource"]["urn"])
        kind, inputs = KINDS[one["resource"]["type"]], plain[urn]
        if not isinstance(kind, Entity) or inputs.get("adopt"):
            findings[urn] = _left_to_up(one, kind, inputs)
        else:
            found = _searched(one, kind, inputs, known, tenant)
            findings[urn] = _finished(found, live[urn]) if urn in live else found
    _leave_shared_ones_open(list(findings.values()))
    return list(findings.values())


def _leave_shared_ones_open(findings: list[Finding]) -> None:
    """Let a person decide where one object may be what several creates made."""
    claims = Counter(candidate.id for one in findings for candidate in one.candidates)
    for one in findings:
        if any(claims[candidate.id] > 1 for candidate in one.candidates):
            one.action, one.chosen = Action.DECIDE, None
            one.reason = "another pending create has this name, so it is not clear which of them made the object"


def _left_to_up(operation: Json, kind: Kind, inputs: Json) -> Finding:
    """Return the finding about a create that creates no object, and that the next up does again without harm."""
    if isinstance(kind, Entity):
        what = f"it declares adopt: the next `pulumi up` takes over {inputs['adopt']}"
    else:
        subject = inputs.get(kind.identity_field)
        what = f"it creates no object: the next `pulumi up` writes what {subject} has otherwise, if anything"
    return Finding(operation, _name(operation, inputs), Action.CLEAR, what)


def _finished(found: Finding, id_: str) -> Finding:
    """Return the finding about a resource that the state has by now; what else has its name is only told."""
    others = ", ".join(one.id for one in found.candidates)
    more = f". {others} has the same name: delete it in the Intune admin center if the killed run created it"
    reason = f"the state has the resource, as {id_}{more if others else ''}"
    return Finding(found.operation, found.name, Action.CLEAR, reason)


def _searched(operation: Json, kind: Entity, inputs: Json, known: set[str], tenant: Tenant) -> Finding:
    """Look for objects of the declared name that no resource of the state manages."""
    there = _candidates(kind, inputs, known, tenant)
    found = Finding(operation, _name(operation, inputs), Action.DECIDE, "", there)
    if not there:
        found.action, found.reason = Action.CLEAR, "nothing was created: the next `pulumi up` creates it"
    elif len(there) > 1:
        found.reason = f"{len(there)} objects have this name"
    elif there[0].replaced:
        fields = ", ".join(there[0].replaced)
        found.reason = f"the object has another {fields}: the next `pulumi up` would delete it and create another"
    else:
        found.action, found.chosen = Action.IMPORT, there[0]
        found.reason = "the one object of this name that the state does not have"
    return found


def _candidates(kind: Entity, inputs: Json, known: set[str], tenant: Tenant) -> list[Candidate]:
    name = str(inputs["display_name"])

    def among(objects: Iterable[Json]) -> list[Json]:
        return [one for one in kind.namesakes(objects, name) if str(one["id"]) not in known]

    # A list can be late. What seems absent is looked for again, for a time that all of them share.
    objects = among(kind.listing(tenant)) or tenant.absences.look_again(
        lambda: among(tenant.pages(kind.listed_by_name(name))) or None
    )
    found = (_candidate(kind, tenant, str(one["id"]), inputs) for one in objects or [])
    return [one for one in found if one is not None]


def _name(operation: Json, inputs: Json) -> str:
    """Return the display name, unless it is a secret."""
    secret = has_secret((operation["resource"].get("inputs") or {}).get("display_name"))
    return "[secret]" if secret else str(inputs.get("display_name", ""))


def _candidate(kind: Entity, tenant: Tenant, id_: str, inputs: Json) -> Candidate | None:
    live = kind.read(tenant, id_, inputs)
    if live is None:  # deleted since the list was made
        return None
    schema = kind.args.schema
    kept = {name: inputs[name] if name in schema.directives else live.get(name) for name in inputs}
    values = schema.canonical(kept, like=inputs)
    differs = schema.changed(values, inputs)
    replaced = [name for name in differs if schema.attributes[name].create_only]
    return Candidate(id_, values, schema.chosen(live, inputs), differs, replaced)


def _is_leftover(resource: Mapping[str, Any]) -> bool:
    """Tell whether *resource* only waits for its deletion, or was deleted to make way for its replacement."""
    return bool(resource.get("delete") or resource.get("pendingReplacement"))


def _plain(value: Any) -> Any:
    """Return a value of a state with its secrets readable, and without the provider."""
    if isinstance(value, Mapping):
        if value.get(SIGNATURE) == SECRET:
            return _plain(json.loads(value["plaintext"])) if "plaintext" in value else None
        return {key: _plain(member) for key, member in value.items() if key != PROVIDER}
    return [_plain(member) for member in value] if isinstance(value, list) else value


def has_secret(value: Any) -> bool:
    """Tell whether *value*, of a state, is a secret or has one in it."""
    if isinstance(value, Mapping):
        return value.get(SIGNATURE) == SECRET or any(map(has_secret, value.values()))
    return isinstance(value, list) and any(map(has_secret, value))
