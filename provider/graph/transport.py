"""
The connections of a run: one pool for the sessions of all threads.

requests does not promise that a session can be shared between threads; the transport below it can. A connection that
one thread leaves serves the next one, and all of them share one set of trusted certificates, which would else be
loaded into memory once for each connection.
"""

from __future__ import annotations

import threading
from typing import Any
from urllib.parse import quote as percent_encode

from requests import PreparedRequest, Session
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.util.ssl_ import create_urllib3_context

from provider.graph.responses import APPROVAL_HEADER

_PLAIN = " !#$&'()*+,-./:;=?@[]_~"


class Bearer(AuthBase):
    """Signs a request. As an auth object and not a header: else requests prefers what it finds in ~/.netrc."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:  # noqa: D102 - as AuthBase says
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Transport(HTTPAdapter):
    """What the sessions of up to *threads* threads send through."""

    def __init__(self, threads: int) -> None:
        # It insists on a certificate that is trusted and names the host. Which ones are trusted, requests adds for
        # each connection, out of REQUESTS_CA_BUNDLE or its own bundle.
        self._trust = create_urllib3_context()
        super().__init__(pool_maxsize=threads)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pool of direct connections."""
        super().init_poolmanager(*args, ssl_context=self._trust, **kwargs)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        """Make the pool of connections through a proxy."""
        return super().proxy_manager_for(*args, ssl_context=self._trust, **kwargs)


def approval(reason: str) -> dict[str, str]:
    """Return the header that gives the *reason* for a write, which tenants with Multi Admin Approval insist on."""
    # A header carries bytes of Latin-1; what is beyond it is percent-encoded, as RFC 8187 has it.
    return {APPROVAL_HEADER: percent_encode(reason, safe=_PLAIN)} if reason else {}


class Sessions:
    """A session for each thread that asks, for requests to *root*. Safe to share between threads."""

    def __init__(self, root: str, threads: int) -> None:
        self._root = root
        self._transport = Transport(threads)
        self._threads = threading.local()

    def mine(self) -> Session:
        """Return the session of this thread."""
        session: Session | None = getattr(self._threads, "session", None)
        if session is None:
            session = self._threads.session = Session()
            session.headers["User-Agent"] = "intune-derived-credentials"
            session.mount(self._root, self._transport)
        return session

    def close(self) -> None:
        """Close every connection."""
        self._transport.close()
