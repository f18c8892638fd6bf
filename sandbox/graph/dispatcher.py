"""Takes every request to its tenant and its service, lets faults happen to it on the way, and writes it down."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from sandbox.graph.api.service import GraphService
from sandbox.graph.control.fault import Fault
from sandbox.graph.control.faults import Faults
from sandbox.graph.control.journal import Entry, Journal
from sandbox.graph.control.service import PREFIX, ControlService
from sandbox.graph.http.clouds import Site
from sandbox.graph.http.messages import Request, Response
from sandbox.graph.login.service import IDENTITY_PATH, LoginService
from sandbox.graph.login.tokens import read_claims
from sandbox.graph.tenant.tenant import Tenant
from sandbox.graph.tenant.view import View

_OF_TENANT = f"{PREFIX}tenants/"


class Dispatcher:
    """The one entrance. *stopping* cuts every wait short."""

    def __init__(  # noqa: PLR0913 - one argument for each of the parts it joins
        self,
        *,
        tenant: Tenant,
        graph: GraphService,
        login: LoginService,
        control: ControlService,
        faults: Faults,
        journal: Journal,
        stopping: threading.Event,
    ) -> None:
        self._tenant = tenant
        self._graph = graph
        self._login = login
        self._control = control
        self._faults = faults
        self._journal = journal
        self._stopping = stopping

    def answer(self, request: Request) -> Response:
        """Answer a request that came over a connection; raises Dropped if it is to get no answer."""
        if request.site.is_loopback and request.path.startswith(PREFIX):
            return self._control.answer(request)
        latency = self._tenant.switches.latency_ms
        if latency:
            self._stopping.wait(latency / 1000)
        return self._recorded(request, self._serve)

    def refuse(self, request: Request) -> None:
        """Write down that a client wanted to go to a host that is none of Microsoft's."""
        self._recorded(request, lambda _: Response(HTTPStatus.FORBIDDEN))

    def _recorded(self, request: Request, serve: Callable[[Request], Response]) -> Response:
        entry = _entry(request)
        started = time.perf_counter()
        try:
            response = serve(request)
            entry["status"] = int(response.status)
            entry["tenant"] = response.tenant
            return response
        finally:
            # Written down before it is answered, so that who has the answer finds it here. Dropped: status stays null.
            entry["seconds"] = round(time.perf_counter() - started, 6)
            self._journal.add(entry)

    def shows_wrong_certificate(self, site: Site) -> bool:
        """Tell whether a fault wants this connection to *site* to be shown a certificate that no client trusts."""
        return self._faults.handshake(site)

    def wants_new_connection(self, site: Site) -> bool:
        """Tell whether a fault waits for the next connection to *site*, so that this one must not be kept."""
        return self._faults.awaits_handshake(site)

    def _serve(self, request: Request) -> Response:
        fault = self._faults.take(request)
        self._delay(fault, "before")
        try:
            if fault is None or not fault.replaces_answer:
                response = self._service(request, fault)
                self._delay(fault, "after")
                return response
            done = self._service(request, fault) if fault.takes_effect else None
            self._delay(fault, "after")
            return fault.outcome(request, done)
        finally:
            self._faults.answered(request)

    def _delay(self, fault: Fault | None, when: str) -> None:
        if fault is not None and fault.delayMs is not None and fault.when == when:
            self._stopping.wait(fault.delayMs / 1000)

    def _service(self, request: Request, fault: Fault | None) -> Response:
        if request.site.role == "login" or (request.site.is_loopback and request.path == IDENTITY_PATH):
            return self._login.answer(request)
        view = View(self._tenant.store, self._faults.lags(request))
        response = self._graph.answer(request, view, lambda part: self._recorded(part, self._serve))
        if fault is not None:
            self._faults.written(fault, view.written)
        return response


class Tenants:
    """
    All tenants of the process, each with a dispatcher of its own; the first one has what names no tenant.

    The path of a sign-in, the token of a request to Graph and ``/_sandbox/tenants/{id}/…`` say which one is meant.
    """

    def __init__(self, dispatchers: Mapping[str, Dispatcher]) -> None:
        self._dispatchers = dispatchers
        self._first = next(iter(dispatchers.values()))

    def answer(self, request: Request) -> Response:
        """Answer a request that came over a connection; raises Dropped if it is to get no answer."""
        if request.site.is_loopback and request.path.startswith(_OF_TENANT):
            named, _, rest = request.target.removeprefix(_OF_TENANT).partition("/")
            if named in self._dispatchers:
                return self._dispatchers[named].answer(replace(request, target=f"{PREFIX}{rest}"))
        return self._dispatchers.get(_tenant(request), self._first).answer(request)

    def refuse(self, request: Request) -> None:
        """Write down that a client wanted to go to a host that is none of Microsoft's."""
        self._first.refuse(request)

    def shows_wrong_certificate(self, site: Site) -> bool:
        """Tell whether a fault of any tenant wants this: a connection is made before it says which one is meant."""
        return any(one.shows_wrong_certificate(site) for one in self._dispatchers.values())

    def wants_new_connection(self, site: Site) -> bool:
        """Tell whether a fault of any tenant waits for the next connection to *site*."""
        return any(one.wants_new_connection(site) for one in self._dispatchers.values())


def _tenant(request: Request) -> str:
    """Return the id of the tenant that *request* names; empty if it names none."""
    if request.site.role == "login":
        return request.path.strip("/").partition("/")[0].lower()
    claims = read_claims(request.headers.get("authorization", "").partition(" ")[2]) or {}
    return str(claims.get("tid", ""))


def _entry(request: Request) -> Entry:
    entry: Entry = {
        "method": request.method,
        "path": request.target,
        "host": request.site.host,
        "status": None,
        "seconds": 0.0,
        "at": time.time(),
        "tenant": None,
        "batchPart": request.part,
        "userAgent": request.headers.get("user-agent"),
    }
    writes = request.method in ("POST", "PATCH", "PUT") and request.site.role == "graph"
    if writes and not request.path.endswith("$batch"):
        body = _json(request.body)
        if body is not None:
            entry["body"] = body
    return entry


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
