"""What is measured, and how one measurement goes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from bench.engines import Stack
from bench.figures import FLOOR, OURS, Figures, Sample
from bench.graph import Graph, Traffic
from bench.watching import Ran

AT_ONCE = ("--yes", "--skip-preview")
SUBJECTS = {OURS: "ours", FLOOR: "floor"}
"""The subjects that the program knows, by its names for them."""


@dataclass(frozen=True)
class Case:
    """One operation, under circumstances."""

    key: str
    title: str
    verb: str
    flags: tuple[str, ...] = ()
    latency_ms: int = 0
    fresh: bool = False
    """Begins with nothing: no state, no objects."""
    drifted: bool = False
    """Somebody has changed one profile."""
    floor: bool = True
    """Is measured with the floor too; latency alone makes no other case of it."""
    tls: bool = False
    """Goes to Microsoft's host names over TLS, with the sandbox as a proxy, like IntuneCD."""


CREATE = Case("create", "create, 200 ms latency", "up", AT_ONCE, latency_ms=200, fresh=True)
BESIDE_RIVAL = Case(
    "drift-tls",
    "find drift in one, 200 ms latency, over TLS",
    "preview",
    ("--refresh",),
    latency_ms=200,
    drifted=True,
    floor=False,
    tls=True,
)
CASES = (
    CREATE,
    Case("preview", "no-op preview", "preview"),
    Case("up", "no-op up", "up", AT_ONCE),
    Case("refresh", "refresh", "refresh", AT_ONCE),
    Case("refresh-200", "refresh, 200 ms latency", "refresh", AT_ONCE, latency_ms=200, floor=False),
    Case("drift", "find drift in one (preview --refresh)", "preview", ("--refresh",), drifted=True),
    BESIDE_RIVAL,
)
QUOTA = Case("quota", "create, quota on, one write each", "up", AT_ONCE, fresh=True)
TITLES = {case.key: case.title for case in (*CASES, QUOTA)} | {"backup": "IntuneCD's backup"}


class Bench:
    """Measures cases in one sandbox, with state and settings below *folder*."""

    def __init__(self, graph: Graph, folder: Path, figures: Figures, command: str | None = None) -> None:
        self.graph = graph
        self.figures = figures
        self.folder = folder
        self.command = command
        self._stacks: dict[str, Stack] = {}
        self._made = 0

    def prepare(self, case: Case, subject: str, size: int) -> Stack:
        """Make everything as *case* has it, and return the stack on which it is to be run."""
        if case.fresh:
            self.graph.empty()
            self._stacks[subject] = self._stack(subject, size, plain=case is QUOTA)
        stack = self._over_tls(self._stacks[subject]) if case.tls else self._stacks[subject]
        self.graph.behave(latency_ms=case.latency_ms, quota=case is QUOTA)
        self.graph.forget()
        return stack

    def measure(self, case: Case, subject: str, size: int) -> None:
        """Run *case* once and keep its sample. Raises Failed."""
        undo = self.drift() if case.drifted else lambda: None
        stack = self.prepare(case, subject, size)
        try:
            ran = stack.run(case.verb, *case.flags)
        finally:
            self.graph.behave()
        self.figures.add(case.key, subject, size, sample(ran, self.graph.seen()))
        undo()

    def weigh(self, subject: str, size: int) -> None:
        """Note how large a profile is in the state of *subject*."""
        profile = self._stacks[subject].resources()[-1]
        outputs = len(json.dumps(profile["outputs"]))
        beyond = len(json.dumps(profile)) - len(json.dumps(profile["inputs"]))
        self.figures.state[subject, size] = (outputs, beyond)

    def drift(self) -> Callable[[], None]:
        """Change one profile in the tenant, and return what changes it back."""
        profiles = [one for one in self.graph.objects() if one["collection"] == "deviceConfigurations"]
        if not profiles:
            return lambda: None
        one = profiles[len(profiles) // 2]
        self.graph.change(one["id"], description="changed in the portal")
        return lambda: self.graph.change(one["id"], description=one["description"])

    def _stack(self, subject: str, size: int, *, plain: bool) -> Stack:
        self._made += 1
        stack = Stack(self.folder / f"stack-{self._made}", self.command, self.graph.environment)
        # Except where the quota is what is measured, pacing would only measure the quota.
        stack.configure(
            tenantId=self.graph.tenant_id,
            cloud="sandbox",
            quotaShare="100" if plain else "off",
            subject=SUBJECTS[subject],
            profiles=size,
            plain=plain,
        )
        return stack

    def _over_tls(self, stack: Stack) -> Stack:
        """Return the same stack in another cloud, and its state as if it had always been there."""
        self._made += 1
        moved = stack.copy(self.folder / f"stack-{self._made}", '"sandbox"', '"public"')
        return replace(moved, environment=self.graph.cloud_environment)


def sample(ran: Ran, traffic: Traffic) -> Sample:
    """Put together what one operation took, and what it sent."""
    return Sample(
        seconds=ran.seconds,
        peak_bytes=ran.peak_bytes,
        requests=traffic.requests,
        writes=traffic.writes,
        lists=traffic.lists,
        tokens=traffic.tokens,
        throttled=traffic.throttled,
        write_seconds=traffic.first_to_last_write,
        served_seconds=traffic.served,
    )
