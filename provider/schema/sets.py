"""Lists whose order means nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any

from provider.schema.scalars import Choice
from provider.schema.values import Problem, Value, contains_unknown, is_unknown, show, unexpected


class SetOf(Value):
    """
    A list whose order means nothing.

    Two lists with the same members are the same set; the canonical form is sorted. Members that Graph would take for
    the same thing (*unique_by*, by default the whole member) may stand in it only once.
    """

    cleared: Any = ()

    def __init__(
        self, item: Value, *, min_items: int = 0, max_items: int | None = None, unique_by: Sequence[str] = ()
    ) -> None:
        self.item = item
        self.min_items, self.max_items, self._unique_by = min_items, max_items, unique_by
        self.expected = "a list" + (f" of at most {max_items}" if max_items else "")

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        """Say what is wrong with the list, then with each of its members."""
        if is_unknown(value):
            return
        if not isinstance(value, list | tuple):
            hint = f"; put it in brackets: [{show(value)}]"
            yield unexpected(path, self.expected, value, hint)
            return
        if len(value) < self.min_items:
            yield Problem(path, f"must have at least {self.min_items} member; leave {path} out to declare none")
        if self.max_items is not None and len(value) > self.max_items:
            yield Problem(path, f"has {len(value)} members, and Graph takes {self.max_items} at most; remove some")
        for index, member in enumerate(value):
            yield from self.item.problems(member, f"{path}[{index}]")
        if len(value) > 1:
            yield from self._duplicates(value, path)

    def _duplicates(self, value: Sequence[Any], path: str) -> Iterator[Problem]:
        seen: dict[str, int] = {}
        for index, member in enumerate(value):
            if contains_unknown(member):
                continue
            first = seen.setdefault(self._identity(member), index)
            if first != index:
                yield Problem(f"{path}[{index}]", f"is the same as {path}[{first}]; remove one of them")

    def _identity(self, member: Any) -> str:
        member = self.item.canonical(member)
        if self._unique_by and isinstance(member, dict):
            member = [member.get(name) for name in self._unique_by]
        return _sort_key(member)

    def canonical(self, value: Any) -> Any:
        """Sort the members; a list with unknown members keeps its order, for it equals nothing anyway."""
        if not isinstance(value, list | tuple):
            return value
        members = [self.item.canonical(member) for member in value]
        return sorted(members, key=_sort_key) if len(members) > 1 and not contains_unknown(members) else members

    def to_wire(self, value: Any) -> Any:
        """Translate each member."""
        return [self.item.to_wire(member) for member in value]

    def from_wire(self, value: Any) -> Any:
        """Translate each member; null is the empty list, as OData has it."""
        members = value if isinstance(value, list) else []
        return self.canonical([self.item.from_wire(member) for member in members])


class Flags(SetOf):
    """
    A set of enum members that Graph writes as one string, ``companyPortal,email``.

    The member that means *nothing of it* (*exclusive*) cannot be combined with others.
    """

    cleared: Any = None

    def __init__(self, members: type[Enum], *, exclusive: Enum) -> None:
        super().__init__(Choice(members), min_items=1)
        self._order = [member.value for member in members]
        self.exclusive = exclusive.value
        self.expected = f"a list of {', '.join(self._order)}"

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        """Add the two rules of flags: not empty, and *exclusive* is not combined."""
        if isinstance(value, list | tuple) and not value:
            yield Problem(
                path, f"must name at least one of {', '.join(self._order)}; write [{self.exclusive}] for none"
            )
            return
        yield from super().problems(value, path)
        if isinstance(value, list | tuple) and self.exclusive in value and len(value) > 1:
            known = "cannot be combined with other members; remove it or the others"
            yield Problem(path, f'"{self.exclusive}" {known}', (path, f"has a member that {known}"))

    def to_wire(self, value: Any) -> Any:
        """Join the members in the order of Graph's schema, without blanks."""
        return ",".join(sorted(value, key=self._order.index))

    def from_wire(self, value: Any) -> Any:
        """Split Graph's string; blanks and unknown members are tolerated."""
        if not isinstance(value, str):
            return self.canonical(value)
        return self.canonical([member.strip() for member in value.split(",") if member.strip()])


def _sort_key(member: Any) -> str:
    return json.dumps(member, sort_keys=True, default=str)
