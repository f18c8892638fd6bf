"""Sets fields of an entry in a stack file, and leaves every other character of it as it is."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from stacks.files.edit import below, dump, inserted, with_entries
from stacks.yamlfile import FileProblem, parse


def with_fields(text: str, path: Path, project: str, place: tuple[str, str], fields: Mapping[str, Any]) -> str:
    """
    Return the stack file *text* with *fields* in the entry at *place*, its map and key; an entry that is not is added.

    A field that is a map is changed within. Raises FileProblem: the file is not one in which they can be set.
    """
    key, name = place
    config = parse(text, path).values.get("config")
    known = config if isinstance(config, dict) else {}
    full = next((one for one in (f"{project}:{key}", key) if one in known), "")
    entries = known.get(full)
    if not isinstance(entries, dict) or name not in entries:
        return with_entries(text, path, project, {key: {name: fields}})
    wanted = deepcopy(parse(text, path).values)
    _update(wanted["config"][full], {name: fields})
    result = _set(text, path, ("config", full, name), fields)
    if parse(result, path).values != wanted:
        raise FileProblem(f"{path}: {key}.{name} cannot be changed as it is written: write it in block style")
    return result


def _update(there: dict[str, Any], fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        if isinstance(value, Mapping) and isinstance(there.get(name), dict):
            _update(there[name], value)
        else:
            there[name] = value


def _set(text: str, path: Path, place: tuple[str, ...], fields: Mapping[str, Any]) -> str:
    for name, value in fields.items():
        node = _node(text, place)
        if not isinstance(node, yaml.MappingNode) or not node.value:
            raise FileProblem(f"{path}: {'.'.join(place[1:])} is not a map of fields: write {name} by hand")
        there = below(node, name)
        if there is None:
            text = inserted(text, node, {name: value})
        elif isinstance(value, Mapping):
            text = _set(text, path, (*place, name), value)
        elif isinstance(there, yaml.ScalarNode):
            new = dump({name: value}).partition(":")[2].strip()
            text = text[: there.start_mark.index] + new + text[there.end_mark.index :]
        else:
            line = there.start_mark.line + 1
            raise FileProblem(f"{path}:{line}: {name} is not plain text: write it by hand, then run this again")
    return text


def _node(text: str, place: tuple[str, ...]) -> yaml.Node | None:
    node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    for name in place:
        node = below(node, name) if isinstance(node, yaml.MappingNode) else None
    return node
