"""Outputs of resources as text: those that a resource has gained, and those that are not what they were."""

from __future__ import annotations

from sandbox.engine.display.hiding import Hiding
from sandbox.engine.display.properties import Printer
from sandbox.engine.display.words import Palette
from sandbox.engine.events import Op, StepInfo
from sandbox.engine.state import urns
from sandbox.engine.state.differences import Members, compare, compare_values
from sandbox.engine.state.values import Unknown

_KNOWN_IN_PREVIEW = (Op.READ, Op.READ_REPLACEMENT, Op.IMPORT)


def outputs_text(step: StepInfo, indent: int, palette: Palette, *, planning: bool, refresh: bool = False) -> str:
    """Return the outputs of a step that are worth showing; empty when there are none."""
    stack = urns.is_stack(step.urn)
    if planning and not (refresh or stack or step.op in _KNOWN_IN_PREVIEW):
        return ""  # a preview does not know them
    if step.old is not None and step.old.init_errors:
        return ""
    news = step.new.outputs if step.new else {}
    inputs = step.new.inputs if step.new else {}
    every = stack and not planning
    hiding = Hiding(step)
    found = _differences(step, hiding, planning=planning and stack)
    if found is not None and not found and not hiding.met:
        if not every:
            return ""
        found = None
    printer = Printer(palette, indent, step.op)
    text = "".join(printer.hidden(pattern) for pattern in sorted(hiding.met))
    keys = found.keys if found is not None else sorted(news)
    width = max(map(len, keys), default=0)
    for key in keys:
        echoed = key in inputs and not refresh and compare_values(news.get(key), inputs[key]) is None
        unchanged = found is not None and key in found.sames and not every
        if hiding.skips((key,)) or echoed or unchanged:
            continue
        text += printer.property(key, news[key], width) if found is None else printer.difference(key, width, found)
    return text


def _differences(step: StepInfo, hiding: Hiding, *, planning: bool) -> Members[str] | None:
    """Return how the outputs differ from those of before; None when there is no before."""
    if step.old is None:
        return None
    found = compare(step.old.outputs, step.new.outputs if step.new else {}, ignore=hiding.skips)
    if planning:
        # What a preview does not know yet is not a difference.
        for key in [key for key, change in found.updates.items() if isinstance(change.new, Unknown)]:
            del found.updates[key]
    return found
