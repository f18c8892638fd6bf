"""
Thousands of creates, a random fault and late reads in each: nothing may be lost, created twice or taken from others.

Each tenant is given its share of them in one run of one plugin process, as with the engine, and one more up, by
another process, for what ended in an error. Each has strangers in it from the start (`tests.chaos.strangers`).
"""

from __future__ import annotations

import contextlib
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import grpc

from sandbox.graph import Sandbox
from tests.chaos.matrix import CERTIFICATE, FAULTS, GROUP, LAGS, LATE, OPERATIONS, TIMES, Cell
from tests.chaos.play import CONFIG, SETTINGS
from tests.chaos.strangers import Strangers
from tests.provider.plugin import processes
from tests.provider.plugin.driver import Plugin, half_done
from tests.sandbox_control import Portal

KINDS = ("derivedCredential", "androidProfile", "iosProfile")
QUICK = {"INTUNE_RETRY_TIMEOUT": "1", "INTUNE_CONSISTENCY_TIMEOUT": "3.5", "INTUNE_REQUEST_TIMEOUT": "0.4"}
"""As in `tests.chaos.play`, with less patience: a create that gives up has one more up."""
_LOOK = {"method": "GET", "path": r"\$filter="}
_ALSO_THE_LOOK = 0.2


@dataclass
class Tally:
    """What became of the creates."""

    creates: int = 0
    refused: int = 0
    """Those of a name that a stranger has: refused, in the end with its id."""
    unharmed: int = 0
    """Other creates to which no fault happened: those that prove nothing."""
    again: int = 0
    """Creates that ended in an error, and were done by one more up."""
    lost: list[str] = field(default_factory=list)
    """Objects that no state knows of."""
    doubled: list[str] = field(default_factory=list)
    """Names that several objects have, or one of ours beside a stranger."""
    taken: list[str] = field(default_factory=list)
    """Strangers that were touched."""
    undone: list[str] = field(default_factory=list)
    """What is not as declared after one more up, or not refused though a stranger has the name."""

    def __add__(self, other: Tally) -> Tally:
        """Add up."""
        return Tally(**{name: value + getattr(other, name) for name, value in vars(self).items()})

    @property
    def problems(self) -> list[str]:
        """What did not end well."""
        said = {"lost": self.lost, "doubled": self.doubled, "taken": self.taken, "undone": self.undone}
        return [f"{how}: {one}" for how, ones in said.items() for one in ones]

    @property
    def well(self) -> bool:
        """Tell whether something happened to each, and nothing was lost, doubled, taken or left undone."""
        return not (self.unharmed or self.problems)

    def __str__(self) -> str:
        """Say it in one sentence."""
        ours = self.creates - self.refused
        return (
            f"{self.creates} creates, {self.refused} refused for a stranger of their name, a fault in "
            f"{ours - self.unharmed} of the others: {ours - self.again} done at once, {self.again} by one more up; "
            f"{len(self.lost)} ids lost, {len(self.doubled)} objects doubled, {len(self.taken)} strangers taken, "
            f"{len(self.undone)} left undone"
        )


def create_many(count: int, seed: int, workers: int) -> Tally:
    """Create *count* objects in *workers* tenants; *seed* chooses the faults."""
    shares = [count // workers + (number < count % workers) for number in range(workers)]
    with ThreadPoolExecutor(workers) as pool:
        return sum(pool.map(_in_one_tenant, range(workers), [seed] * workers, shares), Tally())


def _in_one_tenant(number: int, seed: int, count: int) -> Tally:
    with (
        Sandbox() as sandbox,
        contextlib.closing(Portal(sandbox.graph_endpoint)) as portal,
        tempfile.TemporaryDirectory(prefix="chaos-journal-") as journal,
    ):
        chance = random.Random(f"{seed} {number}")  # noqa: S311 - no secret
        stack = Stack(KINDS[number % len(KINDS)], {**sandbox.tls_environment, "INTUNE_JOURNAL": journal}, portal)
        names = [f"Ours {index}" for index in range(count)]
        strangers = Strangers(stack.kind, portal, stack.credential, names, chance)
        mishaps = Mishaps(stack.kind, portal, chance)
        failed = stack.up(names, lambda name: mishaps.next(meant=name not in strangers.named))
        mishaps.next(meant=False)
        portal.no_faults()
        still = stack.up(failed)
        return stack.judged(names, strangers, failed, still) + Tally(unharmed=mishaps.missed)


def none_happened(armed: Sequence[Mapping[str, Any]], left: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether none of the *armed* faults happened: each is compared with its own, for two may be alike."""
    return len(armed) == len(left) and all(one.items() <= other.items() for one, other in zip(armed, left, strict=True))


class Mishaps:
    """Lets one thing go wrong with each create, and at times another with what the provider does about it."""

    def __init__(self, kind: str, portal: Portal, chance: random.Random) -> None:
        self._portal = portal
        self._chance = chance
        # The list is read once per run, and so is no part of each create; the POST is the heart of it.
        created = [one for one in OPERATIONS if (one.kind, one.doing) == (kind, "create")]
        parts = [one for one in created if one.method == "POST" or "Settings" in one.path]
        self._operations = [*parts, *(one for one in parts if one.creates)]
        self._begun = False
        self._armed: list[dict[str, Any]] = []
        self.missed = 0
        """How many creates were over before anything went wrong with them."""

    def next(self, *, meant: bool) -> None:
        """Arm what is to go wrong with the next create; unless it is *meant* to be harmed, it counts for nothing."""
        left = self._portal.faults_left()
        self.missed += bool(self._armed) and none_happened(self._armed, left)
        self._portal.no_faults()
        armed = [self._cell().armed()]
        if self._chance.random() < _ALSO_THE_LOOK:
            armed.append({**self._cell()._replace(lag=0).armed(), **_LOOK})
        for one in armed:
            self._portal.fault(**one)
        self._armed = armed if meant else []

    def _cell(self) -> Cell:
        chance = self._chance
        # A certificate that is refused in the first create would spoil the list that all others need.
        excluded = {LATE.name} if self._begun else {LATE.name, CERTIFICATE.name}
        faults = [fault for fault in FAULTS if fault.name not in excluded]
        self._begun = True
        operation, fault = chance.choice(self._operations), chance.choice(faults)
        when = "before" if fault is CERTIFICATE else chance.choice(fault.moments)
        lag = chance.choice(LAGS) if when == "after" and operation.writes else 0
        return Cell(operation, fault, when, chance.choice(TIMES), lag)


class Stack:
    """What is declared in one tenant, and what the state has of it."""

    def __init__(self, kind: str, environ: Mapping[str, str], portal: Portal) -> None:
        self.kind = kind
        self._environ = {**environ, **QUICK}
        self._portal = portal
        self.credential = portal.seed("derivedCredentials", **SETTINGS)
        self._state: dict[str, tuple[str, dict[str, Any]]] = {}

    def up(self, names: Iterable[str], begin: Callable[[str], None] = lambda _: None) -> dict[str, str]:
        """Create or complete what is declared by *names*, and return what was said of each that failed."""
        failed: dict[str, str] = {}
        plugin = Plugin(self.kind, CONFIG, self._environ, processes.start)
        for name in names:
            inputs = plugin.checked(self._declared(name), name=name)
            begin(name)
            try:
                self._state[name] = self._one(plugin, name, inputs)
            except grpc.RpcError as error:
                failed[name] = str(error.details()).strip()
                if (half := half_done(error)) is not None:
                    self._state[name] = half.id, half.outputs
        plugin.stop()
        return failed

    def judged(
        self, names: Sequence[str], strangers: Strangers, failed: Mapping[str, str], still: Mapping[str, str]
    ) -> Tally:
        """Compare the tenant with the state; *failed* and *still* are the errors of the first and the second up."""
        ours = [one for one in self._portal.objects() if one["id"] not in strangers]
        known = {id_: name for name, (id_, _) in self._state.items()}
        counts = Counter(one["displayName"] for one in ours)
        done = {known[one["id"]] for one in ours if one["id"] in known and self._is_whole(one)}
        refused = {name for name, id_ in strangers.named.items() if name in failed and id_ in still.get(name, "")}
        undone = {name: still.get(name, "not as declared") for name in names if name not in done | refused}
        return Tally(
            creates=len(names),
            refused=len(refused),
            again=len(failed.keys() - refused),
            lost=[f"{self.kind} {one['displayName']} {one['id']}" for one in ours if one["id"] not in known],
            doubled=[f"{self.kind} {name}" for name, count in counts.items() if count > (name not in strangers.named)],
            taken=strangers.taken(known),
            undone=[f"{self.kind} {name}: {told}" for name, told in undone.items()],
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
            "derived_credential_settings_id": self.credential,
            "assignments": [{"target": "groupAssignmentTarget", "group_id": GROUP}],
        }

    def _is_whole(self, one: Mapping[str, Any]) -> bool:
        """Tell whether an object is bound and assigned as declared."""
        if self.kind == "derivedCredential":
            return True
        groups = [assignment["target"]["groupId"] for assignment in one.get("assignments", [])]
        return (one.get("derivedCredentialSettings"), groups) == (self.credential, [GROUP])
