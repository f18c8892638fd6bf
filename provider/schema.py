"""
What the fields of a resource mean, declared once and used by everything.

A resource's inputs are a dataclass whose fields are declared with `required` and `optional`. From that declaration
come its check failures, its diff, the bodies sent to Graph, the reading of Graph's answers and the reference pages.

The three states of an optional field, decided here once:

=============================  ==================================================
given                          sent, compared, healed when it drifts
omitted, *server_default*      left alone: never sent, never a diff
omitted, any other             never declared: left alone; declared before: cleared
=============================  ==================================================

Pure: no network, no settings.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping
from enum import Enum
from typing import Any, ClassVar, NamedTuple

from typing_extensions import dataclass_transform

from provider.errors import DeclarationError
from provider.values import Problem, Value, contains_unknown, is_unknown, nearest

_METADATA = "provider.schema"


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
    only: When | None = None
    """May be given only under this condition."""
    needed: When | None = None
    """Must be given under this condition."""

    def differs(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
        """Tell whether the value declared in *news* is not the one in *olds*."""
        old, new = olds.get(self.name), news.get(self.name)
        if new is None:
            return old is not None and not self.server_default
        if new == old:  # nearly always so, and cheap to see
            return False
        return contains_unknown(new) or self.value.canonical(new) != self.value.canonical(old)

    def misplaced(self, record: Mapping[str, Any], path: str) -> Iterator[Problem]:
        """Say if the field is missing from *record* where it must be, or given where it must not."""
        given = record.get(self.name) is not None
        if self.required and not given:
            yield Problem(path, f"is required: {self.value.meaning}")
        if self.needed is not None and not given and self.needed.holds(record):
            yield Problem(path, f"is required when {self.needed}: {self.value.meaning}")
        if self.only is not None and given and self.only.holds(record) is False:
            yield Problem(path, f"may be given only when {self.only}; remove it or change {self.only.field}")


def required(value: Value, *, wire: str = "", create_only: bool = False) -> Any:
    """
    Declare a field that must be given.

    Type checkers insist on it. At run time a missing one is a check failure beside all others, not a traceback.
    """
    attribute = Attribute(value=value, required=True, wire=wire, create_only=create_only)
    return dataclasses.field(default=None, metadata={_METADATA: attribute})


def optional(  # noqa: PLR0913 - the vocabulary of a field
    value: Value,
    *,
    default: None = None,
    wire: str = "",
    part: Part = Part.BODY,
    create_only: bool = False,
    server_default: bool = False,
    only: When | None = None,
    needed: When | None = None,
) -> Any:
    """Declare a field that may be omitted; *default* is there for type checkers and is always None."""
    attribute = Attribute(
        value=value,
        wire=wire,
        part=part,
        create_only=create_only,
        server_default=server_default,
        only=only,
        needed=needed,
    )
    return dataclasses.field(default=default, metadata={_METADATA: attribute})


@dataclass_transform(kw_only_default=True, field_specifiers=(required, optional))
class Arguments:
    """Base of every class of inputs: its subclasses are keyword-only dataclasses of declared fields."""

    schema: ClassVar[Schema]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Make the dataclass, and check the declaration itself."""
        super().__init_subclass__(**kwargs)
        dataclasses.dataclass(kw_only=True)(cls)
        cls.schema = Schema(cls)


class Schema:
    """The declared fields of one class of inputs, and all that follows from them."""

    def __init__(self, cls: type[Arguments]) -> None:
        self.attributes = {attribute.name: attribute for attribute in _attributes(cls)}

    def problems(self, record: Mapping[str, Any], path: str = "") -> Iterator[Problem]:
        """Say everything that is wrong with *record*, whose fields stand below *path*."""
        for name in record:
            if name not in self.attributes:
                reason = f"is not a field here{nearest(name, tuple(self.attributes)) or '; remove it'}"
                yield Problem(_join(path, name), reason)
        for attribute in self.attributes.values():
            value = record.get(attribute.name)
            at = _join(path, attribute.name)
            yield from attribute.misplaced(record, at)
            if value is not None:
                yield from attribute.value.problems(value, at)

    def canonical(self, record: Mapping[str, Any], like: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """
        Return *record* in its one spelling, without what is None.

        Where a value equals the one in *like*, it is spelled as there: the engine compares inputs to the letter, and
        a set that was only reordered must not look changed.
        """
        like = like or {}
        result = {}
        for name, value in record.items():
            if value is None:
                continue
            known, before = self.attributes.get(name), like.get(name)
            if value == before:  # nearly always so, and cheap to see
                result[name] = before
                continue
            spelled = known.value.canonical(value) if known else value
            same = known is not None and before is not None and known.value.canonical(before) == spelled
            result[name] = before if same else spelled
        return result

    def changed(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> list[str]:
        """Name the fields whose declared value in *news* is not the one in *olds*."""
        return [
            attribute.name
            for attribute in self.attributes.values()
            if attribute.part is not Part.DIRECTIVE and attribute.differs(olds, news)
        ]

    @property
    def directives(self) -> set[str]:
        """The fields that tell the provider how to go about it, and are not part of the object."""
        return {name for name, field in self.attributes.items() if field.part is Part.DIRECTIVE}

    def chosen(self, live: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of *live* that *inputs* leave to Graph, and for which Graph keeps a value of its own."""
        left = (field.name for field in self._in_body() if field.server_default and inputs.get(field.name) is None)
        return {name: live[name] for name in left if live.get(name) is not None}

    def body(self, record: Mapping[str, Any], names: Collection[str] | None = None) -> dict[str, Any]:
        """
        Translate *record* into the body of a request, or only the fields called *names*.

        A field of *names* that *record* does not have is cleared. Relationships have routes of their own.
        """
        result = {}
        for attribute in self._in_body():
            if names is not None and attribute.name not in names:
                continue
            value = record.get(attribute.name)
            if value is not None:
                result[attribute.wire] = attribute.value.to_wire(attribute.value.canonical(value))
            elif names is not None:
                result[attribute.wire] = attribute.value.cleared
        return result

    def parse(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Read Graph's *body*: the declared fields that have a value, canonical. All else in it is ignored."""
        values = {
            attribute.name: attribute.value.from_wire(body[attribute.wire])
            for attribute in self._in_body()
            if attribute.wire in body
        }
        return {name: value for name, value in values.items() if value is not None}

    def _in_body(self) -> Iterator[Attribute]:
        return (attribute for attribute in self.attributes.values() if attribute.part is Part.BODY)


def _attributes(cls: type[Arguments]) -> Iterator[Attribute]:
    fields = dataclasses.fields(cls)  # type: ignore[arg-type]  # Arguments makes its subclasses dataclasses
    names = {field.name for field in fields}
    for field in fields:
        attribute: Attribute | None = field.metadata.get(_METADATA)
        if attribute is None:
            raise DeclarationError(f"{cls.__name__}.{field.name}: declare it with required() or optional()")
        for when in (attribute.only, attribute.needed):
            if when is not None and when.field not in names:
                raise DeclarationError(f"{cls.__name__}.{field.name}: there is no field {when.field}")
        yield dataclasses.replace(attribute, name=field.name, wire=attribute.wire or _camel(field.name))


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
