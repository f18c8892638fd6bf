"""
Creates under Graph's quota: as fast as it allows and never faster, and not one lost where somebody else uses it too.

The quota is real time, so this takes minutes. tests/provider/graph has it on a clock that runs as fast as the machine.
"""

from __future__ import annotations

import contextlib
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import NamedTuple

import grpc

from provider.graph.rate_limit import WINDOW, WRITES
from sandbox.graph import Sandbox
from tests.chaos.play import CONFIG
from tests.provider.plugin import processes
from tests.provider.plugin.driver import Plugin
from tests.sandbox.graph.clients import CREDENTIALS, connect
from tests.sandbox_control import Portal

_THREADS = 32
_SECONDS_BETWEEN_TRIES = 0.02


class Spent(NamedTuple):
    """What a run made of the quota."""

    created: int
    objects: int
    failures: list[str]
    throttled: int
    seconds: float
    """From the first write to the last."""

    @property
    def used(self) -> float:
        """The part of the write budget that was used: the least time for so many writes over the time they took."""
        return (self.created / WRITES - 1) * WINDOW / self.seconds

    def __str__(self) -> str:
        """Say it in one sentence."""
        return (
            f"{self.created} creates in {self.seconds:.1f} s ({self.used:.1%} of the write budget), {self.throttled} "
            f"answers 429, {len(self.failures)} failures, {self.objects} objects"
        )


def create_under_quota(count: int, *, shared: bool) -> Spent:
    """Create *count* objects in one run; where the quota is *shared*, another writer takes half of it meanwhile."""
    with (
        Sandbox(quota=True) as sandbox,
        contextlib.closing(Portal(sandbox.graph_endpoint)) as portal,
        tempfile.TemporaryDirectory(prefix="chaos-journal-") as journal,
    ):
        environ = {**sandbox.environment, "INTUNE_JOURNAL": journal}
        plugin = Plugin("derivedCredential", CONFIG, environ, processes.start)

        def create(name: str) -> str:
            inputs = {"display_name": name, "issuer": "purebred", "notification_types": ["email"]}
            try:
                plugin.create(plugin.checked(inputs, name=name), name)
            except grpc.RpcError as error:
                return str(error.details())
            return ""

        with _other_writer(sandbox) if shared else contextlib.nullcontext(), ThreadPoolExecutor(_THREADS) as pool:
            said = list(pool.map(create, [f"Ours {number}" for number in range(count)]))
        plugin.stop()
        ours = [one for one in portal.requests() if (one["method"], one["path"]) == ("POST", f"/beta{CREDENTIALS}")]
        made = [one["at"] for one in ours if one["status"] != HTTPStatus.TOO_MANY_REQUESTS]
        return Spent(
            created=count,
            objects=len(portal.objects()),
            failures=[text for text in said if text],
            throttled=len(ours) - len(made),
            seconds=max(made) - min(made),
        )


@contextlib.contextmanager
def _other_writer(sandbox: Sandbox) -> Iterator[None]:
    """Have another pipeline with the same application take half the quota, from before our first write to the last."""
    done, half = threading.Event(), threading.Event()
    graph = connect(sandbox)

    def write() -> None:
        taken: deque[float] = deque()
        while not done.wait(_SECONDS_BETWEEN_TRIES):
            while taken and taken[0] <= time.monotonic() - WINDOW:
                taken.popleft()
            if (
                len(taken) < WRITES // 2
                and graph.delete(f"{CREDENTIALS}/none").status_code != HTTPStatus.TOO_MANY_REQUESTS
            ):
                taken.append(time.monotonic())
            elif len(taken) == WRITES // 2:
                half.set()

    thread = threading.Thread(target=write)
    thread.start()
    half.wait()
    yield
    done.set()
    thread.join()
    graph.close()
