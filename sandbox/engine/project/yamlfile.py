"""
YAML files with the types that the Pulumi CLI sees in them.

It reads YAML as Go's yaml.v3 does: mostly version 1.2, so `on` and `yes` are text; but `010` is 8, `1_000` is a number,
and `2026-01-31` becomes the text that Go has for a moment in time.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TypeAlias

import yaml
from yaml.constructor import ConstructorError, SafeConstructor

from sandbox.engine.errors import ProjectError

Scalar: TypeAlias = bool | int | float | str | None

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NO_JSON = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WHOLE = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))")
_BASES = (16, 2, 8, 10)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_MOMENT = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt](?=.*(?:Z|[-+]\d\d:\d\d)$)| +(?=[\d:.]+$))"
    r"(\d\d?):(\d\d?):(\d\d?)(\.\d{1,9})?(?:Z|([-+])(\d\d):(\d\d))?)?",
    re.ASCII,
)


def read(path: Path) -> dict[str, object]:
    """Read a file that holds a map; raise `ProjectError` for any other, with the place of the fault."""
    try:
        # The loader is a SafeLoader, only with fewer types.
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        reason = " ".join(str(error).replace('in "<unicode string>",', "at").split())
        raise ProjectError(f"could not read '{path}': {reason}") from None
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise ProjectError(f"could not read '{path}': it does not hold a map")
    return document


def scalar(text: str) -> Scalar:
    """Return what a plain scalar means; raise ValueError for infinities and NaN, which the CLI cannot pass on."""
    if text in _WORDS:
        return _WORDS[text]
    if _NO_JSON.fullmatch(text):
        raise ValueError(f"{text} is a number that configuration cannot hold")
    if (moment := _moment(text)) is not None:
        return moment
    digits = text.replace("_", "") if text[:1] in "+-0123456789" else text
    if (whole := _WHOLE.fullmatch(digits)) is not None:
        sign, *by_base = whole.groups()
        number = next(int(sign + each, base) for each, base in zip(by_base, _BASES, strict=True) if each)
        if -(2**63) <= number < 2**64:
            return number
    if _FLOAT.fullmatch(digits) and abs(number_ := float(digits)) != float("inf"):
        return number_
    return text


def _moment(text: str) -> str | None:
    """Return a date, or a date and time, as Go writes it; None when it is neither."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    year, month, day, *clock, fraction, sign, hours, minutes = match.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    hour, minute, second = (int(each or 0) for each in clock)
    try:
        zone = timezone(-offset if sign == "-" else offset)
        moment = datetime(int(year), int(month), int(day), hour, minute, second, tzinfo=zone)
    except ValueError:
        return None
    name = moment.strftime("%z")
    return f"{moment:%Y-%m-%d %H:%M:%S}{(fraction or '').rstrip('.0')} {name} {name if offset else 'UTC'}"


class _Loader(yaml.SafeLoader):
    """A loader that leaves it to `scalar` what an unquoted scalar is, and refuses the less usual tags."""

    PLAIN = "plain"
    MERGE = "tag:yaml.org,2002:merge"

    def resolve(self, kind: type[yaml.Node], value: str, implicit: tuple[bool, bool]) -> str:
        """Return the tag of a node that has none."""
        if kind is yaml.ScalarNode and implicit[0]:
            return self.MERGE if value == "<<" else self.PLAIN
        return str(super().resolve(kind, value, implicit))  # type: ignore[no-untyped-call]

    def construct_plain(self, node: yaml.ScalarNode) -> Scalar:
        """Return an unquoted scalar."""
        return scalar(node.value)

    def construct_text(self, node: yaml.ScalarNode) -> str:
        """Return a quoted scalar; Go's YAML takes no escape of half a character, such as the two of an emoji."""
        if any("\ud800" <= character <= "\udfff" for character in node.value):
            message = "found invalid Unicode character escape code; write the character itself, or \\U and 8 digits"
            raise ConstructorError(None, None, message, node.start_mark)
        return str(node.value)

    def construct_list(self, node: yaml.SequenceNode) -> list[object]:
        """Return a list, at once and not step by step: so one that holds itself is refused."""
        return self.construct_sequence(node, deep=True)

    def construct_map(self, node: yaml.MappingNode) -> dict[str, object]:
        """Return a map, whose keys are text and not given twice; merged ones may be."""
        own: set[str] = set()
        for key, _ in node.value:
            if key.tag != self.MERGE and isinstance(key, yaml.ScalarNode):
                if key.value in own:
                    raise ConstructorError(None, None, f'mapping key "{key.value}" is given twice', key.start_mark)
                own.add(key.value)
        self.flatten_mapping(node)
        return {
            _key(self.construct_object(key, deep=True)): self.construct_object(value, deep=True)
            for key, value in node.value
        }


def _key(value: object) -> str:
    """Return a key as Go prints it."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).lower() if isinstance(value, bool) else "<nil>" if value is None else str(value)


_Loader.yaml_constructors = {
    None: SafeConstructor.construct_undefined,
    "tag:yaml.org,2002:str": _Loader.construct_text,
    "tag:yaml.org,2002:seq": _Loader.construct_list,
    "tag:yaml.org,2002:map": _Loader.construct_map,
    _Loader.MERGE: SafeConstructor.construct_yaml_str,
    **dict.fromkeys(
        (_Loader.PLAIN, *(f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float"))),
        _Loader.construct_plain,
    ),
}
