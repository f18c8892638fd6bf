"""The words and signs for what steps do, as the Pulumi CLI has them; and their colours."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.engine.events import Op, Severity, StepInfo

SIGNS: Mapping[Op, str] = {
    Op.SAME: "  ",
    Op.CREATE: "+ ",
    Op.UPDATE: "~ ",
    Op.DELETE: "- ",
    Op.REPLACE: "+-",
    Op.CREATE_REPLACEMENT: "++",
    Op.DELETE_REPLACED: "--",
    Op.READ: "> ",
    Op.READ_REPLACEMENT: ">>",
    Op.REFRESH: "~ ",
    Op.READ_DISCARD: "< ",
    Op.DISCARD_REPLACED: "<<",
    Op.REMOVE_PENDING_REPLACE: "~ ",
    Op.IMPORT: "= ",
}

PLANNED: Mapping[Op, str] = {
    Op.SAME: "",
    Op.CREATE: "create",
    Op.UPDATE: "update",
    Op.DELETE: "delete",
    Op.REPLACE: "replace",
    Op.CREATE_REPLACEMENT: "create replacement",
    Op.DELETE_REPLACED: "delete original",
    Op.READ: "read",
    Op.READ_REPLACEMENT: "read for replacement",
    Op.REFRESH: "refreshing",
    Op.READ_DISCARD: "discard",
    Op.DISCARD_REPLACED: "discard original",
    Op.IMPORT: "import",
}
"""What a preview says of a step at its beginning."""

PREVIEWED: Mapping[Op, str] = {
    **PLANNED,
    **dict.fromkeys((Op.CREATE_REPLACEMENT, Op.DELETE_REPLACED, Op.READ_REPLACEMENT, Op.DISCARD_REPLACED), "replace"),
    Op.REFRESH: "refresh",
}
"""What a preview says of it in the end."""

DOING: Mapping[Op, str] = {
    Op.SAME: "",
    Op.CREATE: "creating",
    Op.UPDATE: "updating",
    Op.DELETE: "deleting",
    Op.REPLACE: "replacing",
    Op.CREATE_REPLACEMENT: "creating replacement",
    Op.DELETE_REPLACED: "deleting original",
    Op.READ: "reading",
    Op.READ_REPLACEMENT: "reading for replacement",
    Op.REFRESH: "refreshing",
    Op.READ_DISCARD: "discarding",
    Op.DISCARD_REPLACED: "discarding original",
    Op.IMPORT: "importing",
}

DONE: Mapping[Op, str] = {
    Op.SAME: "",
    Op.CREATE: "created",
    Op.UPDATE: "updated",
    Op.DELETE: "deleted",
    Op.REPLACE: "replaced",
    Op.CREATE_REPLACEMENT: "created replacement",
    Op.DELETE_REPLACED: "deleted original",
    Op.READ: "read",
    Op.READ_REPLACEMENT: "read for replacement",
    Op.REFRESH: "refresh",
    Op.READ_DISCARD: "discarded",
    Op.DISCARD_REPLACED: "discarded original",
    Op.IMPORT: "imported",
}

FAILED: Mapping[Op, str] = {
    **{op: f"{word.split()[0]} failed" for op, word in DOING.items() if word},
    Op.SAME: "failed",
}

PREFIXES: Mapping[Severity, str] = {
    Severity.INFO: "",
    Severity.INFO_ERR: "",
    Severity.WARNING: "warning: ",
    Severity.ERROR: "error: ",
}

_BLUE, _GREEN, _MAGENTA, _RED, _YELLOW = (f"\x1b[{code}m" for code in (34, 32, 35, 31, 33))
_BOLD, _RESET = "\x1b[1m", "\x1b[0m"

_COLOURS: Mapping[Op, str] = {
    Op.CREATE: _GREEN,
    Op.IMPORT: _GREEN,
    Op.UPDATE: _YELLOW,
    Op.REFRESH: _YELLOW,
    Op.DELETE: _RED,
    Op.READ_DISCARD: _RED,
    Op.DISCARD_REPLACED: _RED,
    Op.DELETE_REPLACED: _RED,
    Op.REPLACE: _MAGENTA,
    Op.CREATE_REPLACEMENT: _GREEN,
    Op.READ_REPLACEMENT: _MAGENTA,
}


class Palette:
    """Colours, or none."""

    def __init__(self, *, coloured: bool) -> None:
        self._coloured = coloured

    def op(self, op: Op, text: str) -> str:
        """Return text in the colour of what a step does."""
        return self._paint(_COLOURS.get(op, ""), text)

    def heading(self, text: str) -> str:
        """Return the heading of a section."""
        return self._paint(_BOLD + _MAGENTA, text)

    def subject(self, text: str) -> str:
        """Return the name of what is spoken about."""
        return self._paint(_BLUE, text)

    def severe(self, severity: Severity, text: str) -> str:
        """Return the mark of a message."""
        return self._paint({Severity.ERROR: _RED, Severity.WARNING: _YELLOW}.get(severity, ""), text)

    def _paint(self, colour: str, text: str) -> str:
        return f"{colour}{text}{_RESET}" if self._coloured and colour and text else text


def retained(step: StepInfo) -> str:
    """Return the mark of a step that lets a resource live on unmanaged."""
    leaves = step.op in (Op.DELETE, Op.REPLACE, Op.CREATE_REPLACEMENT, Op.DELETE_REPLACED)
    return "[retain]" if leaves and step.old is not None and step.old.retain_on_delete else ""


def plural(count: int, word: str) -> str:
    """Return a number of things."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def worth_showing(step: StepInfo, *, every_part: bool) -> bool:
    """Tell whether a step shows by itself; *every_part* tells a replacement step by step."""
    if step.op is Op.SAME:
        return step.old is not None and step.new is not None and step.old.protect != step.new.protect
    parts = (
        Op.CREATE_REPLACEMENT,
        Op.DELETE_REPLACED,
        Op.READ_REPLACEMENT,
        Op.DISCARD_REPLACED,
        Op.REMOVE_PENDING_REPLACE,
    )
    return every_part or step.op not in parts
