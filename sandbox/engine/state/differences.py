"""
What is different between two sets of properties: pure, and the ground of every diff that is shown.

Secrets are compared as wholes, lists position by position, and a null member of an object counts as absent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeVar

from sandbox.engine.state import paths
from sandbox.engine.state.paths import Path
from sandbox.engine.state.values import UNKNOWN, Properties, Secret, Unknown, Value, equal

Key = TypeVar("Key", str, int)


class Kind(str, Enum):
    """What happened to one property, by the names of `--json`."""

    ADD = "add"
    ADD_REPLACE = "add-replace"
    DELETE = "delete"
    DELETE_REPLACE = "delete-replace"
    UPDATE = "update"
    UPDATE_REPLACE = "update-replace"

    @property
    def replaces(self) -> bool:
        """Whether the change asks for a replacement."""
        return self.value.endswith("-replace")

    def replacing(self) -> Kind:
        """Return the same change, now asking for a replacement."""
        return self if self.replaces else Kind(f"{self.value}-replace")

    def inverted(self) -> Kind:
        """Return the change seen from the other side."""
        return _INVERSE[self]


_INVERSE = {
    Kind.ADD: Kind.DELETE,
    Kind.DELETE: Kind.ADD,
    Kind.UPDATE: Kind.UPDATE,
    Kind.ADD_REPLACE: Kind.DELETE_REPLACE,
    Kind.DELETE_REPLACE: Kind.ADD_REPLACE,
    Kind.UPDATE_REPLACE: Kind.UPDATE_REPLACE,
}


@dataclass
class Members(Generic[Key]):
    """The differences between the members of two objects, or the elements of two lists."""

    adds: dict[Key, Value] = field(default_factory=dict)
    deletes: dict[Key, Value] = field(default_factory=dict)
    updates: dict[Key, Change] = field(default_factory=dict)
    sames: dict[Key, Value] = field(default_factory=dict)

    @property
    def keys(self) -> list[Key]:
        """Every key that either side has, in order."""
        return sorted(self.adds.keys() | self.deletes.keys() | self.updates.keys() | self.sames.keys())

    def __bool__(self) -> bool:
        return bool(self.adds or self.deletes or self.updates)


@dataclass
class Change:
    """One value that is not what it was; objects and lists tell how, member by member."""

    old: Value
    new: Value
    members: Members[str] | None = None
    elements: Members[int] | None = None


def compare(
    olds: Properties, news: Properties, *, ignore: Callable[[Path], bool] = lambda _: False, at: Path = ()
) -> Members[str]:
    """Return the differences between two sets of properties; *ignore* says which paths not to look at."""
    result: Members[str] = Members()
    for key in olds.keys() | news.keys():
        path = (*at, key)
        if ignore(path):
            continue
        old, new = olds.get(key), news.get(key)
        if old is None and new is None:
            continue
        if old is None:
            result.adds[key] = new
        elif new is None:
            result.deletes[key] = old
        elif (change := compare_values(old, new, ignore=ignore, at=path)) is not None:
            result.updates[key] = change
        else:
            result.sames[key] = old
    return result


def compare_values(
    old: Value, new: Value, *, ignore: Callable[[Path], bool] = lambda _: False, at: Path = ()
) -> Change | None:
    """Return how one value differs from another; None when it does not."""
    if isinstance(old, dict) and isinstance(new, dict):
        members = compare(old, new, ignore=ignore, at=at)
        return Change(old, new, members=members) if members else None
    if isinstance(old, list) and isinstance(new, list):
        elements = _compare_lists(old, new, ignore, at)
        return Change(old, new, elements=elements) if elements else None
    return None if equal(old, new) else Change(old, new)


def _compare_lists(old: list[Value], new: list[Value], ignore: Callable[[Path], bool], at: Path) -> Members[int]:
    shared = min(len(old), len(new))
    result: Members[int] = Members(
        adds=dict(enumerate(new[shared:], shared)), deletes=dict(enumerate(old[shared:], shared))
    )
    for index in range(shared):
        change = compare_values(old[index], new[index], ignore=ignore, at=(*at, index))
        if change is None:
            result.sames[index] = old[index]
        else:
            result.updates[index] = change
    return result


# ---------------------------------------------------------------- detailed diffs


@dataclass(frozen=True)
class PropertyDiff:
    """One line of a detailed diff; it speaks of inputs, or else of outputs."""

    kind: Kind
    of_inputs: bool = True


def detail(differences: Members[str]) -> dict[str, PropertyDiff]:
    """Return the innermost differences, by path."""
    found: dict[str, PropertyDiff] = {}
    _detail(differences, (), found)
    return found


def _detail(differences: Members[str] | Members[int], at: Path, found: dict[str, PropertyDiff]) -> None:
    for key, change in differences.updates.items():
        inner = change.members or change.elements
        if inner:
            _detail(inner, (*at, key), found)
        else:
            found[paths.render((*at, key))] = PropertyDiff(Kind.UPDATE)
    for key in differences.adds:
        found[paths.render((*at, key))] = PropertyDiff(Kind.ADD)
    for key in differences.deletes:
        found[paths.render((*at, key))] = PropertyDiff(Kind.DELETE)


def undetail(detailed: Mapping[str, PropertyDiff], olds: Properties, news: Properties) -> Members[str]:
    """Return the differences that a detailed diff of inputs speaks of, with the values from both sides."""
    whole = Change(olds, news)
    for text, diff in detailed.items():
        _insert(whole, paths.parse(text), diff.kind)
    return whole.members or Members()


def _insert(parent: Change, path: Path, kind: Kind) -> None:
    """Add one line of a detailed diff to the change of the value around it."""
    head, rest = path[0], path[1:]
    if isinstance(head, int):
        parent.elements = parent.elements or Members()
        _insert_member(parent.elements, head, rest, kind, (_member(parent.old, head), _member(parent.new, head)))
    else:
        parent.members = parent.members or Members()
        _insert_member(parent.members, head, rest, kind, (_member(parent.old, head), _member(parent.new, head)))


def _insert_member(group: Members[Key], key: Key, rest: Path, kind: Kind, sides: tuple[Value, Value]) -> None:
    old, new = sides
    plain = Kind(kind.value.removesuffix("-replace"))
    if (not rest and plain is Kind.ADD) or (rest and old is None and new is not None):
        group.adds[key] = UNKNOWN if new is None else new
    elif (not rest and plain is Kind.DELETE) or (rest and new is None and old is not None):
        group.deletes[key] = UNKNOWN if old is None else old
    elif not rest:
        group.updates[key] = compare_values(old, new) or Change(old, new)
    else:
        _insert(group.updates.setdefault(key, Change(old, new)), rest, kind)


def _member(value: Value, key: str | int) -> Value:
    """Return a member of a value; secrets and unknowns are opaque and stand for their members too."""
    if isinstance(value, (Secret, Unknown)):
        return value
    if isinstance(value, dict) and isinstance(key, str):
        return value.get(key)
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return value[key]
    return None
