"""Everything that is wrong with the maps of a stack's config, found before anything is declared."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from itertools import chain
from typing import Any

import pulumi

from provider.program.resource import GraphResource
from provider.schema import Problem, nearest
from stacks.keys import unusable_key
from stacks.maps import CONFIG_MAPS, CREDENTIAL_NAME, CREDENTIALS, SETTINGS_ID, fields_of, key_text, words_of
from stacks.options import old_keys, option_problems, rename_problems
from stacks.order import order_problems


def mistakes(entries: Mapping[str, Any], secret: Collection[str] = ()) -> Iterator[str]:
    """
    Say everything that is wrong with the maps of the config, each mistake with the path that leads to it.

    No value of the maps that are *secret* is shown.
    """
    yield from map(str, problems_of(entries, secret))


def problems_of(entries: Mapping[str, Any], secret: Collection[str] = ()) -> Iterator[Problem]:
    """Yield each of the `mistakes` with its path apart."""
    maps = {key: entries[key] for key in CONFIG_MAPS if isinstance(entries.get(key), Mapping)}
    credentials = maps.get(CREDENTIALS, {})
    of_maps = (problem for key in CONFIG_MAPS for problem in _problems_of_map(key, entries.get(key, {}), credentials))
    for problem in chain(of_maps, order_problems(maps)):
        yield without_secrets(problem, secret)


def without_secrets(problem: Problem, secret: Collection[str]) -> Problem:
    """Return *problem* without any value of the maps that are *secret*."""
    return problem.without_value() if problem.path.partition(".")[0] in secret else problem


def _problems_of_map(key: str, named: Any, credentials: Mapping[str, Any]) -> Iterator[Problem]:
    if not isinstance(named, Mapping):
        yield _not_a_map(key, "a map from resource names to their fields", named)
        return
    for name, entry in named.items():
        reason = unusable_key(name)
        if reason:
            yield Problem(key, reason)
        if not isinstance(entry, Mapping):
            yield _not_a_map(f"{key}.{name}", "a map of fields", entry)
            continue
        yield from _problems_of_entry(key, entry, f"{key}.{name}", credentials)
    yield from rename_problems(key, named)
    yield from _declared_twice(key, named)


def _not_a_map(path: str, expected: str, value: Any) -> Problem:
    return Problem(path, f"must be {expected}, not {json.dumps(value)}", (path, f"must be {expected}"))


def _problems_of_entry(
    key: str, entry: Mapping[str, Any], path: str, credentials: Mapping[str, Any]
) -> Iterator[Problem]:
    schema = CONFIG_MAPS[key].kind.args.schema
    words = words_of(key)
    fields = {}
    for name, value in entry.items():
        if name in schema.attributes:
            fields[name] = value
        elif name not in words:
            hint = nearest(name, (*schema.attributes, *words)) or "; remove it"
            yield Problem(f"{path}.{name}", f"is not a field here{hint}")
    if CREDENTIAL_NAME in entry and CREDENTIAL_NAME in words:
        yield from _problems_of_reference(path, entry, credentials)
        fields[SETTINGS_ID] = pulumi.UNKNOWN  # the id is not known yet, and so not judged; that there is one is enough
    yield from schema.problems(fields, path)
    yield from option_problems(key, entry, path)


def _problems_of_reference(path: str, entry: Mapping[str, Any], credentials: Mapping[str, Any]) -> Iterator[Problem]:
    reference = entry[CREDENTIAL_NAME]
    path = f"{path}.{CREDENTIAL_NAME}"
    if SETTINGS_ID in entry:
        yield Problem(path, f"cannot be combined with {SETTINGS_ID}; keep one of them")
    if key_text(reference) not in credentials:
        renamed = next((name for name, one in credentials.items() if key_text(reference) in old_keys(one)), None)
        now = f"; that entry is called {renamed} now" if renamed else ""
        known = f"is not an entry of {CREDENTIALS}, which has {', '.join(credentials) or 'none'}{now}"
        yield Problem(path, f"{json.dumps(reference, ensure_ascii=False)} {known}", (path, known))


def _declared_twice(key: str, named: Mapping[str, Any]) -> Iterator[Problem]:
    """Say which objects are declared twice. The plugin finds them too, but not before one of the two is on its way."""
    first: dict[str, str] = {}
    for name, entry in named.items():
        field, identity = _identity(CONFIG_MAPS[key], entry) if isinstance(entry, Mapping) else ("", None)
        if isinstance(identity, str) and first.setdefault(identity, name) != name:
            path = f"{key}.{name}.{field}"
            known = f"is the {field} of {key}.{first[identity]} too; declare it once, or give it another {field}"
            yield Problem(path, f'"{identity}" {known}', (path, known))


def _identity(resource: type[GraphResource[Any]], entry: Mapping[str, Any]) -> tuple[str, Any]:
    """Return the field that tells objects of the kind apart, and its value in *entry*."""
    field = resource.kind.identity_field
    return field, resource.kind.args.schema.canonical(fields_of(entry)).get(field)
