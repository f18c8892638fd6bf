"""The maps of a stack's config: which kind of resource each declares, and what an entry may say beside its fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import provider as intune
from provider.program.resource import GraphResource

CREDENTIALS = "derivedCredentials"

CONFIG_MAPS: dict[str, type[GraphResource[Any]]] = {
    cls.kind.config_key: cls
    for cls in vars(intune).values()
    if isinstance(cls, type) and issubclass(cls, GraphResource) and cls.kind.config_key
}
"""The maps of the config, and what their entries declare: the resources whose kind has a `config_key`."""

BASELINES = "baselines"
"""The key of a stack file, and of a baseline, that names baselines: see `stacks.baseline`."""

CREDENTIAL_NAME = "derived_credential"
"""In the place of the id of derived-credential settings: the key of an entry of `derivedCredentials`."""

SETTINGS_ID = "derived_credential_settings_id"

RENAMED_FROM = "renamed_from"
"""The key, or keys, that the entry had before."""

OPTIONS = "options"
"""What Pulumi is to do with the resource: see `stacks.options`."""


def words_of(key: str) -> tuple[str, ...]:
    """Return what an entry of the map *key* may say beside its fields."""
    takes_reference = SETTINGS_ID in CONFIG_MAPS[key].kind.args.schema.attributes
    return (RENAMED_FROM, OPTIONS, CREDENTIAL_NAME) if takes_reference else (RENAMED_FROM, OPTIONS)


def fields_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of *entry*: all but what it says beside them."""
    return {name: value for name, value in entry.items() if name not in {CREDENTIAL_NAME, RENAMED_FROM, OPTIONS}}


def key_text(value: Any) -> str | None:
    """Return *value* as the key of an entry: YAML reads 1 and true as no text, and as keys they are their own text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None
