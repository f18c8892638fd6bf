"""
What stack files call by name: groups of Entra, and assignment filters and scope tags of Intune. Only read here.

Names are not unique, and Entra compares them without regard to case. What Graph calls an advanced query (`$search`,
`$count`) needs the header ``ConsistencyLevel: eventual`` where groups are asked for:
https://learn.microsoft.com/graph/aad-advanced-queries
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from sandbox.graph.errors import NotFound, UnsupportedQuery
from sandbox.graph.http.messages import Response
from sandbox.graph.odata.query import paginate, parse_query, pick
from sandbox.graph.operations import answers
from sandbox.graph.tenant.store import ASSIGNMENT_FILTERS, GROUPS, SCOPE_TAGS, Record
from sandbox.graph.tenant.tenant import Call

_SEARCH = re.compile(r'"(?:displayName:)?(?P<words>[^"]*)"')
_START = re.compile(r"startswith\(displayName,\s*'(?P<text>(?:[^']|'')*)'\)")
_ADVANCED = ("$search", "$count")
_PATHS = {
    GROUPS: GROUPS,
    ASSIGNMENT_FILTERS: f"deviceManagement/{ASSIGNMENT_FILTERS}",
    SCOPE_TAGS: f"deviceManagement/{SCOPE_TAGS}",
}


def index_of(collection: str) -> Callable[[Call], Response]:
    """Return the operation that lists *collection*."""

    def index(call: Call) -> Response:
        query = parse_query(call.request.query, expandable=False)
        if collection == GROUPS:
            _require_consistency(call, query.options)
        found = [one for one in call.view.all(collection) if _is_found(one, query.options)]
        page = paginate(found, replace(query, count=False), call.tenant.switches.page_size)
        answer: dict[str, Any] = dict(answers.context(call, _PATHS[collection]))
        if query.count:
            answer["@odata.count"] = page.total
        if page.next_query is not None:
            answer["@odata.nextLink"] = f"{call.base}/{_PATHS[collection]}?{page.next_query}"
        answer["value"] = [pick(answers.represent(one), query.select) for one in page.records]
        return Response.of(HTTPStatus.OK, answer)

    return index


def show_of(collection: str) -> Callable[[Call], Response]:
    """Return the operation that shows one object of *collection*."""

    def show(call: Call) -> Response:
        record = call.view.get(collection, call.keys["id"])
        if record is None:
            raise NotFound(f"Resource '{call.keys['id']}' does not exist.")
        query = parse_query(call.request.query, expandable=False)
        context = answers.context(call, f"{_PATHS[collection]}/$entity")
        return Response.of(HTTPStatus.OK, {**context, **pick(answers.represent(record), query.select)})

    return show


def _require_consistency(call: Call, options: dict[str, str]) -> None:
    asked = [name for name in _ADVANCED if name in options]
    if asked and call.request.headers.get("consistencylevel", "").lower() != "eventual":
        raise UnsupportedQuery(
            f"Request with {asked[0]} query parameter only works through MSGraph with a special request header: "
            "'ConsistencyLevel: eventual'"
        )


def _is_found(record: Record, options: dict[str, str]) -> bool:
    """Apply what the shared filters do not know: `$search`, and `startswith`, which Intune ignores."""
    name = str(record.properties.get("displayName", "")).lower()
    start = _START.fullmatch(options.get("$filter", "").strip())
    if start is not None and record.type == "group":
        return name.startswith(start["text"].replace("''", "'").lower())
    search = options.get("$search", "")
    match = _SEARCH.fullmatch(search.strip())
    return not search or (match is not None and all(word in name for word in match["words"].lower().split()))
