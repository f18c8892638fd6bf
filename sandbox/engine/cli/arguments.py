"""What can be asked on the command line; flags have the names that they have with the Pulumi CLI."""

from __future__ import annotations

import argparse
from pathlib import Path

_ABOUT = """\
A stand-in for the Pulumi engine, for where the Pulumi CLI cannot be had. It runs the program of Pulumi.yaml and the
provider's plugin as they are, and keeps the state in a file that `pulumi stack import` takes.
"""

_EXIT_CODES = """\
exit codes:
  0    done
  1    failed, or asked to stop by Ctrl-C; the state tells how far it came
  2    the command line makes no sense
  7    there were changes, and --expect-no-changes
  130  stopped before anything was begun
"""

_COMMANDS = {
    "preview": "Show what `up` would do, and do nothing.",
    "up": "Bring the stack to where the program wants it.",
    "refresh": "Let the state say what is really there; changes nothing else, and runs no program.",
    "destroy": "Delete every resource of the stack.",
    "import": "Take resources that exist into the state, as a file describes them.",
}

_STATE = "Edit the state, without a run."
_EDITS: dict[str, tuple[str, list[str]]] = {
    "taint": ("Have the next update replace resources.", []),
    "untaint": ("Take the mark of `taint` from resources.", []),
    "protect": ("Refuse the deletion of resources, until the next update sets what the program says.", []),
    "unprotect": ("Allow the deletion of protected resources.", []),
    "delete": ("Take resources out of the state; what they stand for stays as it is.", ["remove", "rm"]),
}
_STACK = "Show the whole state, or replace it."
_TRANSFERS = {
    "export": "Write the state as JSON, with readable secrets.",
    "import": "Put another state in the place of this one, without its pending operations.",
}


def parser() -> argparse.ArgumentParser:
    """Return the parser; it ends the process with code 2, and a word on how to ask, for what makes no sense."""
    made = argparse.ArgumentParser(
        prog="python -m sandbox.engine",
        description=_ABOUT,
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = made.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, summary in _COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        command.set_defaults(refresh=False, expect_no_changes=False, skip_preview=False, preview_only=name == "preview")
        command.set_defaults(replace=[], target_replace=[], show_sames=False)
        _add_subject(command)
        _add_manners(command, name)
    _add_state_commands(commands.add_parser("state", help=_STATE, description=_STATE))
    _add_stack_commands(commands.add_parser("stack", help=_STACK, description=_STACK))
    return made


def _add_state_commands(command: argparse.ArgumentParser) -> None:
    edits = command.add_subparsers(dest="edit", required=True, metavar="EDIT")
    for name, (summary, aliases) in _EDITS.items():
        edit = edits.add_parser(name, aliases=aliases, help=summary, description=summary)
        edit.set_defaults(edit=name, all=False)
        edit.add_argument("urn", nargs="*", metavar="URN", help="a resource of the state")
        if name in ("protect", "unprotect"):
            edit.add_argument("--all", action="store_true", help="every resource of the state")
        if name == "delete":
            edit.add_argument("--force", action="store_true", help="delete protected resources, too")
            edit.add_argument("--target-dependents", action="store_true", help="delete what depends on them, too")
        edit.add_argument("--yes", "-y", action="store_true", help="taken for the CLI's sake: nothing is ever asked")
        _add_state(edit)


def _add_stack_commands(command: argparse.ArgumentParser) -> None:
    edits = command.add_subparsers(dest="edit", required=True, metavar="EDIT")
    for name, summary in _TRANSFERS.items():
        edit = edits.add_parser(name, help=summary, description=summary)
        edit.add_argument("--file", type=Path, metavar="FILE", help="a file instead of the standard stream")
        if name == "export":
            edit.add_argument("--show-secrets", action="store_true", help="taken for the CLI's sake: they always are")
        _add_state(edit)


def _add_state(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--stack", "-s", required=True, metavar="NAME", help="the stack to work on")
    add("--cwd", "-C", type=Path, default=Path(), metavar="DIR", help="the folder of Pulumi.yaml; default: this one")
    add(
        "--state",
        type=Path,
        metavar="FILE",
        help="the state file; default: .pulumi/engine/NAME.json beside Pulumi.yaml",
    )


def _add_subject(command: argparse.ArgumentParser) -> None:
    _add_state(command)
    add = command.add_argument
    add(
        "--config-file",
        type=Path,
        metavar="FILE",
        help="the stack file; default: Pulumi.NAME.yaml, where Pulumi.yaml says",
    )
    add(
        "--parallel",
        "-p",
        type=_at_least_one,
        metavar="N",
        help="how many steps may run at a time; default: four for each processor",
    )


def _add_manners(command: argparse.ArgumentParser, name: str) -> None:
    add = command.add_argument
    if name == "import":
        add(
            "--file",
            "--import-file",
            dest="import_file",
            type=Path,
            required=True,
            metavar="FILE",
            help="the resources: what `pulumi preview --import-file` writes, with id, inputs and outputs filled in",
        )
        for flag in ("--generate-code", "--protect"):
            add(flag, choices=["false"], default="false", help="taken for the CLI's sake: it never does")
    if name in ("preview", "up", "destroy"):
        add("--refresh", "-r", action="store_true", help="refresh the state first")
    if name != "import":
        _add_selection(command, name)
    add("--diff", action="store_true", help="show every property that changes")
    add("--json", action="store_true", help="write one JSON document when all is over, and nothing else")
    if name == "preview":
        add("--show-sames", action="store_true", help="with --json: name unchanged resources, too")
    if name in ("preview", "up", "refresh"):
        add("--expect-no-changes", action="store_true", help="end with code 7 when there are changes")
    if name == "refresh":
        add(
            "--clear-pending-creates",
            action="store_true",
            help="forget what killed runs may have created; for when you have looked after that",
        )
        add(
            "--import-pending-creates",
            action="append",
            default=[],
            metavar="URN|ID",
            help="forget that a killed run may have created a resource; given twice, for its URN and its id",
        )
    if name != "preview":
        add("--skip-preview", "-f", action="store_true", help="do it at once, without the preview that comes first")
        add("--preview-only", action="store_true", help="stop after the preview")
        add("--yes", "-y", action="store_true", help="taken for the CLI's sake: nothing is ever asked")


def _add_selection(command: argparse.ArgumentParser, name: str) -> None:
    add = command.add_argument
    add(
        "--target",
        "-t",
        action="append",
        default=[],
        metavar="URN",
        help="touch this resource and no other; can be given again; * stands for text without a colon, ** for any",
    )
    add("--target-dependents", action="store_true", help="touch what depends on the targets, too")
    if name in ("preview", "up"):
        add(
            "--replace",
            action="append",
            default=[],
            metavar="URN",
            help="replace this resource without asking its provider; can be given again",
        )
        add(
            "--target-replace",
            action="append",
            default=[],
            metavar="URN",
            help="replace this resource and touch no other; can be given again",
        )


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of steps: at least one at a time")
    return int(text)
