"""What the tests of the client and of the kinds declare, seed and sign in with."""

from __future__ import annotations

import base64
import json
import threading
from typing import Any

from azure.core.credentials import AccessToken

import provider as intune
from provider.kinds.entity import Entity
from tests.sandbox_control import Portal

SETTINGS = "/deviceManagement/derivedCredentials"
PROFILES = "/deviceManagement/deviceConfigurations"
GROUP = "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01"
AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"

_settings, _profile = (
    intune.DerivedCredentialSettings,
    intune.AndroidDeviceOwnerDerivedCredentialAuthenticationConfiguration,
)
assert isinstance(_settings.kind, Entity)
assert isinstance(_profile.kind, Entity)
CREDENTIAL, PROFILE = _settings.kind, _profile.kind

INPUTS: dict[str, Any] = {"display_name": "O'Brien & Söhne", "issuer": "purebred", "notification_types": ["email"]}
WIRE = {"displayName": "O'Brien & Söhne", "issuer": "purebred", "notificationType": "email"}

BODY = {
    "@odata.type": "#microsoft.graph.deviceManagementDerivedCredentialSettings",
    "displayName": "N",
    "issuer": "purebred",
    "notificationType": "email",
}
"""What a POST of settings sends."""

TYPES = [one.value for one in intune.DerivedCredentialProfileType if one.name != "ANDROID_DEVICE_OWNER_VPN"]


def seed(portal: Portal, profile_type: str, **properties: Any) -> str:
    """Put a profile of that type into the tenant."""
    odata_type = f"#microsoft.graph.{profile_type}"
    return portal.seed("deviceConfigurations", **{"@odata.type": odata_type, "displayName": "P", **properties})


def jwt(**payload: Any) -> str:
    """Make a token that says *payload* of itself."""
    part = base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip("=")
    return f"eyJ9.{part}.signature"


class Fixed:
    """A credential whose tokens say what the test wants, numbered."""

    def __init__(self, tenant_id: str, expires_on: int) -> None:
        self._tenant_id = tenant_id
        self._expires_on = expires_on
        self._lock = threading.Lock()
        self.given = 0

    def get_token(self, *_scopes: str, tenant_id: str | None = None) -> AccessToken:  # noqa: ARG002
        """Return the next token."""
        with self._lock:
            self.given += 1
            return AccessToken(jwt(tid=self._tenant_id, number=self.given), self._expires_on)

    def close(self) -> None:
        """Nothing to close."""


class Saying(Fixed):
    """A credential whose token says what the test wants of itself."""

    def __init__(self, **payload: Any) -> None:
        super().__init__("", 10_000)
        self._payload = payload

    def get_token(self, *_scopes: str, tenant_id: str | None = None) -> AccessToken:
        """Return the token."""
        return AccessToken(jwt(tid=tenant_id, **self._payload), 10_000)
