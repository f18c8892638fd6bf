"""
What Graph's answers mean: JSON, nothing, or an error, each read without trusting it.

Intune wraps its error messages in JSON inside a string, gateways in front of it answer in HTML, and a proxy can put
anything in between. Whatever comes back becomes either a parsed answer or one of `provider.errors`.
"""

from __future__ import annotations

import json
import math
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlsplit

import requests

from provider.errors import (
    ApprovalRequired,
    GraphError,
    IntuneError,
    NotFound,
    UnexpectedAnswer,
    Unreachable,
    error_class,
)
from provider.graph.causes import TRANSPORT, cause_of, misconfigured
from provider.graph.retry import retry_after_seconds

APPROVAL_HEADER = "x-msft-approval-justification"
"""The reason for a write; tenants with Multi Admin Approval insist on it."""

LARGEST = 64 * 1024 * 1024
"""Bytes that an answer may have: a page of a thousand profiles with their assignments has about two million."""

_DEEPEST = 50
"""Levels that an answer may have: an assignment in a list of profiles is on the seventh."""

_CHUNK = 256 * 1024

Json = dict[str, Any]


def read(response: requests.Response, method: str, path: str, largest: int = LARGEST) -> Json | None:
    """
    Return the answer as JSON, or None where it has no body.

    Raises the GraphError that fits the status, or UnexpectedAnswer where a success is not JSON. Intune answers writes
    with nothing at all; a read it answers with nothing says so by its status, 204, or a gateway lost the answer.
    """
    status = response.status_code
    text = _text(response, method, path, largest)
    if status >= requests.codes.multiple_choices:
        raise _failure(response, text, method, path)
    if not text.strip() and (method != "GET" or status == requests.codes.no_content):
        return None
    body = _parse(text)
    if not isinstance(body, dict):
        raise _unexpected(response, method, path, _plain(response, text))
    return body


def unreachable(error: Exception, method: str, path: str, url: str) -> IntuneError:
    """Make the error of a request to *url* that got no answer; an Unreachable knows if the request can have arrived."""
    cause = cause_of(error, urlsplit(url).netloc)
    return misconfigured(error, url) or Unreachable(method, path, message=cause.text, sent=cause.sent)


def error_of(  # noqa: PLR0913 - the data of an error
    status: int, body: object, method: str, path: str, *, request_id: str = "", retry_after: str | None = None
) -> GraphError:
    """Make the error of an answer with *status*, whose *body* may be Graph's error object or anything else."""
    error = body.get("error") if isinstance(body, dict) else None
    error = error if isinstance(error, dict) else {}
    inner = error.get("innerError") or error.get("innererror")
    inner = inner if isinstance(inner, dict) else {}
    message = _message(str(error.get("message") or ""))
    # Microsoft365DSC#7236 is the only trace of this answer; the header's name in it is what tells it from others.
    approval = status == requests.codes.bad_request and APPROVAL_HEADER in message
    return (ApprovalRequired if approval else error_class(status))(
        method,
        path,
        status=status,
        code=str(error.get("code") or ""),
        message=message,
        request_id=request_id or str(inner.get("request-id") or ""),
        retry_after=_retry_after(retry_after),
    )


def _failure(response: requests.Response, text: str, method: str, path: str) -> GraphError:
    """Make the error of a failure. A page that says 404 is a gateway's: it proves no absence in the tenant."""
    body = _parse(text)
    is_graphs = isinstance(body, dict) and isinstance(body.get("error"), dict)
    if error_class(response.status_code) is NotFound and text.strip() and not is_graphs:
        return _unexpected(response, method, path, _plain(response, text))
    error = error_of(
        response.status_code,
        body,
        method,
        path,
        request_id=_id(response),
        retry_after=response.headers.get("Retry-After"),
    )
    if not error.message:
        error.message = _plain(response, text)
    return error


def _plain(response: requests.Response, text: str) -> str:
    """Say what an answer that is not Graph's JSON is: what it contains is a gateway's page, not worth quoting."""
    if response.is_redirect or 300 <= response.status_code < 400:  # noqa: PLR2004 - HTTP's redirects
        return "the answer is a redirect, and redirects are not followed"
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    return f"the answer is {kind or 'text'}, not Graph's JSON" if text.strip() else "the answer is empty"


def _message(message: str) -> str:
    """Unwrap Intune's message, which is often JSON inside a string, and cut off its internal address."""
    if message.lstrip().startswith("{"):
        inner = _parse(message)
        if isinstance(inner, dict):
            message = str(inner.get("Message") or inner.get("message") or message)
    return message.partition(" - Operation ID")[0].strip()


def _text(response: requests.Response, method: str, path: str, largest: int) -> str:
    """
    Read the body, which was not read yet, up to *largest* bytes.

    A body that breaks off leaves the outcome unknown, whatever the status before it said: a gateway may have sent
    that. Raises Unreachable then, and UnexpectedAnswer where a success is too large or cannot be decompressed.
    """
    parts, size = [], 0
    try:
        for part in response.iter_content(_CHUNK):
            parts.append(part)
            size += len(part)
            if size > largest:
                raise _unexpected(response, method, path, f"the answer is larger than {largest >> 20} MiB")
    except requests.exceptions.ContentDecodingError:
        if response.status_code >= requests.codes.multiple_choices:
            return ""  # the status says it all
        raise _unexpected(response, method, path, "the answer cannot be decompressed") from None
    except TRANSPORT as error:
        cause = cause_of(error, urlsplit(response.url).netloc)
        broken = Unreachable(method, path, message=f"{cause.text} (after status {response.status_code})", sent=True)
        broken.request_id, broken.retry_after = _id(response), _retry_after(response.headers.get("Retry-After"))
        raise broken from None
    return b"".join(parts).decode("utf-8", errors="replace")


def _unexpected(response: requests.Response, method: str, path: str, message: str) -> UnexpectedAnswer:
    return UnexpectedAnswer(method, path, status=response.status_code, message=message, request_id=_id(response))


def _retry_after(header: str | None) -> float | None:
    return retry_after_seconds(header, datetime.now(timezone.utc))


def _parse(text: str) -> object:
    """Read JSON. None where it is none, and where nothing could carry it on: nested too deeply, or beyond a double."""
    try:
        value = json.loads(text, parse_constant=_number, parse_float=_number)
        if "\\ud" in text.lower():  # half of a surrogate pair is no text
            value = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return value if _is_shallow(value) else None


def _number(literal: str) -> float:
    """Read a number that JSON has: not NaN, nor an infinity, whichever way it is written."""
    number = float(literal)
    if not math.isfinite(number):
        raise ValueError(literal)
    return number


def _is_shallow(value: object) -> bool:
    level = [value]
    for _ in range(_DEEPEST):
        inner = (part.values() if isinstance(part, dict) else part for part in level if isinstance(part, dict | list))
        level = [member for members in inner for member in members if isinstance(member, dict | list)]
        if not level:
            return True
    return False


def _id(response: requests.Response) -> str:
    return response.headers.get("request-id", "")
