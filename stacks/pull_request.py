"""
What a pull request shows: which stacks it changes, and one comment with all their previews.

Used by .github/workflows/preview.yml; standard library only, so that it runs before anything is installed::

    git diff --name-only main... | python3 -m stacks.pull_request changed
    python3 -m stacks.pull_request comment FOLDER
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

LONGEST = 65_000
"""Characters of a comment; GitHub takes 65,536 and refuses what is longer."""

_STACKS = Path(__file__).parent
_OF_EVERY_STACK = (
    "provider/",
    "stacks/tenant.py",
    "stacks/__init__.py",
    "__main__.py",
    "Pulumi.yaml",
    "requirements.txt",
)
_DEMO = "demo"
_RISKS = (("replace", r"^\s*\+-"), ("delete", r"^\s*-\s"), ("update", r"^\s*~\s"), ("create", r"^\s*\+\s"))


def changed(paths: Iterable[str], stacks: Iterable[str]) -> list[str]:
    """Return which of *stacks* a change of *paths* can change: those whose file it is, or all for shared code."""
    paths = list(paths)
    tenants = sorted(stack for stack in stacks if stack != _DEMO)
    if any(path.startswith(_OF_EVERY_STACK) for path in paths):
        return tenants
    return [stack for stack in tenants if f"stacks/Pulumi.{stack}.yaml" in paths]


def comment(previews: Mapping[str, str]) -> str:
    """
    Write one comment for *previews*, the output of each stack by name.

    Stacks stand in the order of their risk, a replacement first, each folded. Where the whole would be too long, each
    long preview loses its end, and says so.
    """
    share = LONGEST // max(len(previews), 1) - 500
    ordered = sorted(previews.items(), key=lambda item: (_risk(item[1]), item[0]))
    parts = [f"### Preview of {len(previews)} stack{'s' if len(previews) != 1 else ''}"]
    for stack, text in ordered:
        shown = text.rstrip() if len(text) <= share else text[:share] + "\n… cut: the rest is in the log of the job"
        parts.append(
            f"<details><summary><b>{stack}</b>: {_summary(text)}</summary>\n\n"
            f"```diff\n{_as_diff(shown)}\n```\n\n</details>"
        )
    return "\n\n".join(parts) + "\n"


def _risk(text: str) -> int:
    return next((rank for rank, (_, sign) in enumerate(_RISKS) if re.search(sign, text, re.MULTILINE)), len(_RISKS))


def _summary(text: str) -> str:
    """Return what the preview says it would do, as the CLI counts it."""
    counted = re.findall(r"^\s+[+~±-]{1,2}\s*(\d+ to \w+)|^\s+(\d+ unchanged)", text, re.MULTILINE)
    said = ", ".join(first or second for first, second in counted)
    return said or "no summary: open for the reason"


def _as_diff(text: str) -> str:
    """Move the signs to the first column, where GitHub colours them; a fence inside must not end the block."""
    text = text.replace("```", "'''")
    return re.sub(r"^( *)([+-])(?!\S)", r"\2\1", text, flags=re.MULTILINE)


def main() -> None:
    """Do what the command line asks."""
    parser = argparse.ArgumentParser(prog="python -m stacks.pull_request", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("changed", help="read paths from stdin, print the changed stacks as JSON")
    commands.add_parser("comment", help="print one comment").add_argument("folder", type=Path)
    chosen = parser.parse_args()
    if chosen.command == "changed":
        stacks = [path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in _STACKS.glob("Pulumi.*.yaml")]
        print(json.dumps(changed(sys.stdin.read().split("\n"), stacks)))
    else:
        texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(chosen.folder.glob("*.txt"))}
        sys.stdout.write(comment(texts))


if __name__ == "__main__":
    main()
