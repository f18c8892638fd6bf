"""Text, and what is written as text: ids, scope tags, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from provider.schema.values import Problem, Value, is_unknown, unexpected

_DATE_OF_YAML = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)? [+-]\d{4} \S+")
"""What the Pulumi CLI makes of a date that stands in a stack file without quotes."""

OUTPUT_AS_TEXT = (
    "has an Output that was turned into text by str() or an f-string, so its value is not in it; "
    'write pulumi.Output.format("… {0} …", output) or pulumi.Output.concat("… ", output)'
)
"""What is wrong with a text for which `is_output_as_text` is true."""

_OUTPUT_AS_TEXT = re.compile(r"Calling __str__ on an Output|<pulumi\.output\.Output object at ")

QUOTES = "write it in quotes; `pulumi config set` needs --type string for it"


def is_output_as_text(text: str) -> bool:
    """Tell whether *text* has what Python writes for an Output in the place of its value."""
    return _OUTPUT_AS_TEXT.search(text) is not None


def not_text(text: str) -> tuple[str, str] | None:
    """
    Say what *text* became by mistake, and what to do, if it is nothing that a person wrote.

    The two sentences are the one with the value in it, and the one without.
    """
    date = _DATE_OF_YAML.fullmatch(text)
    if date:
        day, time = date.groups()
        known = "is a date or a time, which YAML does not keep as it was written"
        first = day if time == "00:00:00" else f"{day}T{time}Z"
        return f'{known}; write it in quotes: "{first}"', f"{known}; write it in quotes"
    if is_output_as_text(text):
        return OUTPUT_AS_TEXT, OUTPUT_AS_TEXT
    if any("\ud800" <= character <= "\udfff" for character in text):
        known = "has half a character, such as one part of the escapes \\ud83d\\udd10; write the character itself"
        return known, known
    return None


class Text(Value):
    """
    Text that is not blank. With a *pattern*, text that matches all of it.

    *empty_unset*: the empty text of an optional field says that the field is not set, as in exports of Intune.
    """

    def __init__(
        self,
        pattern: str = r"(?s).*\S.*",
        meaning: str = "text that is not blank",
        *,
        empty_unset: bool = False,
    ) -> None:
        self.pattern = re.compile(pattern)
        self.empty_unset = empty_unset
        self.expected = meaning

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        """Say first what the text became by mistake: that is the reason for all else that is wrong with it."""
        found = not_text(value) if isinstance(value, str) else None
        if found:
            yield Problem(path, found[0], (path, found[1]))
        else:
            yield from super().problems(value, path)

    def accepts(self, value: Any) -> bool:
        """Accept matching text."""
        return isinstance(value, str) and self.pattern.fullmatch(value) is not None

    def is_unset(self, value: Any) -> bool:
        """Take empty text for no text, where that is declared."""
        return value is None or (self.empty_unset and value == "")

    def hint(self, value: Any) -> str:
        """Name the quotes that YAML needs: 0 and true are no text."""
        return f"; {QUOTES}" if isinstance(value, bool | int | float) else ""


class Number(Text):
    """A whole number that Graph has as text, such as the id of a scope tag. Without quotes it means the same."""

    def __init__(self, of: str) -> None:
        super().__init__(meaning=f"the id of {of}, a whole number in quotes")

    def accepts(self, value: Any) -> bool:
        """Accept a whole number too; True is no number."""
        return super().accepts(self.canonical(value))

    def canonical(self, value: Any) -> Any:
        """Write the number as text: 7, and 7.0, which is what the engine makes of it, are "7"."""
        whole = int(value) if isinstance(value, float) and value.is_integer() else value
        return str(whole) if isinstance(whole, int) and not isinstance(whole, bool) and whole >= 0 else value


class Guid(Text):
    """
    An id in Microsoft's form.

    The canonical form is lower case, for Graph compares ids without regard to case, and has neither braces nor blanks
    around it. An id without its dashes gets them. An id of only zeros is what Graph has where *none* is set.
    """

    _form = re.compile(r"(?i)([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})")
    _zeros = "00000000-0000-0000-0000-000000000000"

    def __init__(self, of: str, *, zeros_unset: bool = False) -> None:
        super().__init__(
            r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
            f"the id of {of}, a GUID like 3f0e1c52-7d84-4c0a-9a65-2f1b0c9d8e7a",
        )
        self.zeros_unset = zeros_unset

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        """Refuse the id of only zeros: no object has it."""
        if not is_unknown(value) and self.canonical(value) == self._zeros:
            hint = f"; zeros mean that none is set: leave {path} out, or give the id"
            yield unexpected(path, self.expected, value, hint)
        else:
            yield from super().problems(value, path)

    def accepts(self, value: Any) -> bool:
        """Accept every form that has one meaning."""
        return super().accepts(self.canonical(value))

    def is_unset(self, value: Any) -> bool:
        """Take zeros for no id, where that is declared."""
        return super().is_unset(value) or (self.zeros_unset and self.canonical(value) == self._zeros)

    def hint(self, value: Any) -> str:
        """Say what was probably given instead."""
        return "; give the id, not the name" if isinstance(value, str) and value else ""

    def canonical(self, value: Any) -> Any:
        """Lower the case; remove braces and blanks around the id, and add its dashes."""
        if not isinstance(value, str):
            return value
        bare = value.strip()
        if bare.startswith("{") and bare.endswith("}"):
            bare = bare[1:-1].strip()
        form = self._form.fullmatch(bare)
        return "-".join(form.groups()).lower() if form else value.lower()


class Url(Text):
    """An absolute http or https address."""

    def __init__(self) -> None:
        super().__init__(r"\S+", "an address that begins with https:// or http://")

    def accepts(self, value: Any) -> bool:
        """Accept an address with a scheme, a host and no blanks."""
        if not super().accepts(value):
            return False
        try:
            parts = urlsplit(value)
            return parts.scheme in {"http", "https"} and bool(parts.hostname)
        except ValueError:  # a malformed port or IPv6 address
            return False

    def hint(self, value: Any) -> str:
        """Say how to declare none."""
        return "; leave it out if there is none" if value == "" else ""
