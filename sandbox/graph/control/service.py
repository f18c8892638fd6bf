"""
The routes of the sandbox itself, under /_sandbox: they need no token, cannot fail on purpose and are not recorded.

::

    GET DELETE       requests      what was asked so far
    GET POST DELETE  faults        what is to go wrong
    GET POST DELETE  objects       all objects, a new one, none
    GET PATCH DELETE objects/{id}  one object
    GET POST         settings      how the tenant behaves
    GET              assertions    claims of the client assertions seen, never the assertions
"""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from sandbox.graph.control.fault import Fault
from sandbox.graph.control.faults import Faults
from sandbox.graph.control.journal import Journal
from sandbox.graph.control.portal import Portal, UnknownObject
from sandbox.graph.http.messages import Request, Response
from sandbox.graph.login.grants import Grants
from sandbox.graph.tenant.tenant import Tenant

PREFIX = "/_sandbox/"

_Operation = Callable[[str, dict[str, Any]], Any]


class ControlService:
    """Answers the control routes. What is wrong with a request is said in `error`."""

    def __init__(self, tenant: Tenant, faults: Faults, journal: Journal, grants: Grants) -> None:
        self._tenant = tenant
        self._faults = faults
        portal = Portal(tenant)
        self._routes: dict[str, _Operation] = {
            "GET requests": lambda _key, _body: journal.entries(),
            "DELETE requests": lambda _key, _body: journal.clear(),
            "GET faults": lambda _key, _body: [fault.wire() for fault in faults.pending()],
            "POST faults": self._arm,
            "DELETE faults": lambda _key, _body: faults.clear(),
            "GET objects": lambda _key, _body: portal.objects(),
            "POST objects": lambda _key, body: portal.seed(body),
            "DELETE objects": lambda _key, _body: portal.clear(),
            "GET objects/": lambda key, _body: portal.get(key),
            "PATCH objects/": portal.edit,
            "DELETE objects/": lambda key, _body: portal.delete(key),
            "GET settings": lambda _key, _body: tenant.switches.wire(),
            "POST settings": self._switch,
            "GET assertions": lambda _key, _body: grants.assertions,
        }

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        noun, slash, key = request.path.removeprefix(PREFIX).partition("/")
        operation = self._routes.get(f"{request.method} {noun}{slash}")
        if operation is None:
            return _failed(HTTPStatus.NOT_FOUND, f"there is no {request.method} {request.path}")
        try:
            body = json.loads(request.body or b"{}")
            if not isinstance(body, dict):
                return _failed(HTTPStatus.BAD_REQUEST, "the body must be a JSON object")
            answer = operation(key, body)
        except UnknownObject as unknown:
            return _failed(HTTPStatus.NOT_FOUND, f"there is no object {unknown}")
        except ValueError as problem:
            return _failed(HTTPStatus.BAD_REQUEST, str(problem))
        if answer is None:
            return Response(HTTPStatus.NO_CONTENT)
        made = request.method == "POST" and noun != "settings"
        return Response.of(HTTPStatus.CREATED if made else HTTPStatus.OK, answer)

    def _arm(self, _key: str, body: dict[str, Any]) -> dict[str, Any]:
        fault = Fault.parse(body)
        self._faults.arm(fault, self._tenant.store.latest)
        return fault.wire()

    def _switch(self, _key: str, body: dict[str, Any]) -> dict[str, Any]:
        self._tenant.board.current = self._tenant.switches.changed(body)
        return self._tenant.switches.wire()


def _failed(status: HTTPStatus, problem: str) -> Response:
    return Response.of(status, {"error": problem})
