"""
Carries a rotation out, step by step, so that a run after a kill goes on where the last one was.

The stack file as it is before, during and after the rotation is kept beside the record of its steps; a step writes a
file only over one of these, so that no other edit is lost. Each step can be done twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stacks.digest import REPLACES, Difference
from stacks.engine import Engine, EngineError
from stacks.existing.unproven import why_not_create
from stacks.files import disk
from stacks.files.fields import with_fields
from stacks.files.stack_file import StackFile, without_engine_lines
from stacks.maps import CONFIG_MAPS, CREDENTIALS, OPTIONS, SETTINGS_ID
from stacks.rotation.plan import ISSUER
from stacks.yamlfile import FileProblem

BEFORE, DURING, AFTER = "before.yaml", "during.yaml", "after.yaml"
_STEPS = "steps.jsonl"
_CREDENTIAL = CONFIG_MAPS[CREDENTIALS].__name__


@dataclass(frozen=True)
class Rotation:
    """The rotation of one entry of one stack, in a *folder* of its own."""

    folder: Path
    engine: Engine
    path: Path
    """The stack file."""
    project: str
    entry: str
    tell: Callable[[str], None] = field(compare=False)

    def begin(self, issuer: str, *, protected: bool) -> None:
        """Write down what is to be done. Raises FileProblem: the stack file cannot be edited, or the disk refuses."""
        file = StackFile.read(self.path, self.project)
        file.require_writable()
        place = (CREDENTIALS, self.entry)
        after = with_fields(file.text, self.path, self.project, place, {ISSUER: issuer})
        unprotected = {OPTIONS: {"protect": False}}
        during = with_fields(after, self.path, self.project, place, unprotected) if protected else after
        for name, text in ((AFTER, after), (DURING, during), (BEFORE, file.text)):
            disk.replace(self.folder / name, text.encode("utf-8"))
        line = json.dumps({"version": 1, "step": "begun", "issuer": issuer})
        disk.replace(self.folder / _STEPS, f"{line}\n".encode())

    @property
    def begun(self) -> str:
        """The issuer of a rotation that was begun and is not done; empty if there is none."""
        lines = self._lines()
        ended = any(one["step"] in ("done", "given up") for one in lines)
        return "" if ended or not lines else str(lines[0]["issuer"])

    def steps(self) -> list[tuple[str, Callable[[], None]]]:
        """Return what is to be done, in order: what to call it, and what does it."""
        replace: list[tuple[str, Callable[[], None]]] = [
            (f"{self.path} says the new issuer", self._edit),
            ("a preview shows the replacement and its profiles, and nothing else", self._preview),
            ("the settings are replaced, and the profiles use the new ones", self._up),
        ]
        protect = [
            (f"{self.path} protects the entry again", self._finish_file),
            ("the state protects the entry again", self._up),
        ]
        unprotected = self._text(DURING) != self._text(AFTER)
        return [*replace, *(protect if unprotected else []), ("a refresh shows no difference", self._prove)]

    def run(self) -> None:
        """
        Do what is left of it.

        Raises EngineError: an operation of the engine did not end well, or a preview shows something else. FileProblem:
        somebody has changed the stack file meanwhile. What is done stays done; another run goes on from there.
        """
        done = {one["step"] for one in self._lines()}
        steps = self.steps()
        for number, (what, step) in enumerate(steps, 1):
            name = f"{number}"
            if name not in done:
                step()
                self._note(name)
            self.tell(f"{number}/{len(steps)} {what}{' (done before)' if name in done else ''}")
        self._note("done")

    def _edit(self) -> None:
        self._write(DURING, (BEFORE, DURING))

    def _preview(self) -> None:
        """Compare offline; give the rotation up where `up` would do anything else, or not this."""
        try:
            problem = self._not_this(self.engine.preview(self.path, refresh=False).differences)
        except EngineError as error:
            problem = str(error)
        if problem:
            self._write(BEFORE, (BEFORE, DURING))
            self._note("given up")
            raise EngineError(f"nothing was changed, and {self.path} is as it was: {problem}")

    def _not_this(self, found: Sequence[Difference]) -> str:
        """Say how an update would differ from the rotation; empty if it would not."""
        wrong = sorted({one.resource for one in found if not self._is_part(one)})
        if wrong:
            return f"an update would change {', '.join(wrong)} too: run `pulumi up` first"
        replaces = any(one.op in REPLACES for one in found)
        return "" if replaces else f"an update would not replace {self.entry}: its options keep it as it is"

    def _is_part(self, one: Difference) -> bool:
        if one.resource == f"{_CREDENTIAL} {self.entry}":
            return one.op in REPLACES
        return one.op == "update" and one.property == SETTINGS_ID

    def _up(self) -> None:
        """Update, unless a killed run has created something that this machine cannot know of."""
        refused = why_not_create(self.engine, self.path)
        if refused:
            raise EngineError(refused)
        self.engine.up(self.path)

    def _finish_file(self) -> None:
        self._write(AFTER, (DURING, AFTER))

    def _prove(self) -> None:
        outcome = self.engine.preview(self.path)
        if outcome.changes:
            said = "; ".join(str(one) for one in outcome.differences) or "see `pulumi preview --refresh`"
            raise EngineError(f"the rotation is done, but a refresh shows a difference: {said}")

    def _write(self, wanted: str, over: tuple[str, ...]) -> None:
        """Write the file as it is *wanted*. Raises FileProblem: it is none of those that it may be written *over*."""
        there = StackFile.read(self.path, self.project)
        if not any(_same(there.text, self._text(name)) for name in over):
            raise FileProblem(
                f"{self.path}: was changed while the issuer of {self.entry} is rotated: put it back as it is in "
                f"{self.folder / over[0]}, then run this again"
            )
        there.write(self._text(wanted))

    def _text(self, name: str) -> str:
        return (self.folder / name).read_bytes().decode("utf-8")

    def _note(self, step: str) -> None:
        disk.append(self.folder / _STEPS, {"version": 1, "step": step})

    def _lines(self) -> list[Mapping[str, Any]]:
        return [one for one in disk.lines(self.folder / _STEPS) if isinstance(one.get("step"), str)]


def _same(one: str, other: str) -> bool:
    """Tell whether two stack files are the same but for what the CLI writes into them by itself."""
    texts = [text.replace("\r\n", "\n").encode("utf-8") for text in (one, other)]
    return without_engine_lines(texts[0]) == without_engine_lines(texts[1])
