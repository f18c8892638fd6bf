"""
The configuration of a stack: the stack file over the project's declarations, checked and made text.

Programs and plugins get every value as text; objects and lists as JSON. The messages are those of the Pulumi CLI.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal

from sandbox.engine.errors import ProjectError
from sandbox.engine.project.project import Project, Yaml

_ESCAPES = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"})
_SMALLEST_PLAIN, _SMALLEST_WITH_EXPONENT = 1e-6, 1e21

TYPES = ("string", "integer", "boolean", "array", "object")


def merge(project: Project, stack: str, stack_config: Mapping[str, object]) -> dict[str, str]:
    """Return every value of a stack, by its full key and in the order of the keys."""
    values = {_full_key(project, key): value for key, value in stack_config.items()}
    for key, value in values.items():
        _refuse_ciphertext(key, value)
    missing = []
    for key, declaration in sorted(project.config.items()):
        declared = _declaration(project, key, declaration)
        full = _full_key(project, key)
        preset = declared.get("value", declared.get("default"))
        if full not in values and preset is not None:
            values[full] = preset
        elif full not in values and full.startswith(f"{project.name}:"):
            missing.append(key)
    if missing:
        word = "value" if len(missing) == 1 else "values"
        raise ProjectError(f"validating stack config: Stack '{stack}' is missing configuration {word} {_and(missing)}")
    _check_types(project, stack, values)
    return {key: as_text(value) for key, value in sorted(values.items())}


def as_text(value: object) -> str:
    """Return a value as programs get it: Go's text, so that a state from the CLI has the very same."""
    if isinstance(value, (dict, list)):
        return _as_json(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return _number(value)
    return "" if value is None else str(value)


def _as_json(value: object) -> str:
    """Return a value inside an object or a list; there whole numbers beyond 64 bits become floats."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{_as_json(key)}:{_as_json(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return f"[{','.join(map(_as_json, value))}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).translate(_ESCAPES)
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        value = float(value)
    return "null" if value is None else as_text(value)


def _number(number: float) -> str:
    """Return a number as Go's JSON has it: 1e3 is 1000, and only what is very small or large has an exponent."""
    if isinstance(number, int) or number == 0:
        return str(int(number))
    if _SMALLEST_PLAIN <= abs(number) < _SMALLEST_WITH_EXPONENT:
        text = format(Decimal(repr(number)), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    mantissa, _, exponent = repr(number).partition("e")
    return f"{mantissa}e{int(exponent):+d}"


def _full_key(project: Project, key: str) -> str:
    return key if ":" in key else f"{project.name}:{key}"


def _declaration(project: Project, key: str, declaration: object) -> Yaml:
    """Return one entry of the project's `config`, checked; a bare value declares itself."""
    if not isinstance(declaration, dict):
        return {"value": declaration}
    where = f"could not unmarshal '{project.root / 'Pulumi.yaml'}':"
    own = _full_key(project, key).startswith(f"{project.name}:")
    type_ = declaration.get("type")
    if type_ is not None and type_ not in TYPES:
        raise ProjectError(f"{where} the type of configuration key '{key}' must be one of {', '.join(TYPES)}")
    if "default" in declaration and "value" in declaration:
        raise ProjectError(f"{where} project config '{key}' cannot have both a 'default' and 'value' attribute")
    if not own and type_ is not None:
        raise ProjectError(
            f"{where} Configuration key '{key}' is not namespaced by the project and should not define a type"
        )
    if type_ == "array" and not isinstance(declaration.get("items"), dict):
        raise ProjectError(
            f"{where} The configuration key '{key}' declares an array but does not specify the underlying type "
            "via the 'items' attribute"
        )
    default = declaration.get("default")
    if type_ is not None and default is not None and not _has_type(declaration, default):
        raise ProjectError(
            f"{where} The default value specified for configuration key '{key}' is not of the expected type "
            f"'{_type_name(declaration)}'"
        )
    return declaration


def _check_types(project: Project, stack: str, values: Mapping[str, object]) -> None:
    for key, declaration in sorted(project.config.items()):
        if not isinstance(declaration, dict) or "type" not in declaration:
            continue
        start = f"validating stack config: Stack '{stack}' with configuration key '{key}' must be"
        if declaration.get("secret"):
            raise ProjectError(f"{start} encrypted as it's secret, and the stand-in engine cannot decrypt")
        value = values[_full_key(project, key)]
        # Scalars of a stack file are text by now, whatever they looked like in YAML.
        seen = value if isinstance(value, (dict, list)) else as_text(value)
        if not _has_type(declaration, seen):
            raise ProjectError(f"{start} of type '{_type_name(declaration)}'")


def _has_type(declaration: Mapping[str, object], value: object) -> bool:
    type_, items = declaration.get("type"), declaration.get("items")
    if type_ == "string":
        return isinstance(value, str)
    if type_ == "integer":
        return _is_whole(value)
    if type_ == "boolean":
        return isinstance(value, bool) or value in ("true", "false")
    if type_ == "object":
        return isinstance(value, dict)
    return isinstance(value, list) and isinstance(items, dict) and all(_has_type(items, each) for each in value)


def _is_whole(value: object) -> bool:
    if isinstance(value, str):
        return value.removeprefix("-").isdecimal()
    return not isinstance(value, bool) and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))


def _type_name(declaration: Mapping[str, object]) -> str:
    items = declaration.get("items")
    return f"array<{_type_name(items)}>" if isinstance(items, dict) else str(declaration.get("type"))


def _refuse_ciphertext(key: str, value: object) -> None:
    if isinstance(value, dict):
        if set(value) == {"secure"}:
            raise ProjectError(
                f"the value of configuration key '{key}' is encrypted, and only the Pulumi CLI can decrypt it"
            )
        for each in value.values():
            _refuse_ciphertext(key, each)
    elif isinstance(value, list):
        for each in value:
            _refuse_ciphertext(key, each)


def _and(keys: list[str]) -> str:
    *first, last = (f"'{key}'" for key in keys)
    return f"{', '.join(first)} and {last}" if first else last
