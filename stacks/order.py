"""The order in which entries are declared: each after those that it refers to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from provider.schema import Problem, nearest
from stacks.maps import CONFIG_MAPS, CREDENTIAL_NAME, CREDENTIALS, OPTIONS, key_text, words_of
from stacks.options import options_of, target

Entries = Mapping[str, Mapping[str, Any]]
Node = tuple[str, str]
"""An entry: its map and its key."""


def references(node: Node, entries: Entries) -> list[Node]:
    """Return the entries that the entry of *node* refers to, whether they exist or not."""
    key, name = node
    entry = entries.get(key, {}).get(name)
    nodes = []
    if isinstance(entry, Mapping) and CREDENTIAL_NAME in entry and CREDENTIAL_NAME in words_of(key):
        nodes.append((CREDENTIALS, key_text(entry[CREDENTIAL_NAME]) or ""))
    named = options_of(entry).get("depends_on")
    return nodes + [target(one) for one in (named if isinstance(named, list) else []) if isinstance(one, str)]


def in_order(entries: Entries) -> Iterator[Node]:
    """Yield all entries, each after those that it refers to, and else in the order of the maps and of the file."""
    done: set[Node] = set()

    def visit(node: Node) -> Iterator[Node]:
        if node not in done:
            done.add(node)
            for other in references(node, entries):
                yield from visit(other)
            yield node

    for key in CONFIG_MAPS:
        for name in entries.get(key, {}):
            yield from visit((key, name))


def order_problems(entries: Entries) -> Iterator[Problem]:
    """Say which entries of `depends_on` do not exist, and which entries depend on themselves."""
    for key in CONFIG_MAPS:
        for name, entry in entries.get(key, {}).items():
            path = f"{key}.{name}.{OPTIONS}.depends_on"
            for index, text in enumerate(_named(entry)):
                reason = _not_there(text, entries)
                if reason:
                    at = f"{path}[{index}]"
                    yield Problem(at, reason, (at, "is not an entry"))
            circle = _circle((key, name), entries)
            if circle and min(circle) == (key, name):  # each circle is told once
                shown = " → ".join(".".join(node) for node in [*circle, circle[0]])
                yield Problem(path, f"leads back to the entry itself: {shown}; remove one of these references")


def _named(entry: Any) -> list[str]:
    named = options_of(entry).get("depends_on")
    return [one for one in named if isinstance(one, str) and "." in one] if isinstance(named, list) else []


def _not_there(text: str, entries: Entries) -> str:
    key, name = target(text)
    if key not in CONFIG_MAPS:
        maps = nearest(key, tuple(CONFIG_MAPS)) or "; the maps are " + ", ".join(CONFIG_MAPS)
        return f'"{key}" is not a map of this project{maps}'
    if name not in entries.get(key, {}):
        return f'"{name}" is not an entry of {key}{nearest(name, tuple(entries.get(key, {}))) or "; remove it"}'
    return ""


def _circle(start: Node, entries: Entries) -> list[Node]:
    """Return a way from *start* back to itself; empty if there is none."""
    ways: list[list[Node]] = [[start]]
    seen: set[Node] = set()
    while ways:
        way = ways.pop()
        for other in references(way[-1], entries):
            if other == start:
                return way
            if other not in seen:
                seen.add(other)
                ways.append([*way, other])
    return []
