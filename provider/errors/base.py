"""The family of all errors, and what its texts may hold."""

from __future__ import annotations

import re
from typing import Any

LONGEST_QUOTE = 256
"""How many characters of an answer an error may quote."""

LONGEST_LINE = 1300
"""How many characters the text of an error may have, whatever names are in it: gRPC carries it as a header."""

_TOKEN = re.compile(r"eyJ[\w-]{8,}(\.[\w-]*)+")


def quote(text: str) -> str:
    """Make one line of *text*, cut to LONGEST_QUOTE characters, and without any token that it echoes."""
    line = _TOKEN.sub("…", " ".join(text.split()))
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…"


def shorten(text: str) -> str:
    """Leave the middle out of *text* where it is longer than LONGEST_LINE: what to do is at the end."""
    half = LONGEST_LINE // 2 - 2
    return text if len(text) <= LONGEST_LINE else f"{text[:half]} … {text[-half:]}"


class IntuneError(Exception):
    """The family: everything this provider raises on purpose."""

    after_doubt = False
    """Whether an earlier attempt at the request that it ends may have taken effect."""

    def __str__(self) -> str:
        """One line, of a length that can be read and carried."""
        return shorten(super().__str__())

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Print as ``NotFound: …`` in a traceback, without the module path that says nothing to a user."""
        super().__init_subclass__(**kwargs)
        cls.__module__ = "builtins"
