"""
The engine that keeps the state, as a command of its own: the Pulumi CLI, or the stand-in where there is none.

Both take nearly the same arguments.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]

ROOT = Path(__file__).resolve().parents[1]
_MOST_SAID = 1000
"""Characters of what an engine says of its failure."""
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

    def export(self, *, show_secrets: bool = False, empty: bool = False) -> Json:
        """
        Return the state; secrets are encrypted in it, unless they are to be shown.

        Raises EngineError: it cannot be had, or there is none yet, unless it may be *empty*.
        """
        with tempfile.TemporaryDirectory(prefix="intune-state-") as private:  # only its owner may enter
            file = Path(private) / "state.json"
            self._run("stack", "export", "--file", str(file), *(["--show-secrets"] if show_secrets else []))
            try:
                document: Json = json.loads(file.read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise EngineError(f"the state of {self.stack} cannot be read: {error}") from None
        if not isinstance(document.get("deployment"), dict):
            if not empty:
                raise EngineError(
                    f"the stack {self.stack} has no state yet: run `pulumi up --stack {self.stack}` first"
                )
            document = {"version": 3, **document, "deployment": {}}
        return document

    def replace(self, document: Json) -> None:
        """Put *document* in the place of the state. Pending operations are not taken over. Raises EngineError."""
        with _file("state.json", document) as file:
            self._run("stack", "import", "--file", str(file))

    def import_resources(self, resources: Sequence[Json], config_file: Path) -> None:
        """Take *resources*, with inputs and outputs, into the state by one import. Raises EngineError."""
        flags = ("--file", "--generate-code=false", "--protect=false") if self.is_cli else ("--import-file",)
        with _file("import.json", {"nameTable": {}, "resources": list(resources)}) as file:
            words = [flags[0], str(file), *flags[1:], "--yes", "--skip-preview"]
            self._run("import", *words, "--config-file", str(config_file))

    def preview(self, config_file: Path) -> Json:
        """Return the digest of a preview that refreshes first. Raises EngineError: it failed."""
        said = self._run("preview", "--refresh", "--json", "--config-file", str(config_file))
        try:
            digest: Json = json.loads(said)
        except ValueError:
            raise EngineError(f"the preview of {self.stack} printed no digest: {said[:200]}") from None
        return digest

    @property
    def is_cli(self) -> bool:
        """Tell whether this is the Pulumi CLI, and not the stand-in."""
        return len(self.command) == 1

    def _run(self, *words: str) -> str:
        """Run the engine and return what it prints. Raises EngineError: it did not end well."""
        verbs = 2 if words[0] == "stack" else 1
        what, where = " ".join(words[:verbs]), ("--stack", self.stack, "--cwd", str(self.folder), *self.options)
        try:
            done = subprocess.run(  # noqa: S603 - the engine
                [*self.command, *words[:verbs], *where, *words[verbs:]],
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
            raise EngineError(f"`{what}` did not end well: {error}") from None
        if done.returncode != 0:
            said = _reason(done.stdout, done.stderr)
            locked = f" `pulumi cancel --stack {self.stack}` removes the lock of a run that is dead." * ("lock" in said)
            absent = f" `pulumi stack init {self.stack}` makes it." * ("no stack named" in said)
            raise EngineError(f"`{what}` of {self.stack} ended with {done.returncode}: {said}{locked}{absent}")
        return done.stdout


def _reason(stdout: str, stderr: str) -> str:
    """Return what an engine said of its failure, on one line: the errors of a digest, or else its own text."""
    with contextlib.suppress(ValueError, AttributeError):
        errors = [one["message"] for one in json.loads(stdout)["diagnostics"] if one.get("severity") == "error"]
        if errors:
            return " ".join(" ".join(errors).split())[:_MOST_SAID]
    return " ".join((stderr.strip() or stdout.strip()).removeprefix("error: ").split())[:_MOST_SAID]


@contextlib.contextmanager
def _file(name: str, document: Json) -> Iterator[Path]:
    """Write *document* where only its owner may read, for as long as it is needed."""
    with tempfile.TemporaryDirectory(prefix="intune-state-") as private:
        path = Path(private) / name
        path.write_text(json.dumps(document), encoding="utf-8")
        yield path


def choose(stack: str, folder: Path, state: Path | None = None) -> Engine:
    """Return the engine of *stack*: the CLI on the PATH; the stand-in where there is none, or with a *state* file."""
    command = shutil.which("pulumi")
    if command is not None and state is None:
        return Engine((command,), stack, folder, ("--non-interactive",))
    options = () if state is None else ("--state", str(state.resolve()))
    return Engine((sys.executable, "-m", "sandbox.engine"), stack, folder, options)
