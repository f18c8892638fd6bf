"""The retry table, every cell of it, and the waits."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from provider.errors import GraphError, UnexpectedAnswer, Unreachable, error_class
from provider.graph.retry import Backoff, retry_after_seconds

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=timezone.utc)
BACKOFF = Backoff(timeout=300.0)


def failure(status: int, retry_after: float | None = None) -> GraphError:
    """Make the error of *status*."""
    return error_class(status)("GET", "/x", status=status, retry_after=retry_after)


@pytest.mark.parametrize(
    ("status", "attempts"),
    [(429, 40)]
    + [(status, 10) for status in (408, 425, 499, 500, 502, 503, 504)]
    + [(status, 1) for status in (301, 400, 401, 403, 404, 405, 409, 410, 412, 422, 423, 501, 505, 507)],
)
def test_refusals_are_not_tried_again(status: int, attempts: int) -> None:
    """A refusal stays a refusal, however often it is asked."""
    assert BACKOFF.max_attempts(failure(status)) == attempts


def test_broken_connection_is_worth_more_attempts_than_a_closed_door() -> None:
    """Where no connection comes about at all, a wrong name is likelier than a passing fault."""
    assert BACKOFF.max_attempts(Unreachable("GET", "/x", message="", sent=True)) == 10
    assert BACKOFF.max_attempts(Unreachable("GET", "/x", message="", sent=False)) == 4
    assert BACKOFF.max_attempts(UnexpectedAnswer("GET", "/x", message="")) == 1


def test_waits_grow_are_jittered_and_capped() -> None:
    """Half of each wait is fixed, half is chance; none is longer than thirty seconds."""
    waits = [BACKOFF.delay(failure(500), attempt, 0.0, lambda: 1.0) for attempt in range(1, 10)]
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]
    assert BACKOFF.delay(failure(500), 3, 0.0, lambda: 0.0) == 1.0


def test_last_attempt_is_the_last() -> None:
    """Both the number of attempts and the time they take are capped; a throttle runs out of time before attempts."""
    assert BACKOFF.delay(failure(500), 10, 0.0, lambda: 0.0) is None
    assert BACKOFF.delay(failure(500), 7, 299.0, lambda: 1.0) is None
    assert BACKOFF.delay(failure(404), 1, 0.0, lambda: 0.0) is None
    assert BACKOFF.delay(failure(429), 39, 280.0, lambda: 0.0) == 15.0
    assert BACKOFF.delay(failure(429), 39, 290.0, lambda: 0.0) is None
    assert BACKOFF.delay(failure(429), 40, 0.0, lambda: 0.0) is None


@pytest.mark.parametrize(("retry_after", "wait"), [(0.0, 0.5), (2.5, 2.6), (60.0, 60.1), (None, 0.5)])
def test_longer_of_both_waits_is_waited(retry_after: float | None, wait: float) -> None:
    """Coming back before Retry-After only prolongs a throttle; a Retry-After of 0 is no invitation to hammer."""
    assert BACKOFF.delay(failure(429, retry_after), 1, 0.0, lambda: 1.0) == pytest.approx(wait)


def test_retry_after_beyond_patience_gives_up_at_once() -> None:
    """An hour's wait is not sat out in a run; the error says how long it would be."""
    assert BACKOFF.delay(failure(429, 3600.0), 1, 0.0, lambda: 0.0) is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3", 3.0),
        ("2.128", 2.128),
        ("0", 0.0),
        ("-5", 0.0),
        ("Sat, 21 Nov 2026 12:00:07 GMT", 7.0),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0.0),
        ("Sat, 21 Nov 2026 12:00:07 -0000", 7.0),
        ("", None),
        (None, None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("1e300", None),
        ("86400", 86400.0),
        ("86401", None),
        ("Sat, 21 Nov 2026 12:00:07 +9999999", None),
        ("Sat, 21 Nov 2026 12:00:07 +99999999999999999999", None),
        ("Sat, 21 Nov 2026 12:00:07 -2400", None),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
        ("Mon, 01 Jan 0001 00:00:00 +2359", 0.0),
        ("Sat, 99 Foo 99999999999999999999 12:00:07 GMT", None),
    ],
)
def test_retry_after_is_read_in_all_its_forms(header: str | None, seconds: float | None) -> None:
    """Seconds, fractions of them, an HTTP date, or nothing to go by."""
    assert retry_after_seconds(header, NOW) == seconds
