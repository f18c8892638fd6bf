"""
Property paths: `nest.a[0]["odd key"]`, as ignore_changes, replace_on_changes, hide_diffs and detailed diffs use them.

A path is a tuple of names and indices; the name `*` stands for every member.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

from sandbox.engine.errors import EngineError
from sandbox.engine.state.values import Properties, Secret, Value

Path: TypeAlias = tuple[str | int, ...]

_ELEMENT = re.compile(r'\["((?:\\"|[^"])*)"\]|\[(\d+|\*)\]|\.?([^.\[\]]+)')
_PLAIN_NAME = re.compile(r"\w+", re.ASCII)


def parse(text: str) -> Path:
    """Read a path; one that cannot be read is an error, for ignoring it would ignore what the program asked."""
    elements: list[str | int] = []
    position = 0
    while position < len(text):
        match = _ELEMENT.match(text, position)
        if match is None:
            raise EngineError(f"{text!r} is not a property path.")
        quoted, index, name = match.groups()
        if quoted is not None:
            elements.append(quoted.replace('\\"', '"'))
        elif index is not None:
            elements.append("*" if index == "*" else int(index))
        else:
            elements.append(name)
        position = match.end()
    return tuple(elements)


def render(path: Path) -> str:
    """Write a path, quoting the names that need it."""
    text = ""
    for element in path:
        if isinstance(element, int):
            text += f"[{element}]"
        elif _PLAIN_NAME.fullmatch(element):
            text += f".{element}" if text else element
        else:
            escaped = element.replace('"', '\\"')
            text += f'["{escaped}"]'
    return text


def contains(pattern: Path, path: Path) -> bool:
    """Tell whether *path* is what *pattern* names, or is within."""
    return len(path) >= len(pattern) and all(
        wanted in ("*", found) for wanted, found in zip(pattern, path, strict=False)
    )


def keep_old(news: Properties, olds: Properties, ignored: Sequence[str]) -> tuple[Properties, list[str]]:
    """
    Return the new properties with the ignored paths as they were, and the paths where that is impossible.

    Impossible is what would add or remove an element of a list, or a member of an object that itself comes or goes.
    """
    kept: Value = news
    failed: list[str] = []
    for text in ignored:
        kept, ok = _restore(parse(text), olds, kept)
        if not ok:
            failed.append(text)
    assert isinstance(kept, dict)  # noqa: S101 - an object stays an object; this tells the type checker
    return kept, failed


def _restore(path: Path, old: Value, new: Value) -> tuple[Value, bool]:
    """Put the old value at *path* into a copy of the new one."""
    if not path:
        return old, True
    if isinstance(new, Secret):
        inner = old.value if isinstance(old, Secret) else old
        value, ok = _restore(path, inner, new.value)
        return Secret(value), ok
    if isinstance(old, Secret):
        value, ok = _restore(path, old.value, new)
        return (Secret(value), ok) if value is not new else (new, ok)
    if isinstance(old, dict) and isinstance(new, dict):
        return _restore_members(path, old, new)
    if isinstance(old, list) and isinstance(new, list):
        return _restore_elements(path, old, new)
    # Neither side has a member of this name: nothing changes, and that is what was asked.
    return new, not isinstance(old, (dict, list)) and not isinstance(new, (dict, list))


def _restore_members(path: Path, old: Properties, new: Properties) -> tuple[Value, bool]:
    name, rest = path[0], path[1:]
    if isinstance(name, int):
        return new, False
    result, ok = dict(new), True
    for key in sorted(old.keys() | new.keys()) if name == "*" else [name]:
        if not rest:
            if key in old:
                result[key] = old[key]
            else:
                result.pop(key, None)
        elif key in old and key in new:
            result[key], restored = _restore(rest, old[key], new[key])
            ok = ok and restored
        else:
            ok = ok and key not in old and key not in new
    return result, ok


def _restore_elements(path: Path, old: list[Value], new: list[Value]) -> tuple[Value, bool]:
    index, rest = path[0], path[1:]
    if isinstance(index, str) and index != "*":
        return new, False
    indices = range(max(len(old), len(new))) if isinstance(index, str) else [index]
    result, ok = list(new), True
    for position in indices:
        if position < len(old) and position < len(new):
            result[position], restored = _restore(rest, old[position], new[position])
            ok = ok and restored
        else:
            ok = ok and position >= len(old) and position >= len(new) and not rest
    return result, ok
