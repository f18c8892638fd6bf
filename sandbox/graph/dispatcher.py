"""Takes every request to the service it is for, lets faults happen to it on the way, and writes it down."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from sandbox.graph.control import PREFIX, ControlService
from sandbox.graph.faults import Fault, Faults
from sandbox.graph.journal import Entry, Journal
from sandbox.graph.login import IDENTITY_PATH, LoginService
from sandbox.graph.messages import Dropped, Request, Response
from sandbox.graph.service import GraphService
from sandbox.graph.store import View
from sandbox.graph.tenant import Tenant


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

    def _serve(self, request: Request) -> Response:
        fault = self._faults.take(request)
        if fault is None:
            return self._service(request, View(self._tenant.store))
        if fault.lagReads is not None:
            return self._lagging(request, fault)
        if fault.delayMs is not None:
            self._stopping.wait(fault.delayMs / 1000)
        if fault.status is None and fault.drop is None:
            return self._service(request, View(self._tenant.store))
        if fault.happens("after"):
            self._service(request, View(self._tenant.store))
        if fault.drop is not None:
            raise Dropped
        return fault.response()

    def _lagging(self, request: Request, fault: Fault) -> Response:
        """Answer from before the last write; a read that has nothing to do with it does not count as one."""
        view = View(self._tenant.store, fault.since)
        response = self._service(request, view)
        if not view.lagged:
            self._faults.give_back(fault)
        return response

    def _service(self, request: Request, view: View) -> Response:
        if request.site.role == "login" or (request.site.is_loopback and request.path == IDENTITY_PATH):
            return self._login.answer(request)
        return self._graph.answer(request, view, lambda part: self._recorded(part, self._serve))


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
