"""What is declared of one field: what it may be, where it lives in Graph, and when it may or must be given."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, NamedTuple

from provider.schema.values import Problem, Value, contains_unknown, is_unknown, show


class When(NamedTuple):
    """The condition 'another field is given', or, with *values*, 'another field has one of these values'."""

    field: str
    values: tuple[str, ...] = ()

    def holds(self, record: Mapping[str, Any]) -> bool | None:
        """Tell whether the condition holds in *record*; None while the other field is unknown."""
        other = record.get(self.field)
        if is_unknown(other):
            return None
        return other in self.values if self.values else other is not None

    def __str__(self) -> str:
        """Read as the rest of the sentence 'only when …'."""
        return f"{self.field} is {' or '.join(self.values)}" if self.values else f"{self.field} is given"


class Part(Enum):
    """Where a field lives in Graph."""

    BODY = "body"
    """In the object's own JSON."""
    RELATIONSHIP = "relationship"
    """Beside the object, under a route of its own."""
    DIRECTIVE = "directive"
    """Nowhere: it tells the provider how to go about it. Never sent, never compared, never read."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Attribute:
    """One declared field."""

    value: Value
    """What it may be."""
    name: str = ""
    """In programs, state and previews: snake_case."""
    wire: str = ""
    """In Graph: the same name in camelCase, unless declared otherwise."""
    part: Part = Part.BODY
    required: bool = False
    create_only: bool = False
    """Graph cannot change it: a change replaces the object, and the old one is deleted first."""
    server_default: bool = False
    """Graph chooses a value when it is omitted, and keeps it."""
    allowed_when: When | None = None
    """May be given only under this condition."""
    required_when: When | None = None
    """Must be given under this condition."""

    def differs(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
        """Tell whether the value declared in *news* is not the one in *olds*."""
        old, new = olds.get(self.name), news.get(self.name)
        if new is None:
            return old is not None and not self.server_default
        if new == old:  # nearly always so, and cheap to see
            return False
        return contains_unknown(new) or self.value.canonical(new) != self.value.canonical(old)

    def is_unset(self, value: Any) -> bool:
        """Tell whether *value* says that the field is not set; a required field is always set."""
        return value is None if self.required else self.value.is_unset(value)

    def presence_problems(self, record: Mapping[str, Any], path: str, written: Any = None) -> Iterator[Problem]:
        """
        Say if the field is missing from *record* where it must be, or given where it must not.

        *written* is what stands there for a field that is not set.
        """
        given = record.get(self.name) is not None
        if self.required and not given:
            yield Problem(path, f"is required: {self.value.expected}")
        if self.required_when is not None and not given and self.required_when.holds(record):
            reason = f"is required when {self.required_when}: {self.value.expected}"
            remedy = f", not {show(written)}, which says that none is set: give it, or leave both out"
            yield Problem(path, f"{reason}{remedy}", (path, reason)) if written is not None else Problem(path, reason)
        if self.allowed_when is not None and given and self.allowed_when.holds(record) is False:
            yield Problem(
                path, f"may be given only when {self.allowed_when}; remove it or change {self.allowed_when.field}"
            )
