"""
Turns a stack's config into resources.

The config has one map per kind of resource (`stacks.maps`), whose keys are resource names and whose entries have the
fields of the resource's arguments, spelled as there. Where a field wants the id of derived-credential settings, an
entry may name one of `derivedCredentials` as its `derived_credential` instead. What else an entry may say is in
`stacks.options`.

Every mistake in the config is found before anything is declared, and all of them are reported at once.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

import pulumi
from pulumi.runtime.config import get_config_env, is_config_secret

from provider.program.resource import GraphResource
from stacks.keys import unknown_keys
from stacks.maps import CONFIG_MAPS, CREDENTIAL_NAME, CREDENTIALS, SETTINGS_ID, fields_of, key_text
from stacks.mistakes import mistakes
from stacks.options import resource_options
from stacks.order import in_order

__all__ = ["CONFIG_MAPS", "declare", "mistakes", "unknown_keys"]


def declare() -> None:
    """
    Declare the resources of the selected stack.

    Raises pulumi.RunError: the config has mistakes, listed with their paths and remedies.
    """
    config = pulumi.Config()
    entries = {key: _parsed(config.get(key)) for key in CONFIG_MAPS}
    secret = {key for key in CONFIG_MAPS if is_config_secret(config.full_key(key))}
    found = [*unknown_keys(get_config_env(), pulumi.get_project()), *mistakes(entries, secret)]
    if found:
        many = f"{len(found)} mistakes" if len(found) > 1 else "a mistake"
        listed = "\n".join(f"  {mistake}" for mistake in found)
        raise pulumi.RunError(f"the config of stack {pulumi.get_stack()} has {many}:\n{listed}")
    _declare(entries, secret)


def _declare(entries: Mapping[str, Mapping[str, Any]], secret: Collection[str]) -> None:
    made: dict[tuple[str, str], GraphResource[Any]] = {}
    for key, name in in_order(entries):
        entry = entries[key][name]
        fields = fields_of(entry)
        if key in secret:
            fields = {field: pulumi.Output.secret(value) for field, value in fields.items()}
        if CREDENTIAL_NAME in entry:
            fields[SETTINGS_ID] = made[CREDENTIALS, str(key_text(entry[CREDENTIAL_NAME]))].id
        resource = CONFIG_MAPS[key]
        made[key, name] = resource(name, resource.kind.args(**fields), resource_options(key, entry, made))


def _parsed(text: str | None) -> Any:
    """Return what stands in the config; that it may not be what it should is one of the mistakes."""
    try:
        return {} if text is None else json.loads(text)
    except ValueError:
        return text
