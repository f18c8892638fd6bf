"""
Intune's documented request limits, counted in a sliding window.

Per 20 seconds, for one application in one tenant and for all applications of the tenant together
(https://learn.microsoft.com/graph/throttling-limits#intune-service-limits). Requests that are refused do not count.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable

WINDOW = 20.0
WRITES = (100, 200)
"""Of one application, and of all of them."""
REQUESTS = (1000, 2000)


class Quota:
    """Counts by *clock*, in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[tuple[str, str, str], deque[float]] = {}

    def admit(self, tenant: str, app: str, *, write: bool) -> int:
        """Count a request and return 0, or return the whole seconds after which it would be admitted."""
        kinds = [("requests", REQUESTS), ("writes", WRITES)] if write else [("requests", REQUESTS)]
        with self._lock:
            now = self._clock()
            windows = [
                (self._window(kind, tenant, who, now), limit)
                for kind, (per_app, per_tenant) in kinds
                for who, limit in ((app, per_app), ("*", per_tenant))
            ]
            # A slot frees when the oldest of the last `limit` requests leaves the window.
            waits = [seen[-limit] + WINDOW - now for seen, limit in windows if len(seen) >= limit]
            if waits:
                return math.ceil(max(waits))
            for seen, _ in windows:
                seen.append(now)
        return 0

    def _window(self, kind: str, tenant: str, who: str, now: float) -> deque[float]:
        seen = self._seen.setdefault((kind, tenant, who), deque())
        while seen and seen[0] <= now - WINDOW:
            seen.popleft()
        return seen
