"""Values without parts: text, addresses, numbers, enum members, moments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

from provider.values.base import Problem, Value, nearest


class Text(Value):
    """Text that is not blank. With a *pattern*, text that matches all of it."""

    def __init__(self, pattern: str = r"(?s).*\S.*", meaning: str = "text that is not blank") -> None:
        self._pattern = re.compile(pattern)
        self.meaning = meaning

    def accepts(self, value: Any) -> bool:
        """Accept matching text."""
        return isinstance(value, str) and self._pattern.fullmatch(value) is not None

    def hint(self, value: Any) -> str:
        """Remind of YAML's quotes: 0 and yes are no text."""
        return "; write it in quotes" if isinstance(value, bool | int | float) else ""


class Guid(Text):
    """An id in Microsoft's form. Graph compares ids without regard to case, so the canonical form is lower case."""

    def __init__(self, of: str) -> None:
        super().__init__(
            r"(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
            f"the id of {of}, a GUID like 3f0e1c52-7d84-4c0a-9a65-2f1b0c9d8e7a",
        )

    def hint(self, value: Any) -> str:
        """Say what was probably given instead."""
        return "; a name does not do" if isinstance(value, str) and value else ""

    def canonical(self, value: Any) -> Any:
        """Lower the case."""
        return value.lower() if isinstance(value, str) else value


class Url(Value):
    """An absolute http or https address."""

    meaning = "an address that begins with https:// or http://"

    def accepts(self, value: Any) -> bool:
        """Accept an address with a scheme, a host and no blanks."""
        if not isinstance(value, str) or re.search(r"\s", value):
            return False
        try:
            parts = urlsplit(value)
            return parts.scheme in {"http", "https"} and bool(parts.hostname)
        except ValueError:  # a malformed port or IPv6 address
            return False


class Flag(Value):
    """True or false."""

    meaning = "true or false"

    def accepts(self, value: Any) -> bool:
        """Accept a boolean; a quoted one is text."""
        return isinstance(value, bool)

    def hint(self, value: Any) -> str:
        """Say so when only the quotes are wrong."""
        return "; write it without quotes" if str(value).lower() in {"true", "false"} else ""


class Moment(Value):
    """
    A point in time, written as ISO 8601 with an offset. Equal moments are written in many ways; the canonical is UTC.

    Graph writes seven digits of a second, which Python before 3.11 does not read: they are kept as text.
    """

    meaning = "a moment such as 2026-11-21T08:00:00Z, with an offset from UTC"
    _form = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)")

    def accepts(self, value: Any) -> bool:
        """Accept a moment that exists."""
        return isinstance(value, str) and self._utc(value) is not None

    def canonical(self, value: Any) -> Any:
        """Write it in UTC, without trailing zeros in the fraction of the second."""
        return (isinstance(value, str) and self._utc(value)) or value

    def _utc(self, text: str) -> str | None:
        form = self._form.fullmatch(text.strip())
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

    def __init__(self, least: int, most: int) -> None:
        self._least, self._most = least, most
        self.meaning = f"a whole number from {least} to {most}"

    def accepts(self, value: Any) -> bool:
        """Accept a number of the range; 20.0 is 20, for the engine knows only doubles. True is no number."""
        whole = self.canonical(value)
        return isinstance(whole, int) and not isinstance(whole, bool) and self._least <= whole <= self._most

    def hint(self, value: Any) -> str:
        """Say so when only the quotes are wrong."""
        return "; write it without quotes" if isinstance(value, str) and value.strip().isdigit() else ""

    def canonical(self, value: Any) -> Any:
        """Make 20.0 a 20."""
        return int(value) if isinstance(value, float) and value.is_integer() else value


class Choice(Value):
    """
    One member of an enum, written as Graph's value. An unknown member read from Graph is kept as it is.

    Members that Graph knows and the product does not support are *refused*, each with the product's reason.
    """

    def __init__(self, members: type[Enum], refused: Mapping[Enum, str] | None = None) -> None:
        self.names = [member.value for member in members]
        self._refused = {member.value: reason for member, reason in (refused or {}).items()}
        self.meaning = "one of " + ", ".join(name for name in self.names if name not in self._refused)

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        """Give the product's reason where there is one."""
        if isinstance(value, str) and value in self._refused:
            yield Problem(path, f"cannot be {value}: {self._refused[value]}")
        else:
            yield from super().problems(value, path)

    def accepts(self, value: Any) -> bool:
        """Accept a member's value, in its exact spelling."""
        return isinstance(value, str) and value in self.names

    def hint(self, value: Any) -> str:
        """Suggest the nearest member."""
        return nearest(value, self.names) if isinstance(value, str) else ""
