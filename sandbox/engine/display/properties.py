"""
Properties and their differences as indented text.

The layout is the Pulumi CLI's, down to the width of the name column, which makes room for hidden names too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

from sandbox.engine.display.hiding import internal
from sandbox.engine.display.textdiff import line_diff
from sandbox.engine.display.words import SIGNS, Palette
from sandbox.engine.events import Op
from sandbox.engine.state.differences import Change, Key, Members, compare_values
from sandbox.engine.state.values import Properties, Secret, Unknown, Value, equal

Heading: TypeAlias = "Callable[[Printer], str]"
"""The beginning of the line of a value, in the manner of the printer that goes on with the value."""


@dataclass(frozen=True)
class Printer:
    """Writes properties at an indentation, in the manner of a step; *signed* lines carry the sign of the step."""

    palette: Palette
    indent: int
    op: Op = Op.SAME
    signed: bool = False

    def object(self, properties: Properties) -> str:
        """Return all properties of an object but the internal ones."""
        width = _width(properties)
        return "".join(self.property(key, properties[key], width) for key in sorted(properties) if not internal(key))

    def property(self, name: str, value: Value, width: int) -> str:
        """Return one property, with its name in a column."""
        return self.title(name, width) + self.value(value)

    def value(self, value: Value) -> str:
        """Return a value and the end of its line."""
        return self._value(value) + "\n"

    def hidden(self, path: str) -> str:
        """Return the line for a difference that the program wants hidden."""
        return replace(self, op=Op.UPDATE, signed=True).line(f"{path} (hidden)\n")

    def differences(self, found: Members[str]) -> str:
        """Return the differences between two objects, name by name."""
        width = _width(found.keys)
        return "".join(self.difference(key, width, found) for key in found.keys)

    def difference(self, name: str, width: int, found: Members[str]) -> str:
        """Return the difference under one name."""
        return self.entry(name, found, lambda printer: printer.title(name, width))

    # ------------------------------------------------------------ values

    def _value(self, value: Value) -> str:
        if isinstance(value, list):
            return self._list(value) if value else self._paint("[]")
        if isinstance(value, dict):
            if not value:
                return self._paint("{}")
            return self._paint("{\n") + self.deeper(1).object(value) + self._closing("}")
        decoded = _decoded(value)
        if decoded is not None:
            return self._paint("(json) ") + self._value(decoded)
        return self._paint(_primitive(value))

    def _list(self, values: list[Value]) -> str:
        lines = (self.line(f"    [{n}]: ") + self.deeper(1).value(each) for n, each in enumerate(values))
        return self._paint("[\n") + "".join(lines) + self._closing("]")

    # ------------------------------------------------------------ differences

    def entry(self, key: Key, found: Members[Key], heading: Heading) -> str:
        """Return the difference of one member, or the member itself where there is none."""
        if key in found.adds:
            return self._one_sided(Op.CREATE, found.adds[key], heading)
        if key in found.deletes:
            return self._one_sided(Op.DELETE, found.deletes[key], heading)
        if key in found.updates:
            return replace(self, op=Op.UPDATE, signed=True).change(found.updates[key], heading)
        same = replace(self, op=Op.SAME, signed=False)
        value = found.sames.get(key)
        if isinstance(key, str) and not _worth_printing(value):
            return ""
        return heading(same) + same.value(value)

    def _one_sided(self, op: Op, value: Value, heading: Heading) -> str:
        printer = replace(self, op=op, signed=True)
        return heading(printer) + printer.value(value)

    def change(self, change: Change, heading: Heading) -> str:
        """Return a value that is not what it was."""
        if change.elements is not None:
            return heading(self) + self._elements(change.elements)
        if change.members is not None:
            inner = self.deeper(1).differences(change.members)
            return heading(self) + self._paint("{\n") + inner + self._closing("}\n")
        old, new = change.old, change.new
        shown_old, shown_new = _worth_printing(old), _worth_printing(new)
        if shown_old and shown_new and not isinstance(old, (list, dict)) and not isinstance(new, (list, dict)):
            return heading(self) + self._from_to(old, new)
        return (self._one_sided(Op.DELETE, old, heading) if shown_old else "") + (
            self._one_sided(Op.CREATE, new, heading) if shown_new else ""
        )

    def _elements(self, found: Members[int]) -> str:
        element = self.deeper(2)
        lines = "".join(element.entry(index, found, partial(_element_heading, index)) for index in found.keys)
        return self._paint("[\n") + lines + self._closing("]\n")

    def _from_to(self, old: Value, new: Value) -> str:
        if isinstance(old, str) and isinstance(new, str):
            before, after = _decoded(old), _decoded(new)
            if before is not None and after is not None and not equal(before, after):
                change = compare_values(before, after)
                assert change is not None  # noqa: S101 - they are not equal
                return self._paint("(json) ") + self.change(change, lambda _: "")
            if "\n" in old or "\n" in new:
                return "\n" + "".join(
                    replace(self.deeper(1), op=op, signed=op is not Op.SAME).line(f"{line}\n")
                    for op, line in line_diff(old, new)
                )
        before_text = self.palette.op(Op.DELETE, _primitive(old))
        after_text = self.palette.op(Op.CREATE, _primitive(new))
        return f"{before_text}{self._paint(' => ')}{after_text}\n"

    # ------------------------------------------------------------ lines

    def deeper(self, levels: int) -> Printer:
        """Return a printer for what is inside."""
        return replace(self, indent=self.indent + levels)

    def title(self, name: str, width: int) -> str:
        """Return the beginning of a line: a name in its column."""
        return self.line(f"{name:<{width}}: ")

    def line(self, text: str) -> str:
        """Return a line, with the sign of the step in its margin."""
        margin = "    " * self.indent
        if self.signed and margin:
            margin = margin[:-2] + SIGNS[self.op]
        return self._paint(margin + text)

    def _closing(self, bracket: str) -> str:
        return self._paint("    " * self.indent + bracket)

    def _paint(self, text: str) -> str:
        return self.palette.op(self.op, text)


def _element_heading(index: int, printer: Printer) -> str:
    return printer.deeper(-1).line(f"[{index}]: ")


def _width(names: Iterable[str]) -> int:
    return max(map(len, names), default=0)


def _worth_printing(value: Value) -> bool:
    return value is not None and value not in ("", [], {})


def _primitive(value: Value) -> str:
    if isinstance(value, Secret):
        return "[secret]"
    if isinstance(value, Unknown):
        return "[unknown]"
    if value is None:
        return "<null>"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else repr(value)
    return json.dumps(value, ensure_ascii=False)


def _decoded(value: Value) -> list[Value] | Properties | None:
    """Return the object or list that a string holds as JSON, which reads better than the string."""
    if not isinstance(value, str) or value.strip()[:1] not in ("{", "["):
        return None
    try:
        decoded: list[Value] | Properties = json.loads(value)
    except ValueError:
        return None
    return decoded
