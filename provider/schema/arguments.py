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
from typing import Any, ClassVar, cast

from typing_extensions import dataclass_transform

from provider.errors import DeclarationError
from provider.schema.fields import Attribute, Part, When
from provider.schema.values import Problem, Value, nearest

__all__ = ["Arguments", "Attribute", "Part", "Schema", "When", "optional", "required"]

_METADATA = "provider.schema.arguments"


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
    wire: str = "",
    part: Part = Part.BODY,
    create_only: bool = False,
    server_default: bool = False,
    allowed_when: When | None = None,
    required_when: When | None = None,
) -> Any:
    """Declare a field that may be omitted; it is None then."""
    attribute = Attribute(
        value=value,
        wire=wire,
        part=part,
        create_only=create_only,
        server_default=server_default,
        allowed_when=allowed_when,
        required_when=required_when,
    )
    return dataclasses.field(default=None, metadata={_METADATA: attribute})


# Type checkers take a field specifier to have a default only if its call names one: `optional` is none on purpose.
@dataclass_transform(kw_only_default=True, field_specifiers=(required,))
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
                # A name inside of a value is a part of that value; the name of a field of a resource is not.
                yield Problem(_join(path, name), reason, (path, "has a field that does not exist") if path else None)
        given = self._set(record)
        for attribute in self.attributes.values():
            value = given.get(attribute.name)
            at = _join(path, attribute.name)
            yield from attribute.presence_problems(given, at, record.get(attribute.name))
            if value is not None:
                yield from attribute.value.problems(value, at)

    def _set(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Return *record* without the fields that are not set, however that is written."""
        known = self.attributes
        return {
            name: one
            for name, one in record.items()
            if not (known[name].is_unset(one) if name in known else one is None)
        }

    def canonical(self, record: Mapping[str, Any], like: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """
        Return *record* in its one spelling, without what is None.

        Where a value equals the one in *like*, it is spelled as there: the engine compares inputs to the letter, and
        a set that was only reordered must not look changed.
        """
        like = like or {}
        result = {}
        for name, value in self._set(record).items():
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
    fields = dataclasses.fields(cast(Any, cls))  # Arguments makes its subclasses dataclasses
    names = {field.name for field in fields}
    for field in fields:
        attribute: Attribute | None = field.metadata.get(_METADATA)
        if attribute is None:
            raise DeclarationError(f"{cls.__name__}.{field.name}: declare it with required() or optional()")
        for when in (attribute.allowed_when, attribute.required_when):
            if when is not None and when.field not in names:
                raise DeclarationError(f"{cls.__name__}.{field.name}: there is no field {when.field}")
        yield dataclasses.replace(attribute, name=field.name, wire=attribute.wire or _camel(field.name))


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
