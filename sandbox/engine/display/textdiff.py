"""Differences between texts of several lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from sandbox.engine.events import Op

_CONTEXT = 2


def line_diff(old: str, new: str) -> Iterator[tuple[Op, str]]:
    """Return the lines that went and came, and two that stayed on either side of each change."""
    olds, news = old.split("\n"), new.split("\n")
    blocks = SequenceMatcher(a=olds, b=news, autojunk=False).get_opcodes()
    for tag, old_start, old_end, new_start, new_end in blocks:
        if tag == "equal":
            kept = [line for line in olds[old_start:old_end] if line.strip()]
            yield from ((Op.SAME, line) for line in _context(kept, first=old_start == 0, last=old_end == len(olds)))
        else:
            yield from ((Op.DELETE, line) for line in olds[old_start:old_end] if line.strip())
            yield from ((Op.CREATE, line) for line in news[new_start:new_end] if line.strip())


def _context(lines: Sequence[str], *, first: bool, last: bool) -> list[str]:
    """Return as much of a run of unchanged lines as shows where a change is."""
    ends = (not first) + (not last)
    if len(lines) <= ends * _CONTEXT + 1:
        return list(lines)
    before = [] if first else list(lines[:_CONTEXT])
    after = [] if last else list(lines[-_CONTEXT:])
    return [*before, "...", *after]
