"""The sign-in service: discovery, the token endpoint, the consent of a user, and a managed identity."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sandbox.graph.http.clouds import Site
from sandbox.graph.http.messages import Request, Response
from sandbox.graph.identity import CLIENT_ID, MANAGED_IDENTITY_HEADER, TENANT_ID
from sandbox.graph.login.aadsts import UNKNOWN_TENANT, SignInError
from sandbox.graph.login.grants import Grants

IDENTITY_PATH = "/msi/token"
"""Where the managed identity answers: on plain HTTP like the real one, which listens beside the application."""

_PATH = re.compile(r"/(?P<tenant>[^/]+)/(?P<rest>oauth2/v2\.0/\w+|v2\.0/\.well-known/openid-configuration)")
_DEVICE_CODE_LIFETIME = 900


class LoginService:
    """Signs in to one tenant."""

    def __init__(self, grants: Grants, now: Callable[[], float], tenant_id: str = TENANT_ID) -> None:
        self._tenant_id = tenant_id
        self._grants = grants
        self._now = now

    def answer(self, request: Request) -> Response:
        """Answer one request; errors are rendered here."""
        try:
            return self._route(request)
        except SignInError as error:
            return Response.of(error.kind.status, error.body(request.site.origin, self._now()))

    def _route(self, request: Request) -> Response:
        if request.path == IDENTITY_PATH:
            return self._managed_identity(request)
        if request.path == "/common/discovery/instance":
            return Response.of(HTTPStatus.OK, _instance(request.site))
        match = _PATH.fullmatch(request.path)
        if match is None:
            return Response.of(HTTPStatus.NOT_FOUND, {"error": "not_found"})
        if match["tenant"].lower() != self._tenant_id:
            raise SignInError(UNKNOWN_TENANT, match["tenant"])
        operations = {
            "GET v2.0/.well-known/openid-configuration": self._configuration,
            "POST oauth2/v2.0/token": self._token,
            "POST oauth2/v2.0/devicecode": self._device_code,
            "GET oauth2/v2.0/authorize": self._authorize,
        }
        operation = operations.get(f"{request.method} {match['rest']}")
        if operation is None:
            return Response.of(HTTPStatus.METHOD_NOT_ALLOWED, {"error": "method_not_allowed"})
        response = operation(request)
        response.tenant = self._tenant_id
        return response

    def _configuration(self, request: Request) -> Response:
        base = f"{request.site.origin}/{self._tenant_id}"
        document = {
            "issuer": f"{base}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
            "response_types_supported": ["code"],
        }
        return Response.of(HTTPStatus.OK, document)

    def _token(self, request: Request) -> Response:
        return Response.of(HTTPStatus.OK, self._grants.exchange(_form(request), request.site))

    def _device_code(self, request: Request) -> Response:
        """Start the device-code flow. The user has already consented, so the first poll succeeds."""
        document = {
            "device_code": self._grants.consent(_form(request).get("scope", "")),
            "user_code": "SANDBOX",
            "verification_uri": f"{request.site.origin}/devicelogin",
            "expires_in": _DEVICE_CODE_LIFETIME,
            "interval": 1,
            "message": "There is nothing to do: the sandbox consents by itself.",
        }
        return Response.of(HTTPStatus.OK, document)

    def _authorize(self, request: Request) -> Response:
        """Send the browser straight back with a code: the user consents to everything."""
        query = dict(parse_qsl(request.query))
        code = self._grants.consent(query.get("scope", ""), query.get("nonce", ""))
        back = {"code": code, "state": query.get("state", "")}
        target = query.get("redirect_uri", "")
        if query.get("response_mode") == "form_post":
            return Response(HTTPStatus.OK, _form_page(target, back), {"Content-Type": "text/html; charset=utf-8"})
        return Response(HTTPStatus.FOUND, b"", {"Location": f"{target}?{urlencode(back)}"})

    def _managed_identity(self, request: Request) -> Response:
        """Answer as App Service does for the identity it gives an application."""
        if request.headers.get("x-identity-header") != MANAGED_IDENTITY_HEADER:
            return Response.of(HTTPStatus.UNAUTHORIZED, {"statusCode": 401, "message": "Unauthorized"})
        resource = dict(parse_qsl(request.query)).get("resource", "").rstrip("/")
        token = self._grants.for_application(f"{resource}/.default", request.site)
        answer: dict[str, Any] = {
            "access_token": token["access_token"],
            "expires_on": str(int(self._now()) + token["expires_in"]),
            "resource": resource,
            "token_type": "Bearer",
            "client_id": CLIENT_ID,
        }
        return Response.of(HTTPStatus.OK, answer)


def _form_page(target: str, values: dict[str, str]) -> bytes:
    """Write the page that carries the code back as a form, as the response mode form_post has it."""
    fields = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in values.items())
    page = f'<form method="POST" action="{escape(target)}">{fields}</form><script>document.forms[0].submit()</script>'
    return page.encode()


def _instance(site: Site) -> dict[str, Any]:
    """Describe the cloud as consisting of the one host that was asked."""
    alias = {"preferred_network": site.host, "preferred_cache": site.host, "aliases": [site.host]}
    endpoint = f"{site.origin}/{TENANT_ID}/v2.0/.well-known/openid-configuration"
    return {"tenant_discovery_endpoint": endpoint, "api-version": "1.1", "metadata": [alias]}


def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.body.decode("utf-8", "replace")))
