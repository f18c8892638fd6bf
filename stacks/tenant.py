"""
Turns a stack's config into resources.

The config has one map per kind of resource (`MAPS`), whose keys are resource names and whose entries have the fields
of the resource's arguments, spelled as there. Where a field wants the id of derived-credential settings, an entry may
name one of `derivedCredentials` as its `derived_credential` instead.

Every mistake in the config is found before anything is declared, and all of them are reported at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pulumi
from pulumi.runtime.config import get_config_env

import provider as intune
from provider import settings
from provider.entities import Entity
from provider.resource import GraphResource
from provider.schema import Arguments
from provider.values import nearest

CREDENTIALS = "derivedCredentials"

MAPS: dict[str, type[GraphResource[Any]]] = {
    CREDENTIALS: intune.DerivedCredentialSettings,
    "androidProfiles": intune.AndroidDeviceOwnerDerivedCredentialAuthenticationConfiguration,
    "iosProfiles": intune.IosDerivedCredentialAuthenticationConfiguration,
    "bindings": intune.DerivedCredentialBinding,
    "scopedSettings": intune.DeviceConfigurationDerivedCredentialSettings,
    "certificateStates": intune.ManagedAllDeviceCertificateState,
}
"""The maps of the config, and what their entries declare."""

REFERENCE = "derived_credential"
_ID = "derived_credential_settings_id"


def declare() -> None:
    """
    Declare the resources of the selected stack.

    Raises pulumi.RunError: the config has mistakes, listed with their paths and remedies.
    """
    config = pulumi.Config()
    entries = {key: _written(config.get(key)) for key in MAPS}
    found = [*unknown_keys(get_config_env(), pulumi.get_project()), *mistakes(entries)]
    if found:
        many = f"{len(found)} mistakes" if len(found) > 1 else "a mistake"
        listed = "\n".join(f"  {mistake}" for mistake in found)
        raise pulumi.RunError(f"the config of stack {pulumi.get_stack()} has {many}:\n{listed}")
    credentials: dict[str, GraphResource[Any]] = {}
    for key, resource in MAPS.items():  # credentials come first, for the others refer to them
        for name, fields in entries[key].items():
            made = resource(name, _arguments(resource, fields, credentials))
            if key == CREDENTIALS:
                credentials[name] = made


def unknown_keys(config: Iterable[str], project: str) -> Iterator[str]:
    """
    Say which keys of the *config*, each ``project:key``, are nobody's.

    A misspelled map would be an empty one, and everything that stands in it would be deleted.
    """
    known = (*settings.KEYS, *MAPS)
    for full in config:
        namespace, _, key = full.partition(":")
        if namespace == project and key not in known:
            hint = nearest(key, known) or f"; the keys are {', '.join(known)}"
            yield f"{key}: is no setting of this project{hint}"


def mistakes(entries: Mapping[str, Any]) -> Iterator[str]:
    """Say everything that is wrong with the maps of the config, each mistake with the path that leads to it."""
    credentials = entries.get(CREDENTIALS, {})
    for key, resource in MAPS.items():
        named = entries.get(key, {})
        if not isinstance(named, Mapping):
            yield f"{key}: must be a map from resource names to their fields, not {json.dumps(named)}"
            continue
        for name, fields in named.items():
            yield from _mistakes_of(f"{key}.{name}", fields, resource, credentials)
        if isinstance(resource.kind, Entity):
            yield from _names_given_twice(key, named)


def _names_given_twice(key: str, named: Mapping[str, Any]) -> Iterator[str]:
    """Say which names stand twice. The plugin finds them too, but not before one of the two is on its way."""
    first: dict[str, str] = {}
    for name, fields in named.items():
        display_name = fields.get("display_name") if isinstance(fields, Mapping) else None
        if isinstance(display_name, str) and first.setdefault(display_name, name) != name:
            yield (
                f'{key}.{name}.display_name: "{display_name}" is the display_name of {key}.{first[display_name]} too; '
                "declare it once, or give it another name"
            )


def _mistakes_of(path: str, fields: Any, resource: type[GraphResource[Any]], credentials: Any) -> Iterator[str]:
    if not isinstance(fields, Mapping):
        yield f"{path}: must be a map of fields, not {json.dumps(fields)}"
        return
    schema = resource.kind.args.schema
    known = dict(fields)
    if REFERENCE in fields and _ID in schema.attributes:
        yield from _mistakes_of_reference(path, fields, credentials)
        # The id is not known yet, and so not judged; that there is one is enough.
        known = {name: value for name, value in fields.items() if name != REFERENCE} | {_ID: pulumi.UNKNOWN}
    for problem in schema.problems(known, path):
        yield f"{problem.path}: {problem.reason}"


def _mistakes_of_reference(path: str, fields: Mapping[str, Any], credentials: Any) -> Iterator[str]:
    reference = fields[REFERENCE]
    if _ID in fields:
        yield f"{path}.{REFERENCE}: stands beside {_ID}; keep one of them"
    if not isinstance(reference, str) or not isinstance(credentials, Mapping) or reference not in credentials:
        names = ", ".join(credentials) if isinstance(credentials, Mapping) else ""
        yield f"{path}.{REFERENCE}: {json.dumps(reference)} is no entry of {CREDENTIALS}, which has {names or 'none'}"


def _arguments(
    resource: type[GraphResource[Any]], fields: Mapping[str, Any], credentials: Mapping[str, GraphResource[Any]]
) -> Arguments:
    given = {name: value for name, value in fields.items() if name != REFERENCE}
    if REFERENCE in fields:
        given[_ID] = credentials[fields[REFERENCE]].id
    return resource.kind.args(**given)


def _written(text: str | None) -> Any:
    """Return what stands in the config; that it may not be what it should is one of the mistakes."""
    try:
        return {} if text is None else json.loads(text)
    except ValueError:
        return text
