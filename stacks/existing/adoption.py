"""
Takes existing objects into a stack: first the file, then the state, and then the proof.

The order is what makes a kill at any moment safe. The file gets the new entries with `adopt: <id>`, so an `up` after
a kill takes over these very objects and creates none. Then the state gets the objects, by one import. Then a preview
that refreshes must show no change; only then are the `adopt` lines, which have done their work, taken out of the file.
Where anything fails, state and file are put back as they were. The tenant is only read.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pulumi.dynamic.dynamic import serialize_provider

from provider.lifecycle import make_provider
from provider.program.resource import MODULE
from stacks.engine import Engine, Json
from stacks.existing.entries import Entry
from stacks.existing.pending import PROVIDER
from stacks.files.document import FileProblem
from stacks.files.edit import with_entries
from stacks.files.stack_file import StackFile
from stacks.maps import CONFIG_MAPS, CREDENTIAL_NAME, CREDENTIALS, SETTINGS_ID

ADOPT = "adopt"


class NotProven(Exception):  # noqa: N818 - no failure: the proof shows a difference
    """The preview after an adoption shows changes; file and state are as they were."""

    def __init__(self, differences: Sequence[str]) -> None:
        super().__init__("the preview shows changes, so nothing was adopted: " + "; ".join(differences))
        self.differences = list(differences)


@dataclass(frozen=True)
class Adoption:
    """The adoption of some objects into one stack."""

    engine: Engine
    file: StackFile
    entries: Sequence[Entry]
    computed: Mapping[str, str]
    """The outputs that every resource has beside its fields."""

    def text(self, *, adopting: bool) -> str:
        """Return the stack file with the entries; while it is *adopting*, each names its object."""
        maps: dict[str, Json] = {}
        for one in self.entries:
            adopt = {ADOPT: one.object.id} if adopting and ADOPT in one.object.kind.args.schema.directives else {}
            maps.setdefault(one.object.key, {})[one.name] = {**adopt, **one.declared}
        return with_entries(self.file.text, self.file.path, self.file.project, maps)

    def run(self) -> str:
        """
        Do it, and return what is left to do by hand; empty if there is nothing.

        Raises NotProven: the preview shows changes. EngineError, FileProblem: it could not be done. In both cases file
        and state are as they were.
        """
        final, before = self.text(adopting=False), self.engine.export(empty=True)
        self.file.write(self.text(adopting=True))
        try:
            self._take_into_state(before)
            self._prove(final)
        except BaseException:
            self._put_back(before)
            raise
        try:
            self.file.write(final)
        except FileProblem as problem:
            return f"{problem}: all is adopted, and its `adopt` lines have done their work: remove them"
        return ""

    def _take_into_state(self, before: Json) -> None:
        """Import the objects, then note what only a program can say: what is protected and what depends on what."""
        self.engine.import_resources([self._resource(one) for one in self.entries], self.file.path)
        after = self.engine.export()
        known = {one["urn"] for one in before["deployment"].get("resources") or []}
        resources = after["deployment"]["resources"]
        by_name = {(_class(one["type"]), one["urn"].rpartition("::")[2]): one for one in resources}
        for entry in self.entries:
            resource = by_name[CONFIG_MAPS[entry.object.key].__name__, entry.name]
            resource.update({"protect": True} if entry.object.key == CREDENTIALS else {})
            target = entry.declared.get(CREDENTIAL_NAME)
            if target is not None:
                urn = by_name[CONFIG_MAPS[CREDENTIALS].__name__, str(target)]["urn"]
                resource.update({"dependencies": [urn], "propertyDependencies": {SETTINGS_ID: [urn]}})
        # The engine wants each resource after those that it depends on, and imports them in any order.
        resources.sort(key=lambda one: bool(one.get("dependencies")) if one["urn"] not in known else False)
        self.engine.replace(after)

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

    def _prove(self, final: str) -> None:
        with tempfile.TemporaryDirectory(prefix="intune-stack-") as private:
            path = Path(private) / self.file.path.name
            path.write_text(final, encoding="utf-8")
            found = differences(self.engine.preview(path))
        if found:
            raise NotProven(found)

    def _put_back(self, before: Json) -> None:
        """Put back state, then file: an entry without its object is refused by the next up, and harms nothing."""
        if self.engine.export(empty=True)["deployment"].get("resources") != before["deployment"].get("resources"):
            self.engine.replace(before)
        self.file.restore()


def differences(digest: Json) -> list[str]:
    """Say what a digest would change, one line for each resource."""
    found: dict[str, None] = {}
    for step in digest.get("steps") or []:
        if step["op"] not in ("same", "refresh", "read") and not str(step["urn"]).endswith("::default"):
            fields = ", ".join(step.get("diffReasons") or step.get("replaceReasons") or [])
            name = str(step["urn"]).rpartition("::")[2]
            found[f"{name}: {step['op']}{f' ({fields})' if fields else ''}"] = None
    return list(found)


def _class(type_: str) -> str:
    return type_.rpartition(":")[2]
