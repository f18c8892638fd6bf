"""One run of a stack in a world, along a path of deviations."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tests.explorer import wanted
from tests.explorer.adapter import HAS_JOURNAL, Machine, Process
from tests.explorer.calls import Failed
from tests.explorer.choices import Choices, Killed
from tests.explorer.declared import Entry, Options
from tests.explorer.engine import Up
from tests.explorer.lives import Life, Program
from tests.explorer.wire import Wire
from tests.explorer.world import ELSEWHERE, HOME, OURS, SECOND, World


@dataclass
class Ended:
    """How a run ended."""

    error: str = ""
    killed: bool = False
    warnings: list[str] = field(default_factory=list)
    defect: str = ""
    tenant: str = HOME
    faulty: bool = False
    """Whether anything but its order deviated."""

    @property
    def well(self) -> bool:
        """Tell whether it ended without an error."""
        return not (self.error or self.killed)


class Run:
    """One update of the explored stack."""

    def __init__(self, world: World, life: Life, program: Program, choices: Choices) -> None:
        self.world = world
        self.program = program
        self.ended = Ended()
        self._life = life
        self._choices = choices
        self.entry: Entry | None = None
        """What the engine is at; in the end what failed."""
        self._up: Up | None = None
        self._process: Process | None = None
        self._begun = 0
        choices.moment = world.exact

    def play(self, options: Options) -> Ended:
        """Run it to its end, whatever that is; the world is changed."""
        options = self._otherwise(options)
        # What was deleted shows for seconds, and runs are further apart: a refresh could only believe it.
        self.world.late[:] = [view for view in self.world.late if not view["deleted"]]
        machine = Machine(self.world)
        state = self.world.states[OURS]
        state["pending"] = [one for one in state["pending"] if one[0] == "creating"]
        wire = Wire(self.world, self.ended.tenant, OURS, self._choices)
        wire.second, wire.twin = lambda: self._second(machine), self._twin
        try:
            os.environ["INTUNE_ACCEPT_ABSENCE"] = "1" if options.accept_absence else ""
            process = Process(wire, _config(self.ended.tenant), self._warn, machine)
            self._process, self._up = process, Up(OURS, state, process, self.program, options, self._begin)
            self._update(self._up)
            if not self.ended.killed:
                process.end_well()
        finally:
            machine.end()
        self.ended.faulty = any(not one.startswith("declared") for one in self._choices.taken)
        return self.ended

    def _update(self, up: Up) -> None:
        try:
            up.run()
        except Killed:
            self.ended.killed = True
            self._pend()
        except Failed as failed:
            self.ended.error = str(failed)
            self.entry = up.failed[0] if up.failed else self.entry
            for one in up.failures or [failed]:
                self.world.note(str(one))
            self.ended.defect = str(failed) if failed.is_defect else ""

    def _pend(self) -> None:
        """The engine says which operations are pending, and to refresh: until then the state may be behind."""
        pending = {urn for _, urn, _ in self.world.states[OURS]["pending"]}
        ids = [one["id"] for one in self.world.states[OURS]["resources"] if one["urn"] in pending]
        self.world.drifted.extend(ids)

    def _otherwise(self, options: Options) -> Options:
        """Decide how the run is made."""
        life, choose = self._life, self._choose
        orders = [str(number) for number in range(len(life.orders))]
        chosen = choose("declared in the order", orders) if self.program == life.after else ""
        if chosen:
            self.program = life.orders[int(chosen)]
        options = replace(options, steps=choose("declared to go", ["at once", "at once, backwards"]))
        if choose("program", ["edited back"] if life.before and self.program != life.before else []):
            self.program = life.before
        if HAS_JOURNAL and choose("journal", ["gone"] if self.world.journal else []):
            self.world.journal.clear()
        known = [one["urn"].rpartition("::")[2] for one in self.world.states[OURS]["resources"]]
        names = [entry.name for entry in self.program if entry.name in known]
        ways = [f"{way} {name}" for way in ("replace", "target") for name in names]
        way, _, name = choose("options", [*ways, "refresh"]).partition(" ")
        if way == "refresh":
            if self.world.late:  # it believes what it reads: the next one tells the state
                self.world.drifted.extend(one["id"] for one in self.world.states[OURS]["resources"])
            options = replace(options, refresh=True)
        elif way == "replace":
            options = replace(options, replace=name)
        elif way:
            options = replace(options, target=name)
        if choose("tenant of the stack", ["edited"] if known else []):
            self.ended.tenant = ELSEWHERE
        return options

    def _choose(self, about: str, options: Sequence[str]) -> str:
        """Choose how the run is made, which no world shows."""
        chosen = self._choices.choose(about, options)
        self._choices.observe(chosen)
        return chosen

    def _begin(self, entry: Entry | None) -> None:
        """Take note of what the engine is about to do, and of all that it and the provider remember."""
        self.entry = entry
        self._begun += 1
        up, process = self._up, self._process
        assert up is not None
        assert process is not None
        self._choices.pause(
            lambda: f"{self._begun} {self._choices.outage} {up.moment()} {self.world.exact()} {process.memory()}"
        )

    def _warn(self, text: str) -> None:
        self.ended.warnings.append(text)
        self.world.note(text)

    def _twin(self) -> wanted.Made | None:
        """Return what a person would make to have the same as the entry at hand."""
        return wanted.made(self.entry) if self.entry is not None else None

    def _second(self, machine: Machine) -> None:
        """Let the second stack bring itself up, with the same declarations, in a process of its own."""
        self._choices.quiet = True
        wire = Wire(self.world, HOME, SECOND, self._choices)
        process = Process(wire, _config(HOME), lambda _: None, machine)
        declared: Sequence[Entry] = [entry for entry in self._life.after if entry.kind != "binding"]
        try:
            Up(SECOND, self.world.states[SECOND], process, declared).run()
            process.end_well()
        except Failed as failed:
            if failed.is_defect:
                raise
        finally:
            self._choices.quiet = False


def _config(tenant: str) -> dict[str, str]:
    return {"tenantId": tenant, "cloud": "public"}
