"""
Thousands of creates with a random fault in each: no id may be lost, and nothing made twice.

Each tenant is given its share of them in one run of one plugin process, as with the engine, and one more up, by
another process, for what ended in an error.
"""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import grpc

from sandbox.graph import Sandbox
from tests.chaos.matrix import FAULTS, GROUP, OPERATIONS, Cell
from tests.chaos.play import CONFIG, SETTINGS
from tests.plugin import processes
from tests.plugin.driver import Plugin, half_done
from tests.portal import Portal

KINDS = ("derivedCredential", "androidProfile", "iosProfile")
QUICK = {"INTUNE_PATIENCE": "1", "INTUNE_CONSISTENCY": "1.5", "INTUNE_TIMEOUT": "0.4"}
_LOOK = {"method": "GET", "path": r"\$filter="}
_ALSO_THE_LOOK = 0.2


@dataclass
class Tally:
    """What became of the creates."""

    creates: int = 0
    unharmed: int = 0
    """Creates to which no fault happened: those that prove nothing."""
    again: int = 0
    """Creates that ended in an error, and were done by one more up."""
    lost: list[str] = field(default_factory=list)
    """Objects that no state knows of."""
    doubled: list[str] = field(default_factory=list)
    """Names that several objects have."""
    undone: list[str] = field(default_factory=list)
    """What is not as declared after one more up, and why."""

    def __add__(self, other: Tally) -> Tally:
        """Add up."""
        return Tally(**{name: value + getattr(other, name) for name, value in vars(self).items()})

    @property
    def well(self) -> bool:
        """Tell whether something happened to each, and nothing was lost, doubled or left undone."""
        return not (self.unharmed or self.lost or self.doubled or self.undone)

    def __str__(self) -> str:
        """Say it in one sentence."""
        return (
            f"{self.creates} creates, a fault in {self.creates - self.unharmed}: {self.creates - self.again} done at "
            f"once, {self.again} by one more up; {len(self.lost)} ids lost, {len(self.doubled)} objects doubled, "
            f"{len(self.undone)} left undone"
        )


def create_many(count: int, seed: int, workers: int) -> Tally:
    """Create *count* objects in *workers* tenants; *seed* chooses the faults."""
    shares = [count // workers + (number < count % workers) for number in range(workers)]
    with ThreadPoolExecutor(workers) as pool:
        return sum(pool.map(_in_one_tenant, range(workers), [seed] * workers, shares), Tally())


def _in_one_tenant(number: int, seed: int, count: int) -> Tally:
    with Sandbox() as sandbox, contextlib.closing(Portal(sandbox.graph_endpoint)) as portal:
        stack = Stack(KINDS[number % len(KINDS)], sandbox, portal)
        mishaps = Mishaps(stack.kind, portal, random.Random(f"{seed} {number}"))  # noqa: S311 - no secret
        names = [f"Ours {index}" for index in range(count)]
        failed = stack.up(names, mishaps.next)
        portal.no_faults()
        tally = Tally(creates=count, unharmed=mishaps.missed(), again=len(failed))
        tally.undone = [f"{stack.kind} {name}: {told}" for name, told in stack.up(failed).items()]
        return tally + stack.judged(names)


class Mishaps:
    """Lets one thing go wrong with each create, and at times another with what the provider does about it."""

    def __init__(self, kind: str, portal: Portal, chance: random.Random) -> None:
        self._portal = portal
        self._chance = chance
        # The list is read once per run, and so is no part of each create; the POST is the heart of it.
        created = [one for one in OPERATIONS if (one.kind, one.doing) == (kind, "create")]
        parts = [one for one in created if one.method == "POST" or "Settings" in one.path]
        self._operations = [*parts, *(one for one in parts if one.creates)]
        self._armed = 0
        self._missed = 0

    def next(self) -> None:
        """Arm what is to go wrong with the next create."""
        self.missed()
        cell = self._cell()
        self._portal.fault(**cell.armed())
        self._armed = cell.times
        if self._chance.random() < _ALSO_THE_LOOK:
            self._portal.fault(**{**self._cell().armed(), **_LOOK})

    def missed(self) -> int:
        """Return how many creates were over before anything went wrong with them."""
        left = self._portal.faults_left()
        self._missed += bool(
            self._armed and left and left[0]["times"] == self._armed and left[0]["path"] != _LOOK["path"]
        )
        self._armed = 0
        self._portal.no_faults()
        return self._missed

    def _cell(self) -> Cell:
        chance = self._chance
        when, times = chance.choice(("before", "after")), chance.choice((1, 3))
        return Cell(chance.choice(self._operations), chance.choice(FAULTS), when, times)


class Stack:
    """What is declared in one tenant, and what the state has of it."""

    def __init__(self, kind: str, sandbox: Sandbox, portal: Portal) -> None:
        self.kind = kind
        self._environ = {**sandbox.environment, **QUICK}
        self._portal = portal
        self._credential = portal.seed("derivedCredentials", **SETTINGS)
        self._state: dict[str, tuple[str, dict[str, Any]]] = {}

    def up(self, names: Iterable[str], begin: Callable[[], None] = lambda: None) -> dict[str, str]:
        """Create or complete what is declared by *names*, and return what was said of each that failed."""
        failed: dict[str, str] = {}
        plugin = Plugin(self.kind, CONFIG, self._environ, processes.start)
        for name in names:
            inputs = plugin.checked(self._declared(name), name=name)
            begin()
            try:
                self._state[name] = self._one(plugin, name, inputs)
            except grpc.RpcError as error:
                failed[name] = str(error.details()).strip()
                if (half := half_done(error)) is not None:
                    self._state[name] = half.id, half.outputs
        plugin.stop()
        return failed

    def judged(self, names: Sequence[str]) -> Tally:
        """Compare the tenant with the state."""
        ours = [one for one in self._portal.objects() if one["id"] != self._credential]
        known = {id_: name for name, (id_, _) in self._state.items()}
        counts = Counter(one["displayName"] for one in ours)
        done = {known[one["id"]] for one in ours if one["id"] in known and self._is_whole(one)}
        return Tally(
            lost=[one["id"] for one in ours if one["id"] not in known],
            doubled=[name for name, count in counts.items() if count > 1],
            undone=[f"{self.kind} {name}: not as declared" for name in names if name not in done],
        )

    def _one(self, plugin: Plugin, name: str, inputs: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        if name not in self._state:
            return plugin.create(inputs, name)
        id_, outputs = self._state[name]
        return id_, plugin.update(id_, outputs, inputs, name)

    def _declared(self, name: str) -> dict[str, Any]:
        if self.kind == "derivedCredential":
            return {"display_name": name, "issuer": "purebred", "notification_types": ["email"]}
        return {
            "display_name": name,
            "derived_credential_settings_id": self._credential,
            "assignments": [{"target": "groupAssignmentTarget", "group_id": GROUP}],
        }

    def _is_whole(self, one: Mapping[str, Any]) -> bool:
        """Tell whether an object is bound and assigned as declared."""
        if self.kind == "derivedCredential":
            return True
        groups = [assignment["target"]["groupId"] for assignment in one.get("assignments", [])]
        return (one.get("derivedCredentialSettings"), groups) == (self._credential, [GROUP])
