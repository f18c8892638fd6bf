"""
The query options of a request, and the pages of a list.

`$orderby` and `$search` are accepted and do nothing. `$top` bounds a page, not the list: there is a nextLink as long as
there is more.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from sandbox.graph.errors import BadRequest
from sandbox.graph.odata.filters import Predicate, parse_filter
from sandbox.graph.tenant.store import Record

_EXPAND = re.compile(r"(?P<name>\w+)(?:\((?P<options>[^)]*)\))?")


@dataclass(frozen=True)
class Query:
    """What a request asks of a collection or an object. *expanded*: the members of each assignment, all if empty."""

    options: dict[str, str]
    predicate: Predicate | None = None
    select: frozenset[str] = frozenset()
    expand: bool = False
    expanded: frozenset[str] = frozenset()
    count: bool = False
    top: int | None = None
    skip: int = 0
    after: int = 0


def parse_query(text: str, *, expandable: bool) -> Query:
    """Read the options; *expandable*: whether the objects have assignments to expand."""
    options = dict(parse_qsl(text, keep_blank_values=True))
    expand, expanded = _expand(options.get("$expand", ""), expandable=expandable)
    return Query(
        options,
        predicate=parse_filter(options["$filter"]) if options.get("$filter") else None,
        select=_names(options.get("$select", "")),
        expand=expand,
        expanded=expanded,
        count=options.get("$count", "").lower() == "true",
        top=_number(options, "$top"),
        skip=_number(options, "$skip") or 0,
        after=_continuation(options.get("$skiptoken")),
    )


@dataclass(frozen=True)
class Page:
    """Some of a list, how long the whole is, and where to read on."""

    records: list[Record]
    total: int
    next_query: str | None


def paginate(records: list[Record], query: Query, page_size: int) -> Page:
    """
    Cut the page that *query* asks for out of *records*.

    A continuation remembers the last object seen and not a number of objects, so that what is created or deleted
    meanwhile makes no other object appear twice or never.
    """
    matching = [record for record in records if query.predicate is None or query.predicate(record)]
    rest = [record for record in matching if record.sequence > query.after][query.skip :]
    size = page_size if query.top is None else min(query.top, page_size)
    page = rest[:size]
    if len(rest) <= size or not page:
        return Page(page, len(matching), None)
    kept = {name: value for name, value in query.options.items() if name not in ("$skiptoken", "$skip")}
    token = base64.urlsafe_b64encode(f"after:{page[-1].sequence}".encode()).decode()
    return Page(page, len(matching), urlencode({**kept, "$skiptoken": token}, safe="$", quote_via=quote))


def pick(entity: dict[str, Any], select: frozenset[str]) -> dict[str, Any]:
    """Keep the members of *select*, and all annotations. A name that does not exist selects nothing."""
    if not select:
        return entity
    return {name: value for name, value in entity.items() if name.startswith("@") or name in select}


def _names(text: str) -> frozenset[str]:
    return frozenset(name.strip() for name in text.split(",") if name.strip())


def _expand(text: str, *, expandable: bool) -> tuple[bool, frozenset[str]]:
    if not text:
        return False, frozenset()
    match = _EXPAND.fullmatch(text.strip())
    if match is None or match["name"] != "assignments" or not expandable:
        # Of all the navigations only assignments is known to be expanded by anybody.
        name = match["name"] if match else text
        raise BadRequest(
            f"Parsing OData Select and Expand failed: Could not find a property named '{name}' on type "
            f"'microsoft.graph.{'deviceConfiguration' if expandable else 'entity'}'."
        )
    inner = dict(parse_qsl(match["options"] or ""))
    return True, _names(inner.get("$select", ""))


def _number(options: dict[str, str], name: str) -> int | None:
    text = options.get(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit():
        raise BadRequest(f"Invalid value '{text}' for {name} query option found. It must be a non-negative integer.")
    return int(text)


def _continuation(token: str | None) -> int:
    if token is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token).decode().removeprefix("after:"))
    except ValueError:
        raise BadRequest("The $skiptoken is invalid.") from None
