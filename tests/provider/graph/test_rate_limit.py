"""The quota: never more than it allows, whatever the latency, and hardly less."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider.graph.rate_limit import RateLimiter, Window


def most_in_any_window(moments: list[float], seconds: float) -> int:
    """Return the largest number of *moments* within any half-open window of *seconds*."""
    moments = sorted(moments)
    return max(sum(start <= one < start + seconds for one in moments) for start in moments)


def simulate(latencies: list[float], places: int, threads: int) -> tuple[list[tuple[float, float]], float]:
    """Send one request per latency from so many threads, in simulated time; return (sent, answered), and the end."""
    window, now, answers = Window(places), 0.0, list[float]()
    log, queue, free = [], list(latencies), threads
    while queue or answers:
        wait = window.wait(1, now) if queue and free else None
        if wait == 0.0:
            window.start(1)
            latency = queue.pop(0)
            heapq.heappush(answers, now + latency)
            log.append((now, now + latency))
            free -= 1
            continue
        next_answer = answers[0] if answers else float("inf")
        step = min(next_answer, now + wait if wait is not None else float("inf"))
        now = step
        while answers and answers[0] <= now:
            window.answer(1, heapq.heappop(answers))
            free += 1
    return log, now


@given(
    latencies=st.lists(st.floats(0.0, 30.0), min_size=1, max_size=60),
    where=st.lists(st.floats(0.0, 1.0), min_size=60, max_size=60),
    places=st.integers(1, 12),
    threads=st.integers(1, 32),
)
def test_window_never_holds_more_than_the_limit(
    latencies: list[float], where: list[float], places: int, threads: int
) -> None:
    """Wherever between sending and answer the server counts each request."""
    log, _ = simulate(latencies, places, threads)
    assert len(log) == len(latencies)
    counted = [sent + (answered - sent) * share for (sent, answered), share in zip(log, where, strict=False)]
    assert most_in_any_window(counted, 20.0) <= places


@pytest.mark.parametrize("latency", [0.0, 0.05, 0.2])
def test_budget_is_used_up(latency: float) -> None:
    """Five hundred writes take hardly longer than the quota's own minimum of eighty seconds."""
    log, end = simulate([latency] * 500, 100, 32)
    assert len(log) == 500
    assert end <= 80 * 1.05 + latency


class Still:
    """A clock that moves only when everybody waits, and a sleep that moves it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now

    def sleep(self, condition: threading.Condition, left: float | None) -> None:
        """Let the time pass that a thread wants to wait, at once; wait for others where there is no such time."""
        if left is None:
            condition.wait()
        else:
            self.now += left
            condition.notify_all()


def rate_limiter(said: list[str] | None = None, share: float = 1.0) -> tuple[RateLimiter, Still]:
    """Make a rate_limiter in simulated time."""
    clock = Still()
    notify: Callable[[str], object] = (said if said is not None else []).append
    return RateLimiter(share, notify=notify, clock=clock, sleep=clock.sleep), clock


def test_threads_share_one_budget() -> None:
    """A hundred and fifty writes of many threads wait for one window, and say once each that they do."""
    paced, clock = rate_limiter()
    moments = []

    def write(_: int) -> None:
        with paced.pass_through(writes=1):
            moments.append(clock.now)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(write, range(150)))
    assert sorted(moments) == [0.0] * 100 + [20.0] * 50


def test_reads_do_not_use_up_the_writes() -> None:
    """A thousand requests pass in a window, of which a hundred may write."""
    paced, clock = rate_limiter()
    for _ in range(900):
        with paced.pass_through():
            pass
    for _ in range(100):
        with paced.pass_through(writes=1):
            pass
    assert clock.now == 0.0
    with paced.pass_through():
        assert clock.now == 20.0


def test_parts_of_a_batch_count_one_by_one() -> None:
    """Fifty batches of twenty are a thousand requests."""
    paced, clock = rate_limiter()
    for _ in range(50):
        with paced.pass_through(requests=20):
            assert clock.now == 0.0
    with paced.pass_through():
        assert clock.now == 20.0


def test_share_leaves_the_rest_to_others() -> None:
    """Where two pipelines use one application, each takes its half."""
    paced, clock = rate_limiter(share=0.5)
    for _ in range(51):
        with paced.pass_through(writes=1):
            pass
    assert clock.now == 20.0


def test_waiting_writes_are_counted_and_timed() -> None:
    """The writes that wait, and the least time that the quota needs for them."""
    said: list[str] = []
    paced, _ = rate_limiter(said)
    for _ in range(101):
        with paced.pass_through(writes=1):
            pass
    assert said == [
        "waiting for Graph's quota (100 writes per 20 s): 1 write queued, at least 20 s",
        "waiting for Graph's quota (100 writes per 20 s): 1 write queued, at least 18 s",
    ]


def test_all_rows_tell_it_and_the_run_once() -> None:
    """Each write that must wait tells in its row; the run tells once. What is still to come counts as well."""
    rows: list[str] = []
    run: list[str] = []
    clock = Still()
    paced = RateLimiter(
        notify=rows.append, announce=run.append, writes_ahead=lambda: 230, clock=clock, sleep=clock.sleep
    )
    for _ in range(102):
        with paced.pass_through(writes=1):
            pass
    # 231 more writes: a hundred after 20 s, a hundred after 40 s, the rest after 60 s.
    told = "waiting for Graph's quota (100 writes per 20 s): 231 writes queued, at least {} s"
    assert rows == [told.format(60), told.format(58)]
    assert run == [told.format(58)]
    for _ in range(100):
        with paced.pass_through(writes=1):
            pass
    assert len(rows) == 4
    assert len(run) == 1


def test_short_wait_is_for_its_row_alone() -> None:
    """What is over in two seconds is not worth a word for the whole run."""
    rows: list[str] = []
    run: list[str] = []
    clock = Still()
    paced = RateLimiter(0.01, notify=rows.append, announce=run.append, clock=clock, sleep=clock.sleep)
    for waits in (0.0, 18.5):
        clock.now += waits
        with paced.pass_through(writes=1):
            pass
    assert clock.now == 20.0
    assert (len(rows), len(run)) == (1, 0)


def test_reads_that_wait_say_so() -> None:
    """Reads have a limit of their own, and do not talk of writes."""
    said: list[str] = []
    paced, clock = rate_limiter(said)
    for _ in range(51):
        with paced.pass_through(requests=20):
            pass
    assert clock.now == 20.0
    assert said == ["waiting for Graph's quota (1000 requests per 20 s), at least 20 s", *said[1:]]
    assert len(said) == 2


def test_telling_does_not_hold_up_the_others() -> None:
    """While one tells that it waits, which can take seconds, another request is answered."""
    clock = Still()
    telling, answered = threading.Event(), threading.Event()

    def tell(_: str) -> None:
        telling.set()
        assert answered.wait(20)

    paced = RateLimiter(0.02, notify=tell, clock=clock, sleep=clock.sleep)  # two writes at once

    def write(done: threading.Event | None) -> None:
        with paced.pass_through(writes=1):
            if done is not None:
                assert telling.wait(20)
        if done is not None:
            done.set()

    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(write, answered)
        with paced.pass_through(writes=1):
            pass
        list(pool.map(write, [None]))
        first.result()
    assert clock.now == 20.0


@given(answered=st.integers(0, 12), running=st.integers(0, 12), count=st.integers(1, 40), places=st.integers(1, 12))
def test_forecast_is_never_more_than_what_comes(answered: int, running: int, count: int, places: int) -> None:
    """Even if every answer comes at once, the last of so many writes is sent no earlier than was said."""
    answered, running = min(answered, places), min(running, places - min(answered, places))
    window = Window(places)
    window.start(answered + running)
    window.answer(answered, 0.0)
    now = 5.0
    said = window.least(count, now)
    window.answer(running, now)
    moment = now
    for _ in range(count):
        moment += window.wait(1, moment) or 0.0
        window.start(1)
        window.answer(1, moment)
    assert moment - now == pytest.approx(said)


def fail(paced: RateLimiter) -> None:
    """Send a write whose connection breaks."""
    with paced.pass_through(writes=1):
        raise OSError("broken")


def test_writes_are_not_paced_without_a_share() -> None:
    """A share of nothing is no pacing at all."""
    paced, clock = rate_limiter(share=0.0)
    for _ in range(500):
        with paced.pass_through(writes=1):
            pass
    assert clock.now == 0.0


def test_request_that_fails_frees_its_place_like_any_other() -> None:
    """The server counted it all the same; no write waits for ever."""
    paced, clock = rate_limiter(share=0.01)
    for expected in (0.0, 20.0, 40.0):
        with pytest.raises(OSError, match="broken"):
            fail(paced)
        assert clock.now == expected
