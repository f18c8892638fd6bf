"""
What a process remembers, as a digest: two that remember the same do the same from here on.

Everything that the provider's own objects hold is looked at, whatever it is called. Left out are locks, the client and
its pacing, for time is no matter here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from hashlib import blake2b
from typing import Any

from provider.graph.client import GraphClient

_PLAIN = (str, int, bool, bytes, type(None))


def digest(values: Iterable[Any]) -> str:
    """Return a digest of all that *values* hold."""
    told = blake2b(digest_size=12)
    seen: set[int] = set()
    for value in values:
        told.update(_told(value, seen).encode())
    return told.hexdigest()


def _told(value: Any, seen: set[int]) -> str:
    if isinstance(value, _PLAIN):
        return repr(value)
    if isinstance(value, float) or _is_kind(value):
        return "a time" if isinstance(value, float) else str(value.name)
    if id(value) in seen or isinstance(value, GraphClient):
        return "…"
    seen.add(id(value))
    if isinstance(value, Mapping):
        return f"{{{','.join(sorted(f'{_told(key, seen)}:{_told(one, seen)}' for key, one in value.items()))}}}"
    if isinstance(value, list | tuple | deque):
        return f"[{','.join(_told(one, seen) for one in value)}]"
    return _told_object(value, seen)


def _is_kind(value: Any) -> bool:
    """Tell whether *value* is a kind of resource, wherever this commit of the provider has them."""
    return any(one.__name__ == "Kind" and one.__module__.startswith("provider.") for one in type(value).__mro__)


def _told_object(value: Any, seen: set[int]) -> str:
    if isinstance(value, set | frozenset):
        return f"({','.join(sorted(_told(one, seen) for one in value))})"
    if isinstance(value, Future):
        return f"future {_told(value.exception() or value.result(), seen) if value.done() else 'pending'}"
    if isinstance(value, Exception):
        return f"{type(value).__name__} {value}"
    if type(value).__module__.startswith("provider."):
        slots = {name: getattr(value, name, None) for name in getattr(type(value), "__slots__", ())}
        return type(value).__name__ + _told({**slots, **getattr(value, "__dict__", {})}, seen)
    return str(getattr(value, "__qualname__", type(value).__name__))
