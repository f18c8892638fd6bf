"""
JSON batching: up to twenty requests in one.

Each part goes through everything a request of its own goes through: faults, sign-in, quota, the journal. The answers
come in another order than the questions, because none is promised.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from sandbox.graph.errors import BadRequest
from sandbox.graph.http.messages import Request, Response, dump
from sandbox.graph.odata.payload import read_json

LIMIT = 20
_INHERITED = ("authorization", "user-agent")
_WITH_BODY = ("POST", "PATCH", "PUT")


def run_batch(request: Request, dispatch: Callable[[Request], Response]) -> Response:
    """Answer a batch, one part after the other in the order given."""
    parts = _parts(read_json(request, fraction=float))  # only to be written again, for each part to read
    statuses: dict[str, int] = {}
    answers: list[dict[str, Any]] = []
    for part in parts:
        key = str(part["id"])
        failed = [other for other in _depends(part) if statuses[other] >= HTTPStatus.BAD_REQUEST]
        response = _failed_dependency() if failed else dispatch(_request(request, part))
        statuses[key] = response.status
        answers.append(_answer(key, response))
    return Response.of(HTTPStatus.OK, {"responses": answers[::-1]})


def _parts(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the parts, each with an id of its own, that depend only on earlier ones."""
    parts = document.get("requests")
    if not isinstance(parts, list) or not parts or not all(isinstance(part, dict) for part in parts):
        raise BadRequest("Invalid batch payload format.")
    if len(parts) > LIMIT:
        raise BadRequest(f"Number of requests inside batch exceeds the limit of {LIMIT}.")
    seen: set[str] = set()
    for part in parts:
        key = part.get("id")
        if not isinstance(key, str | int) or isinstance(key, bool) or not str(key):
            raise BadRequest("Each request in a batch needs an id.")
        if str(key) in seen:
            raise BadRequest(f"Request Id : {key} has to be unique in a batch.")
        _check_part(str(key), part)
        if not set(_depends(part)) <= seen:
            raise BadRequest(f"Request Id : {key} depends on a request that does not precede it.")
        seen.add(str(key))
    return parts


def _check_part(key: str, part: dict[str, Any]) -> None:
    if not isinstance(part.get("method"), str) or not isinstance(part.get("url"), str):
        raise BadRequest(f"Request Id : {key} needs a method and a url.")
    if "://" in part["url"] or "$batch" in part["url"]:
        raise BadRequest(f"Request Id : {key} needs a relative url, and not that of another batch.")
    if not isinstance(part.get("headers") or {}, dict) or not isinstance(part.get("dependsOn") or [], list):
        raise BadRequest("Invalid batch payload format.")
    headers = {name.lower() for name in part.get("headers") or {}}
    if part["method"].upper() in _WITH_BODY and ("body" not in part or "content-type" not in headers):
        raise BadRequest(f"Write request id : {key} does not contain Content-Type header or body.")


def _depends(part: dict[str, Any]) -> list[str]:
    return [str(other) for other in part.get("dependsOn") or []]


def _request(batch: Request, part: dict[str, Any]) -> Request:
    """Build the request that a part stands for; its url is relative to the version, or begins with it."""
    version = batch.path.strip("/").partition("/")[0]
    url = part["url"].lstrip("/")
    inherited = {name: batch.headers[name] for name in _INHERITED if name in batch.headers}
    own = {name.lower(): str(value) for name, value in (part.get("headers") or {}).items()}
    return Request(
        part["method"].upper(),
        f"/{url}" if url.startswith(f"{version}/") else f"/{version}/{url}",
        batch.site,
        {**inherited, **own},
        dump(part["body"]) if "body" in part else b"",
        part=str(part["id"]),
    )


def _answer(key: str, response: Response) -> dict[str, Any]:
    answer: dict[str, Any] = {"id": key, "status": int(response.status), "headers": response.headers}
    if response.body:
        answer["body"] = _embedded(response.body)
    return answer


def _embedded(body: bytes) -> Any:
    """Return a body as it stands in the answer of a batch: JSON as JSON, anything else as text."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")


def _failed_dependency() -> Response:
    error = {
        "code": "FailedDependency",
        "message": "One or more requests on which this one depends have failed.",
    }
    return Response.of(HTTPStatus.FAILED_DEPENDENCY, {"error": error})
