"""How objects are shown: annotations, contexts, lists, and the two ways Intune says that a write succeeded."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from http import HTTPStatus
from typing import Any

from sandbox.graph.http.messages import Response
from sandbox.graph.metadata import MODEL
from sandbox.graph.odata.query import Query, paginate, parse_query, pick
from sandbox.graph.tenant.store import PROFILES, Record
from sandbox.graph.tenant.tenant import Call


def context(call: Call, fragment: str) -> dict[str, str]:
    """Return the annotation that says what an answer is."""
    return {"@odata.context": f"{call.base}/$metadata#{fragment}"}


def represent(record: Record) -> dict[str, Any]:
    """Show an object. References to other objects are never part of it."""
    structured = _structured(record.type)
    shown = {
        name: _annotated(structured[name], value) if name in structured else value
        for name, value in record.properties.items()
        if name != "@odata.type"
    }
    return {"@odata.type": record.properties["@odata.type"], "id": record.id, **shown}


def item(call: Call, collection: str, record: Record) -> Response:
    """Answer a GET with one object, or with as much of it as was asked for."""
    query = parse_query(call.request.query, expandable=collection == PROFILES)
    shown = _expanded(call, record, pick(represent(record), query.select), query)
    return Response.of(HTTPStatus.OK, {**context(call, f"deviceManagement/{collection}/$entity"), **shown})


def written(call: Call, collection: str, record: Record, status: int = HTTPStatus.OK) -> Response:
    """Answer a write with the object."""
    return Response.of(status, {**context(call, f"deviceManagement/{collection}/$entity"), **represent(record)})


def listing(call: Call, collection: str) -> Response:
    """Answer with a page of a collection."""
    query = parse_query(call.request.query, expandable=collection == PROFILES)
    if call.tenant.switches.expand == "ignored":
        query = replace(query, expand=False)
    page = paginate(call.view.all(collection), query, call.tenant.switches.page_size)
    answer: dict[str, Any] = dict(context(call, f"deviceManagement/{collection}"))
    if query.count:
        answer["@odata.count"] = page.total
    if page.next_query is not None:
        answer["@odata.nextLink"] = f"{call.base}/deviceManagement/{collection}?{page.next_query}"
    answer["value"] = [_expanded(call, each, pick(represent(each), query.select), query) for each in page.records]
    return Response.of(HTTPStatus.OK, answer)


def count(call: Call, collection: str) -> Response:
    """Answer with the number of objects, as plain text."""
    query = parse_query(call.request.query, expandable=collection == PROFILES)
    total = paginate(call.view.all(collection), query, 1).total
    return Response(HTTPStatus.OK, str(total).encode(), {"Content-Type": "text/plain"})


def patched(call: Call, documented: Response) -> Response:
    """
    Answer a PATCH: *documented* is 200 with the object, but Intune frequently answers 204 without a body.

    The two take turns, so that any client meets both (docs-contrib#8701).
    """
    return Response(HTTPStatus.NO_CONTENT) if next(call.tenant.patches) % 2 else documented


def removed(call: Call) -> Response:
    """Answer a DELETE: documented is 204, tools have seen 200. The two take turns; neither has a body."""
    return Response(HTTPStatus.OK if next(call.tenant.deletes) % 2 else HTTPStatus.NO_CONTENT)


def assignments_context(call: Call, record: Record) -> dict[str, str]:
    """Return the context of a profile's assignments, from which backup tools read whose they are."""
    return context(
        call,
        f"deviceManagement/deviceConfigurations('{record.id}')/microsoft.graph.{record.type}/assignments",
    )


def _expanded(call: Call, record: Record, shown: dict[str, Any], query: Query) -> dict[str, Any]:
    if not query.expand:
        return shown
    where = assignments_context(call, record)["@odata.context"]
    assignments = [pick(dict(assignment), query.expanded) for assignment in record.assignments]
    return {**shown, "assignments@odata.context": where, "assignments": assignments}


@cache
def _structured(type_: str) -> dict[str, str]:
    """Return which properties of a type hold structured values, and of which type."""
    shape = MODEL.shapes.get(type_)
    properties = shape.properties.values() if shape else ()
    return {each.name: each.type for each in properties if each.type in MODEL.structures}


def _annotated(type_: str, value: Any) -> Any:
    """Name the type of structured values, as the documentation's samples do."""
    if isinstance(value, list):
        return [_annotated(type_, each) for each in value]
    return {"@odata.type": f"microsoft.graph.{type_}", **value} if isinstance(value, dict) else value
