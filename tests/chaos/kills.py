"""
Engines and plugins killed in the middle of an up, and the up that comes after.

A kill leaves three things behind: a state that lacks what was done last, objects that no state knows of, and, where
it was the engine, a plugin that has accepted work and no engine to report it to. The next up must end in exactly what
is declared, whatever the moment was.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue
from typing import Any, NamedTuple

from sandbox.demo.engines import cli
from sandbox.graph import Sandbox
from tests import stack_runners
from tests.chaos.matrix import GROUP
from tests.chaos.play import TENANT
from tests.chaos.processes import family_of, left_of
from tests.sandbox_control import Portal

CREDENTIALS, PROFILES, BINDINGS = 6, 12, 4
OBJECTS = CREDENTIALS + 2 * PROFILES
"""Thirty objects of the stack's own, and four bindings of profiles that are somebody else's."""
_REQUESTS = 2 + CREDENTIALS + 2 * PROFILES * 3 + BINDINGS * 3
"""What an undisturbed up sends: two lists, and what each resource needs."""
_LATENCY_MS = 20
_SECONDS_TO_START = 0.8
_SECONDS_TO_END = 30.0
_QUICK = {"INTUNE_RETRY_TIMEOUT": "5", "INTUNE_CONSISTENCY_TIMEOUT": "5"}


class Moment(NamedTuple):
    """When what is killed."""

    victim: str
    """engine or plugin."""
    requests: int
    """How many requests Graph has seen by then."""
    pause: float
    """Seconds after that."""


class Ended(NamedTuple):
    """How it ended."""

    moment: Moment
    made: int
    """Objects that were there after the kill: from none to all."""
    unknown: int
    """Those of them that no state knew of."""
    wrong: list[str]
    """What was not as declared after one more up."""


def moments(count: int, seed: int) -> list[Moment]:
    """Choose *count* moments; the same for the same *seed*."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    return [_moment(chance) for _ in range(count)]


def _moment(chance: random.Random) -> Moment:
    requests = chance.randint(0, _REQUESTS)
    if requests == 0:  # there may be no plugin yet
        return Moment("engine", 0, chance.uniform(0, _SECONDS_TO_START))
    return Moment(chance.choice(("engine", "plugin")), requests, chance.uniform(0, _LATENCY_MS / 1000))


def kill_at(
    chosen: Sequence[Moment], workers: int, *, journal: bool = True, fault: Mapping[str, Any] | None = None
) -> list[Ended]:
    """
    Kill at every one of the *chosen* moments, some at a time, each in a tenant and a stack of its own.

    Without *journal* the next up is one on another machine: it may take nothing, and `recover` ends it. The *fault*
    happens to each of the runs that are killed.
    """
    with contextlib.ExitStack() as stack:
        worlds: Queue[tuple[Sandbox, Portal]] = Queue()
        for _ in range(workers):
            sandbox = stack.enter_context(Sandbox(latency_ms=_LATENCY_MS))
            worlds.put((sandbox, stack.enter_context(contextlib.closing(Portal(sandbox.graph_endpoint)))))

        def one(moment: Moment) -> Ended:
            world = worlds.get()
            try:
                with tempfile.TemporaryDirectory(prefix="kills-") as folder:
                    life = _Life(Path(folder), *world, journal=journal)
                    if fault is not None:
                        world[1].fault(**fault)
                    return life.ended_by(moment)
            finally:
                worlds.put(world)

        with ThreadPoolExecutor(workers) as pool:
            return list(pool.map(one, chosen))


def summary(ended: Sequence[Ended]) -> str:
    """Count, in one sentence, how they ended."""
    victims = Counter(one.moment.victim for one in ended)
    between = sum(0 < one.made < OBJECTS for one in ended)
    return (
        f"{len(ended)} kills ({victims['engine']} of the engine, {victims['plugin']} of the plugin), {between} of them "
        f"between the first object and the last, {sum(one.unknown for one in ended)} objects that the state did not "
        f"know of; after one more up {sum(not one.wrong for one in ended)} had exactly what is declared"
    )


class _Life:
    """A stack that is killed and goes on."""

    def __init__(self, folder: Path, sandbox: Sandbox, portal: Portal, *, journal: bool) -> None:
        self._portal = portal
        self._journal = None if journal else folder / "journal"
        for one in portal.objects():
            portal.remove(one["id"])
        portal.requests()
        command = cli()
        self._stack = stack_runners.real(folder, command) if command else stack_runners.stand_in(folder)
        self._stack.environment = {**sandbox.environment, **_QUICK, "INTUNE_JOURNAL": str(folder / "journal")}
        bare = {"@odata.type": "#microsoft.graph.iosVpnConfiguration"}
        self._others = [portal.seed("deviceConfigurations", displayName=f"VPN {n}", **bare) for n in range(BINDINGS)]
        self._stack.configure(tenantId=TENANT, cloud="sandbox", **self._declared())

    def ended_by(self, moment: Moment) -> Ended:
        """Kill the stack's up at *moment*, run it again, and say how that ended."""
        engine = self._stack.start_up()
        family = self._wait_for(engine, moment)
        plugins = [pid for pid, line in family.items() if "pulumi.dynamic" in line]
        for pid in plugins if moment.victim == "plugin" else [engine.pid]:
            with contextlib.suppress(ProcessLookupError):  # it may be done already
                os.kill(pid, signal.SIGKILL)
        engine.wait(_SECONDS_TO_END)
        if self._journal is not None:
            left_of(family)  # what happens on another machine happens later
        known = {one.get("id") for one in self._stack.resources()}
        ours = self._ours()
        self._stack.unlock()
        elsewhere = [] if self._journal is None else list(self._elsewhere({one["id"] for one in ours} - known))
        again = self._stack.up()
        if self._stack.deployment().get("pending_operations"):
            self._stack.forget_interrupted_creates()
        wrong = [again.text] if again.status != 0 else list(self._wrong())
        wrong += elsewhere + [f"still running: {line}" for line in left_of(family)]
        return Ended(moment, len(ours), sum(one["id"] not in known for one in ours), wrong)

    def _elsewhere(self, unknown: set[str]) -> Iterator[str]:
        """Go on without the journal; say what the up took without proof or made twice, and what recover cannot end."""
        shutil.rmtree(self._journal or "", ignore_errors=True)
        refused = self._stack.up()
        names = Counter(one["displayName"] for one in self._ours())
        taken = unknown & {one.get("id") for one in self._stack.resources()}
        yield from (f"{name} was made {count} times" for name, count in names.items() if count > 1)
        yield from (f"{id_} was taken without proof" for id_ in taken)
        if unknown and refused.status == 0:
            yield f"the up ended well beside {len(unknown)} objects of the names that it declares"
        recovered = self._stack.recover("--yes")
        if recovered.status != 0:
            yield recovered.text

    def _declared(self) -> dict[str, Any]:
        credential = {"issuer": "purebred", "notification_types": ["email"]}
        assignments = [{"target": "groupAssignmentTarget", "group_id": GROUP}]
        profiles = {
            letter: {
                f"{letter}{n}": {
                    "display_name": f"{letter}{n}",
                    "derived_credential": f"c{n % CREDENTIALS}",
                    "assignments": assignments,
                }
                for n in range(PROFILES)
            }
            for letter in "ai"
        }
        where = {"profile_type": "iosVpnConfiguration", "derived_credential": "c0"}
        return {
            "derivedCredentials": {
                f"c{n}": {"display_name": f"c{n}", "options": {"protect": False}, **credential}
                for n in range(CREDENTIALS)
            },
            "androidProfiles": profiles["a"],
            "iosProfiles": profiles["i"],
            "bindings": {f"b{n}": {"device_configuration_id": id_, **where} for n, id_ in enumerate(self._others)},
        }

    def _wait_for(self, engine: subprocess.Popen[bytes], moment: Moment) -> dict[int, str]:
        """Return at the *moment*, or when the run is over, with the processes that the engine has started by then."""
        while engine.poll() is None and moment.requests and not self._portal.asked():
            time.sleep(0.005)
        family = family_of(engine.pid)
        while engine.poll() is None and self._portal.asked() < moment.requests:
            time.sleep(0.001)
        time.sleep(moment.pause)
        return family if moment.requests else family_of(engine.pid)

    def _ours(self) -> list[dict[str, Any]]:
        return [one for one in self._portal.objects() if one["id"] not in self._others]

    def _wrong(self) -> Iterator[str]:
        """Say what is not as it is declared, in the tenant or in the state."""
        ours = {one["displayName"]: one for one in self._ours()}
        if len(self._ours()) != OBJECTS or len(ours) != OBJECTS:
            yield f"{len(self._ours())} objects with {len(ours)} names"
        state = {one["urn"].rpartition("::")[2]: one for one in self._stack.resources()}
        if len(state) != OBJECTS + BINDINGS or self._stack.deployment().get("pending_operations"):
            yield f"{len(state)} resources in the state, or operations that are pending"
        for name, resource in state.items():
            live = ours.get(name) or self._portal.named(f"VPN {name[1:]}")
            if resource["id"] != live["id"] or resource.get("initErrors"):
                yield f"{name} is {live['id']} and the state has {resource['id']} {resource.get('initErrors', '')}"
            if name[0] != "c":
                yield from self._wrong_with(name, resource["outputs"], live, ours)

    def _wrong_with(
        self, name: str, outputs: Mapping[str, Any], live: Mapping[str, Any], ours: Mapping[str, Mapping[str, Any]]
    ) -> Iterator[str]:
        """Say what is wrong with a profile, or with a binding."""
        credential = ours["c0" if name[0] == "b" else f"c{int(name[1:]) % CREDENTIALS}"]["id"]
        if not credential == live.get("derivedCredentialSettings") == outputs["derived_credential_settings_id"]:
            yield f"{name} is bound to {live.get('derivedCredentialSettings')} and not to {credential}"
        groups = [assignment["target"]["groupId"] for assignment in live.get("assignments", [])]
        if name[0] != "b" and not groups == [one["group_id"] for one in outputs["assignments"]] == [GROUP]:
            yield f"{name} is assigned to {groups}"
