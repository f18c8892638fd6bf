"""What of a tenant a stack could adopt: all that its state and its file do not have."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provider.errors import ConfigError
from provider.graph.connection import tenant_of
from provider.kinds.guards import computed_outputs, require_tenant
from provider.settings import Settings
from stacks import baseline, project
from stacks.engine import Engine, Json, choose
from stacks.existing.entries import Entry, entries
from stacks.existing.inventory import Existing, existing
from stacks.existing.pending import KINDS
from stacks.files.stack_file import StackFile
from stacks.maps import BASELINES, CONFIG_MAPS, CREDENTIALS

_NAME = "display_name"


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
    path, name = project.stack_file(folder, stack, config_file)
    file = StackFile.read(path, name)
    file.require_writable()
    tenant = tenant_of(project.config(folder, stack, config_file))
    resources = engine.export(empty=True)["deployment"].get("resources") or []
    _require_tenant(resources, tenant.client.settings)
    declared = _declared(file, folder)
    managed = {str(one["id"]) for one in resources if one["type"] in KINDS and not one.get("delete")}
    found = [one for one in existing(tenant, keys or tuple(CONFIG_MAPS)) if not _is_managed(one, resources, managed)]
    for one in found:
        one.reason = one.reason or _declared_reason(one, declared)
    return Plan(
        engine,
        file,
        computed_outputs(tenant.client.settings),
        [one for one in found if not one.reason],
        [one for one in found if one.reason],
        {key: list(named) for key, named in declared.items() if isinstance(named, Mapping)},
        _credentials(resources),
    )


def _declared(file: StackFile, folder: Path) -> Json:
    """Return the maps of the file, over those of its baselines."""
    own = file.maps((*CONFIG_MAPS, BASELINES))
    named = own.pop(BASELINES, None)
    return baseline.merge(own, named, folder / "stacks" / "baselines").entries


def _is_managed(one: Existing, resources: Iterable[Json], managed: Collection[str]) -> bool:
    """Tell whether the state has the object; of a profile it may have the binding alone, or the profile alone."""
    if one.id not in managed:
        return False
    return any(KINDS.get(each["type"]) is one.kind and each.get("id") == one.id for each in resources)


def _declared_reason(one: Existing, declared: Mapping[str, Any]) -> str:
    """Say which entry declares the object by its name or profile already, without a proof that it is this one."""
    field = one.kind.identity_field
    for name, entry in (declared.get(one.key) or {}).items():
        if isinstance(entry, Mapping) and entry.get(field) == one.fields.get(field):
            adopt = f"write `adopt: {one.id}` there to manage this object" if field == _NAME else "run `pulumi up`"
            return f"{one.key}.{name} declares this {field} already, and the state does not have it: {adopt}"
    return ""


def _credentials(resources: Iterable[Json]) -> dict[str, str]:
    token = next(token for token, kind in KINDS.items() if kind is CONFIG_MAPS[CREDENTIALS].kind)
    return {str(one["id"]): str(one["urn"]).rpartition("::")[2] for one in resources if one["type"] == token}


def _require_tenant(resources: Iterable[Json], settings: Settings) -> None:
    for one in resources:
        if one["type"] in KINDS:
            require_tenant(settings, str(one["urn"]), one.get("outputs") or {})
