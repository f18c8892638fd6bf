"""
Takes existing objects into a stack: first the file, then the state, and then the proof.

The order is what makes a kill at any moment safe. The file gets the new entries with `adopt: <id>`, so an `up` after
a kill takes over these very objects and creates none. Then the state gets the objects, by one import; then the `adopt`
lines, which have done their work, are taken out of the file. Then a preview that refreshes must show no change. Where
anything fails, state and file are put back as they were. The tenant is only read.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass

from pulumi.dynamic.dynamic import serialize_provider

from provider.lifecycle import make_provider
from provider.program.resource import MODULE
from stacks.digest import Outcome
from stacks.engine import Engine, Json
from stacks.existing.entries import Entry
from stacks.existing.pending import PROVIDER, name_of_resource
from stacks.files.edit import dump, with_baseline, with_entries
from stacks.files.stack_file import LARGEST_CONFIG, StackFile, config_bytes
from stacks.maps import BASELINES, CONFIG_MAPS, CREDENTIAL_NAME, CREDENTIALS, SETTINGS_ID
from stacks.project import near
from stacks.yamlfile import FileProblem, parse

ADOPT = "adopt"
_OF_THE_ENGINE = ("pulumi:pulumi:Stack", "pulumi:providers:")
"""What an engine puts into an empty state by itself."""


class NotProven(Exception):  # noqa: N818 - no failure: the proof shows a difference
    """The preview after an adoption shows changes; file and state are as they were."""

    def __init__(self, differences: Sequence[str]) -> None:
        super().__init__("the preview shows changes, so nothing was adopted: " + "; ".join(differences))
        self.differences = list(differences)


@dataclass(frozen=True)
class Edit:
    """What becomes of one file."""

    file: StackFile
    adopting: str
    """With entries that name their objects: what a killed run leaves."""
    final: str


@dataclass(frozen=True)
class Adoption:
    """The adoption of some objects into one stack."""

    engine: Engine
    file: StackFile
    entries: Sequence[Entry]
    computed: Mapping[str, str]
    """The outputs that every resource has beside its fields."""

    def run(self) -> str:
        """
        Do it, and return what is left to do by hand.

        Raises NotProven: the preview shows changes. EngineError, FileProblem: it could not be done. In both cases file
        and state are as they were.
        """
        edits, before = self._edits(), self.engine.export(empty=True)
        left = ""
        try:
            for edit in edits:
                edit.file.write(edit.adopting)
            self._take_into_state(before)
            left = _finished(edits)
            self._prove()
        except BaseException:
            self._put_back(edits, before)
            raise
        return left or f"commit {' and '.join(str(edit.file.path) for edit in edits)}"

    def _edits(self) -> list[Edit]:
        """Return what is written: the stack file, or a baseline of its own where the stack file would be too large."""
        file, path = self.file, self.file.path
        adopting, final = (
            with_entries(file.text, path, file.project, self._maps(adopting=one)) for one in (True, False)
        )
        if config_bytes(parse(adopting, path).values.get("config")) < LARGEST_CONFIG:
            return [Edit(file, adopting, final)]
        name = f"{self.engine.stack.rpartition('/')[2]}.yaml"
        baseline = StackFile.new(near(self.engine.folder / "stacks" / BASELINES) / name, file.project)
        text = with_baseline(file.text, path, file.project, baseline.path.stem)
        head = f"# What {self.engine.stack} has of its own: more than fits into its stack file.\n"
        texts = (head + dump(self._maps(adopting=one)) for one in (True, False))
        return [Edit(baseline, *texts), Edit(file, text, text)]

    def _maps(self, *, adopting: bool) -> dict[str, Json]:
        """Return the entries by map; while they are *adopting*, each names its object."""
        maps: dict[str, Json] = {}
        for one in self.entries:
            adopt = {ADOPT: one.object.id} if adopting and ADOPT in one.object.kind.args.schema.directives else {}
            maps.setdefault(one.object.key, {})[one.name] = {**adopt, **one.declared}
        return maps

    def _take_into_state(self, before: Json) -> None:
        """Import the objects, then note what only a program can say: what is protected and what depends on what."""
        self.engine.import_resources([self._resource(one) for one in self.entries], self.file.path)
        imported = self.engine.export()
        after = deepcopy(imported)
        known = {one["urn"] for one in before["deployment"].get("resources") or []}
        resources = after["deployment"]["resources"]
        by_name = {(_class(one["type"]), name_of_resource(one)): one for one in resources if not one.get("delete")}
        for entry in self.entries:
            resource = by_name[CONFIG_MAPS[entry.object.key].__name__, entry.name]
            resource.update({"protect": True} if entry.object.key == CREDENTIALS else {})
            target = entry.declared.get(CREDENTIAL_NAME)
            if target is not None:
                urn = by_name[CONFIG_MAPS[CREDENTIALS].__name__, str(target)]["urn"]
                resource.update({"dependencies": [urn], "propertyDependencies": {SETTINGS_ID: [urn]}})
        # The engine wants each resource after those that it depends on, and imports them in any order.
        resources.sort(key=lambda one: bool(one.get("dependencies")) if one["urn"] not in known else False)
        self.engine.replace(imported, after)

    def _resource(self, entry: Entry) -> Json:
        resource = CONFIG_MAPS[entry.object.key]
        constant = {PROVIDER: serialize_provider(make_provider(entry.object.kind.name))}
        inputs = {**entry.object.fields, **constant}
        return {
            "type": f"pulumi-python:dynamic/{MODULE}:{resource.__name__}",
            "name": entry.name,
            "id": entry.object.id,
            "inputs": inputs,
            "outputs": {**inputs, **self.computed},
        }

    def _prove(self) -> None:
        found = differences(self.engine.preview(self.file.path))
        if found:
            raise NotProven(found)

    def _put_back(self, edits: Sequence[Edit], before: Json) -> None:
        """
        Put back the state, then the files; until then these name their objects, so that a kill loses nothing.

        What another run has written into the state meanwhile stays there.
        """
        with contextlib.suppress(FileProblem):  # changed by someone: the state is put back all the same
            for edit in edits:
                edit.file.write(edit.adopting)
        now = self.engine.export(empty=True)
        wanted = without(self.entries, now, before)
        if wanted["deployment"].get("resources") != now["deployment"].get("resources"):
            self.engine.replace(now, wanted)
        for edit in reversed(edits):
            edit.file.restore()


def without(entries: Sequence[Entry], now: Json, before: Json) -> Json:
    """Return the state *now* without what was imported for *entries*: *before*, if nothing else has come to it."""
    known = before["deployment"].get("resources") or []
    ours = {(CONFIG_MAPS[one.object.key].__name__, one.name, one.object.id) for one in entries}
    kept = [
        one
        for one in now["deployment"].get("resources") or []
        if one in known or (_class(one["type"]), name_of_resource(one), one.get("id")) not in ours
    ]
    if all(one in kept for one in known) and all(
        one in known or one["type"].startswith(_OF_THE_ENGINE) for one in kept
    ):
        return before
    return {**now, "deployment": {**now["deployment"], "resources": kept}}


def _finished(edits: Sequence[Edit]) -> str:
    """Take the `adopt` lines out of the files; return what to do where someone has changed one meanwhile."""
    try:
        for edit in edits:
            edit.file.write(edit.final)
    except FileProblem as problem:
        return f"{problem}: all is adopted, and its `adopt` lines have done their work: remove them"
    return ""


def differences(outcome: Outcome) -> list[str]:
    """Say what a preview would change, one line for each resource."""
    fields: dict[tuple[str, str], list[str]] = {}
    for one in outcome.differences:
        fields.setdefault((one.resource.partition(" ")[2], one.op), []).extend([one.property] if one.property else [])
    return [f"{name}: {op}" + (f" ({', '.join(named)})" if named else "") for (name, op), named in fields.items()]


def _class(type_: str) -> str:
    return type_.rpartition(":")[2]
