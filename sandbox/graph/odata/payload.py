"""
Check a request's JSON body against the metadata, in OData's words.

What comes out holds only what the model knows, in the form it is stored: flags in the schema's order, structured values
without their annotations (assignment targets excepted, whose type is their meaning). Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sandbox.graph.errors import BadRequest, Refused
from sandbox.graph.http.messages import Request
from sandbox.graph.metadata import MODEL, EnumType, Navigation, Property, foreign
from sandbox.graph.metadata.model import BOOLEAN, DATE_TIME, INT32, STRING, Shape
from sandbox.graph.odata.violations import (
    NAMESPACE,
    abstract_type,
    missing_property,
    no_conversion,
    no_navigation,
    not_assignable,
    too_many,
    unexpected_node,
    unexpected_null,
    unknown_property,
    unknown_type,
)

ZERO_GUID = "00000000-0000-0000-0000-000000000000"
GUID = re.compile(r"(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_BIND = "@odata.bind"
_INT32_LIMIT = 2**31
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,12})?)?(Z|[+-]\d\d:\d\d)")
_UNREADABLE = (
    "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format."
)


@dataclass(frozen=True)
class Payload:
    """A checked body: values by property, and the references given with `@odata.bind`."""

    values: dict[str, Any] = field(default_factory=dict)
    binds: dict[str, list[object]] = field(default_factory=dict)


def read_json(request: Request, fraction: Callable[[str], object] = Decimal) -> dict[str, Any]:
    """
    Parse the body, which must be a JSON object sent as JSON.

    A *fraction* becomes a Decimal and no float, to keep the way it was written: 20.0 is not an Int32, whatever == says.
    """
    if not request.body:
        raise BadRequest("Empty Payload. JSON content expected.")
    if not request.headers.get("content-type", "").lower().startswith("application/json"):
        raise BadRequest(_UNREADABLE)
    try:
        body = json.loads(request.body, parse_float=fraction, parse_constant=_no_constant)
    except ValueError:
        raise BadRequest(_UNREADABLE) from None
    if not isinstance(body, dict):
        raise BadRequest(_UNREADABLE)
    return body


def type_name(body: Mapping[str, Any]) -> str | None:
    """Return the type that *body* says it is, without the namespace; none if it does not say."""
    declared = body.get("@odata.type")
    if declared is None:
        return None
    return str(declared).removeprefix("#").removeprefix(NAMESPACE)


def check(shape: Shape, body: Mapping[str, Any], *, own_id: str | None = None) -> Payload:
    """Check the members of *body*. *own_id*: of the object that an update is about; a create has none."""
    payload = Payload()
    for name, value in body.items():
        if name.endswith(_BIND):
            navigation = _bindable(shape, name.removesuffix(_BIND))
            payload.binds[navigation.name] = _references(navigation, value)
        elif "@odata." in name:
            continue  # any other annotation says nothing to the server
        elif name == "id":
            _check_id(value, own_id)
        elif name in shape.navigations:
            raise no_navigation("POST" if own_id is None else "PATCH", name, shape.name)
        elif name in shape.properties:
            payload.values[name] = _property(shape.properties[name], value)
        elif shape.partial:
            payload.values[name] = _plain(value)
        else:
            raise unknown_property(shape.name, name)
    return payload


def complete(shape: Shape, values: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in what create may omit, and refuse when it omitted what it may not. The schema's order is kept."""
    for each in shape.properties.values():
        if each.required and each.name not in values:
            raise missing_property(shape.name, each.name)
    known = {name: values.get(name, each.initial) for name, each in shape.properties.items()}
    return {**known, **{name: value for name, value in values.items() if name not in known}}


def structure(declared: str, value: object) -> dict[str, Any]:
    """Check *value* against the complex type *declared*, or against the derived type it names itself."""
    if not isinstance(value, dict):
        raise unexpected_node(value, "StartObject")
    name = type_name(value) or declared
    if not MODEL.is_a(name, declared):
        raise not_assignable(name, declared)
    shape = MODEL.structures[name]
    if shape.abstract:
        raise abstract_type()
    return complete(shape, check(shape, value).values)


def entity_shape(body: Mapping[str, Any], expected: str, *, current: str | None = None) -> Shape:
    """
    Find the shape to check *body* against.

    *expected* is the declared type of the place it is sent to, *current* the type of the object it is to change.
    Only an abstract *expected* needs the body to say what it is (microsoft-graph-docs#5517).
    """
    name = type_name(body)
    if name is None and MODEL.shapes[expected].abstract:
        raise abstract_type()
    name = name or expected
    if current is not None and name == current and name not in MODEL.shapes:
        return MODEL.shape_of(foreign(name))
    if name not in MODEL.shapes:
        raise unknown_type(name)
    if not MODEL.is_a(name, expected) or (current is not None and name != current):
        raise not_assignable(name, current or expected)
    if MODEL.shapes[name].abstract:
        raise abstract_type()
    return MODEL.shapes[name]


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _bindable(shape: Shape, name: str) -> Navigation:
    if name not in shape.navigations or shape.navigations[name].contained:
        raise unknown_property(shape.name, name)
    return shape.navigations[name]


def _references(navigation: Navigation, value: object) -> list[object]:
    """Return the references given for a navigation, one or several as its declaration says; null is none."""
    if not navigation.collection:
        return [] if value is None else [value]
    if not isinstance(value, list):
        raise unexpected_node(value, "StartArray")
    _check_length(navigation, value)
    return value


def _check_id(value: object, own_id: str | None) -> None:
    """Accept what the portal sends: nothing, the zero GUID, or the object's own id."""
    if value in (None, ZERO_GUID) or (own_id is not None and str(value).lower() == own_id):
        return
    raise Refused("The id is generated by the service and cannot be set.")


def _property(each: Property, value: object) -> Any:
    if each.read_only:
        raise Refused(f"Property '{each.name}' is read-only and cannot be set.")
    if not each.collection:
        return _single(each, value)
    if not isinstance(value, list):
        raise unexpected_node(value, "StartArray")
    _check_length(each, value)
    member = Property(each.name, each.type, nullable=False)
    return [_single(member, item) for item in value]


def _check_length(each: Property | Navigation, value: list[object]) -> None:
    if each.at_most is not None and len(value) > each.at_most:
        raise too_many(each.name, each.at_most)


def _single(each: Property, value: object) -> Any:
    if value is None:
        if each.nullable:
            return None
        raise unexpected_null(each.name, each.type)
    if each.type in MODEL.structures:
        return structure(each.type, value)
    if each.type in MODEL.enum_types:
        return _enum(MODEL.enum_types[each.type], value)
    return _primitive(each.type, value)


def _primitive(kind: str, value: object) -> object:
    if isinstance(value, dict | list):
        raise unexpected_node(value, "PrimitiveValue")
    fits = {
        STRING: isinstance(value, str),
        BOOLEAN: isinstance(value, bool),
        INT32: isinstance(value, int) and not isinstance(value, bool) and -_INT32_LIMIT <= value < _INT32_LIMIT,
        DATE_TIME: isinstance(value, str) and _TIME.fullmatch(value) is not None,
    }
    if not fits[kind]:
        raise no_conversion(value, kind)
    return value


def _enum(enum: EnumType, value: object) -> str:
    """Check the members; those of flags are put into the schema's order. `unknownFutureValue` is never one."""
    if not isinstance(value, str):
        raise no_conversion(value, NAMESPACE + enum.name)
    given = [member.strip() for member in value.split(",")] if enum.flags else [value]
    if not set(given) <= set(enum.members):
        raise no_conversion(value, NAMESPACE + enum.name)
    zero = enum.members[0]
    if enum.flags and zero in given and set(given) != {zero}:
        # The number zero disappears in a combination; Intune's validation of this property is not documented.
        raise Refused(f"'{value}' combines '{zero}' with other members of {enum.name}.")
    return ",".join(member for member in enum.members if member in given)


def _plain(value: object) -> Any:
    """Turn the Decimals of an unchecked value back into numbers that JSON can write."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
