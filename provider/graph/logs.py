"""
The log of requests that INTUNE_DEBUG switches on: one line for each, on stderr.

A line has what a support case needs, and nothing that must not be in a CI log: no token, no body, and no value of a
query, which can be the name of a group or a profile.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from urllib.parse import urlsplit

_log = logging.getLogger("provider.graph")


class _ToStderr(logging.StreamHandler):  # type: ignore[type-arg]  # generic only for type checkers
    """Ours, to be told from any other handler of the logger."""


def log_requests() -> None:
    """
    Write what the provider logs to stderr. Calling it again changes nothing.

    The host of dynamic providers configures no logging, so a handler is added here; and it stays out of the handlers
    of a program that does, which would write every line a second time.
    """
    logger = logging.getLogger("provider")
    if any(isinstance(one, _ToStderr) for one in logger.handlers):
        return
    handler = _ToStderr()
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s: %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False


class Exchange:
    """One request, logged when the `with` statement ends. *clock* returns seconds."""

    def __init__(self, method: str, url: str, clock: Callable[[], float]) -> None:
        self.id = str(uuid.uuid4())
        """What the request is to be known by on the client's side."""
        self._method = method
        self._url = url
        self._clock = clock
        self._started = clock()
        self._status: int | None = None
        self._request_id = ""

    def answered(self, status: int, request_id: str | None) -> None:
        """Note the answer, whose body may still be to come."""
        self._status = status
        self._request_id = request_id or ""

    def __enter__(self) -> Exchange:  # noqa: PYI034 - typing.Self is newer than Python 3.10
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Log the request."""
        _log.debug(
            "%s %s → %s in %.3f s [request-id %s, client-request-id %s]",
            self._method,
            without_values(self._url),
            self._status or "no answer",
            self._clock() - self._started,
            self._request_id or "none",
            self.id,
        )


def without_values(url: str) -> str:
    """Return *url* with the names of its query options and without their values."""
    parts = urlsplit(url)
    options = [option.partition("=")[0] for option in parts.query.split("&") if option]
    query = "?" + "&".join(f"{option}=…" for option in options) if options else ""
    return f"{parts.scheme}://{parts.netloc}{parts.path}{query}"
