"""Access tokens: JSON Web Tokens signed with a key that lives as long as the process."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.graph.errors import Unauthenticated
from sandbox.graph.http.clouds import Site
from sandbox.graph.identity import TENANT_ID

_PARTS = 3


class Tokens:
    """Issues tokens of one tenant and checks them, by the wall clock *now*."""

    def __init__(self, now: Callable[[], float], tenant_id: str = TENANT_ID) -> None:
        self._now = now
        self._tenant_id = tenant_id
        self._key = secrets.token_bytes(32)

    def issue(self, claims: Mapping[str, Any], lifetime: int) -> str:
        """Sign *claims*, valid for *lifetime* seconds."""
        now = int(self._now())
        header = _encode({"typ": "JWT", "alg": "HS256"})
        payload = _encode({"iat": now, "nbf": now, "exp": now + lifetime, **claims})
        return f"{header}.{payload}.{self._signature(f'{header}.{payload}')}"

    def check(self, authorization: str, site: Site) -> dict[str, Any]:
        """Return the claims of a request's token if it opens *site*; the texts are Graph's."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("Access token is empty.")
        claims = read_claims(token)
        if claims is None:
            raise Unauthenticated("IDX14100: JWT is not well formed, there are no dots (.).")
        if expired(claims, self._now()):
            raise Unauthenticated("Lifetime validation failed, the token is expired.")
        if claims.get("aud") not in site.audiences:
            raise Unauthenticated("Access token validation failure. Invalid audience.")
        if claims.get("tid") != self._tenant_id:
            raise Unauthenticated("Access token validation failure. Invalid tenant.")
        signed, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature, self._signature(signed)):
            raise Unauthenticated("Access token validation failure. Invalid signature.")
        return claims

    def _signature(self, text: str) -> str:
        return _base64(hmac.new(self._key, text.encode(), hashlib.sha256).digest())


def read_claims(token: str) -> dict[str, Any] | None:
    """Return what a token says, unchecked; nothing if it is not a token."""
    parts = token.split(".")
    if len(parts) != _PARTS:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return None
    return claims if isinstance(claims, dict) else None


def expired(claims: Mapping[str, Any], now: float) -> bool:
    """Tell whether a token is past its time; one that names no time is."""
    expiry = claims.get("exp")
    return not isinstance(expiry, int | float) or expiry <= now


def _encode(value: Mapping[str, Any]) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
