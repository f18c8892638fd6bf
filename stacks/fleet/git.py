"""What git knows of the project; it is asked as a command, and only where a commit is named or written down."""

from __future__ import annotations

import subprocess
from pathlib import Path

from stacks.yamlfile import FileProblem

_SECONDS = 120


def head(root: Path) -> str:
    """Return the commit that is checked out in *root*; ``none`` where there is none, or no git."""
    try:
        return _run(root, "rev-parse", "HEAD").decode().strip()
    except FileProblem:
        return "none"


def changed(root: Path, base: str) -> list[str]:
    """
    Return the files that differ from the point where this branch left *base*, with what is not committed yet.

    Raises FileProblem: git does not know *base*.
    """
    said = _run(root, "diff", "--name-only", "-z", "--merge-base", _commit(base), "--")
    return [file for file in said.decode(errors="surrogateescape").split("\0") if file]


def archive(root: Path, commit: str) -> bytes:
    """Return the project as *commit* has it, as a tar file. Raises FileProblem: git does not know *commit*."""
    return _run(root, "archive", "--format=tar", _commit(commit))


def _commit(name: str) -> str:
    if name.startswith("-"):
        raise FileProblem(f"{name}: is an option and no commit")
    return name


def _run(root: Path, *words: str) -> bytes:
    command = ["git", "-C", str(root), *words]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=_SECONDS)  # noqa: S603 - git, by PATH
    except FileNotFoundError:
        raise FileProblem(f"git {words[0]}: there is no git on the PATH: install it") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FileProblem(f"git {words[0]}: it does not answer: {error}") from None
    if done.returncode:
        said = " ".join(done.stderr.decode(errors="replace").split())
        raise FileProblem(f"git {words[0]} has failed: {said}: name a commit or a branch that this clone has")
    return done.stdout
