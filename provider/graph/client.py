"""
One client for Microsoft Graph beta: verbs, retries, errors.

Paths are relative to the version segment (``/deviceManagement/…``). Answers are parsed JSON. Every failure is one of
`provider.errors`; no exception of the HTTP library leaves this module. A request goes to the stack's cloud or
nowhere: redirects are not followed, and an address that Graph hands out is checked before a token is sent to it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any, TypeVar

from provider.errors import Forbidden, GraphError, IntuneError, Throttled, Unauthenticated, Unreachable
from provider.graph import logs, responses, retry
from provider.graph.causes import TRANSPORT
from provider.graph.rate_limit import RateLimiter
from provider.graph.tokens import Tokens
from provider.graph.transport import Bearer, Sessions, approval
from provider.settings import Settings

VERSION = "beta"
"""The only version of Graph that has derived credentials."""

_SECONDS_TO_CONNECT = 10.0

Json = dict[str, Any]
_T = TypeVar("_T")
_E = TypeVar("_E", bound=GraphError)


class GraphClient:
    """Speaks to one tenant. Safe to share between threads."""

    def __init__(  # noqa: PLR0913 - time and chance are arguments, so that tests need neither
        self,
        settings: Settings,
        tokens: Tokens,
        *,
        notify: Callable[[str], object] = lambda _: None,
        before_write: Callable[[], None] = lambda: None,
        rate_limiter: RateLimiter | None = None,
        largest_answer: int = responses.LARGEST,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        if settings.debug:
            logs.log_requests()
        self.settings = settings
        self.root = f"{settings.cloud.graph}/{VERSION}"
        self.has_written = False  # whether a request was sent that writes
        reads = {"Accept": "application/json"}
        self._headers = (reads, reads | approval(settings.approval_justification))
        self._tokens = tokens
        self._notify = notify
        self._before_write = before_write
        self._largest_answer = largest_answer
        self.now = clock
        self._sleep = sleep
        self._jitter = jitter
        self._rate_limiter = rate_limiter or RateLimiter(settings.quota_share, notify=notify)
        self._backoff = retry.Backoff(timeout=settings.retry_timeout)
        self._sessions = Sessions(settings.cloud.graph, settings.threads)

    def close(self) -> None:
        """Close every connection. The plugin never does: its process ends with them."""
        self._sessions.close()
        self._tokens.close()

    def sign_in(self) -> None:
        """Get a token, if there is none yet. Raises SignInError: in full for the first call of a run that fails."""
        self._tokens.token()

    def claims(self) -> dict[str, object]:
        """Return what the token says of its bearer. Raises SignInError."""
        return self._tokens.claims()

    def permissions(self) -> frozenset[str]:
        """Return what the token says that its bearer may do."""
        return self._tokens.permissions()

    def why_not(self) -> str:
        """Return why this kind of sign-in cannot have Intune's permissions; empty where it can."""
        return self._tokens.why_not()

    def get(self, path: str) -> Json | None:
        """GET one object; None where Graph answers that there is nothing (204)."""
        return self._send_with_retries("GET", path)

    def post(self, path: str, body: Json, *, repeatable: bool = False, reads: int = 0) -> Json:
        """
        POST *body*. Sent at most once, unless it is *repeatable*: an action whose repetition changes nothing.

        One that only carries *reads*, a batch, writes nothing and counts as so many requests.
        Raises Throttled, ServerFault or Unreachable when it is not known whether it took effect.
        """
        if repeatable:
            return self._send_with_retries("POST", path, body, reads=reads) or {}
        return self._send_with_token("POST", path, body, reads, again=False) or {}

    def patch(self, path: str, body: Json) -> Json:
        """PATCH *body*. The answer may be empty: Intune often sends 204 where its documentation promises a body."""
        return self._send_with_retries("PATCH", path, body) or {}

    def put(self, path: str, body: Json, settled: Callable[[], bool] = lambda: False) -> None:
        """PUT *body*. Not repeated after a failure when *settled* says that it took effect all the same."""
        self._send_with_retries("PUT", path, body, settled)

    def delete(self, path: str) -> None:
        """DELETE. Raises NotFound where there is nothing to delete."""
        self._send_with_retries("DELETE", path)

    def pause(self, error: GraphError, attempt: int, waited: float) -> float | None:
        """
        Wait before the next attempt at what ended in *error*, and return the seconds waited.

        Returns None, without waiting, when attempt number *attempt* was the last one worth making.
        """
        seconds = self._backoff.delay(error, attempt, waited, self._jitter)
        if seconds is None:
            return None
        failed = f"Graph failed ({error.status or 'no answer'})"
        cause = "Graph is throttling" if isinstance(error, Throttled) else failed
        self._notify(f"{cause}: next attempt in {seconds:.0f} s")
        self._sleep(seconds)
        return seconds

    def is_transient(self, error: GraphError) -> bool:
        """Tell whether the same request may succeed a little later."""
        return self._backoff.max_attempts(error) > 1

    def poll(
        self,
        probe: Callable[[], _T | None],
        deadline: float,
        waiting: str = "waiting for Graph to show what was written",
    ) -> _T | None:
        """
        Ask *probe* until it returns something, for *deadline* seconds at the most; None if it never did.

        *waiting* is shown to the person who waits.
        """
        started, attempt = self.now(), 0
        while (found := probe()) is None:
            left = started + deadline - self.now()
            if left <= 0:
                return None
            attempt += 1
            self._notify(waiting)
            self._sleep(min(left, self._backoff.backoff_seconds(attempt, self._jitter)))
        return found

    def _send_with_retries(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        settled: Callable[[], bool] = lambda: False,
        *,
        reads: int = 0,
    ) -> Json | None:
        attempt, waited, doubt = 1, 0.0, False
        while True:
            try:
                return self._send_with_token(method, path, body, reads)
            except IntuneError as error:
                error.after_doubt = doubt or error.after_doubt
                if not isinstance(error, GraphError):
                    raise
                if self.is_transient(error) and settled():
                    return None
                doubt = doubt or not isinstance(error, Unreachable) or error.sent
                seconds = self.pause(error, attempt, waited)
                if seconds is None:
                    raise
                attempt, waited = attempt + 1, waited + seconds

    def _send_with_token(
        self, method: str, path: str, body: Json | None = None, reads: int = 0, *, again: bool = True
    ) -> Json | None:
        """Send one request; if Graph refuses the token, get a fresh one and, where it may be, send it *again* once."""
        token = self._tokens.token()
        try:
            return self._send_in_turn(method, path, body, token, reads)
        except Unauthenticated:
            self._tokens.renew(refused=token)
            if not again:
                raise
            try:
                return self._send_in_turn(method, path, body, self._tokens.token(), reads)
            except IntuneError as error:
                error.after_doubt = True  # a gateway may refuse the token of what the service did all the same
                raise

    def _send_in_turn(self, method: str, path: str, body: Json | None, token: str, reads: int) -> Json | None:
        """Wait for the rate limit, then send one request; a write also needs *before_write*, the run's, to return."""
        writes = 0 if method == "GET" or reads else 1
        with self._rate_limiter.pass_through(writes=writes, requests=reads or 1):
            if writes:
                self._before_write()
                self.has_written = True
            try:
                return self._send_once(method, path, body, token)
            except Forbidden as error:
                raise self.explained(error) from None

    def explained(self, error: _E) -> _E:
        """Return *error* with the remedy for a 403, if the sign-in is of a kind that cannot have the permission."""
        if isinstance(error, Forbidden) and (reason := self._tokens.why_not()):
            error.remedy = reason
        return error

    def _send_once(self, method: str, path: str, body: Json | None, token: str) -> Json | None:
        url = self.root + path if path.startswith("/") else path
        exchange = logs.Exchange(method, url, self.now)
        try:
            with (
                exchange,
                self._sessions.mine().request(
                    method,
                    url,
                    json=body,
                    auth=Bearer(token),
                    headers={"client-request-id": exchange.id, **self._headers[method != "GET"]},
                    timeout=(_SECONDS_TO_CONNECT, self.settings.request_timeout),
                    allow_redirects=False,
                    stream=True,
                ) as response,
            ):
                exchange.answered(response.status_code, response.headers.get("request-id"))
                return responses.read(response, method, path, self._largest_answer)
        except TRANSPORT as error:
            raise responses.unreachable(error, method, path, url) from None
