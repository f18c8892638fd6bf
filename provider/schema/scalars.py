"""Values without parts that are not any text: numbers, enum members, moments, true and false."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from enum import Enum
from typing import Any

from provider.schema.values import Problem, Value, nearest


class Boolean(Value):
    """True or false."""

    expected = "true or false"

    def accepts(self, value: Any) -> bool:
        """Accept a boolean; a quoted one is text."""
        return isinstance(value, bool)

    def hint(self, value: Any) -> str:
        """Say so when only the quotes are wrong."""
        return "; write it without quotes" if str(value).lower() in {"true", "false"} else ""


class DateTime(Value):
    """
    A point in time, written as ISO 8601 with an offset. Equal moments are written in many ways; the canonical is UTC.

    Graph writes seven digits of a second, which Python before 3.11 does not read: they are kept as text. A moment that
    stands in a stack file without quotes comes as the text that the CLI makes of it: 2026-11-21 08:00:00 +0000 UTC.
    """

    expected = "a moment such as 2026-11-21T08:00:00Z, with an offset from UTC"
    _form = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)")
    _of_yaml = re.compile(r"([\d-]{10}) ([\d:.]+) ([+-]\d\d)(\d\d) \S+")

    def accepts(self, value: Any) -> bool:
        """Accept a moment that exists."""
        return isinstance(value, str) and self._utc(value) is not None

    def canonical(self, value: Any) -> Any:
        """Write it in UTC, without trailing zeros in the fraction of the second."""
        return (isinstance(value, str) and self._utc(value)) or value

    def _utc(self, text: str) -> str | None:
        form = self._form.fullmatch(self._of_yaml.sub(r"\1T\2\3:\4", text.strip()))
        if form is None:
            return None
        seconds, fraction, offset = form.groups()
        try:
            moment = datetime.fromisoformat(seconds + offset.replace("Z", "+00:00")).astimezone(timezone.utc)
        except (ValueError, OverflowError):
            return None
        fraction = (fraction or "").rstrip("0")
        return moment.strftime("%Y-%m-%dT%H:%M:%S") + (f".{fraction}" if fraction else "") + "Z"


class Integer(Value):
    """A whole number of a range, both ends included."""

    def __init__(self, minimum: int, maximum: int) -> None:
        self.minimum, self.maximum = minimum, maximum
        self.expected = f"a whole number from {minimum} to {maximum}"

    def accepts(self, value: Any) -> bool:
        """Accept a number of the range; 20.0 is 20, for the engine knows only doubles. True is no number."""
        whole = self.canonical(value)
        return isinstance(whole, int) and not isinstance(whole, bool) and self.minimum <= whole <= self.maximum

    def hint(self, value: Any) -> str:
        """Say so when only the quotes are wrong."""
        return "; write it without quotes" if isinstance(value, str) and value.strip().isdigit() else ""

    def canonical(self, value: Any) -> Any:
        """Make 20.0 a 20."""
        return int(value) if isinstance(value, float) and value.is_integer() else value


class Choice(Value):
    """
    One member of an enum, written as Graph's value. An unknown member read from Graph is kept as it is.

    Members that Graph knows and the product does not support are *refused*, each with the product's reason. *unset* is
    the word that Graph has for a field that is not set.
    """

    def __init__(
        self, members: type[Enum], refused: Mapping[Enum, str] | None = None, *, unset: str | None = None
    ) -> None:
        self.unset = unset
        self.names = [member.value for member in members]
        self.refused = {member.value: reason for member, reason in (refused or {}).items()}
        self.expected = "one of " + ", ".join(name for name in self.names if name not in self.refused)

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        """Give the product's reason where there is one."""
        if isinstance(value, str) and value in self.refused:
            reason = f"cannot be {value}: {self.refused[value]}"
            yield Problem(path, reason, (path, f"must be {self.expected}"))
        else:
            yield from super().problems(value, path)

    def accepts(self, value: Any) -> bool:
        """Accept a member's value, in its exact spelling."""
        return isinstance(value, str) and value in self.names

    def is_unset(self, value: Any) -> bool:
        """Take Graph's word for it."""
        return value is None or (self.unset is not None and value == self.unset)

    def hint(self, value: Any) -> str:
        """Suggest the nearest member."""
        return nearest(value, self.names) if isinstance(value, str) else ""
