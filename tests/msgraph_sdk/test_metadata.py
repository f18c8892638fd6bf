"""
The sandbox's table of types says what Microsoft's own client says, in both directions.

The client is generated from Graph's metadata; the table was written by hand. What the one has and the other lacks is
either a mistake in the table or news of a service that has grown.
"""

from __future__ import annotations

import importlib
import re
from typing import Any

import pytest

pytest.importorskip(
    "msgraph_beta", reason="msgraph-beta-sdk (700 MB) is not installed: run `python3 tasks.py sdk` for these tests"
)

from sandbox.graph.metadata import MODEL, ComplexType, EntityType, EnumType, Property
from sandbox.graph.metadata.model import BOOLEAN, DATE_TIME, INT32, STRING

OF_EVERY_OBJECT = {"@odata.type", "id"}
"""The table leaves out what all objects have."""
TYPES = [*MODEL.entities, *MODEL.complex_types]
PRIMITIVES = {STRING: "str", INT32: "int", BOOLEAN: "bool", DATE_TIME: "datetime.datetime"}


def in_sdk(name: str) -> Any:
    """Return the client's class for a type of Graph."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    module = importlib.import_module(f"msgraph_beta.generated.models.{words.lower()}")
    return getattr(module, _class_name(name))


def members(each: EntityType | ComplexType) -> dict[str, Any]:
    """Return all that the table has for a type, by name: its own members and those that it inherits."""
    shape = MODEL.shapes[each.name] if isinstance(each, EntityType) else MODEL.structures[each.name]
    return {**shape.properties, **shape.navigations}


@pytest.mark.parametrize("enum", MODEL.enums, ids=lambda enum: enum.name)
def test_enumeration_has_the_members_of_the_sdk(enum: EnumType) -> None:
    """All of them and no others, but for the one that must never be sent."""
    assert {member.value for member in in_sdk(enum.name)} - {"unknownFutureValue"} == set(enum.members)


@pytest.mark.parametrize("each", TYPES, ids=lambda each: each.name)
def test_type_has_the_members_of_the_sdk(each: EntityType | ComplexType) -> None:
    """All of them and no others; a type that is there for its requirements alone has no others."""
    known = set(in_sdk(each.name)().get_field_deserializers()) - OF_EVERY_OBJECT
    ours = set(members(each))
    assert ours - known == set()
    assert getattr(each, "partial", False) or known - ours == set()


@pytest.mark.parametrize("each", TYPES, ids=lambda each: each.name)
def test_property_has_the_type_of_the_sdk(each: EntityType | ComplexType) -> None:
    """And is a collection where it is one there."""
    fields = {_plain(name): field.type for name, field in in_sdk(each.name).__dataclass_fields__.items()}
    properties = {name: member for name, member in members(each).items() if isinstance(member, Property)}
    assert {name: _annotation(one) for name, one in properties.items()} == {
        name: fields[_plain(name)] for name in properties
    }


def _annotation(one: Property) -> str:
    """Write the type of a property as the client does."""
    name = PRIMITIVES.get(one.type) or _class_name(one.type)
    return f"Optional[list[{name}]]" if one.collection else f"Optional[{name}]"


def _class_name(name: str) -> str:
    return name[0].upper() + name[1:]


def _plain(name: str) -> str:
    return name.replace("_", "").lower()
