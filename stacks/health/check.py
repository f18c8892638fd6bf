"""One check, and what it came to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Status(str, Enum):
    """What a check came to."""

    OK = "ok"
    WARN = "warn"
    """It works, and may not be what is wanted."""
    FAIL = "fail"
    SKIP = "skip"
    """It could not be made; the summary says why."""


@dataclass(frozen=True)
class Check:
    """One line of a report. Nothing secret is ever in it."""

    id: str
    """Stable, so that documents and support can name it: ``sign-in.permissions``."""
    status: Status
    summary: str
    remedy: str = ""


def ok(id_: str, summary: str) -> Check:
    """Return a check that found nothing wrong."""
    return Check(id_, Status.OK, summary)


def fail(id_: str, summary: str, remedy: str) -> Check:
    """Return a check that found what must be mended."""
    return Check(id_, Status.FAIL, summary, remedy)


def warn(id_: str, summary: str, remedy: str) -> Check:
    """Return a check that found what may not be wanted."""
    return Check(id_, Status.WARN, summary, remedy)


def skip(id_: str, why: str) -> Check:
    """Return a check that was not made."""
    return Check(id_, Status.SKIP, why)
