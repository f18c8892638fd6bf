"""
YAML files of stacks/, with the line of each value, and with the types that the Pulumi CLI sees in them.

The CLI reads YAML as Go's yaml.v3 does: mostly version 1.2, so `on` and `yes` are text, but `010` is 8, and a date
without quotes becomes the text that Go has for a moment. A baseline must mean what it would mean in a stack file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from yaml.constructor import ConstructorError

_LARGEST = 4 * 1024 * 1024
"""Bytes. A stack file of 1,000 entries has less than one megabyte."""
_MOST_VALUES = 200_000
"""Aliases can make a short file mean a very long one."""

_TOO_DEEP = "it is nested too deeply"

_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# Also in sandbox/engine/project/yamlfile.py, which shares no line with what it is to test.
_WHOLE = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))")
_BASES = (16, 2, 8, 10)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_DATE = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?(Z|[-+]\d\d:\d\d)?", re.ASCII)
_PLAIN, _MERGE = "plain", "tag:yaml.org,2002:merge"


class FileProblem(Exception):  # noqa: N818 - it is a mistake in a file, told as one
    """A file cannot be read or is not what it should be; the text names file and line, and says what to do."""


@dataclass(frozen=True)
class Document:
    """A YAML map: its values, and the line on which each begins."""

    path: Path
    values: dict[str, Any]
    lines: dict[str, int] = field(default_factory=dict)
    """By the path of a value as problems have it: ``androidProfiles.mail.assignments[0].group_id``."""

    def within(self, start: str) -> Document:
        """Return the lines of what stands below *start*, by their paths without it."""
        lines = {at.removeprefix(start): line for at, line in self.lines.items() if at.startswith(start)}
        return Document(self.path, {}, lines)

    def line(self, path: str) -> int | None:
        """Return the line of the value at *path*, or of the nearest value around it; None where there is none."""
        while path not in self.lines:
            shorter = path[: max(path.rfind("."), path.rfind("["))] if "." in path or "[" in path else ""
            if not shorter:
                return None
            path = shorter
        return self.lines[path]


def read(path: Path) -> Document:
    """
    Read the YAML map of a file.

    Raises FileProblem: the file is missing, too large, no YAML, or not a map; or a key stands in it twice.
    """
    return parse(decode(load(path), path), path)


def parse(text: str, path: Path) -> Document:
    """Read the YAML map *text*, which is that of the file *path*. Raises FileProblem, as `read` does."""
    try:
        root = yaml.compose(text, Loader=_Loader)
        loader = _Loader("")
        values = {} if root is None else loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        # What is missing at the end is told for the line after it, which the file may not have.
        where = f":{min(mark.line, text.count(chr(10))) + 1}" if mark else ""
        said = " ".join(str(error.problem or error.context).split())
        said = _TOO_DEEP if "nesting depth" in said else said
        raise FileProblem(f"{path}{where}: is not YAML: {said}") from None
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        said = _TOO_DEEP if isinstance(error, RecursionError) else " ".join(str(error).split())
        raise FileProblem(f"{path}: is not YAML: {said}") from None
    if not isinstance(values, dict):
        raise FileProblem(f"{path}:1: must be a map, such as `derivedCredentials:`; see stacks/Pulumi.contoso.yaml")
    lines: dict[str, int] = {}
    for at, line in _lines(root, "") if root is not None else ():
        lines[at] = line
        if len(lines) > _MOST_VALUES:
            raise FileProblem(f"{path}:{line}: has more than {_MOST_VALUES} values; write them without aliases (*)")
    return Document(path, values, lines)


def load(path: Path) -> bytes:
    """Return what is in a file. Raises FileProblem: it is missing, too large, or cannot be read."""
    try:
        if path.stat().st_size > _LARGEST:
            raise FileProblem(f"{path}: is larger than {_LARGEST // 1024 // 1024} MB; split it into baselines")
        return path.read_bytes()
    except FileNotFoundError:
        raise FileProblem(f"{path}: there is no such file") from None
    except OSError as error:
        raise FileProblem(f"{path}: cannot be read: {error.strerror or error}") from None


def decode(data: bytes, path: Path) -> str:
    """Return the text of a file, with the newlines that it has. Raises FileProblem: it is not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileProblem(f"{path}: is not UTF-8 at byte {error.start}: save it as UTF-8") from None


def _lines(node: yaml.Node, path: str) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.tag == _MERGE or not isinstance(key, yaml.ScalarNode):
                continue
            at = f"{path}.{key.value}" if path else str(key.value)
            yield at, key.start_mark.line + 1
            yield from _lines(value, at)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            at = f"{path}[{index}]"
            yield at, value.start_mark.line + 1
            yield from _lines(value, at)


if TYPE_CHECKING:
    _Base = yaml.SafeLoader
else:
    # libyaml reads a large baseline thirteen times as fast, and a preview reads it each time; wheels of PyYAML have it.
    _Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):
    """A loader with the types of Go's YAML; it builds each value at once, so one that contains itself is refused."""

    def resolve(self, kind: type[yaml.Node], value: str, implicit: tuple[bool, bool]) -> str:
        if kind is yaml.ScalarNode and implicit[0]:
            return _MERGE if value == "<<" else _PLAIN
        return str(super().resolve(kind, value, implicit))  # type: ignore[no-untyped-call]

    def construct_list(self, node: yaml.SequenceNode) -> list[Any]:
        return self.construct_sequence(node, deep=True)

    def construct_map(self, node: yaml.MappingNode) -> dict[str, Any]:
        own: set[str] = set()
        for key, _ in node.value:
            if key.tag != _MERGE and isinstance(key, yaml.ScalarNode):
                if key.value in own:
                    raise ConstructorError(None, None, f'the key "{key.value}" stands here twice', key.start_mark)
                own.add(key.value)
        self.flatten_mapping(node)
        return {
            _key(self.construct_object(key, deep=True), key): self.construct_object(value, deep=True)
            for key, value in node.value
        }


def _key(value: Any, node: yaml.Node) -> str:
    if isinstance(value, dict | list):
        raise ConstructorError(None, None, "a key must be text, not a map or a list", node.start_mark)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).lower() if isinstance(value, bool) else "<nil>" if value is None else str(value)


def scalar(text: str) -> Any:
    """Return what a scalar without quotes means to the CLI."""
    if text in _WORDS:
        return _WORDS[text]
    if (moment := _moment(text)) is not None:
        return moment
    digits = text.replace("_", "") if text[:1] in "+-0123456789" else text
    whole = _WHOLE.fullmatch(digits)
    if whole is not None:
        sign, *by_base = whole.groups()
        number = next(int(sign + each, base) for each, base in zip(by_base, _BASES, strict=True) if each)
        if -(2**63) <= number < 2**64:
            return number
    if _FLOAT.fullmatch(digits) and abs(number_ := float(digits)) != float("inf"):
        return number_
    return text


def _moment(text: str) -> str | None:
    """Return a date, or a date and time, as Go writes it; None when it is neither."""
    date = _DATE.fullmatch(text)
    try:
        if date:
            year, month, day = map(int, date.groups())
            moment = datetime(year, month, day, tzinfo=timezone.utc)
        elif _MOMENT.fullmatch(text):
            moment = datetime.fromisoformat(re.sub(r"\.\d+", "", text).upper().replace("Z", "+00:00"))
            moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
        else:
            return None
    except ValueError:
        return None
    offset = moment.strftime("%z")
    return f"{moment:%Y-%m-%d %H:%M:%S} {offset} {'UTC' if offset == '+0000' else offset}"


def _constructors() -> Mapping[str | None, Any]:
    scalars = (_PLAIN, *(f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float")))
    return {
        None: yaml.SafeLoader.construct_undefined,
        "tag:yaml.org,2002:str": lambda _, node: str(node.value),
        "tag:yaml.org,2002:seq": _Loader.construct_list,
        "tag:yaml.org,2002:map": _Loader.construct_map,
        _MERGE: lambda _, node: str(node.value),
        **dict.fromkeys(scalars, lambda _, node: scalar(node.value)),
    }


_Loader.yaml_constructors = dict(_constructors())
