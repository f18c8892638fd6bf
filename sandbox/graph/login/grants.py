"""
The token endpoint: who may have a token, and what is in it.

The signature of an assertion (of a certificate, or of a federated identity) is not checked, only its expiry. Each
assertion is kept by its claims and a digest, so that a test can see whether a client reads a new one for each sign-in.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.graph.http.clouds import Site
from sandbox.graph.identity import CLIENT_ID, CLIENT_SECRET, TENANT_ID, USER_ID, USER_NAME
from sandbox.graph.login.aadsts import (
    EXPIRED_ASSERTION,
    EXPIRED_SECRET,
    MALFORMED_ASSERTION,
    NO_CREDENTIAL,
    UNKNOWN_CLIENT,
    UNKNOWN_CODE,
    UNKNOWN_GRANT,
    UNKNOWN_RESOURCE,
    WRONG_SECRET,
    SignInError,
)
from sandbox.graph.login.tokens import Tokens, expired, read_claims
from sandbox.graph.tenant.switches import SwitchBoard

Form = Mapping[str, str]

_REMEMBERED = ("iss", "sub", "aud", "jti", "exp")


class Grants:
    """Gives tokens for secrets, assertions and the consent of a user who always consents."""

    def __init__(
        self, tokens: Tokens, board: SwitchBoard, now: Callable[[], float], tenant_id: str = TENANT_ID
    ) -> None:
        self._tenant_id = tenant_id
        self._tokens = tokens
        self._board = board
        self._now = now
        self._consents: dict[str, dict[str, str]] = {}
        self.assertions: list[dict[str, Any]] = []

    def exchange(self, form: Form, site: Site) -> dict[str, Any]:
        """Answer a request to the token endpoint."""
        if form.get("client_id") != CLIENT_ID:
            raise SignInError(UNKNOWN_CLIENT, form.get("client_id", ""))
        grant = form.get("grant_type", "")
        if grant == "client_credentials":
            self._authenticate(form)
            return self.for_application(form.get("scope", ""), site)
        codes = {
            "authorization_code": "code",
            "refresh_token": "refresh_token",
            "urn:ietf:params:oauth:grant-type:device_code": "device_code",
        }
        if grant not in codes:
            raise SignInError(UNKNOWN_GRANT, grant)
        consent = self._consents.get(form.get(codes[grant], ""))
        if consent is None:
            raise SignInError(UNKNOWN_CODE)
        return self._for_user(consent, form.get("scope") or consent["scope"], site)

    def consent(self, scope: str, nonce: str = "") -> str:
        """Return a code with which a client can fetch a token for the user."""
        code = secrets.token_urlsafe(24)
        self._consents[code] = {"scope": scope, "nonce": nonce}
        return code

    def for_application(self, scope: str, site: Site) -> dict[str, Any]:
        """Issue a token of the application itself."""
        claims = {
            "roles": list(self._board.current.roles),
            "idtyp": "app",
            "oid": CLIENT_ID,
            "sub": CLIENT_ID,
        }
        return self._bearer(claims, scope, site)

    def _for_user(self, consent: Mapping[str, str], scope: str, site: Site) -> dict[str, Any]:
        """Issue a token on behalf of the user, with what MSAL needs to remember the account."""
        user = {"oid": USER_ID, "sub": USER_ID}
        answer = self._bearer({**user, "scp": " ".join(self._board.current.roles)}, scope, site)
        identity = {
            **user,
            "aud": CLIENT_ID,
            "iss": f"{site.origin}/{self._tenant_id}/v2.0",
            "tid": self._tenant_id,
            "preferred_username": USER_NAME,
            **({"nonce": consent["nonce"]} if consent["nonce"] else {}),
        }
        client_info = json.dumps({"uid": USER_ID, "utid": self._tenant_id}).encode()
        return {
            **answer,
            "scope": scope,
            "id_token": self._tokens.issue(identity, abs(self._board.current.token_lifetime)),
            "refresh_token": self.consent(scope),
            "client_info": base64.urlsafe_b64encode(client_info).rstrip(b"=").decode(),
        }

    def _bearer(self, claims: Mapping[str, Any], scope: str, site: Site) -> dict[str, Any]:
        switches = self._board.current
        common = {
            "aud": _audience(scope, site),
            "iss": f"https://sts.windows.net/{switches.token_tenant_id}/",
            "tid": switches.token_tenant_id,
            "appid": CLIENT_ID,
        }
        lifetime = switches.token_lifetime
        return {
            "token_type": "Bearer",
            "expires_in": max(lifetime, 0),
            "ext_expires_in": max(lifetime, 0),
            "access_token": self._tokens.issue({**common, **claims}, lifetime),
        }

    def _authenticate(self, form: Form) -> None:
        """Check the credential of the application."""
        if "client_assertion" in form:
            self._check_assertion(form["client_assertion"])
        elif "client_secret" in form:
            self._check_secret(form["client_secret"])
        else:
            raise SignInError(NO_CREDENTIAL)

    def _check_secret(self, secret: str) -> None:
        state = self._board.current.secret
        if secret != CLIENT_SECRET or state == "revoked":
            raise SignInError(WRONG_SECRET)
        if state == "expired":
            raise SignInError(EXPIRED_SECRET)

    def _check_assertion(self, assertion: str) -> None:
        claims = read_claims(assertion)
        if claims is None:
            raise SignInError(MALFORMED_ASSERTION)
        digest = hashlib.sha256(assertion.encode()).hexdigest()
        self.assertions.append({**{name: claims.get(name) for name in _REMEMBERED}, "sha256": digest})
        if expired(claims, self._now()):
            raise SignInError(EXPIRED_ASSERTION)


def _audience(scope: str, site: Site) -> str:
    """Return the resource that *scope* is about, which must be one that *site* signs in to."""
    names = [each for each in scope.split() if "/" in each]
    resource = names[0].rpartition("/")[0].rstrip("/") if names else scope
    if resource not in site.audiences:
        raise SignInError(UNKNOWN_RESOURCE, resource)
    return resource
