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
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime.config import get_config_env, is_config_secret

from provider.program.resource import GraphResource
from stacks import baseline, naming
from stacks.keys import unknown_keys
from stacks.maps import BASELINES, CONFIG_MAPS, CREDENTIAL_NAME, CREDENTIALS, SETTINGS_ID, fields_of, key_text
from stacks.mistakes import mistakes, problems_of, without_secrets
from stacks.options import resource_options
from stacks.order import in_order
from stacks.yamlfile import Document, FileProblem, read

__all__ = ["CONFIG_MAPS", "declare", "mistakes", "unknown_keys"]


def declare() -> None:
    """
    Declare the resources of the selected stack.

    Raises pulumi.RunError: the config has mistakes, listed with their paths and remedies.
    """
    config = pulumi.Config()
    own = {key: _parsed(config.get(key)) for key in CONFIG_MAPS if config.get(key) is not None}
    secret = {key for key in CONFIG_MAPS if is_config_secret(config.full_key(key))}
    unknown = list(unknown_keys(get_config_env(), pulumi.get_project()))
    folder = Path(os.path.relpath(Path(__file__).parent))
    merged = baseline.merge(own, _parsed(config.get(BASELINES)), folder / "baselines")
    entries, wrong = _with_ids(merged.entries, folder, config.get("tenantId") or "", secret)
    problems = list(problems_of(entries, secret))
    if problems:  # only then, for a preview should not read again what the engine has read
        merged.document = _file(folder, own)
    found = [*unknown, *merged.problems, *wrong, *map(merged.placed, problems)]
    if found:
        many = f"{len(found)} mistakes" if len(found) > 1 else "a mistake"
        listed = "\n".join(f"  {mistake}" for mistake in found)
        raise pulumi.RunError(f"the config of stack {pulumi.get_stack()} has {many}:\n{listed}")
    _declare(entries, secret)


def _with_ids(
    entries: Mapping[str, Any], folder: Path, tenant_id: str, secret: Collection[str]
) -> tuple[Mapping[str, Any], list[str]]:
    """Return *entries* with ids in the place of names, and what is wrong with the names."""
    try:
        known = naming.load(folder / "names" / f"{pulumi.get_stack()}.yaml")
    except FileProblem as problem:
        return entries, [str(problem)]
    resolved, problems = naming.resolve(entries, known, tenant_id)
    return resolved, [str(without_secrets(problem, secret)) for problem in problems]


def _file(folder: Path, own: Mapping[str, Any]) -> Document | None:
    """Return the stack file, for the lines of what it says; None where the config has come from another file."""
    start = f"{pulumi.get_project()}:"
    try:
        document = read(folder / f"Pulumi.{pulumi.get_stack()}.yaml")
    except FileProblem:
        return None
    config = document.values.get("config")
    if not isinstance(config, Mapping) or any(config.get(f"{start}{key}") != value for key, value in own.items()):
        return None
    return document.within(f"config.{start}")


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
        return None if text is None else json.loads(text)
    except ValueError:
        return text
