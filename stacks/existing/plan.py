"""What of a tenant a stack could adopt: all that its state and its file do not have."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provider.errors import ConfigError
from provider.graph.connection import tenant_of
from provider.kinds.guards import computed_outputs
from stacks import project
from stacks.declared import declared
from stacks.engine import Engine, EngineError, Json, choose
from stacks.existing.entries import Entry, entries
from stacks.existing.inventory import Existing, existing
from stacks.existing.pending import KINDS, name_of_resource, pending_creates, require_tenant_of_state
from stacks.files.stack_file import StackFile
from stacks.maps import CONFIG_MAPS, CREDENTIALS

_NAME = "display_name"
_CREDENTIAL = CONFIG_MAPS[CREDENTIALS].kind


@dataclass(frozen=True)
class Plan:
    """What could be adopted, and what could not."""

    engine: Engine
    file: StackFile
    computed: Mapping[str, str]
    adoptable: list[Existing]
    refused: list[Existing]
    """Each with its reason."""
    taken: Mapping[str, Collection[str]]
    """The keys that the maps of the stack have already."""
    credentials: Mapping[str, str]
    """The declared entries of `derivedCredentials` by the id of their objects."""

    def entries(self, chosen: Iterable[Existing]) -> list[Entry]:
        """Return an entry for each of the *chosen* objects."""
        return entries(chosen, self.taken, self.credentials)


def plan(stack: str, folder: Path, config_file: Path | None, state: Path | None, keys: Collection[str] = ()) -> Plan:
    """
    Compare the tenant of *stack* with its state and its file, for the maps *keys* or for all. Only reads.

    Raises ConfigError: a map does not exist. FileProblem, ProjectError, EngineError, GraphError: something cannot be
    read. WrongTenant: the state is of another tenant than the file.
    """
    unknown = [key for key in keys if key not in CONFIG_MAPS]
    if unknown:
        raise ConfigError(f"--kind {unknown[0]}: is not a map of a stack file; the maps are {', '.join(CONFIG_MAPS)}")
    engine = choose(stack, folder, state)
    files = declared(folder, stack, config_file)
    files.file.require_writable()
    tenant = tenant_of(project.config(folder, stack, config_file))
    deployment = engine.export(empty=True)["deployment"]
    require_tenant_of_state(deployment, tenant.client.settings)
    require_nothing_pending(stack, deployment)
    managed = [one for one in deployment.get("resources") or [] if one["type"] in KINDS and not one.get("delete")]
    ids = {(KINDS[one["type"]].name, str(one.get("id"))) for one in managed}
    maps = files.merged.entries
    found = [one for one in existing(tenant, keys or tuple(CONFIG_MAPS)) if (one.kind.name, one.id) not in ids]
    for one in found:
        one.reason = one.reason or _declared_reason(one, maps)
    return Plan(
        engine,
        files.file,
        computed_outputs(tenant.client.settings),
        [one for one in found if not one.reason],
        [one for one in found if one.reason],
        {key: list(named) for key, named in maps.items() if isinstance(named, Mapping)},
        {
            str(one["id"]): name_of_resource(one)
            for one in managed
            if KINDS[one["type"]] is CONFIG_MAPS[CREDENTIALS].kind
        },
    )


def require_nothing_pending(stack: str, deployment: Json) -> None:
    """
    Make sure that no operation is pending: a state that is written again forgets it.

    Raises EngineError: `recover`, or a refresh, must look first at what a killed run has created.
    """
    if pending_creates(deployment)[0]:
        raise EngineError(
            f"creates of a killed run are pending in the state of {stack}: run `python -m stacks recover --stack "
            f"{stack}` first, which says what became of them"
        )
    if deployment.get("pending_operations"):
        raise EngineError(
            f"operations of a killed run are pending in the state of {stack}: run `pulumi refresh --stack {stack}` "
            "first, which shows what became of them"
        )


def _declared_reason(one: Existing, declared: Mapping[str, Any]) -> str:
    """Say which entry declares the object by its name or profile already, without a proof that it is this one."""
    field = one.kind.identity_field
    for name, entry in (declared.get(one.key) or {}).items():
        if isinstance(entry, Mapping) and entry.get(field) == one.fields.get(field):
            adopt = f"write `adopt: {one.id}` there to manage this object" if field == _NAME else "run `pulumi up`"
            return f"{one.key}.{name} declares this {field} already, and the state does not have it: {adopt}"
    return ""
