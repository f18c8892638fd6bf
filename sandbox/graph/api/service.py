"""
Microsoft Graph itself: every request passes the same gates, in this order.

Sign-in, quota, the tenant's licence, the route, its permissions, approval; then the operation. An error anywhere
becomes an answer here and nowhere else.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any
from urllib.parse import unquote

from sandbox.graph.api.batch import run_batch
from sandbox.graph.api.quota import Quota
from sandbox.graph.api.router import Route
from sandbox.graph.api.routes import ROUTER
from sandbox.graph.errors import BadRequest, Forbidden, NoRoute, Refused, ServiceError, TooManyRequests
from sandbox.graph.http.messages import Request, Response
from sandbox.graph.login.tokens import Tokens
from sandbox.graph.tenant.tenant import Call, Tenant
from sandbox.graph.tenant.view import View

_JUSTIFICATION = "x-msft-approval-justification"
_DIAGNOSTIC = '{"ServerInfo":{"DataCenter":"Sandbox","Slice":"E","Ring":"0","ScaleUnit":"000","RoleInstance":"S"}}'


class GraphService:
    """Answers for one tenant."""

    def __init__(self, tenant: Tenant, tokens: Tokens, quota: Quota) -> None:
        self._tenant = tenant
        self._tokens = tokens
        self._quota = quota

    def answer(self, request: Request, view: View, dispatch: Callable[[Request], Response]) -> Response:
        """Answer one request, reading from *view*; *dispatch* takes the parts of a batch."""
        request_id = str(uuid.uuid4())
        client_request_id = request.headers.get("client-request-id", request_id)
        claims: dict[str, Any] = {}
        try:
            claims = self._tokens.check(request.headers.get("authorization", ""), request.site)
            response = self._batch(request, dispatch) if _is_batch(request) else self._call(request, claims, view)
        except ServiceError as error:
            response = self._rendered(error, request, request_id, client_request_id)
        response.headers |= {
            "request-id": request_id,
            "client-request-id": client_request_id,
            "x-ms-ags-diagnostic": _DIAGNOSTIC,
        }
        response.tenant = claims.get("tid")
        return response

    def _batch(self, request: Request, dispatch: Callable[[Request], Response]) -> Response:
        """Run a batch. It does not count towards the quota: its parts do."""
        if request.method != "POST":
            raise NoRoute("~/$batch", request.method, request.path)
        return run_batch(request, dispatch)

    def _call(self, request: Request, claims: dict[str, Any], view: View) -> Response:
        switches = self._tenant.switches
        if switches.quota:
            write = request.method != "GET"
            wait = self._quota.admit(str(claims["tid"]), str(claims.get("appid")), write=write)
            if wait:
                raise TooManyRequests(wait)
        if not switches.licensed:
            raise BadRequest("Request not applicable to target tenant.")
        route, keys = ROUTER.find(request.method, request.path)
        _require_permission(route, claims)
        if switches.approval and route.writes and not request.headers.get(_JUSTIFICATION):
            raise Refused(f"Header '{_JUSTIFICATION}' is required to request approval.")
        return route.operation(Call(request, keys, self._tenant, view))

    def _rendered(self, error: ServiceError, request: Request, request_id: str, client_request_id: str) -> Response:
        date = datetime.fromtimestamp(int(self._tenant.now()), timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
        body = error.body(request_id=request_id, client_request_id=client_request_id, date=date, path=request.path)
        return Response.of(error.status, body, **error.headers)


def _is_batch(request: Request) -> bool:
    return unquote(request.path).strip("/") in ("beta/$batch", "v1.0/$batch")


def _require_permission(route: Route, claims: dict[str, Any]) -> None:
    """Let pass who has one of the route's permissions, as an application or on behalf of a user."""
    granted = {*claims.get("roles", []), *str(claims.get("scp", "")).split()}
    if granted.isdisjoint(route.permissions):
        raise Forbidden(route.permissions)
