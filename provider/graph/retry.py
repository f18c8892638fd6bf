"""
When a request is worth repeating, and after how long. Pure: time and chance are arguments.

=====================================  =================  ==================
What came back                         repeatable (1)     a POST that creates
=====================================  =================  ==================
429, 503                               repeat             look first (2)
401                                    once, fresh token  look first (2), once
408, 425, 499, 500, 502, 504           repeat             look first (2)
the connection broke, or the answer    repeat             look first (2)
no connection at all                   repeat, briefly    repeat, briefly
any other status                       never              never
=====================================  =================  ==================

(1) GET, PATCH, PUT, DELETE, and the POSTs that replace or only read (`/assign`, `/$batch`).
(2) It may have taken effect. `provider.kinds.create` looks for the object before it posts again.

The waits follow Retry-After where Graph sends it (seconds, fractions of them or a date; Intune leaves it out at
times) and grow exponentially with jitter where it does not. Both the attempts and their total time are capped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from provider.errors import GraphError, Throttled, Unreachable

TRANSIENT = frozenset({408, 425, 429, 499, 500, 502, 503, 504})

_LONGEST_WAIT = 86_400.0
"""Seconds of Retry-After beyond which it is taken for a mistake, as a date of the year 9999 is."""


@dataclass(frozen=True)
class Backoff:
    """How often to try again, and how long to wait before it."""

    timeout: float
    """Seconds that all waits for one request may take together."""
    attempts: int = 10
    throttled_attempts: int = 40
    """429 asks to retry later; where runs share a quota, that can happen many times."""
    unconnected_attempts: int = 4
    """Where no connection is made at all, a wrong host name or a blocked port is likelier than a passing fault."""
    first: float = 0.5
    longest: float = 30.0

    def max_attempts(self, error: GraphError) -> int:
        """Return how many attempts a request is worth that fails with *error*; 1 is no repetition at all."""
        if isinstance(error, Unreachable):
            return self.attempts if error.sent else self.unconnected_attempts
        if isinstance(error, Throttled):
            return self.throttled_attempts
        return self.attempts if error.status in TRANSIENT else 1

    def delay(self, error: GraphError, attempt: int, waited: float, jitter: Callable[[], float]) -> float | None:
        """
        Return the seconds to wait after attempt number *attempt* (from 1) ended in *error*; None to give up.

        *waited* seconds went by in earlier waits. The server's Retry-After wins where it is longer than ours: coming
        back earlier only prolongs a throttle. *jitter* returns a number from 0 to 1 and keeps the threads of a run,
        and the runs of a fleet, from coming back all at once.
        """
        if attempt >= self.max_attempts(error):
            return None
        seconds = max(self.backoff_seconds(attempt, jitter), (error.retry_after or 0.0) + jitter() / 10)
        return seconds if waited + seconds <= self.timeout else None

    def backoff_seconds(self, attempt: int, jitter: Callable[[], float]) -> float:
        """Return the seconds to wait after attempt number *attempt* where Graph does not say how long."""
        return min(self.longest, self.first * 2.0 ** (attempt - 1)) * (0.5 + jitter() / 2)


def retry_after_seconds(header: str | None, now: datetime) -> float | None:
    """Read a Retry-After *header*: seconds, a fraction of them, or an HTTP date; None where it says nothing."""
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        seconds = _until(header, now)
    return max(0.0, seconds) if seconds <= _LONGEST_WAIT else None


def _until(date: str, now: datetime) -> float:
    try:
        moment = parsedate_to_datetime(date)
        if moment.tzinfo is None:  # "-0000": an HTTP date is always GMT
            moment = moment.replace(tzinfo=timezone.utc)
        return (moment - now).total_seconds()
    except (ValueError, TypeError, OverflowError):  # it is not a date, or has a zone or a year beyond all calendars
        return float("inf")
