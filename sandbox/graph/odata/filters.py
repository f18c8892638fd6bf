"""
The part of `$filter` that Intune is known to honour.

::

    or      := and ("or" and)*
    and     := not ("and" not)*
    not     := "not" not | "(" or ")" | isof | compare
    isof    := "isof" "(" text ")"
    compare := property "eq" (text | number | "true" | "false" | "null")

Anything else filters nothing: Intune ignores what it does not support, without a word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.graph.metadata import MODEL
from sandbox.graph.tenant.store import Record

Predicate = Callable[[Record], bool]

_TOKEN = re.compile(r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<word>[\w.@/-]+)|(?P<sign>[(),]))")
_CONSTANTS: Mapping[str, Any] = {"true": True, "false": False, "null": None}


class Unsupported(Exception):  # noqa: N818 - not an error: Intune ignores such a filter
    """The filter is not one that is honoured."""


def parse_filter(text: str) -> Predicate | None:
    """Return what *text* says, or nothing when it is to be ignored."""
    try:
        return _Parser(_tokens(text)).whole()
    except Unsupported:
        return None


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    position = 0
    text = text.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise Unsupported
        tokens.append(match.group().strip())
        position = match.end()
    return tokens


class _Parser:
    """Recursive descent over the grammar above."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = [*tokens, ""]
        self._at = 0

    def whole(self) -> Predicate:
        """Read the whole filter."""
        predicate = self._or()
        if self._peek():
            raise Unsupported
        return predicate

    def _or(self) -> Predicate:
        parts = [self._and()]
        while self._skip("or"):
            parts.append(self._and())
        return lambda record: any(part(record) for part in parts)

    def _and(self) -> Predicate:
        parts = [self._not()]
        while self._skip("and"):
            parts.append(self._not())
        return lambda record: all(part(record) for part in parts)

    def _not(self) -> Predicate:
        if self._skip("not"):
            inner = self._not()
            return lambda record: not inner(record)
        if self._skip("("):
            grouped = self._or()
            self._expect(")")
            return grouped
        if self._skip("isof"):
            return self._isof()
        return self._compare()

    def _isof(self) -> Predicate:
        self._expect("(")
        name = _unquote(self._next()).removeprefix("microsoft.graph.")
        self._expect(")")
        # An object put there in the portal may have a type outside the table: it still is what it says.
        return lambda record: record.type == name or MODEL.is_a(record.type, name)

    def _compare(self) -> Predicate:
        name = self._next().lower()
        self._expect("eq")
        wanted = _literal(self._next())
        return lambda record: _value(record, name) == wanted

    def _peek(self) -> str:
        return self._tokens[self._at]

    def _next(self) -> str:
        token = self._peek()
        if not token:
            raise Unsupported
        self._at += 1
        return token

    def _skip(self, word: str) -> bool:
        found = self._peek() == word
        self._at += found
        return found

    def _expect(self, word: str) -> None:
        if not self._skip(word):
            raise Unsupported


def _unquote(token: str) -> str:
    if not token.startswith("'"):
        raise Unsupported
    return token[1:-1].replace("''", "'")


def _literal(token: str) -> object:
    if token.startswith("'"):
        return _unquote(token)
    if token in _CONSTANTS:
        return _CONSTANTS[token]
    if re.fullmatch(r"-?\d+", token):
        return int(token)
    raise Unsupported


def _value(record: Record, lowered: str) -> object:
    """Return the property whose name is *lowered* without regard to case: `DisplayName` is in use and works."""
    if lowered == "id":
        return record.id
    return next((value for name, value in record.properties.items() if name.lower() == lowered), None)
