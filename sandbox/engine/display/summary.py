"""The summary at the end of an operation."""

from __future__ import annotations

import math

from sandbox.engine.display.words import SIGNS, Palette, plural
from sandbox.engine.events import Finished, Op, Severity

_UNSPOKEN = (Op.SAME, Op.READ, Op.READ_DISCARD, Op.READ_REPLACEMENT)
_PAST = {
    Op.DELETE: "deleted",
    Op.IMPORT: "imported",
    Op.REFRESH: "refreshed",
    Op.DISCARD_REPLACED: "discarded",
}


def summary(finished: Finished, errored: int, palette: Palette) -> str:
    """Tell how many resources changed and how, how many did not, and how long it took."""
    lines = [palette.heading("Resources:")]
    counts = [(op, finished.changes.get(op, 0)) for op in Op if op not in _UNSPOKEN]
    changes = [(op, count) for op, count in counts if count]
    for op, count in changes:
        what = f"to {op.value}" if finished.preview else _PAST.get(op, f"{op.value}d")
        lines.append("    " + palette.op(op, f"{SIGNS[op]}{count} {what}"))
    pieces = []
    if len(changes) > 1:
        pieces.append(plural(sum(count for _, count in changes), "change"))
    if same := finished.changes.get(Op.SAME, 0):
        pieces.append(f"{same} unchanged")
    if pieces:
        lines.append(f"    {'. '.join(pieces)}")
    if errored:
        lines.append("    " + palette.severe(Severity.ERROR, f"{errored} errored"))
    text = "\n".join(lines) + "\n"
    if not finished.preview:
        text += f"\n{palette.heading('Duration:')} {_duration(math.ceil(finished.seconds))}\n"
    return text


def _duration(seconds: int) -> str:
    minutes, left = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return (f"{hours}h" if hours else "") + (f"{minutes}m" if hours or minutes else "") + f"{left}s"
