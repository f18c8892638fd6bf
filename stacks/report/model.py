"""What a report shows: tenants, what they declare, what differs and since when, what failed."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stacks.declared import declared
from stacks.digest import Difference
from stacks.fleet import summary
from stacks.fleet.record import ENDED_WELL, Record
from stacks.fleet.rings import rings
from stacks.fleet.selection import tenants
from stacks.maps import CONFIG_MAPS, CREDENTIALS
from stacks.project import ProjectError
from stacks.yamlfile import FileProblem

SAME, DIFFERS, UNREADABLE, ABSENT = "same", "differs", "not readable", "not declared"
NOT_APPLIED = "update failed"
_ENDS = {"failed": "failed", "timeout": "failed", "cancelled": "was cancelled", "skipped": "did not begin"}


@dataclass
class Row:
    """One tenant."""

    name: str
    ring: str
    status: str
    """same, differs, not readable, not looked at, or update failed: nothing differs from what was applied before it."""
    errors: list[str]
    differences: list[Difference]
    entries: dict[str, str] = field(default_factory=dict)
    """By entry, ``iosProfiles.mail``: same, differs, not readable, update failed or not declared."""
    credentials: list[tuple[str, str, str]] = field(default_factory=list)
    """Entry, issuer and renewal threshold."""


@dataclass
class Model:
    """The whole report."""

    made: str
    run: str
    commit: str
    rows: list[Row]
    columns: list[str]
    """The entries of all tenants."""
    groups: list[tuple[Difference, list[str], str]]
    """What differs, where, and the day since when."""
    failures: list[tuple[str, list[str]]]
    days: list[tuple[str, int, int, int]]
    """For each day with a run: tenants as declared, different, not readable."""
    since: dict[tuple[str, Difference], str]

    def count(self, status: str) -> int:
        """Return how many tenants have *status*."""
        return sum(row.status == status for row in self.rows)


def build(folder: Path, runs: Path, run: str = "", now: float | None = None) -> Model:
    """
    Return the report of the last run of drift, or of the run called *run*, over the project in *folder*.

    Raises FileProblem: there is no such run, or the rings have a mistake.
    """
    record = Record.last(runs, "" if run else "drift", run)
    history = [one for one in Record.every(runs, "drift") if one.folder.name <= record.folder.name]
    since = _since(history)
    stacks = folder / "stacks"
    updates = _last_updates(runs)
    rows = [
        _row(folder, tenant, ring.name, record.results.get(tenant), updates.get(tenant, {}))
        for ring in rings(stacks, tenants(stacks))
        for tenant in ring.tenants
    ]
    found = {row.name: row.differences for row in rows if row.differences}
    errors = {row.name: row.errors for row in rows if row.errors}
    return Model(
        made=_day(now if now is not None else time.time(), "%Y-%m-%d %H:%M UTC"),
        run=record.folder.name,
        commit=str(record.head.get("commit", ""))[:12],
        rows=rows,
        columns=list(dict.fromkeys(entry for row in rows for entry in row.entries)),
        groups=_groups(found, since),
        failures=[(one.text, one.tenants) for one in summary.failures(errors)],
        days=_days(history),
        since=since,
    )


def _last_updates(runs: Path) -> dict[str, Mapping[str, Any]]:
    """Return how the last `up` of each tenant ended, whichever run it was in."""
    found: dict[str, Mapping[str, Any]] = {}
    for record in Record.every(runs, "up"):
        for tenant, result in record.results.items():
            if tenant not in found or float(result["at"]) > float(found[tenant]["at"]):
                found[tenant] = result
    return found


def _row(folder: Path, tenant: str, ring: str, result: Mapping[str, Any] | None, update: Mapping[str, Any]) -> Row:
    status = {"done": SAME, "changed": DIFFERS}.get(str((result or {}).get("status")), UNREADABLE)
    row = Row(tenant, ring, status if result else "not looked at", list((result or {}).get("errors") or []), [])
    if update and update["status"] not in ENDED_WELL:
        said = (list(update.get("errors") or []) or ["the run was ended: run it again with --resume"])[0]
        row.errors.append(f"the last update {_ENDS.get(str(update['status']), 'did not end')}: {said}")
        row.status = NOT_APPLIED if row.status == SAME else row.status
    row.differences = [Difference(**one) for one in (result or {}).get("differences") or []] if result else []
    try:
        maps = declared(folder, tenant).ids
    except (FileProblem, ProjectError) as problem:
        row.errors = row.errors or [str(problem)]
        return row
    different = {one.resource for one in row.differences}
    for key, named in maps.items():
        for name, entry in named.items() if isinstance(named, dict) else ():
            resource = f"{CONFIG_MAPS[key].__name__} {name}"
            differs = DIFFERS if resource in different else SAME
            known = row.status in (SAME, DIFFERS)
            row.entries[f"{key}.{name}"] = (
                differs if known else NOT_APPLIED if row.status == NOT_APPLIED else UNREADABLE
            )
            if key == CREDENTIALS and isinstance(entry, dict):
                threshold = str(entry.get("renewal_threshold_percentage", "Intune's"))
                row.credentials.append((name, str(entry.get("issuer", "")), threshold))
    return row


def _groups(
    found: Mapping[str, list[Difference]], since: Mapping[tuple[str, Difference], str]
) -> list[tuple[Difference, list[str], str]]:
    result = []
    for group in summary.differences(found):
        if group.difference is not None:
            days = [since.get((tenant, group.difference), "") for tenant in group.tenants]
            result.append((group.difference, group.tenants, min(days)))
    return result


def _since(history: Sequence[Record]) -> dict[tuple[str, Difference], str]:
    """Return the day on which each difference was first seen, without a day since on which it was not."""
    first: dict[tuple[str, Difference], str] = {}
    for record in history:
        for tenant, result in record.results.items():
            if result["status"] not in ENDED_WELL:
                continue  # not readable is neither drift nor its end
            now = {Difference(**one) for one in result.get("differences") or []}
            for known in [key for key in first if key[0] == tenant and key[1] not in now]:
                del first[known]
            for one in now:
                first.setdefault((tenant, one), _day(float(result["at"])))
    return first


def _days(history: Sequence[Record]) -> list[tuple[str, int, int, int]]:
    """Return the last run of each day, as counts."""
    days: dict[str, tuple[str, int, int, int]] = {}
    for record in history:
        statuses = [str(one["status"]) for one in record.results.values() if one["status"] != "started"]
        if statuses:
            day = _day(max(float(one["at"]) for one in record.results.values()))
            done, changed = statuses.count("done"), statuses.count("changed")
            days[day] = (day, done, changed, len(statuses) - done - changed)
    return list(days.values())


def _day(seconds: float, form: str = "%Y-%m-%d") -> str:
    return time.strftime(form, time.gmtime(seconds))
