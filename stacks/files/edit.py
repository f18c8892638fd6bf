"""
Adds entries to a stack file, and leaves every other character of it as it is.

Comments, order and style of a file are its authors'. A library that reads and writes YAML anew changes them; so the
new lines are put in by their place in the text, and the result is read again: it must be what was there and the new
entries, or the file is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from stacks.yamlfile import FileProblem, parse, scalar

Entries = Mapping[str, Mapping[str, Any]]
_WIDTH = 110


def with_entries(text: str, path: Path, project: str, entries: Entries) -> str:
    """
    Return the stack file *text* with *entries*, by map and key, each map at the end of what it has.

    Raises FileProblem: the file is not one that entries can be added to.
    """
    before = parse(text, path).values
    config = _config_of(before, path)
    result = text
    for key, named in entries.items():
        full = f"{project}:{key}"
        result = _with_map(result, path, full, named)
        config[full] = {**(config.get(full) or {}), **named}
    return _verified(result, path, {**before, "config": config})


def with_baseline(text: str, path: Path, project: str, name: str) -> str:
    """
    Return the stack file *text* with the baseline *name*, above those that it has.

    Raises FileProblem: the file is not one that a baseline can be added to.
    """
    before, key = parse(text, path).values, f"{project}:baselines"
    config = _config_of(before, path)
    there = config.get(key) or []
    if there and isinstance(there, list):
        node = below(_config(text), key)
        if node is None or not isinstance(node, yaml.SequenceNode) or not node.flow_style:
            raise FileProblem(f"{path}: add {name} to its baselines by hand, then run this again")
        end = int(node.end_mark.index) - 1
        result = f"{text[:end].rstrip()}, {name}{text[end:]}"
    else:
        result = _with_map(text, path, key, [name])
    return _verified(result, path, {**before, "config": {**config, key: [*there, name]}})


def _config_of(values: Mapping[str, Any], path: Path) -> dict[str, Any]:
    config = values.get("config")
    if config is not None and not isinstance(config, dict):
        raise FileProblem(f"{path}: its config is not a map, so no entry can be added to it")
    return {**(config or {})}


def _verified(text: str, path: Path, wanted: Mapping[str, Any]) -> str:
    if parse(text, path).values != wanted:
        raise FileProblem(f"{path}: entries cannot be added to it as it is written: write its maps in block style")
    return text


def _config(text: str) -> yaml.MappingNode:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    config = below(root, "config") if isinstance(root, yaml.MappingNode) else None
    return config if isinstance(config, yaml.MappingNode) else yaml.MappingNode("", [])


def _with_map(text: str, path: Path, key: str, named: Any) -> str:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if root is None or not isinstance(root, yaml.MappingNode):
        return _joined(text, f"config:\n{_block({key: named}, 2)}")
    config = below(root, "config")
    if config is None:
        return inserted(text, root, {"config": {key: named}})
    if not isinstance(config, yaml.MappingNode) or (not config.value and not root.flow_style):
        return _replaced(text, path, config, {key: named}, _indent(root) + 2)
    there = below(config, key)
    if there is None:
        return inserted(text, config, {key: named})
    if isinstance(there, yaml.MappingNode) and below(there, "secure") is not None:
        raise FileProblem(f"{path}:{there.start_mark.line + 1}: {key} is encrypted, so no entry can be added to it")
    if not isinstance(there, yaml.MappingNode) or (not there.value and not config.flow_style):
        if not isinstance(named, Mapping):
            raise FileProblem(f"{path}:{there.start_mark.line + 1}: write {key} by hand, then run this again")
        return _replaced(text, path, there, named, _indent(config) + 2)
    return inserted(text, there, named)


def below(node: yaml.MappingNode, key: str) -> yaml.Node | None:
    """Return what the map *node* has under *key*; None if it has nothing there."""
    return next((value for one, value in node.value if one.value == key), None)


def _indent(node: yaml.MappingNode) -> int:
    return int(node.value[0][0].start_mark.column) if node.value and not node.flow_style else 0


def inserted(text: str, node: yaml.MappingNode, added: Mapping[str, Any]) -> str:
    """Put *added* at the end of the map *node*."""
    if node.flow_style:
        end = node.end_mark.index - 1
        inside = text[node.start_mark.index + 1 : end]
        between = "" if not node.value or inside.rstrip().endswith(",") else ", "
        return text[:end].rstrip() + between + json.dumps(dict(added), ensure_ascii=False)[1:-1] + text[end:]
    end = _end(text, node)
    return _joined(text[:end], _block(added, _indent(node))) + text[end:]


def _replaced(text: str, path: Path, node: yaml.Node, added: Mapping[str, Any], indent: int) -> str:
    """Put *added* in the place of the empty value *node*."""
    if node.value and (not isinstance(node, yaml.ScalarNode) or scalar(node.value) is not None or node.style):
        raise FileProblem(f"{path}:{node.start_mark.line + 1}: is not a map, so no entry can be added to it")
    head, tail = text[: node.start_mark.index].rstrip(" "), text[node.end_mark.index :]
    rest, newline, after = tail.partition("\n")  # a comment behind it stays on its line
    return f"{head}{rest}\n{_block(added, indent)}{after if newline else ''}"


def _end(text: str, node: yaml.MappingNode) -> int:
    """Return where the line ends on which the last value of *node* does, and the comments that belong to it."""
    last: yaml.Node = node
    while isinstance(last, yaml.CollectionNode) and not last.flow_style and last.value:
        last = last.value[-1][1] if isinstance(last, yaml.MappingNode) else last.value[-1]
    index = int(last.end_mark.index)
    if not (isinstance(last, yaml.ScalarNode) and last.style in ("|", ">")):
        newline = text.find("\n", index)
        index = len(text) if newline < 0 else newline + 1
    comment = re.compile(rf" {{{_indent(node) + 1},}}#.*(\n|$)")
    while found := comment.match(text, index):
        index = found.end()
    return index


def _joined(text: str, more: str) -> str:
    return text + ("" if not text or text.endswith("\n") else "\n") + more


def _block(value: Mapping[str, Any], indent: int) -> str:
    lines = dump(value).splitlines(keepends=True)
    return "".join(" " * indent + line if line.strip() else line for line in lines)


def dump(value: Mapping[str, Any]) -> str:
    """Write a map as YAML in block style, each text so that the CLI reads it as the text that it is."""
    return str(yaml.dump(dict(value), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH))


class _Dumper(yaml.SafeDumper):
    """A dumper that indents lists, writes no aliases, and quotes what the CLI would take for a number or a date."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002, ARG002
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True

    def represent_text(self, text: str) -> yaml.ScalarNode:
        style = '"' if scalar(text) != text or "\n" in text or text != text.strip() else None
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    def represent_short_list(self, value: list[Any]) -> yaml.SequenceNode:
        """Write a list of texts on one line."""
        flow = all(isinstance(one, str) for one in value) and sum(map(len, value)) < _WIDTH - 40
        return self.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=flow)


_Dumper.add_representer(str, _Dumper.represent_text)
_Dumper.add_representer(list, _Dumper.represent_short_list)
