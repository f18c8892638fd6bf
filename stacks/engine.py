"""
The engine that keeps the state, as a command of its own: the Pulumi CLI, or the stand-in where there is none.

Both take the same arguments. Only whole states go through here: what an `up` or a `preview` needs is the CLI itself.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]

ROOT = Path(__file__).resolve().parents[1]
_SECONDS = 600
"""The longest that a state may take to come or go; backends have been seen to wait for ever."""


class EngineError(Exception):
    """The engine did not do what it was asked to; the text is its own, and what to do."""


@dataclass(frozen=True)
class Engine:
    """The engine of one stack."""

    command: tuple[str, ...]
    stack: str
    folder: Path
    """The folder of Pulumi.yaml."""
    options: tuple[str, ...] = ()

    def export(self, *, show_secrets: bool = False) -> Json:
        """Return the state; secrets are encrypted in it, unless they are to be shown. Raises EngineError."""
        with tempfile.TemporaryDirectory(prefix="intune-state-") as private:  # only its owner may enter
            file = Path(private) / "state.json"
            self._run("export", "--file", str(file), *(["--show-secrets"] if show_secrets else []))
            try:
                document: Json = json.loads(file.read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise EngineError(f"the state of {self.stack} cannot be read: {error}") from None
        if not isinstance(document.get("deployment"), dict):
            raise EngineError(f"the stack {self.stack} has no state yet: run `pulumi up --stack {self.stack}` first")
        return document

    def replace(self, document: Json) -> None:
        """Put *document* in the place of the state. Pending operations are not taken over. Raises EngineError."""
        with tempfile.TemporaryDirectory(prefix="intune-state-") as private:
            file = Path(private) / "state.json"
            file.write_text(json.dumps(document), encoding="utf-8")
            self._run("import", "--file", str(file))

    def _run(self, verb: str, *words: str) -> None:
        where = ["--stack", self.stack, "--cwd", str(self.folder), *self.options]
        try:
            done = subprocess.run(  # noqa: S603 - the engine
                [*self.command, "stack", verb, *where, *words],
                cwd=ROOT,
                env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                check=False,
                timeout=_SECONDS,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise EngineError(f"`stack {verb}` did not end well: {error}") from None
        if done.returncode != 0:
            said = " ".join((done.stderr.strip() or done.stdout.strip()).removeprefix("error: ").split())
            locked = f" `pulumi cancel --stack {self.stack}` removes the lock of a run that is dead." * ("lock" in said)
            raise EngineError(f"`stack {verb}` of {self.stack} ended with {done.returncode}: {said[:1000]}{locked}")


def choose(stack: str, folder: Path, state: Path | None = None) -> Engine:
    """Return the engine of *stack*: the CLI on the PATH; the stand-in where there is none, or with a *state* file."""
    command = shutil.which("pulumi")
    if command is not None and state is None:
        return Engine((command,), stack, folder, ("--non-interactive",))
    options = () if state is None else ("--state", str(state.resolve()))
    return Engine((sys.executable, "-m", "sandbox.engine"), stack, folder, options)
