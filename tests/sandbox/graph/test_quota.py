"""Intune's limits: 100 writes and 1,000 requests of an application in 20 seconds, twice that of all together."""

from __future__ import annotations

import pytest

from sandbox.graph import Sandbox
from sandbox.graph.api.quota import Quota
from tests.sandbox.graph.clients import CREDENTIALS, Graph, connect, said
from tests.sandbox_control import Portal


class Clock:
    """Time that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


@pytest.mark.parametrize(("write", "limit"), [(True, 100), (False, 1000)])
def test_application_has_a_limit(write: bool, limit: int) -> None:  # noqa: FBT001 - a column of the table
    """The request after the last is refused until the first leaves the window; then one more is admitted."""
    clock = Clock()
    quota = Quota(clock)
    assert quota.admit("t", "a", write=write) == 0
    clock.now += 5
    assert [quota.admit("t", "a", write=write) for _ in range(limit - 1)] == [0] * (limit - 1)
    assert quota.admit("t", "a", write=write) == 15
    clock.now += 14.5
    assert quota.admit("t", "a", write=write) == 1
    clock.now += 0.5
    assert quota.admit("t", "a", write=write) == 0
    assert quota.admit("t", "a", write=write) == 5


@pytest.mark.parametrize(("write", "limit"), [(True, 200), (False, 2000)])
def test_all_applications_of_a_tenant_share_a_limit(write: bool, limit: int) -> None:  # noqa: FBT001
    """Another tenant has its own."""
    quota = Quota(Clock())
    admitted = [quota.admit("t", f"a{number % 3}", write=write) for number in range(limit)]
    assert set(admitted) == {0}
    assert quota.admit("t", "fresh", write=write) == 20
    assert quota.admit("other", "fresh", write=write) == 0


def test_writes_are_requests_too() -> None:
    """And reads do not use up the writes."""
    quota = Quota(Clock())
    for number in range(1000):
        assert quota.admit("t", "a", write=number < 100) == 0
    assert quota.admit("t", "a", write=False) == 20
    assert quota.admit("t", "a", write=True) == 20


def test_refused_request_does_not_count() -> None:
    """Else a client that comes back too early would never be admitted."""
    clock = Clock()
    quota = Quota(clock)
    for _ in range(150):
        quota.admit("t", "a", write=True)
    clock.now += 20
    assert [quota.admit("t", "a", write=True) for _ in range(101)] == [0] * 100 + [20]


def test_over_http_it_is_a_429_with_the_seconds_to_wait() -> None:
    """Writes are refused while reads still pass; after the wait the same write is admitted."""
    clock = Clock()
    with Sandbox(quota=True, clock=clock) as sandbox:
        graph = connect(sandbox)
        for _ in range(100):
            assert graph.delete(f"{CREDENTIALS}/x").status_code == 404
        clock.now += 7.5
        refused = graph.delete(f"{CREDENTIALS}/x")
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "13")
        assert said(refused).startswith("TooManyRequests: ")
        assert graph.get(CREDENTIALS).ok
        clock.now += 13
        assert graph.delete(f"{CREDENTIALS}/x").status_code == 404
        graph.close()


def test_parts_of_a_batch_count_and_the_batch_does_not() -> None:
    """Five batches of twenty writes use up what there is, and one part more is throttled inside a 200."""
    with Sandbox(quota=True, clock=Clock()) as sandbox:
        graph = connect(sandbox)
        parts = [{"id": str(n), "method": "DELETE", "url": f"{CREDENTIALS}/x"} for n in range(20)]
        for _ in range(5):
            answers = graph.post("/$batch", {"requests": parts}).json()["responses"]
            assert {each["status"] for each in answers} == {404}
        last = graph.post("/$batch", {"requests": parts[:1]})
        (throttled,) = last.json()["responses"]
        assert (last.status_code, throttled["status"], throttled["headers"]["Retry-After"]) == (200, 429, "20")
        graph.close()


def test_quota_is_off_by_default(graph: Graph, portal: Portal) -> None:
    """And can be put on while the sandbox runs."""
    assert {graph.delete(f"{CREDENTIALS}/x").status_code for _ in range(101)} == {404}
    portal.switch(quota=True)
    statuses = [graph.delete(f"{CREDENTIALS}/x").status_code for _ in range(101)]
    assert statuses == [404] * 100 + [429]
