"""
Staying under Graph's quota, for all threads of a run together.

Microsoft publishes, per application and tenant, 100 writes and 1,000 requests in 20 seconds for Intune's device
configuration (https://learn.microsoft.com/graph/throttling-limits#intune-service-limits). A run that stays below is
never throttled; one that does not loses more time to Retry-After than it gained.

The window is the server's and slides. When the server counts a request is not known exactly, only that it is between
its sending and its answer. So a request frees its place 20 seconds after its answer: then no 20 seconds of the
server's can hold more than the limit, whatever the latency.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

WINDOW = 20.0
_SETTLED = 2.0
"""Seconds before a wait is reported for the whole run; by then the engine has asked for all that it will write."""
WRITES = 100
REQUESTS = 1000


class Window:
    """One budget: so many places in any *seconds*. Not safe to share: `RateLimiter` guards it."""

    def __init__(self, places: int, seconds: float = WINDOW) -> None:
        self.places = places
        self._seconds = seconds
        self._running = 0
        self._answered: deque[float] = deque()

    def wait(self, count: int, now: float) -> float | None:
        """Return the seconds until *count* places are free; None while that depends on answers to come."""
        while self._answered and self._answered[0] <= now - self._seconds:
            self._answered.popleft()
        missing = self._running + len(self._answered) + min(count, self.places) - self.places
        if missing <= 0:
            return 0.0
        if missing > len(self._answered):
            return None
        return self._answered[missing - 1] + self._seconds - now

    def least(self, count: int, now: float) -> float:
        """Return the seconds that *count* more requests need at the very least, until the last of them is sent."""
        rounds, rest = divmod(max(count, 1) - 1, self.places)
        missing = self._running + len(self._answered) + rest + 1 - self.places
        if missing <= 0:
            return rounds * self._seconds
        # A place that is still in use frees a window after an answer that is yet to come.
        freed = self._answered[missing - 1] if missing <= len(self._answered) else now
        return (rounds + 1) * self._seconds + freed - now

    def start(self, count: int) -> None:
        """Take *count* places."""
        self._running += count

    def answer(self, count: int, now: float) -> None:
        """Note that *count* requests were answered just now."""
        self._running -= count
        self._answered.extend([now] * count)


class RateLimiter:
    """
    Lets requests pass as fast as the quota allows, first come, first served.

    *share* is the part of the quota that is ours, up to 1; less where other pipelines use the same application; 0 lets
    everything pass and leaves the throttling to Graph. *notify* is called when a request begins to wait, and again when
    it is the next one; *announce* once, by the first request that still waits after two seconds. *writes_ahead* returns
    how many writes, at the least, will come beside those that wait.
    """

    def __init__(  # noqa: PLR0913 - time is an argument, so that tests need none
        self,
        share: float = 1.0,
        *,
        notify: Callable[[str], object] = lambda _: None,
        announce: Callable[[str], object] = lambda _: None,
        writes_ahead: Callable[[], int] = lambda: 0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[threading.Condition, float | None], object] = lambda condition, left: condition.wait(left),
    ) -> None:
        self._paces = share > 0
        self._writes = Window(max(1, int(WRITES * share)))
        self._requests = Window(max(1, int(REQUESTS * share)))
        self._notify = notify
        self._announce = announce
        self._writes_ahead = writes_ahead
        self._announced = False
        self._clock = clock
        self._sleep = sleep
        self._condition = threading.Condition()
        self._line: deque[object] = deque()
        self._waiting_writes = 0

    @contextmanager
    def pass_through(self, *, writes: int = 0, requests: int = 1) -> Iterator[None]:
        """Wait for the places that a request needs, and hold them until it is answered."""
        if not self._paces:
            yield
            return
        self._enter(writes, requests)
        try:
            yield
        finally:
            with self._condition:
                now = self._clock()
                self._writes.answer(writes, now)
                self._requests.answer(requests, now)
                self._condition.notify_all()

    def _enter(self, writes: int, requests: int) -> None:
        turn = object()
        with self._condition:
            self._line.append(turn)
            self._waiting_writes += writes
            began, told = self._clock(), 0
            while (left := self._left(turn, writes, requests)) != 0.0:
                # Told at once; and again when it is next and what the run is about to do is known.
                due = began if told == 0 else began + _SETTLED if told == 1 and left is not None else None
                now = self._clock()
                if due is not None and due <= now:
                    told += 1
                    self._tell(writes, settled=told > 1)
                else:
                    self._sleep(self._condition, left if left is None or due is None else min(left, due - now))
            self._line.popleft()
            self._waiting_writes -= writes
            self._writes.start(writes)
            self._requests.start(requests)
            self._condition.notify_all()

    def _tell(self, writes: int, *, settled: bool) -> None:
        """Report the wait. Releases the lock while it does, because reporting may be slow."""
        text = self._forecast(writes)
        first = settled and not self._announced
        self._announced = self._announced or settled
        self._condition.release()
        try:
            self._notify(text)
            if first:
                self._announce(text)
        finally:
            self._condition.acquire()

    def _left(self, turn: object, writes: int, requests: int) -> float | None:
        """Return the seconds until it is this *turn*; None while that depends on others."""
        if self._line[0] is not turn:
            return None
        now = self._clock()
        waits = (self._writes.wait(writes, now) if writes else 0.0, self._requests.wait(requests, now))
        return None if None in waits else max(wait for wait in waits if wait is not None)

    def _forecast(self, writes: int) -> str:
        """Say how many writes wait, and the least time that the quota needs for them; or that reads do."""
        now = self._clock()
        if not writes:
            least = self._requests.least(1, now)
            return f"{_waiting_for(self._requests.places, 'requests')}, at least {least:.0f} s"
        count = self._waiting_writes + self._writes_ahead()
        queued = "1 write queued" if count == 1 else f"{count} writes queued"
        least = self._writes.least(count, now)
        return f"{_waiting_for(self._writes.places, 'writes')}: {queued}, at least {least:.0f} s"


def _waiting_for(places: int, what: str) -> str:
    return f"waiting for Graph's quota ({places} {what} per {WINDOW:.0f} s)"
