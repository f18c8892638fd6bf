"""
Property values: what they are here, on the wire and in a state file.

Here a value is plain JSON, or `Secret`, or `UNKNOWN`. On the wire and in a state file secrets and unknowns hide in
strings and objects with well-known signatures. No function of this module changes a value it was given.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import TypeAlias

from google.protobuf import struct_pb2

from sandbox.engine.errors import StateError, Unsupported

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a signature of the protocol, known to everybody
REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e"
UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

_LARGEST_WHOLE = 1e21  # above this Go writes 1e+21, and so do we by leaving the number a float


@dataclass(frozen=True)
class Secret:
    """A value that must not be shown."""

    value: Value


class Unknown(Enum):
    """The type of `UNKNOWN`, the value that a preview cannot know yet."""

    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN

Value: TypeAlias = bool | float | str | list["Value"] | dict[str, "Value"] | Secret | Unknown | None
Properties: TypeAlias = dict[str, Value]


# ---------------------------------------------------------------- wire


def from_struct(struct: struct_pb2.Struct) -> Properties:
    """Read properties as a program or plugin sends them."""
    return {key: _from_wire(value) for key, value in struct.fields.items()}


def _from_wire(value: struct_pb2.Value) -> Value:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value == UNKNOWN_TEXT else value.string_value
    if kind == "number_value":
        return whole(value.number_value)
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [_from_wire(each) for each in value.list_value.values]
    if kind == "struct_value":
        return _signed(from_struct(value.struct_value))
    return None


def _signed(fields: Properties) -> Value:
    """Read an object, which may be a secret in disguise."""
    signature = fields.get(SIGNATURE)
    if signature is None or signature == REFERENCE:
        return fields
    if signature == SECRET:
        return Secret(fields.get("value"))
    raise Unsupported(
        "A property holds an asset, an archive or another special value; the stand-in engine knows only plain "
        "values, secrets and references to resources."
    )


def to_struct(properties: Properties) -> struct_pb2.Struct:
    """Return properties for a program: secrets stay marked."""
    struct = struct_pb2.Struct()
    for key, value in properties.items():
        _to_wire(value, struct.fields[key])
    return struct


def _to_wire(value: Value, into: struct_pb2.Value) -> None:
    if value is None:
        into.null_value = struct_pb2.NULL_VALUE
    elif isinstance(value, bool):
        into.bool_value = value
    elif isinstance(value, (int, float)):
        into.number_value = value
    elif isinstance(value, str):
        into.string_value = value
    elif isinstance(value, list):
        into.list_value.SetInParent()
        for each in value:
            _to_wire(each, into.list_value.values.add())
    elif isinstance(value, dict):
        into.struct_value.CopyFrom(to_struct(value))
    elif isinstance(value, Secret):
        into.struct_value.CopyFrom(to_struct({SIGNATURE: SECRET, "value": value.value}))
    else:
        into.string_value = UNKNOWN_TEXT


def to_plugin(properties: Properties) -> struct_pb2.Struct:
    """Return properties for a plugin that takes neither secrets nor references: bare values and ids."""
    return to_struct({key: _bare(value) for key, value in properties.items()})


def _bare(value: Value) -> Value:
    if isinstance(value, dict) and value.get(SIGNATURE) == REFERENCE:
        return _bare(value.get("id") or value.get("urn"))
    return _bare(value.value) if isinstance(value, Secret) else _mapped(_bare, value)


def _mapped(change: Callable[[Value], Value], value: Value) -> Value:
    """Return a list or an object with every element or member changed; anything else as it is."""
    if isinstance(value, list):
        return [change(each) for each in value]
    if isinstance(value, dict):
        return {key: change(each) for key, each in value.items()}
    return value


def whole(number: float) -> float:
    """Return a whole number as such, with the digits that Go gives it."""
    return int(Decimal(repr(number))) if number.is_integer() and abs(number) < _LARGEST_WHOLE else number


# ---------------------------------------------------------------- state files


def from_state(value: object) -> Value:
    """Read one value of a state file; a ciphertext is refused, for the key is the Pulumi CLI's."""
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET:
            if "plaintext" not in value:
                raise StateError(
                    "The state holds an encrypted secret, which only the Pulumi CLI can read: export it with "
                    "`pulumi stack export --show-secrets` and use that file."
                )
            return Secret(from_state(json.loads(value["plaintext"])))
        return {key: from_state(each) for key, each in value.items()}
    if isinstance(value, list):
        return [from_state(each) for each in value]
    if isinstance(value, str):
        return UNKNOWN if value == UNKNOWN_TEXT else value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return whole(float(value))
    raise StateError(f"The state holds a value of type {type(value).__name__}, which JSON does not have.")


def to_state(value: Value) -> object:
    """Write one value as `pulumi stack export --show-secrets` does; secrets are readable in it."""
    if isinstance(value, Secret):
        return {SIGNATURE: SECRET, "plaintext": json.dumps(to_state(value.value), separators=(",", ":"))}
    if isinstance(value, list):
        return [to_state(each) for each in value]
    if isinstance(value, dict):
        return {key: to_state(value[key]) for key in sorted(value)}
    return UNKNOWN_TEXT if isinstance(value, Unknown) else value


def redacted(value: Value) -> Value:
    """Return the same value with "[secret]" in place of each secret, for a reader."""
    return "[secret]" if isinstance(value, Secret) else _mapped(redacted, value)


def known(properties: Properties) -> Properties:
    """Return properties without what is unknown, in lists and objects too: all that a provider gets in an update."""
    return {key: _known(each) for key, each in properties.items() if not _is_unknown(each)}


def _known(value: Value) -> Value:
    if isinstance(value, Secret):
        return Secret(_known(value.value))
    if isinstance(value, list):
        return [_known(each) for each in value if not _is_unknown(each)]
    return known(value) if isinstance(value, dict) else value


def _is_unknown(value: Value) -> bool:
    return isinstance(value.value if isinstance(value, Secret) else value, Unknown)


# ---------------------------------------------------------------- questions


def holds(value: Value, kind: type[Secret | Unknown]) -> bool:
    """Tell whether a secret, or an unknown, is anywhere in a value."""
    if isinstance(value, kind):
        return True
    if isinstance(value, Secret):
        return holds(value.value, kind)
    within: Iterable[Value] = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(holds(each, kind) for each in within)


def equal(one: Value, other: Value) -> bool:
    """Tell whether two values are the same; a null member of an object is as good as none, and True is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return all(equal(one.get(key), other.get(key)) for key in one.keys() | other.keys())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, Secret) and isinstance(other, Secret):
        return equal(one.value, other.value)
    if isinstance(one, bool) is not isinstance(other, bool):
        return False
    return one == other


def bare(properties: Properties) -> Properties:
    """Return properties without any secret mark, to compare what was said rather than how."""
    return {key: _unmarked(value) for key, value in properties.items()}


def _unmarked(value: Value) -> Value:
    return _unmarked(value.value) if isinstance(value, Secret) else _mapped(_unmarked, value)


def marked_like(values: Properties, model: Properties) -> Properties:
    """
    Return *values* with the secret marks that *model* has under the same names.

    This is how secrets survive a provider that knows nothing of them. Objects are marked member by member; a list
    with a secret anywhere becomes secret as a whole, since its order may have changed.
    """
    marked = dict(values)
    for key, pattern in model.items():
        value = marked.get(key)
        if isinstance(value, dict) and isinstance(pattern, dict):
            marked[key] = marked_like(value, pattern)
        elif key in marked and not isinstance(value, Secret) and holds(pattern, Secret):
            marked[key] = Secret(value)
    return marked
