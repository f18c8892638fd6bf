"""The commands that work on the state alone: `state …` and `stack …`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from sandbox.engine.errors import EngineError
from sandbox.engine.state import edit

Write = Callable[[str], None]


def execute(given: argparse.Namespace, state_file: Path, write: Write, complain: Write) -> None:
    """Do what the command line asks; raise an EngineError if it cannot be done."""
    if given.command == "state":
        write(f"{_edited(given, state_file)}\n")
    elif given.edit == "export":
        text = edit.export(state_file)
        if given.file is None:
            write(text)
        else:
            _to_file(given.file, text)
    else:
        for warning in edit.replace(state_file, _from(given.file), given.stack):
            complain(f"warning: {warning}\n")
        write("Import complete.\n")


def _edited(given: argparse.Namespace, state_file: Path) -> str:
    if not given.urn and not given.all:
        raise EngineError("Must supply <resource-urn>: name a resource of the state.")
    if given.edit == "delete":
        return edit.remove(state_file, given.urn, force=given.force, dependents=given.target_dependents)
    return edit.mark(state_file, given.edit, given.urn, every=given.all)


def _to_file(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise EngineError(f"could not open file: {error}") from None


def _from(path: Path | None) -> str:
    try:
        return sys.stdin.read() if path is None else path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise EngineError(f"could not open file: {error}") from None
