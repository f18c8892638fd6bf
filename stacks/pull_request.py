"""
What a pull request shows: which stacks it changes, and one comment with all their previews.

Used by .github/workflows/preview.yml; standard library only, so that it runs before anything is installed::

    git diff --name-only main... | python3 -m stacks.pull_request changed
    python3 -m stacks.pull_request comment FOLDER
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from stacks.preview_comment import comment, names_of_ids, read

_STACKS = Path(__file__).parent
_OF_EVERY_STACK = ("provider/", "stacks/", "__main__.py", "Pulumi.yaml", "requirements.txt")
"""What all stacks share: in stacks/ that is everything but the stack files."""
_DEMO = "demo"


def changed(paths: Iterable[str], stacks: Iterable[str]) -> list[str]:
    """Return which of *stacks* a change of *paths* can change: those whose file it is, or all for shared code."""
    paths = list(paths)
    tenants = sorted(stack for stack in stacks if stack != _DEMO)
    if any(path.startswith(_OF_EVERY_STACK) and not _is_stack_file(path) for path in paths):
        return tenants
    return [stack for stack in tenants if f"stacks/Pulumi.{stack}.yaml" in paths]


def _is_stack_file(path: str) -> bool:
    return path.startswith("stacks/Pulumi.") and path.endswith(".yaml")


def main() -> None:
    """Do what the command line asks."""
    parser = argparse.ArgumentParser(prog="python -m stacks.pull_request", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("changed", help="read paths from stdin, print the changed stacks as JSON")
    writing = commands.add_parser("comment", help="print one comment for the previews in a folder")
    writing.add_argument("folder", type=Path, help="with STACK.txt, and beside it STACK.err and STACK.status")
    writing.add_argument("--stacks", type=json.loads, default=[], metavar="JSON", help="the stacks that it must name")
    writing.add_argument("--run", default="", metavar="URL", help="the run that keeps the previews in full")
    chosen = parser.parse_args()
    if chosen.command == "changed":
        stacks = [path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in _STACKS.glob("Pulumi.*.yaml")]
        print(json.dumps(changed(sys.stdin.read().split("\n"), stacks)))
    else:
        previews = read(chosen.folder, chosen.stacks, names_of_ids(_STACKS / "names"))
        sys.stdout.buffer.write(comment(previews, chosen.run).encode(errors="replace"))


if __name__ == "__main__":
    main()
