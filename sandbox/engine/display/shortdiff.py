"""The difference that a step makes, in a few characters: `diff: +a~b,c`."""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.engine.display.hiding import Hiding, input_differences
from sandbox.engine.display.words import SIGNS, Palette
from sandbox.engine.events import Op, StepInfo
from sandbox.engine.state.differences import Change


def short_diff(step: StepInfo, palette: Palette) -> str:
    """Return the names that differ, by what happened to them; empty when none does."""
    if step.old is None or step.new is None:
        return ""
    found = input_differences(step, Hiding(step))
    for name, old, new in (
        ("provider", step.old.provider, step.new.provider),
        ("protect", step.old.protect, step.new.protect),
    ):
        if old != new:
            found.updates[name] = Change(old, new)
    if not found:
        return ""

    def names(op: Op, keys: Iterable[str]) -> str:
        listed = ",".join(sorted(key for key in keys if not step.changed_keys or key in step.changed_keys))
        return palette.op(op, SIGNS[op].strip() + listed) if listed else ""

    return "diff: " + names(Op.CREATE, found.adds) + names(Op.DELETE, found.deletes) + names(Op.UPDATE, found.updates)
