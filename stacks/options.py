"""
What an entry says beside its fields: `options` and `renamed_from`, checked like fields and made Pulumi's options.

::

    mail:
      renamed_from: post                # the key it had: the object in the tenant stays the same
      options:
        protect: true                   # never deleted or replaced; derivedCredentials are, unless they say false
        retain_on_delete: true          # the entry can be removed, and the object stays in the tenant
        ignore_changes: [description]   # changed by hand, and left so
        depends_on: [bindings.wifi]     # written after that entry
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pulumi

from provider.schema import (
    Arguments,
    Boolean,
    Nested,
    NestedOneOf,
    Problem,
    Schema,
    SetOf,
    Text,
    Value,
    nearest,
    optional,
)
from stacks.maps import CONFIG_MAPS, CREDENTIALS, OPTIONS, RENAMED_FROM, key_text

_STEP = re.compile(r'\.?([^.\[\]"]+)|\[(\d+|\*)\]|\["([^"]+)"\]')


class OptionsArgs(Arguments):
    """What `options` may have."""

    protect: bool | None = optional(Boolean())
    retain_on_delete: bool | None = optional(Boolean())
    ignore_changes: Sequence[str] | None = optional(SetOf(Text(), min_items=1))
    depends_on: Sequence[str] | None = optional(SetOf(Text(r"[^.]+\..+", "the map and the key of an entry, map.key")))


def options_of(entry: Any) -> Mapping[str, Any]:
    """Return the options of *entry*; none where they are not a map, which is a mistake of its own."""
    options = entry.get(OPTIONS) if isinstance(entry, Mapping) else None
    return options if isinstance(options, Mapping) else {}


def old_keys(entry: Any) -> list[str]:
    """Return the keys that *entry* had; none where they are no keys, which is a mistake of its own."""
    given = entry.get(RENAMED_FROM) if isinstance(entry, Mapping) else None
    texts = [key_text(one) for one in (given if isinstance(given, list) else [given])]
    return [text for text in texts if text]


def option_problems(key: str, entry: Mapping[str, Any], path: str) -> Iterator[Problem]:
    """Say what is wrong with the options of *entry*, which stands at *path* in the map *key*."""
    path = f"{path}.{OPTIONS}"
    found = list(Nested(OptionsArgs).problems(entry.get(OPTIONS, {}), path))
    yield from found
    if not found:
        for index, field in enumerate(options_of(entry).get("ignore_changes") or []):
            reason = _no_field(field, CONFIG_MAPS[key].kind.args.schema)
            if reason:
                at = f"{path}.ignore_changes[{index}]"
                yield Problem(at, reason, (at, "is not a path of fields of the entry"))


def _no_field(field: str, schema: Schema) -> str:
    """Say why *field*, a path as Pulumi has them, leads to no field of *schema*; empty if it leads to one."""
    if "".join(match.group() for match in _STEP.finditer(field)) != field:
        return f'"{field}" is not a path of fields, such as description or assignments[0].group_id'
    values: list[Value] = []
    schemas = [schema]
    for match in _STEP.finditer(field):
        name = match.group(1) or match.group(3)
        if name is None:  # an index, or all members
            values = [value.item for value in values if isinstance(value, SetOf)]
            hint = ""
        else:
            values = [one.attributes[name].value for one in schemas if name in one.attributes]
            hint = nearest(name, [known for one in schemas for known in one.attributes])
        if not values:
            return f'"{field}" is not a field here{hint or "; remove it"}'
        schemas = [record.schema for value in values for record in _records(value)]
    return ""


def _records(value: Value) -> Sequence[Nested]:
    if isinstance(value, NestedOneOf):
        return value.records
    return [value] if isinstance(value, Nested) else []


def rename_problems(key: str, named: Mapping[str, Any]) -> Iterator[Problem]:
    """
    Say which renames of the map *key* cannot be done.

    Pulumi looks for an object under the new key first and under the old one only then, so an old key can neither stay
    in use nor be used twice.
    """
    taken: dict[str, str] = {}
    for name, entry in named.items():
        if not isinstance(entry, Mapping) or RENAMED_FROM not in entry:
            continue
        path = f"{key}.{name}.{RENAMED_FROM}"
        given = entry[RENAMED_FROM]
        if not all(key_text(one) for one in (given if isinstance(given, list) else [given])) or given == []:
            yield Problem(path, "must be the key that the entry had before, or a list of such keys")
        for old in old_keys(entry):
            reason = _no_rename(key, name, old, named) or (
                f'"{old}" is the old key of {key}.{taken[old]} too; leave it to one of them' if old in taken else ""
            )
            taken.setdefault(old, name)
            if reason:
                yield Problem(path, reason, (path, "names a key that cannot be the old key of this entry"))


def _no_rename(key: str, name: str, old: str, named: Mapping[str, Any]) -> str:
    if old == name:
        return f'"{old}" is the key that the entry has; name the key that it had before, or remove {RENAMED_FROM}'
    if old not in named:
        return ""
    if name in old_keys(named[old]):
        return f'"{old}" and "{name}" cannot exchange their keys; keep both keys and exchange the fields of the entries'
    return (
        f'"{old}" is an entry of {key}; remove {RENAMED_FROM} if an update has renamed the entry already, or else '
        f'give the entry called "{old}" that key in a later update'
    )


def resource_options(
    key: str, entry: Mapping[str, Any], made: Mapping[tuple[str, str], pulumi.Resource]
) -> pulumi.ResourceOptions:
    """Return Pulumi's options for *entry* of the map *key*; what it depends on has been *made*."""
    options = options_of(entry)
    return pulumi.ResourceOptions(
        aliases=[pulumi.Alias(name=old) for old in old_keys(entry)] or None,
        protect=options.get("protect", True if key == CREDENTIALS else None),
        retain_on_delete=options.get("retain_on_delete"),
        ignore_changes=options.get("ignore_changes"),
        depends_on=[made[target(one)] for one in options.get("depends_on") or []] or None,
    )


def target(text: str) -> tuple[str, str]:
    """Return the map and the key of an entry that is written as ``map.key``."""
    key, _, name = text.partition(".")
    return key, name
