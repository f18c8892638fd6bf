"""What was promised, and whether it was kept: each target as a limit computed from the same run."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from bench.figures import FLEET, FLOOR, INTUNECD, OURS, SINGLES, Figures
from bench.graph import PAGE_SIZE

_LATENCY = 0.2
_THREADS = 32
_WINDOW, _WRITES = 20.0, 100  # Intune's quota: so many writes in so many seconds
_LARGE = 1000
_RIVAL_FROM = 20
_FOR_GRAPH = ("requests", "cryptography.x509", "azure.identity")
"""What a call that needs the network loads, and a preview does not."""


@dataclass(frozen=True)
class Verdict:
    """One target."""

    what: str
    limit: float
    measured: float
    unit: str
    because: str
    """How the limit comes about."""
    below: bool = False
    """Whether the limit itself is too much already."""
    why: str = ""
    """Why it is missed, where the figures themselves say it."""

    @property
    def met(self) -> bool:
        """Whether what was measured is within the limit."""
        return self.measured < self.limit or (self.measured == self.limit and not self.below)


def verdicts(figures: Figures) -> Iterator[Verdict]:
    """Judge every target that the run has figures for, at the largest size that was measured to its end."""
    sizes = [size for size in figures.sizes("preview", OURS) if (FLOOR, size) in figures.state]
    if sizes:
        yield from _idle(figures, sizes[-1])
        yield from _refresh(figures, sizes[-1])
        yield from _create(figures, sizes[-1])
        yield from _memory(figures, sizes[-1])
        yield from _drift(figures, sizes)
    for size in figures.sizes("quota", OURS):
        yield from _quota(figures, size)
    yield from _fleet(figures)
    if figures.import_seconds:
        middle = sorted(figures.import_seconds)[len(figures.import_seconds) // 2]
        yield Verdict("`import provider` beyond `import pulumi`", 60, middle * 1000, "ms", "fixed")


def least_quota_seconds(writes: int) -> float:
    """Return the least time between the first and the last of so many writes that the quota allows."""
    return (math.ceil(writes / _WRITES) - 1) * _WINDOW


def refresh_requests(size: int) -> int:
    """Return the requests that a refresh of so many bound profiles may cost: pages, batches, and five to spare."""
    return math.ceil(size / PAGE_SIZE) + math.ceil(size / 20) + 5


def _idle(figures: Figures, size: int) -> Iterator[Verdict]:
    for key in ("preview", "up"):
        name = f"no-op {key}, N = {size:,}"
        yield Verdict(f"{name}: requests", 0, figures.spread(key, OURS, size, "requests").most, "", "fixed")
        yield Verdict(f"{name}: tokens", 0, figures.spread(key, OURS, size, "tokens").most, "", "fixed")
        yield _times(figures, key, size, 1.15, name)


def _times(figures: Figures, key: str, size: int, factor: float, name: str) -> Verdict:
    floor, ours = figures.middle(key, FLOOR, size), figures.middle(key, OURS, size)
    served = figures.middle(key, OURS, size, "served_seconds")
    why = f"{served:.2f} s of it is the sandbox's own work for the answers" if served else ""
    return Verdict(f"{name}: time", factor * floor, ours, "s", f"{factor} times floor", why=why)


def _refresh(figures: Figures, size: int) -> Iterator[Verdict]:
    name = f"refresh, N = {size:,}"
    most = figures.spread("refresh", OURS, size, "requests").most
    yield Verdict(f"{name}: requests", refresh_requests(size), most, "", "pages + batches + 5")
    yield _times(figures, "refresh", size, 1.5, name)
    floor, measured = figures.middle("refresh", FLOOR, size), figures.middle("refresh-200", OURS, size)
    yield Verdict(f"{name}, 200 ms latency: time", floor + 3, measured, "s", "floor + 3 s")


def _create(figures: Figures, size: int) -> Iterator[Verdict]:
    name = f"create, N = {size:,}, 200 ms latency"
    writes = figures.middle("create", OURS, size, "writes")
    limit = 1.3 * writes * _LATENCY / _THREADS + figures.middle("create", FLOOR, size)
    because = f"1.3 times {writes:.0f} writes times 0.2 s / 32 + floor"
    yield Verdict(f"{name}: time", limit, figures.middle("create", OURS, size), "s", because)
    lists = figures.spread("create", OURS, size, "lists").most
    yield Verdict(f"{name}: lists", 1 + 2, lists, "", "pages + 2; the tenant is empty, so a list is one page")


def _quota(figures: Figures, size: int) -> Iterator[Verdict]:
    name = f"create, N = {size:,}, quota on"
    least = least_quota_seconds(int(figures.middle("quota", OURS, size, "writes")))
    if least:
        measured = figures.middle("quota", OURS, size, "write_seconds")
        yield Verdict(f"{name}: first write to last", 1.05 * least, measured, "s", f"1.05 times {least:.0f} s")
    yield Verdict(f"{name}: 429", 0, figures.spread("quota", OURS, size, "throttled").most, "", "fixed")


def _fleet(figures: Figures) -> Iterator[Verdict]:
    for verb, who, tenants in figures.fleet:
        if who == FLEET:
            name = f"{verb} of {tenants} tenants"
            alone = figures.fleet_spread(verb, SINGLES, tenants).middle
            together = figures.fleet_spread(verb, FLEET, tenants).middle
            yield Verdict(f"{name}: time", 1.15 * alone, together, "s", "1.15 times as many single runs side by side")
            peak = figures.fleet_spread(verb, FLEET, tenants, "peak_bytes").most / 1e6
            yield Verdict(f"{name}: memory of the command", 150, peak, "MB", "fixed")


def _memory(figures: Figures, size: int) -> Iterator[Verdict]:
    for key in ("preview", "refresh", "create"):
        floor, ours = (figures.middle(key, who, size, "peak_bytes") / 1e6 for who in (FLOOR, OURS))
        loaded = sum(figures.import_bytes.get(name, 0) for name in _FOR_GRAPH) / 1e6
        why = f"requests and azure-identity, with what they load, take {loaded:.1f} MB before the first request"
        yield Verdict(f"plugin memory, {key}, N = {size:,}", 1.5 * floor, ours, "MB", "1.5 times floor", why=why)
    outputs, beyond = figures.state[OURS, size]
    yield Verdict("state of a profile beyond its inputs: outputs", 1024, outputs, "bytes", "fixed")
    more = beyond - figures.state[FLOOR, size][1]
    yield Verdict("state of a profile beyond its inputs: all of it, less the floor's", 1024, more, "bytes", "fixed")


def _drift(figures: Figures, sizes: list[int]) -> Iterator[Verdict]:
    most = figures.spread("drift", OURS, sizes[-1], "requests").most
    yield Verdict(
        f"find drift in 1 of {sizes[-1]:,}: requests", refresh_requests(sizes[-1]), most, "", "pages + batches + 5"
    )
    for size in sizes:
        if size >= _RIVAL_FROM and figures.has("drift-tls", INTUNECD, size):
            yield from _beside_rival(figures, size)


def _beside_rival(figures: Figures, size: int) -> Iterator[Verdict]:
    name = f"find drift in 1 of {size:,}, 200 ms latency"
    requests, rival_requests = (figures.middle("drift-tls", who, size, "requests") for who in (OURS, INTUNECD))
    why = "one of ours lists the credentials, of which IntuneCD has no notion"
    yield Verdict(f"{name}: requests", rival_requests, requests, "", "fewer than IntuneCD", below=True, why=why)
    seconds, rival_seconds = (figures.middle("drift-tls", who, size) for who in (OURS, INTUNECD))
    floor = figures.middle("drift", FLOOR, size)
    why = f"the engine, the program and the SDK take {floor:.2f} s of it before any provider does anything (floor)"
    yield Verdict(f"{name}: time", rival_seconds, seconds, "s", "less than IntuneCD", below=True, why=why)
