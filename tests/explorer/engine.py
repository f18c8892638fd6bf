"""
A small model of the Pulumi engine: what it does to a state for one program, one resource after the other.

It follows `pkg/resource/deploy/step_generator.go` and `step.go` of the engine: aliases, replacements in both orders, a
replacement that the engine itself asks for, targets, half-done creates and updates, and what a kill leaves behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pulumi.runtime.proto import provider_pb2

from tests.explorer.adapter import DELETES_BEFORE_REPLACING, Process
from tests.explorer.calls import Failed, Refused, plain, struct
from tests.explorer.declared import Entry, Options, blank, name_of, needs, urn_of
from tests.explorer.world import Json

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_DIFF = provider_pb2.DiffResponse

Step = Callable[[], None]


@dataclass
class Up:
    """One update of a stack. *begin* is told the entry or the state that the engine is about to work on."""

    stack: str
    state: Json
    process: Process
    program: Sequence[Entry]
    options: Options = field(default_factory=Options)
    begin: Callable[[Entry | None], object] = lambda _: None
    failed: list[Entry] = field(default_factory=list)
    """The entries whose steps failed."""
    failures: list[Failed] = field(default_factory=list)
    """Why they failed: the engine shows all of it."""
    _ids: dict[str, str] = field(default_factory=dict)
    _seen: list[int] = field(default_factory=list)

    def run(self) -> None:
        """Bring the stack to what the program declares. Raises Failed; the state is what the engine would keep."""
        if self.options.refresh:
            for one in [each for each in self._resources if not each["replacing"]]:
                self._refresh(one)
        self._old = list(self._resources)
        for together in self._batches():
            steps = [(entry, step) for entry in together if (step := self._plan(entry)) is not None]
            self._take(reversed(steps) if self.options.steps == "at once, backwards" else steps)
        self.begin(None)
        self._delete_the_rest()

    def _batches(self) -> Iterator[list[Entry]]:
        """Group the entries that the engine has under way at once: check and diff of all come before any step."""
        batch: list[Entry] = []
        for entry in self.program:
            if batch and (not self.options.steps or any(one.name in needs(entry) for one in batch)):
                yield batch
                batch = []
            batch.append(entry)
        yield batch

    def _take(self, steps: Iterable[tuple[Entry, Step]]) -> None:
        """Take *steps*. One that fails does not stop the others that are under way, but all that come later."""
        for entry, step in steps:
            self.begin(entry)
            try:
                step()
            except Failed as failed:
                self.failures.append(failed)
                self.failed.append(entry)
        if self.failures:
            raise self.failures[0]

    # ------------------------------------------------------------------------------------------ one resource

    def _plan(self, entry: Entry) -> Step | None:
        """Check and diff *entry*; return the step that it needs, if any."""
        self.begin(entry)
        old = self._find(entry)
        if self.options.target and self.options.target != entry.name:
            if old is not None:
                self._keep(entry, old)
            return None
        news = {name: self._resolved(value) for name, value in entry.inputs.items()}
        forced = old is not None and self.options.replace == entry.name
        inputs = self._check(entry, {} if old is None or forced else old["inputs"], news)
        if old is None:
            return partial(self._create, entry, inputs, None)
        replace, before, changed = (True, False, True) if forced else self._diff(entry, old, inputs)
        if replace or old["replacing"]:
            inputs = inputs if forced else self._check(entry, {}, news)
            return partial(self._replace, entry, old, inputs, before=DELETES_BEFORE_REPLACING or before)
        if changed or old["init"]:
            self._seen.append(id(old))
            return partial(self._update, entry, old, inputs)
        self._keep(entry, old)
        old["inputs"] = inputs
        return None

    def _check(self, entry: Entry, olds: Json, news: Json) -> Json:
        request = provider_pb2.CheckRequest(urn=urn_of(self.stack, entry.name), olds=struct(olds), news=struct(news))
        if not olds:
            request.ClearField("olds")
        response = self.process.call("Check", entry.kind, request)
        if response.failures:
            said = "; ".join(f"{one.property} {one.reason}" for one in response.failures)
            raise Failed(Refused(f"{entry.name}: {said}"), None)
        return plain(response.inputs)

    def _diff(self, entry: Entry, old: Json, news: Json) -> tuple[bool, bool, bool]:
        """Ask for the difference; return whether to replace, whether to delete before it, and whether there is one."""
        request = provider_pb2.DiffRequest(
            id=old["id"], urn=urn_of(self.stack, entry.name), olds=struct(old["outputs"]), news=struct(news)
        )
        response = self.process.call("Diff", entry.kind, request)
        unknown, none = response.changes == _DIFF.DIFF_UNKNOWN, response.changes == _DIFF.DIFF_NONE
        differs = old["inputs"] != news if unknown else not none
        return bool(response.replaces) and differs, response.deleteBeforeReplace, differs

    def _create(self, entry: Entry, inputs: Json, old: Json | None) -> None:
        request = provider_pb2.CreateRequest(urn=urn_of(self.stack, entry.name), properties=struct(inputs))
        made = {**blank(entry, urn_of(self.stack, entry.name)), "inputs": inputs}
        with self._pending("creating", made["urn"], str(inputs.get("display_name"))):
            try:
                response = self.process.call("Create", entry.kind, request)
            except Failed as failed:
                if failed.half_done is None:
                    raise
                made["id"], made["outputs"] = failed.half_done
                made["init"] = True
                self._created(made, old)
                raise
        made["id"], made["outputs"] = response.id, plain(response.properties)
        self._created(made, old)
        self._ids[entry.name] = made["id"]

    def _created(self, made: Json, old: Json | None) -> None:
        if old is not None and old["replacing"]:
            self._resources.remove(old)
        elif old is not None:
            old["delete"] = True
        self._resources.append(made)
        self._seen.append(id(made))

    def _update(self, entry: Entry, old: Json, inputs: Json) -> None:
        request = provider_pb2.UpdateRequest(
            id=old["id"], urn=urn_of(self.stack, entry.name), olds=struct(old["outputs"]), news=struct(inputs)
        )
        with self._pending("updating", urn_of(self.stack, entry.name)):
            try:
                response = self.process.call("Update", entry.kind, request)
            except Failed as failed:
                if failed.half_done is not None:  # the engine keeps the old inputs, and the new outputs
                    old["outputs"], old["init"] = failed.half_done[1], True
                    self._keep(entry, old)
                raise
        old["inputs"], old["outputs"], old["init"] = inputs, plain(response.properties), False
        self._keep(entry, old)

    def _replace(self, entry: Entry, old: Json, inputs: Json, *, before: bool) -> None:
        if before and not old["replacing"]:
            self._ask_dependents(old)
            self._delete(old)
            old["replacing"] = True
        self._create(entry, inputs, old)

    def _ask_dependents(self, old: Json) -> None:
        """Ask each dependent whether it must be replaced too, as the engine does before it deletes *old*."""
        for one in self._resources:
            if name_of(old["urn"]) in one["needs"] and id(one) not in self._seen and not one["delete"]:
                news = {name: UNKNOWN if value == old["id"] else value for name, value in one["inputs"].items()}
                request = provider_pb2.DiffRequest(
                    id=one["id"], urn=one["urn"], olds=struct(one["outputs"]), news=struct(news)
                )
                response = self.process.call("Diff", one["kind"], request)
                assert not response.replaces

    def _delete_the_rest(self) -> None:
        for one in reversed(self._old):
            chosen = not self.options.target or self.options.target == name_of(one["urn"])
            gone = one["delete"] or id(one) not in self._seen
            if chosen and gone and any(one is each for each in self._resources):
                if not one["replacing"]:
                    self._delete(one)
                self._resources[:] = [each for each in self._resources if each is not one]

    def _delete(self, one: Json) -> None:
        request = provider_pb2.DeleteRequest(id=one["id"], urn=one["urn"], properties=struct(one["outputs"]))
        with self._pending("deleting", one["urn"]):
            self.process.call("Delete", one["kind"], request)

    def _refresh(self, one: Json) -> None:
        request = provider_pb2.ReadRequest(
            id=one["id"], urn=one["urn"], properties=struct(one["outputs"]), inputs=struct(one["inputs"])
        )
        response = self.process.call("Read", one["kind"], request)
        if not response.id:
            self._resources.remove(one)
            return
        one["id"], one["outputs"], one["init"] = response.id, plain(response.properties), False
        if response.HasField("inputs"):
            one["inputs"] = plain(response.inputs)

    def moment(self) -> str:
        """Return what the engine remembers beside the state."""
        seen = [number for number, one in enumerate(self._resources) if id(one) in self._seen]
        return f"{self.program} {self.options} {self._ids} {seen} {[one.name for one in self.failed]}"

    @property
    def _resources(self) -> list[Json]:
        found: list[Json] = self.state["resources"]
        return found

    def _find(self, entry: Entry) -> Json | None:
        for urn in (urn_of(self.stack, name) for name in (entry.name, *entry.aliases)):
            for one in self._resources:
                if one["urn"] == urn and not one["delete"] and id(one) not in self._seen:
                    return one
        return None

    def _keep(self, entry: Entry, old: Json) -> None:
        old["urn"], old["needs"] = urn_of(self.stack, entry.name), needs(entry)
        self._ids[entry.name] = old["id"]
        if id(old) not in self._seen:
            self._seen.append(id(old))

    @contextmanager
    def _pending(self, what: str, urn: str, name: str = "") -> Iterator[None]:
        """Keep a pending operation in the state; only a process that is killed leaves it there."""
        operation = [what, urn, name]
        self.state["pending"].append(operation)
        try:
            yield
        except Failed:
            self.state["pending"].remove(operation)
            raise
        self.state["pending"].remove(operation)

    def _resolved(self, value: Any) -> Any:
        if not isinstance(value, str) or not value.startswith("$"):
            return value
        if value[1:] not in self._ids:
            raise Failed(Refused(f"{value[1:]} is needed and not targeted: run again without --target"), None)
        return self._ids[value[1:]]
