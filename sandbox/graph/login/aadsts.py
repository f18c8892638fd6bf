"""The errors of the sign-in service, with the codes (AADSTS…) that people search for."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timezone
from http import HTTPStatus
from typing import Any

from sandbox.graph.identity import CLIENT_ID


@dataclass(frozen=True)
class Kind:
    """One AADSTS error: its code, the OAuth error and status it comes with, and its sentence."""

    code: int
    error: str
    status: int
    text: str


_BAD, _UNAUTHORIZED = HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED

WRONG_SECRET = Kind(
    7000215,
    "invalid_client",
    _UNAUTHORIZED,
    "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "
    f"not the client secret ID, for a secret added to app '{CLIENT_ID}'.",
)
EXPIRED_SECRET = Kind(
    7000222,
    "invalid_client",
    _UNAUTHORIZED,
    f"The provided client secret keys for app '{CLIENT_ID}' are expired.",
)
EXPIRED_ASSERTION = Kind(
    700024,
    "invalid_client",
    _UNAUTHORIZED,
    "Client assertion is not within its valid time range.",
)
MALFORMED_ASSERTION = Kind(50027, "invalid_client", _UNAUTHORIZED, "JWT token is invalid or malformed.")
NO_CREDENTIAL = Kind(
    7000218,
    "invalid_client",
    _UNAUTHORIZED,
    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
)
UNKNOWN_CLIENT = Kind(
    700016,
    "unauthorized_client",
    _BAD,
    "Application with identifier '{detail}' was not found in the directory 'Sandbox'.",
)
UNKNOWN_TENANT = Kind(
    90002,
    "invalid_request",
    _BAD,
    "Tenant '{detail}' not found. Check to make sure you have the correct tenant ID and are signing into the "
    "correct cloud.",
)
UNKNOWN_RESOURCE = Kind(
    500011,
    "invalid_resource",
    _BAD,
    "The resource principal named {detail} was not found in the tenant named Sandbox.",
)
UNKNOWN_GRANT = Kind(70003, "unsupported_grant_type", _BAD, "The app requested an unsupported grant type '{detail}'.")
UNKNOWN_CODE = Kind(70000, "invalid_grant", _BAD, "Provided grant is invalid or malformed.")


class SignInError(Exception):
    """Sign-in failed; *detail* is what the sentence of *kind* leaves open."""

    def __init__(self, kind: Kind, detail: str = "") -> None:
        self.kind = kind
        self.text = f"AADSTS{kind.code}: {kind.text.format(detail=detail)}"
        super().__init__(self.text)

    def body(self, origin: str, now: float) -> dict[str, Any]:
        """Build the JSON of the answer."""
        trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        stamp = datetime.fromtimestamp(int(now), timezone.utc).strftime("%Y-%m-%d %H:%M:%SZ")
        return {
            "error": self.kind.error,
            "error_description": (f"{self.text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {stamp}"),
            "error_codes": [self.kind.code],
            "timestamp": stamp,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": f"{origin}/error?code={self.kind.code}",
        }
