"""What the bench measures: that it is what it says, and that it is small."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bench import fleet, targets
from bench.cases import CASES, CREATE, Bench
from bench.figures import FLEET, OURS, SINGLES, Figures, Sample
from bench.graph import sandbox
from sandbox.demo.engines import cli

pytestmark = pytest.mark.slow

N = 100
BY_KEY = {case.key: replace(case, latency_ms=0) for case in CASES}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A bench with a hundred profiles in its tenant."""
    with sandbox() as graph:
        made = Bench(graph, tmp_path_factory.mktemp("bench"), Figures())
        made.measure(BY_KEY[CREATE.key], OURS, N)
        yield made


def measured(bench: Bench, key: str) -> Sample:
    """Measure one case of ours."""
    bench.measure(BY_KEY[key], OURS, N)
    return bench.figures.samples[key, OURS, N][-1]


def test_create_is_its_writes_two_lists_and_looks(bench: Bench) -> None:
    """
    A POST and an assignment for each profile, one list for each collection, and one look back for each at most.

    How many looks share a batch depends on the machine, so it is not counted here: see
    tests/provider/graph/test_coalescing.py.
    """
    (sample,) = bench.figures.samples["create", OURS, N]
    assert (sample.writes, sample.lists, sample.tokens) == (2 * N + 1, 3, 1)
    assert 0 < sample.requests - sample.writes - sample.lists <= N


@pytest.mark.parametrize("key", ["preview", "up"])
def test_unchanged_stack_sends_nothing(bench: Bench, key: str) -> None:
    """Not even a token is asked for."""
    sample = measured(bench, key)
    assert (sample.requests, sample.tokens) == (0, 0)
    assert sample.seconds > 0
    assert sample.peak_bytes > 10_000_000


@pytest.mark.parametrize("key", ["refresh", "drift", "drift-tls"])
def test_looking_costs_pages_and_batches(bench: Bench, key: str) -> None:
    """Two lists of one page, five batches of twenty references, one token; whatever the way to Graph."""
    sample = measured(bench, key)
    assert (sample.requests, sample.writes, sample.tokens) == (2 + 5, 0, 1)
    assert sample.requests <= targets.refresh_requests(N)


def test_drift_is_one(bench: Bench) -> None:
    """What the bench changes is found, and is as before afterwards."""
    stack = bench.prepare(BY_KEY["drift"], OURS, N)
    undo = bench.drift()
    assert "1 to update" in stack.run("preview", "--refresh").text
    undo()
    assert "to update" not in stack.run("preview", "--refresh").text


def test_state_is_small(bench: Bench) -> None:
    """The provider adds the declared fields to the state and nothing else."""
    bench.weigh(OURS, N)
    assert bench.figures.state[OURS, N][0] <= 1024


@pytest.mark.parametrize("engine", ["stand-in", "cli"])
def test_fleet_is_measured_beside_single_runs(tmp_path: Path, engine: str) -> None:
    """Each operation, by one command and by as many engines; what both print is that nothing changes."""
    command = cli() if engine == "cli" else None
    if engine == "cli" and command is None:
        pytest.skip("no Pulumi CLI 3.254 or newer on the PATH")
    figures = Figures()
    fleet.measure(figures, 2, 1, tmp_path / "fleet", command)
    assert list(figures.fleet) == [(verb, who, 2) for verb in fleet.OPERATIONS for who in (SINGLES, FLEET)]
    for (_, who, _), (sample,) in figures.fleet.items():
        assert sample.seconds > 0
        assert sample.cpu_seconds > 0
        assert (sample.peak_bytes > 10_000_000) == (who == FLEET)
