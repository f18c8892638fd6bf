"""
What every kind of value can do.

A `Value` answers four questions about one kind of value: what is wrong with it (`problems`), which of several equal
spellings is *the* one (`canonical`), and what it looks like on Graph's side (`to_wire`, `from_wire`). A value that is
not known yet, a preview's unknown, has no problems and equals nothing.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pulumi

_UNKNOWN = type(pulumi.UNKNOWN)


class Problem(NamedTuple):
    """Something wrong with a declared value: *path* leads to it, *reason* says what is wrong and what to do."""

    path: str
    reason: str
    hidden: tuple[str, str] | None = None
    """Path and reason without any part of the value, where *path* or *reason* show one."""

    def without_value(self) -> Problem:
        """Return the same problem for a value that may be a secret."""
        return Problem(*(self.hidden or (self.path, self.reason)))

    def __str__(self) -> str:
        """Read as one line of a list."""
        return f"{self.path}: {self.reason}"


def unexpected(path: str, expected: str, value: object, hint: str = "") -> Problem:
    """Return the problem that *value* is not what is *expected*; the hint may repeat parts of the value."""
    return Problem(path, f"must be {expected}, not {show(value)}{hint}", (path, f"must be {expected}"))


def is_unknown(value: object) -> bool:
    """Tell whether *value* is one that a preview cannot know yet."""
    return isinstance(value, _UNKNOWN)


def show(value: object) -> str:
    """Write *value* as a person would in YAML, short enough for one line of an error."""
    text = json.dumps(value, ensure_ascii=False, default=lambda _: "…")
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")  # half a surrogate pair cannot be printed
    longest = 60
    return text if len(text) <= longest else text[: longest - 1] + "…"


def nearest(word: object, words: Sequence[str]) -> str:
    """Suggest the one of *words* that *word* was probably meant to be, as the end of a sentence."""
    # Without regard to case and underscores: `displayName` is the commonest way to write display_name.
    folded = {w.replace("_", "").lower(): w for w in words}
    close = difflib.get_close_matches(str(word).replace("_", "").lower(), folded, n=1)
    return f'; did you mean "{folded[close[0]]}"?' if close else ""


class Value:
    """One kind of value. Subclasses say what they accept; the default travels as it is."""

    expected = "a value"
    """What is accepted, as the end of the sentence 'must be …'."""

    cleared: Any = None
    """What Graph is sent to clear it."""

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        """Say everything that is wrong with *value*, which stands at *path*."""
        if not is_unknown(value) and not self.accepts(value):
            yield unexpected(path, self.expected, value, self.hint(value))

    def is_unset(self, value: Any) -> bool:
        """Tell whether *value* is another way to write that an optional field is not set."""
        return value is None

    def accepts(self, value: Any) -> bool:  # noqa: ARG002 - for subclasses
        """Tell whether a known *value* is one of this kind."""
        return True

    def hint(self, value: Any) -> str:  # noqa: ARG002 - for subclasses
        """Add how to mend this *value*, as the end of a sentence; often there is nothing to add."""
        return ""

    def canonical(self, value: Any) -> Any:
        """Return the one spelling that all equal values share. Total: what is not valid comes back as it is."""
        return value

    def to_wire(self, value: Any) -> Any:
        """Translate a valid *value* into Graph's JSON."""
        return value

    def from_wire(self, value: Any) -> Any:
        """Translate Graph's JSON into the canonical value. Total: Graph may send what no program would."""
        return self.canonical(value)


def contains_unknown(value: Any) -> bool:
    """Tell whether any part of *value* is not known yet."""
    if isinstance(value, dict):
        return any(contains_unknown(part) for part in value.values())
    if isinstance(value, list | tuple):
        return any(contains_unknown(part) for part in value)
    return is_unknown(value)
