"""The vocabulary of the table: what can be said about a type, and how inheritance is resolved."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

STRING = "Edm.String"
INT32 = "Edm.Int32"
BOOLEAN = "Edm.Boolean"
DATE_TIME = "Edm.DateTimeOffset"

UNSET: object = object()
"""No default is known."""


@dataclass(frozen=True)
class EnumType:
    """
    An enumeration. Members are case-sensitive and stand in the order of their numbers.

    *flags*: several members may be given, joined by commas. The `unknownFutureValue` that evolvable enumerations also
    have is left out: it marks a value that a client's version does not know, and must never be sent.
    """

    name: str
    members: tuple[str, ...]
    source: str
    flags: bool = False


@dataclass(frozen=True)
class Property:
    """
    A structural property.

    Required at create is derived: one that is not nullable, has no default and is not the server's own. *default* is
    what reads back when create omits it. *at_most* bounds a collection. *source*: where it differs from its type's.
    """

    name: str
    type: str
    nullable: bool = True
    collection: bool = False
    read_only: bool = False
    default: Any = UNSET
    at_most: int | None = None
    source: str = ""

    @property
    def required(self) -> bool:
        """Whether create fails without it."""
        return not (self.nullable or self.collection or self.read_only) and self.default is UNSET

    @property
    def initial(self) -> Any:
        """The value that create stores when none is sent."""
        if self.collection:
            return [] if self.default is UNSET else list(self.default)
        return None if self.default is UNSET else self.default


@dataclass(frozen=True)
class Navigation:
    """A relationship. One that is not *contained* is a reference to an object that lives elsewhere."""

    name: str
    target: str
    source: str
    collection: bool = False
    contained: bool = False
    at_most: int | None = None


@dataclass(frozen=True)
class ComplexType:
    """A structured value without a key."""

    name: str
    properties: tuple[Property, ...]
    source: str
    base: str | None = None
    abstract: bool = False


@dataclass(frozen=True)
class EntityType:
    """
    A type of objects with an id.

    *partial*: the table holds only what the schema demands of it; other properties are stored as they come,
    unchecked, because refusing a property that Graph knows would be wrong.
    """

    name: str
    properties: tuple[Property, ...]
    source: str
    navigations: tuple[Navigation, ...] = ()
    base: str | None = None
    abstract: bool = False
    partial: bool = False


@dataclass(frozen=True)
class Shape:
    """A type with everything it inherits: what a body is checked against."""

    name: str
    properties: dict[str, Property]
    navigations: dict[str, Navigation] = field(default_factory=dict)
    abstract: bool = False
    partial: bool = False


@dataclass(frozen=True)
class Model:
    """All types, by name, with inheritance resolved once."""

    entities: tuple[EntityType, ...]
    complex_types: tuple[ComplexType, ...]
    enums: tuple[EnumType, ...]

    @cached_property
    def enum_types(self) -> dict[str, EnumType]:
        """The enumerations by name."""
        return {enum.name: enum for enum in self.enums}

    @cached_property
    def entity_types(self) -> dict[str, EntityType]:
        """The entity types by name."""
        return {entity.name: entity for entity in self.entities}

    @cached_property
    def structures(self) -> dict[str, Shape]:
        """The complex types by name, flattened."""
        types = {complex_type.name: complex_type for complex_type in self.complex_types}
        return {name: _flatten(complex_type, types) for name, complex_type in types.items()}

    @cached_property
    def shapes(self) -> dict[str, Shape]:
        """The entity types by name, flattened."""
        return {name: self.shape_of(entity) for name, entity in self.entity_types.items()}

    def shape_of(self, entity: EntityType) -> Shape:
        """Flatten *entity*, which need not be in the table itself."""
        shape = _flatten(entity, self.entity_types)
        return Shape(
            shape.name,
            shape.properties,
            _navigations(entity, self.entity_types),
            shape.abstract,
            entity.partial,
        )

    def is_a(self, name: str, base: str) -> bool:
        """Tell whether *base* is the type *name* or one it inherits from."""
        current: str | None = name
        while current is not None and current != base:
            known = self.entity_types.get(current) or self._complex.get(current)
            current = known.base if known else None
        return current is not None

    @cached_property
    def _complex(self) -> dict[str, ComplexType]:
        return {complex_type.name: complex_type for complex_type in self.complex_types}


def _flatten(own: EntityType | ComplexType, types: dict[str, EntityType] | dict[str, ComplexType]) -> Shape:
    inherited = _flatten(types[own.base], types).properties if own.base else {}
    return Shape(own.name, {**inherited, **{each.name: each for each in own.properties}}, abstract=own.abstract)


def _navigations(own: EntityType, types: dict[str, EntityType]) -> dict[str, Navigation]:
    inherited = _navigations(types[own.base], types) if own.base else {}
    return {**inherited, **{each.name: each for each in own.navigations}}
