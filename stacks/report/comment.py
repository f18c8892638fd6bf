"""
One comment on a pull request, from the record of a preview of many tenants: the same change once, with its tenants.

What is riskiest comes first. Changes are left out whole where the room ends, and the comment says how many. Everything
that comes from a tenant or a file is shown as text: no markup, mention, link or end of a fence in it has an effect.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from difflib import unified_diff
from typing import Any, NamedTuple

from stacks.digest import REPLACES, Difference, shortened
from stacks.fleet import summary
from stacks.fleet.record import ENDED_WELL, Record
from stacks.maps import CONFIG_MAPS, CREDENTIALS
from stacks.naming import with_names
from stacks.preview_comment import LONGEST, MARKER, size

_MOST_NAMED = 40
_MOST_PROPERTIES = 3
_LONGEST_NAME = 160
_LONGEST_VALUE = 400
_LONGEST_MESSAGE = 1000
_ROOM_FOR_THE_END = 1200
_RISKY = {*REPLACES, "delete"}
_ISSUER = CONFIG_MAPS[CREDENTIALS].__name__
_MEANING = {
    "replace": "The settings are deleted and created again with another id. In between, their profiles have no issuer.",
    "delete": "The settings are deleted: profiles that use them have no issuer any more.",
}
"""What a change of an issuer means for those who use it."""


class _Words(NamedTuple):
    """How a run is told."""

    title: str
    counts: str
    same: str
    unended: str


_WORDS = {
    "preview": _Words(
        "Preview", "{} would change, {} as declared, {} failed", "as declared", "its preview has not ended"
    ),
    "drift": _Words("Drift", "{} different, {} as applied, {} not readable", "as applied", "its refresh has not ended"),
}


class _Change(NamedTuple):
    """What would become of one resource, the same in all *tenants*."""

    resource: str
    op: str
    properties: tuple[Difference, ...]
    tenants: list[str]


class Comment(NamedTuple):
    """A text in Markdown, and what it tells."""

    text: str
    risky: bool
    """Whether something is replaced or deleted, or failed."""
    well: bool
    """Whether nothing changes, or differs, and nothing failed."""
    empty: bool = False
    """Whether no tenant was looked at: nothing to say, unless something was said before."""


def comment(record: Record, names: Mapping[str, str], link: str = "", limit: int = LONGEST) -> Comment:
    """
    Return the comment on the run *record* of a preview or of drift, of at most *limit* characters.

    *names* are those of ids; *link* is the address of what has the previews in full.
    """
    words = _WORDS["drift" if record.head["command"] == "drift" else "preview"]
    tenants = [str(one) for one in record.head["tenants"]]
    good = {one: record.results[one] for one in tenants if _status(record, one) in ENDED_WELL}
    changes = _changes({one: _differences(result) for one, result in good.items()})
    failures = summary.failures({one: _errors(record, one, words.unended) for one in tenants if one not in good})
    same = [one for one, result in good.items() if result["status"] == "done"]
    counts = words.counts.format(len(good) - len(same), len(same), len(tenants) - len(good))
    head = _head(f"{words.title} of {summary.many(tenants)}: {counts}", changes)
    parts = [_failure(group, names) for group in failures] + [_block(one, names) for one in changes]
    if same:
        parts.append(
            f"<details><summary>{summary.many(same)} {words.same}</summary>\n\n{_named(same)}\n\n</details>\n\n"
        )
    text = head + _fitting(parts, limit - size(head) - _ROOM_FOR_THE_END, link)
    return Comment(text, bool(failures) or any(one.op in _RISKY for one in changes), not changes and not failures)


def without_record(ended: str, link: str) -> Comment:
    """Return the comment where jobs that *ended* so left no record: they chose no tenant, or did not come to it."""
    where = f' See <a href="{html.escape(link)}">the run</a>.' if link else ""
    if ended == "success":
        return Comment(f"{MARKER}\n### No tenant changes\n", risky=False, well=True, empty=True)
    return Comment(
        f"{MARKER}\n### The preview did not run\n\nIt ended with {_text(ended)}.{where}\n", risky=True, well=False
    )


def _fitting(parts: Sequence[str], room: int, link: str) -> str:
    """Return the parts that fit into *room*, from the first on, and say how many do not."""
    kept, left_out = [], 0
    for part in parts:
        if size(part) <= room:
            kept.append(part)
            room -= size(part)
        else:
            left_out += 1
    if not left_out:
        return "".join(kept)
    where = f' The whole is in <a href="{html.escape(link)}">the run</a>.' if link else ""
    return "".join(kept) + f"**{left_out} of {len(parts)} parts are not shown: there is no room for them.**{where}\n"


def _head(title: str, changes: Sequence[_Change]) -> str:
    risky = [one for one in changes if one.op in _RISKY]
    riskiest = f"‼ {_title(risky[0])}.\n\n" if risky else ""
    return f"{MARKER}\n### {title}\n\n{riskiest}"


def _changes(found: Mapping[str, Sequence[Difference]]) -> list[_Change]:
    """Group what would change by resource and properties: what is riskiest first, issuers before all else."""
    groups: dict[tuple[str, str, tuple[Difference, ...]], list[str]] = {}
    for tenant, several in found.items():
        by_resource: dict[tuple[str, str], list[Difference]] = {}
        for one in several:
            by_resource.setdefault((one.resource, one.op), []).append(one)
        for (resource, op), properties in by_resource.items():
            groups.setdefault((resource, op, tuple(sorted(properties))), []).append(tenant)
    changes = [_Change(*key, tenants) for key, tenants in groups.items()]
    return sorted(changes, key=lambda one: (summary.rank(one.op), not _of_issuer(one), -len(one.tenants), one))


def _block(change: _Change, names: Mapping[str, str]) -> str:
    risky = change.op in _RISKY
    lines = [f"<details{' open' if risky else ''}><summary>{'‼ ' if risky else ''}{_title(change)}</summary>", ""]
    if _of_issuer(change) and risky:
        lines += [_MEANING["delete" if change.op == "delete" else "replace"], ""]
    lines += [_named(change.tenants), ""]
    diff = [line for one in change.properties if one.property for line in _property(one, names)]
    if diff:
        fence = "`" * max([3, *(len(ticks) + 1 for line in diff for ticks in re.findall(r"`+", line))])
        lines += [f"{fence}diff", *diff, fence, ""]
    return "\n".join([*lines, "</details>", "", ""])


def _property(one: Difference, names: Mapping[str, str]) -> list[str]:
    """Return the lines of a diff: each value on one, or of lists and maps those that differ and what is near them."""
    old, new = _json(one.old), _json(one.new)
    if old == new or not all(isinstance(each, (list, dict)) for each in (old, new)):
        values = shortened(one.old, one.new, _LONGEST_VALUE)
        lines = [f"{sign} {one.property}: {value}" for sign, value in zip("-+", values, strict=True)]
    else:
        before, after = (
            json.dumps(each, ensure_ascii=False, sort_keys=True, indent=1).splitlines() for each in (old, new)
        )
        lines = [f"  {one.property}:", *list(unified_diff(before, after, lineterm="", n=2))[2:]]
        lines = ["  …" if line.startswith("@@") else line for line in lines]
    return [_line(with_names(line, names))[: 2 * _LONGEST_VALUE] for line in lines]


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:  # a record that somebody else has written
        return text


def _failure(group: summary.Group, names: Mapping[str, str]) -> str:
    said = _text(with_names(group.text, names), _LONGEST_MESSAGE)
    return f"**{summary.many(group.tenants)} failed**: {said}\n\n{_named(group.tenants)}\n\n"


def _title(change: _Change) -> str:
    named = list(dict.fromkeys(one.property for one in change.properties if one.property))
    more = f" and {len(named) - _MOST_PROPERTIES} more" if len(named) > _MOST_PROPERTIES else ""
    what = f": {', '.join(map(_text, named[:_MOST_PROPERTIES]))}{more}" if named else ""
    return f"{change.op} {_text(change.resource)} in {summary.many(change.tenants)}{what}"


def _of_issuer(change: _Change) -> bool:
    return change.resource.startswith(f"{_ISSUER} ")


def _named(tenants: Sequence[str]) -> str:
    more = f" and {len(tenants) - _MOST_NAMED} more" if len(tenants) > _MOST_NAMED else ""
    return ", ".join(_text(one) for one in tenants[:_MOST_NAMED]) + more


def _text(text: str, longest: int = _LONGEST_NAME) -> str:
    """
    Return *text* as code, which neither notifies anybody nor links to anything, with each sign of markup as an entity.

    It is cut after *longest* characters.
    """
    short = text if len(text) <= longest else f"{text[:longest]}…"
    safe = "".join(one if one.isalnum() or one in " .-…" else f"&#{ord(one)};" for one in _line(short))
    return f"<code>{safe}</code>"


def _line(text: str) -> str:
    """Return *text* without what would break its line, reverse it or hide in it."""
    return "".join(one if one.isprintable() else "\ufffd" for one in text)


def _status(record: Record, tenant: str) -> str:
    return str(record.results.get(tenant, {}).get("status", ""))


def _differences(result: Mapping[str, Any]) -> list[Difference]:
    return [Difference(**one) for one in result.get("differences") or []]


def _errors(record: Record, tenant: str, unended: str) -> list[str]:
    said = [str(one) for one in record.results.get(tenant, {}).get("errors") or []]
    return said or [unended]
