"""What another issuer of an entry of `derivedCredentials` would mean: which profiles, which groups, which ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from provider.errors import ConfigError
from provider.graph.connection import tenant_of
from provider.resources.derived_credential_settings import DerivedCredentialIssuer
from provider.schema import nearest
from stacks import project
from stacks.declared import Declared, declared
from stacks.engine import Engine, EngineError, choose
from stacks.existing.inventory import Existing, existing
from stacks.existing.pending import KINDS, name_of_resource, require_tenant_of_state
from stacks.existing.plan import require_nothing_pending
from stacks.files.stack_file import StackFile
from stacks.maps import CONFIG_MAPS, CREDENTIAL_NAME, CREDENTIALS, SETTINGS_ID
from stacks.options import options_of

ISSUER = "issuer"
_GROUP_TARGETS = {"groupAssignmentTarget": "", "exclusionGroupAssignmentTarget": "not "}


class Wanted(NamedTuple):
    """What is asked for."""

    entry: str
    issuer: str


@dataclass(frozen=True)
class User:
    """A profile, or a binding of one, that uses the settings."""

    entry: str
    """Map and key, ``iosProfiles.mail``."""
    name: str
    targets: list[str] | None
    """Groups by their names, or else their ids; None if the stack leaves the assignments to others."""


@dataclass(frozen=True)
class Plan:
    """A rotation of one entry."""

    engine: Engine
    file: StackFile
    entry: str
    old: str
    new: str
    id: str
    """The id of the settings, which the rotation ends."""
    protected: bool
    """Whether the entry is protected, so that Pulumi would refuse."""
    notifies: list[str]
    """How users are told to request new credentials."""
    users: list[User]
    others: list[Existing]
    """Profiles that use the settings and are in no stack file here."""


def plan(stack: str, folder: Path, config_file: Path | None, state: Path | None, wanted: Wanted) -> Plan:
    """
    Say what it means that an entry gets another issuer. Only reads.

    Raises ConfigError: there is no such entry or issuer. FileProblem, ProjectError, EngineError, GraphError: something
    cannot be read. WrongTenant: the state is of another tenant than the file.
    """
    entry, issuer = wanted
    files = declared(folder, stack, config_file)
    settings = _settings(files, entry)
    _require_issuer(issuer)
    engine = choose(stack, folder, state)
    tenant = tenant_of(project.config(folder, stack, config_file))
    deployment = engine.export()["deployment"]
    require_tenant_of_state(deployment, tenant.client.settings)
    require_nothing_pending(stack, deployment)
    managed = [one for one in deployment.get("resources") or [] if one["type"] in KINDS and not one.get("delete")]
    credential = CONFIG_MAPS[CREDENTIALS].kind
    found = [one for one in managed if KINDS[one["type"]] is credential and name_of_resource(one) == entry]
    if not found:
        raise EngineError(f"{entry} is not in the state of {stack}: run `pulumi up --stack {stack}` first")
    id_ = str(found[0]["id"])
    ids = {(KINDS[one["type"]].name, str(one.get("id"))) for one in managed}
    profiles = existing(tenant, [key for key in CONFIG_MAPS if key != CREDENTIALS])
    return Plan(
        engine,
        files.file,
        entry,
        str(settings.get(ISSUER)),
        issuer,
        id_,
        options_of(settings).get("protect") is not False,
        [str(one) for one in settings.get("notification_types") or []],
        list(_users(files, entry, id_)),
        [one for one in profiles if one.fields.get(SETTINGS_ID) == id_ and (one.kind.name, one.id) not in ids],
    )


def _settings(files: Declared, entry: str) -> Mapping[str, Any]:
    known = files.ids.get(CREDENTIALS)
    entries = known if isinstance(known, Mapping) else {}
    if not isinstance(entries.get(entry), Mapping):
        there = f"; there are {', '.join(map(str, entries))}" if entries else ""
        raise ConfigError(f"--entry {entry}: is not an entry of {CREDENTIALS}{nearest(entry, tuple(entries)) or there}")
    found: Mapping[str, Any] = entries[entry]
    if options_of(found).get("retain_on_delete"):
        at = f"{CREDENTIALS}.{entry}.options.retain_on_delete"
        raise ConfigError(f"{at}: would keep the old settings beside the new ones: remove it, and run `pulumi up`")
    return found


def _require_issuer(issuer: str) -> None:
    issuers = [one.value for one in DerivedCredentialIssuer]
    if issuer not in issuers:
        raise ConfigError(f"--issuer {issuer}: must be one of {', '.join(issuers)}{nearest(issuer, tuple(issuers))}")


def _users(files: Declared, entry: str, id_: str) -> Iterator[User]:
    """Yield the entries that name the settings by their key or by their id."""
    names = {one: name for name, one in files.names.ids.get("groups", {}).items()}
    for key, entries in files.ids.items():
        for name, one in entries.items() if isinstance(entries, Mapping) and key != CREDENTIALS else ():
            if isinstance(one, Mapping) and (one.get(CREDENTIAL_NAME) == entry or one.get(SETTINGS_ID) == id_):
                shown = str(one.get("display_name") or one.get("device_configuration_id") or "")
                yield User(f"{key}.{name}", shown, _targets(one.get("assignments"), names))


def _targets(assignments: Any, names: Mapping[str, str]) -> list[str] | None:
    if not isinstance(assignments, list):
        return None
    found = []
    for one in assignments:
        target = str(one.get("target")) if isinstance(one, Mapping) else ""
        group = str(one.get("group_id")) if isinstance(one, Mapping) else ""
        found.append(f"{_GROUP_TARGETS[target]}{names.get(group, group)}" if target in _GROUP_TARGETS else target)
    return found
