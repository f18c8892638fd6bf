"""
Many reads in few requests: Graph's `$batch`, twenty GETs at a time.

The parts of a batch fail one by one, each with a status and a Retry-After of its own inside an outer 200. A part that
failed for a passing reason is sent again, together with the other such parts; any other failure is the answer of that
part.

Source: https://learn.microsoft.com/graph/json-batching
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any

from provider.errors import GraphError, UnexpectedAnswer
from provider.graph import responses
from provider.graph.client import GraphClient
from provider.odata import LARGEST_BATCH, Answer

Json = dict[str, Any]


def get_each(client: GraphClient, paths: Sequence[str]) -> dict[str, Answer]:
    """
    GET every path and return what came back for each: its JSON, None for an empty answer, or its error.

    Raises GraphError only where a batch as a whole fails.
    """
    results: dict[str, Answer] = {}
    for start in range(0, len(paths), LARGEST_BATCH):
        results.update(_settle(client, paths[start : start + LARGEST_BATCH]))
    return results


def _settle(client: GraphClient, paths: Sequence[str]) -> dict[str, Answer]:
    """GET *paths* until none of them fails for a passing reason, or the time for retries ends."""
    results: dict[str, Answer] = {}
    attempt, waited, pending = 1, 0.0, list(paths)
    while pending:
        results.update(_ask(client, pending))
        failures = [error for path in pending if isinstance(error := results[path], GraphError)]
        # The longest wait that any part asks for serves all of them.
        failures.sort(key=lambda error: error.retry_after or 0.0, reverse=True)
        passing = [error for error in failures if client.is_transient(error)]
        if not passing:
            break
        seconds = client.pause(passing[0], attempt, waited)
        if seconds is None:
            break
        attempt, waited = attempt + 1, waited + seconds
        pending = [error.path for error in passing]
    return results


def _ask(client: GraphClient, paths: Sequence[str]) -> Iterator[tuple[str, Answer]]:
    """Send one batch and pair each path with its answer."""
    parts = [{"id": str(index), "method": "GET", "url": path} for index, path in enumerate(paths)]
    answer = client.post("/$batch", {"requests": parts}, repeatable=True, reads=len(parts))
    responses = answer.get("responses")
    told = [part for part in responses if isinstance(part, dict)] if isinstance(responses, list) else []
    answered = {str(part.get("id")): part for part in told}
    for index, path in enumerate(paths):
        part = answered.get(str(index))
        if part is None:
            yield path, UnexpectedAnswer("GET", path, message="the batch has no answer for it")
        else:
            read = _answer(part, path)
            yield path, client.explained(read) if isinstance(read, GraphError) else read


def _answer(part: Json, path: str) -> Answer:
    status = part.get("status")
    body = part.get("body")
    if not isinstance(status, int) or status < HTTPStatus.OK:
        return UnexpectedAnswer("GET", path, message="its answer in the batch has no status")
    if status >= HTTPStatus.MULTIPLE_CHOICES:
        headers = part.get("headers")
        named = {str(name).lower(): str(value) for name, value in headers.items()} if isinstance(headers, dict) else {}
        return responses.error_of(
            status,
            body,
            "GET",
            path,
            request_id=named.get("request-id", ""),
            retry_after=named.get("retry-after"),
        )
    if status == HTTPStatus.NO_CONTENT:
        return None
    return body if isinstance(body, dict) else UnexpectedAnswer("GET", path, message="its answer in the batch is empty")
