"""The view of `--diff`: every step with the properties that it changes."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.engine.display.hiding import Hiding, input_differences
from sandbox.engine.display.outputs import outputs_text
from sandbox.engine.display.properties import Printer
from sandbox.engine.display.summary import summary
from sandbox.engine.display.words import PREFIXES, SIGNS, Palette, retained, worth_showing
from sandbox.engine.events import Diagnostic, Event, Finished, Op, Started, StepBegun, StepDone, StepFailed, StepInfo
from sandbox.engine.state import urns
from sandbox.engine.state.differences import Members, compare
from sandbox.engine.state.values import Properties

_WHOLE = (Op.CREATE, Op.DELETE, Op.DELETE_REPLACED, Op.READ_DISCARD, Op.DISCARD_REPLACED)


class DiffView:
    """Writes steps with their differences; messages go elsewhere, so that the differences stay together."""

    def __init__(self, write: Callable[[str], None], complain: Callable[[str], None], palette: Palette) -> None:
        self._write = write
        self._complain = complain
        self._palette = palette
        self._seen: dict[str, StepInfo] = {}
        self._preview = False
        self._errored = 0

    def on_event(self, event: Event) -> None:
        """Write what an event has to say."""
        if isinstance(event, Started):
            self._seen, self._preview, self._errored = {}, event.preview, 0
        elif isinstance(event, Finished):
            self._write(summary(event, self._errored, self._palette))
        elif isinstance(event, Diagnostic):
            if not event.ephemeral:
                prefix = self._palette.severe(event.severity, PREFIXES[event.severity])
                self._complain(f"{prefix}{event.message.rstrip()}\n")
        elif isinstance(event, StepFailed):
            self._errored += 1
        elif isinstance(event, StepBegun):
            self._seen[event.step.urn] = event.step
            if _shows(event.step) and event.step.op not in (Op.REFRESH, Op.IMPORT):
                self._write(self._differences(event.step))
        elif _shows(event.step):
            self._outputs(event)

    def _outputs(self, event: StepDone) -> None:
        step = event.step
        seen = self._seen.get(step.urn)
        refresh = seen is not None and seen.op is Op.REFRESH
        if step.op is Op.IMPORT or (refresh and step.op is Op.UPDATE):
            self._write(self._differences(step))
            return
        indent = self._indent(step)
        text = outputs_text(step, indent + 1, self._palette, planning=self._preview, refresh=refresh)
        if refresh and (step.op is not Op.REFRESH or text or urns.is_stack(step.urn)):
            self._write(self._heading(step, indent))
        if text:
            self._write(self._palette.op(step.op, f"{'    ' * (indent + 1)}--outputs:--\n") + text)

    def _indent(self, step: StepInfo) -> int:
        """Count how many ancestors of a resource are shown."""
        indent, parent = 0, step.resource.parent
        while parent and parent in self._seen:
            ancestor = self._seen[parent]
            indent += _shows(ancestor)
            parent = ancestor.resource.parent
        return indent

    def _differences(self, step: StepInfo) -> str:
        indent = self._indent(step)
        text = self._heading(step, indent)
        if step.op is Op.SAME:
            return text
        printer = Printer(self._palette, indent + 1, step.op)
        if step.old is None or step.new is None:
            # Outputs are complete, when there are any: inputs and what the provider added.
            return text + printer.object(step.resource.inputs if step.new is None else _all(step.new.outputs, step))
        hiding = Hiding(step)
        found = self._found(step, hiding)
        signed = Printer(self._palette, indent + 1, Op.SAME, signed=True)
        hidden = "".join(signed.hidden(pattern) for pattern in sorted(hiding.met))
        if found or hidden:
            return text + hidden + signed.differences(found)
        return text + signed.object(step.new.inputs)

    @staticmethod
    def _found(step: StepInfo, hiding: Hiding) -> Members[str]:
        olds, news = (state.outputs if state is not None else {} for state in (step.old, step.new))
        if step.detail is None and news and step.op is not Op.IMPORT:
            return compare(olds, news, ignore=hiding.skips)
        found = input_differences(step, hiding)
        if step.detail is None and step.changed_keys:
            for group in (found.adds, found.deletes, found.updates, found.sames):
                for key in group.keys() - set(step.changed_keys):
                    del group[key]
        return found

    def _heading(self, step: StepInfo, indent: int) -> str:
        """Return the resource, with id and URN."""
        op = step.op if step.op in _WHOLE else Op.SAME
        margin = "    " * indent
        lines = [
            self._palette.op(
                step.op,
                f"{margin}{SIGNS[step.op]}{step.resource.type}: ({step.op.value}{retained(step)}){_lock(step)}",
            )
        ]
        if step.old is not None and step.old.id:
            lines.append(self._palette.op(op, f"{margin}    [id={step.old.id}]"))
        lines.append(self._palette.op(op, f"{margin}    [urn={step.urn}]"))
        if step.old is not None and step.new is not None and step.old.provider != step.new.provider:
            lines.append(f"{margin}    [provider: {step.old.provider} => {step.new.provider}]")
        return "".join(f"{line}\n" for line in lines)


def _shows(step: StepInfo) -> bool:
    return worth_showing(step, every_part=False) or urns.is_stack(step.urn)


def _all(outputs: Properties, step: StepInfo) -> Properties:
    return outputs or step.resource.inputs


def _lock(step: StepInfo) -> str:
    """Return a sign for protection that is there, comes or goes."""
    old, new = step.old is not None and step.old.protect, step.new is not None and step.new.protect
    if step.new is not None and old and not new:
        return " 🔓"
    return " 🔒" if old or new else ""
