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

from stacks import digest
from stacks.digest import Outcome

Json = dict[str, Any]

ENVIRONMENT = {"PULUMI_SKIP_UPDATE_CHECK": "true"}
"""What an engine is told beside what this process is."""
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

    def replace(self, before: Json, after: Json) -> None:
        """
        Put the state *after* in the place of *before*. Pending operations are not taken over.

        Raises EngineError: the state is not *before* any more, or is not *after* then: another run wrote it.
        """
        if _without_manifest(self.export(empty=True)) != _without_manifest(before):
            raise EngineError(f"the state of {self.stack} was written meanwhile: nothing was changed; run this again")
        with _file("state.json", after) as file:
            self._run("stack", "import", "--file", str(file))
        if _contents(self.export(empty=True)["deployment"]) != _contents(after["deployment"]):
            raise EngineError(
                f"the state of {self.stack} is not what was written: another run wrote it at the same time; look at "
                f"`pulumi stack export --stack {self.stack}` before the next run"
            )

    def import_resources(self, resources: Sequence[Json], config_file: Path) -> None:
        """Take *resources*, with inputs and outputs, into the state by one import. Raises EngineError."""
        flags = ("--generate-code=false", "--protect=false", "--yes", "--skip-preview")
        with _file("import.json", {"nameTable": {}, "resources": list(resources)}) as file:
            self._run("import", "--file", str(file), *flags, "--config-file", str(config_file))

    def preview(self, config_file: Path, *, refresh: bool = True) -> Outcome:
        """
        Return what a preview would change; one that is not to *refresh* first sends nothing and needs no credential.

        Raises EngineError: it failed, or cannot be read.
        """
        return self._previewed(config_file, *(("--refresh",) if refresh else ()))[1]

    def digest(self, config_file: Path) -> Json:
        """Return what an offline preview prints, as Pulumi has it. Raises EngineError: it failed, or cannot be read."""
        document: Json = json.loads(self._previewed(config_file)[0])
        return document

    def _previewed(self, config_file: Path, *flags: str) -> tuple[str, Outcome]:
        """Return what a preview prints, and what that says. Raises EngineError: it failed, or cannot be read."""
        said = self._run("preview", *flags, "--json", "--config-file", str(config_file))
        outcome = digest.parse(said)
        if not outcome.parsed:
            raise EngineError(f"the preview of {self.stack} printed no digest")
        return said, outcome

    def up(self, config_file: Path) -> None:
        """Update, without asking. Raises EngineError: it did not end well."""
        self._run("up", "--yes", "--skip-preview", "--json", "--config-file", str(config_file))

    def line(self, *words: str) -> list[str]:
        """Return the command line of an operation, `preview` or `stack export`, with the options that follow it."""
        verbs = 2 if words[0] == "stack" else 1
        where = ("--stack", self.stack, "--cwd", str(self.folder), *self.options)
        return [*self.command, *words[:verbs], *where, *words[verbs:]]

    def _run(self, *words: str) -> str:
        """Run the engine and return what it prints. Raises EngineError: it did not end well."""
        what = " ".join(words[: 2 if words[0] == "stack" else 1])
        try:
            done = subprocess.run(  # noqa: S603 - the engine
                self.line(*words),
                cwd=ROOT,
                env={**os.environ, **ENVIRONMENT},
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


def _without_manifest(document: Json) -> Json:
    """Return a state without what says when it was written: the stand-in engine says when it was exported."""
    return {key: value for key, value in document["deployment"].items() if key != "manifest"}


def _contents(deployment: Json) -> Any:
    """Return what a state holds, for a comparison: its resources, and whether something is pending."""
    resources = deployment.get("resources") or []
    return [(one["urn"], one.get("id")) for one in resources], bool(deployment.get("pending_operations"))


def _reason(stdout: str, stderr: str) -> str:
    """Return what an engine said of its failure, on one line: the errors of a digest, or else its own text."""
    errors = " ".join(digest.parse(stdout).errors)
    own = " ".join((stderr.strip() or stdout.strip()).removeprefix("error: ").split())
    return (errors or own)[:_MOST_SAID]


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
    return stand_in(stack, folder, state)


def stand_in(stack: str, folder: Path, state: Path | None = None) -> Engine:
    """Return the stand-in engine of *stack*, with its state in a file of its own or in *state*."""
    options = () if state is None else ("--state", str(state.resolve()))
    return Engine((sys.executable, "-m", "sandbox.engine"), stack, folder, options)
