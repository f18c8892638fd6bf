"""What all commands have in common: options, exit codes, and how an error is printed."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

ROOT = Path(__file__).resolve().parents[2]
DONE, FAILED, UNDECIDED, DIFFERS, CANCELLED, STOPPED = 0, 1, 3, 7, 8, 10
"""The exit codes. Click has 2 for a wrong use; the Pulumi CLI, too, has 7 for changes that were not expected and 8 for
an interrupt."""

_F = TypeVar("_F", bound=Callable[..., Any])

in_project = click.option("--cwd", type=click.Path(path_type=Path), default=ROOT, help="The folder of Pulumi.yaml.")
"""Gives a command the option that says where the project is."""


def of_stack(*, required: bool = True) -> Callable[[_F], _F]:
    """Give a command the options that say which stack it is about, and where its files are."""

    def add(command: _F) -> _F:
        for option in (
            click.option("--state", type=click.Path(path_type=Path), help="A state file of the stand-in engine."),
            click.option("--config-file", type=click.Path(path_type=Path), help="The stack file, if it is another."),
            in_project,
            click.option("--json", "as_json", is_flag=True, help="Print one JSON document, and ask nothing."),
            click.option("--stack", required=required, metavar="STACK", help="The stack."),
        ):
            command = option(command)
        return command

    return add


def reported(command: Callable[..., int]) -> Callable[..., None]:
    """End the process with what *command* returns; print what it raises as one sentence, and end with 1."""

    @functools.wraps(command)
    def run(**given: Any) -> None:
        from provider.errors import IntuneError  # noqa: PLC0415 - `--help` must not load the SDK
        from stacks.engine import EngineError  # noqa: PLC0415
        from stacks.project import ProjectError  # noqa: PLC0415
        from stacks.yamlfile import FileProblem  # noqa: PLC0415

        try:
            status = command(**given)
        except (IntuneError, EngineError, ProjectError, FileProblem, OSError) as error:
            click.echo(f"error: {shown(str(error))}", err=True)
            status = FAILED
        sys.exit(status)

    return run


def print_json(document: dict[str, Any]) -> None:
    """Print the one document of a command; its form is that of *version* 1."""
    click.echo(json.dumps({"version": 1, **document}, indent=2, ensure_ascii=False))


def shown(text: str) -> str:
    """Return *text* so that it cannot move the cursor, colour or reverse what is printed."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def columns(rows: list[tuple[str, ...]]) -> list[str]:
    """Return *rows* as lines with aligned columns; the last column is not padded."""
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]) - 1)] if rows else []
    return [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]) for row in rows
    ]
