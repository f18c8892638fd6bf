"""
Find the route of a path.

Keys may stand in parentheses or in a segment of their own; slashes too many mean nothing (msgraph-beta-sdk writes two
after the version). What a path that leads nowhere is answered depends on how far it got: a segment that the model lacks
is named by Graph itself, while a path that exists in the model but is not served is refused by Intune.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote

from sandbox.graph.errors import BadRequest, NoRoute, NoSegment
from sandbox.graph.http.messages import Response
from sandbox.graph.tenant.tenant import Call

Operation = Callable[[Call], Response]

_KEYED = re.compile(r"(?P<name>[\w.$]+)\((?P<key>'.*'|[^']*)\)")
_CAST = re.compile(r"(?:microsoft\.)?graph\.(?P<type>\w+)")


@dataclass(frozen=True)
class Route:
    """One method on one path. *permissions*: any one of them opens it, from least to most privileged."""

    method: str
    path: str
    operation: Operation
    permissions: tuple[str, ...]

    @property
    def writes(self) -> bool:
        """Whether the route changes anything."""
        return self.method != "GET"


@dataclass
class _Node:
    children: dict[str, _Node] = field(default_factory=dict)
    routes: dict[str, Route] = field(default_factory=dict)


class Router:
    """The routes as a tree of segments."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._root = _Node()
        for route in routes:
            node = self._root
            for segment in route.path.split("/"):
                node = node.children.setdefault(segment, _Node())
            node.routes[route.method] = route

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """Return the route of *path* and the variables in it."""
        version, *segments = _segments(path) or [""]
        if version not in ("beta", "v1.0"):
            raise BadRequest(f"Invalid version: {version}")
        if version == "v1.0":
            # The derived-credential types exist in beta only, and this stand-in has nothing else.
            raise NoSegment((segments[1:] or segments or [version])[0])
        node = self._root
        keys: dict[str, str] = {}
        kinds: list[str] = []
        for segment in segments:
            name, child, value = _step(node, segment)
            kinds.append(_kind(name, segment, first=not kinds))
            if child is None:
                # Beyond an object everything that starts with $ is known to the model.
                raise (NoRoute(_template(kinds), method, path) if segment.startswith("$") else NoSegment(segment))
            if name.startswith("{"):
                keys[name[1:-1]] = value
            node = child
        if method not in node.routes:
            raise NoRoute(_template(kinds), method, path)
        return node.routes[method], keys


def _segments(path: str) -> list[str]:
    """Split a path, with keys as segments of their own."""
    segments: list[str] = []
    for segment in filter(None, map(unquote, path.split("/"))):
        match = _KEYED.fullmatch(segment)
        segments += [match["name"], match["key"].strip("'")] if match else [segment]
    return segments


def _step(node: _Node, segment: str) -> tuple[str, _Node | None, str]:
    """Return the name of the child that *segment* leads to, the child, and the value of the variable in it."""
    if segment in node.children:
        return segment, node.children[segment], segment
    cast = _CAST.fullmatch(segment)
    if cast is not None:
        return "{cast}", node.children.get("{cast}"), cast["type"]
    variable = next((name for name in node.children if name.startswith("{") and name != "{cast}"), "")
    return variable, node.children.get(variable), segment


def _kind(name: str, segment: str, *, first: bool) -> str:
    if name == "{cast}":
        return "cast"
    if name.startswith("{"):
        return "key"
    if segment.startswith("$"):
        return segment
    return "singleton" if first else "navigation"


def _template(kinds: list[str]) -> str:
    return "/".join(("~", *kinds))
