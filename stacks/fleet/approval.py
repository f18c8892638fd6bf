"""
Binds an update to a preview that somebody has read.

The record of the preview has two hashes for each tenant: of what it would do, and of the state that it has read. The
preview before the update must have the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from stacks.digest import Difference
from stacks.fleet.record import ENDED_WELL, Record
from stacks.fleet.runner import Result


def departures(approved: Record, results: Sequence[Result]) -> list[str]:
    """Say for which tenants the previews *results* are not those that were *approved*, and how they differ."""
    return [said for one in results for said in _departures(approved.results.get(one.tenant), one)]


def _departures(there: dict[str, Any] | None, here: Result) -> Iterator[str]:
    if there is None or there.get("status") not in ENDED_WELL:
        yield f"{here.tenant} has no preview there that ended well"
    elif there.get("plan") != here.outcome.plan:
        before = {Difference(**one) for one in there.get("differences") or []}
        now = set(here.outcome.differences)
        more = [f"now {one}" for one in sorted(now - before)] + [f"no longer {one}" for one in sorted(before - now)]
        yield f"{here.tenant} would get something else: {'; '.join(more) or 'other values than were shown'}"
    elif there.get("state") != here.outcome.state:
        yield f"the state of {here.tenant} was written since"
