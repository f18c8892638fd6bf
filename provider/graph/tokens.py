"""
Tokens for one tenant, from azure-identity, checked before they are used.

A token is asked for when the first request needs one, kept in memory only, and renewed before it expires. Every token
must be one of the stack's tenant: with another tenant's token every object of the stack would look deleted.

A sign-in that fails is not tried again in the same run: a hundred resources would send a wrong secret a hundred times,
or show as many device codes.
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
import re
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from azure.core.credentials import AccessToken
from azure.core.exceptions import AzureError, ClientAuthenticationError

from provider.errors import SignInError, quote
from provider.graph.causes import cause_of, is_unanswered, misconfigured, without_socks
from provider.graph.credentials import MICROSOFTS_APPLICATIONS, Credential
from provider.settings import Settings

_RENEW_BEFORE_EXPIRY = 300.0  # seconds; longer than any request takes

# The codes are documented at https://learn.microsoft.com/entra/identity-platform/reference-error-codes
_REMEDIES = {
    "AADSTS90002": "correct `tenantId`, and `cloud`: the tenant may live in another one",
    "AADSTS900382": "correct `cloud`: the tenant lives in another one",
    "AADSTS900384": "correct `cloud`: the tenant lives in another one",
    "AADSTS500011": "correct `cloud`: this Graph is unknown where the tenant lives",
    "AADSTS700016": "correct INTUNE_CLIENT_ID (or AZURE_CLIENT_ID), or have an administrator of the tenant consent to "
    "the application",
    "AADSTS7000215": "set INTUNE_CLIENT_SECRET (or AZURE_CLIENT_SECRET) to the value of a secret, not to its id",
    "AADSTS7000218": "allow public client flows in the application's authentication settings",
    "AADSTS7000222": "create a new client secret, or sign in without one (`auth`)",
    "AADSTS700024": "fetch a fresh assertion: this one was valid for minutes only (auth githubOidc fetches its own)",
    "AADSTS70021": "add a federated credential for this issuer and subject to the application; a new one works after "
    "some minutes",
    "AADSTS700213": "add a federated credential for this issuer and subject to the application",
    "AADSTS50011": "add the redirect URI http://localhost (mobile and desktop applications) to the application",
    "AADSTS65001": "have an administrator of the tenant consent to the application",
    "AADSTS65002": "set INTUNE_CLIENT_ID to an application of your own: Microsoft's cannot get Intune's permissions",
    "AADSTS50076": "sign in interactively: the tenant wants a second factor",
    "AADSTS53003": "ask for an exception: a conditional access policy of the tenant blocks this sign-in",
}

_FAILED_BEFORE = "sign-in failed, see above: another resource of this run reports the reason"

_INTUNES = "DeviceManagement"
"""How the names of Intune's permissions begin."""

_A_PERSON_CANNOT = (
    "A person who signed in to {application} cannot have it: the permissions of that are a fixed list without "
    "Intune's. Sign in with `az login --service-principal`, or set `auth` to interactive and INTUNE_CLIENT_ID to an "
    "application of your own (docs/sign-in.md)"
)

_NO_SESSION = {
    "default": "set INTUNE_CLIENT_ID and INTUNE_CLIENT_SECRET, or run `pulumi config set auth <kind>` for another way",
    "azureCli": "run `az login --service-principal`, because a person's session lacks Intune's permissions",
}
"""What to do where a session of the machine, or nothing, was found to sign in with."""

_ASKS_ANOTHER_SERVICE = ("managedIdentity", "azurePipelines")
"""The kinds whose credential asks a service of the machine or the pipeline, whose host only its own text names."""

# azure-identity narrates its search for a credential as warnings; the error below says it in one sentence.
logging.getLogger("azure").setLevel(logging.ERROR)


class Tokens:
    """The token of one tenant, shared by all threads."""

    def __init__(
        self,
        settings: Settings,
        build: Callable[[], Credential],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._build = build
        self._clock = clock
        self._lock = threading.Lock()
        self._credential: Credential | None = None
        self._token: AccessToken | None = None
        self._failed = False

    def token(self) -> str:
        """
        Return a token that is good for the next minutes.

        Raises ConfigError: the network cannot be used as the environment says. SignInError: no credential gives a
        token, or the token is another tenant's. Its sentence comes once in a run; every later call fails with a short
        one, and nothing is sent.
        """
        with self._lock:
            if self._failed:
                raise SignInError(_FAILED_BEFORE)
            if self._token is None or self._token.expires_on - self._clock() < _RENEW_BEFORE_EXPIRY:
                self._token = self._fetch_or_fail()
            return self._token.token

    def claims(self) -> dict[str, object]:
        """Return what the token says of its bearer, and nothing that could be used to sign in."""
        return claims(self.token())

    def permissions(self) -> frozenset[str]:
        """Return what the token may do: an application's roles, or the scopes a person delegated."""
        said = claims(self.token())
        roles = said.get("roles")
        return frozenset([*(roles if isinstance(roles, list) else []), *str(said.get("scp") or "").split()])

    def why_not(self) -> str:
        """Return why a sign-in of this kind cannot have Intune's permissions; empty where it can."""
        said = claims(self.token())
        application = MICROSOFTS_APPLICATIONS.get(str(said.get("appid") or "").lower())
        if application is None or not said.get("scp") or any(one.startswith(_INTUNES) for one in self.permissions()):
            return ""
        return _A_PERSON_CANNOT.format(application=application)

    def renew(self, refused: str) -> None:
        """Forget the token that Graph *refused*, and the credential with its cache, unless another thread did."""
        with self._lock:
            if self._token is not None and self._token.token == refused:
                self._token = None
                self._discard()

    def close(self) -> None:
        """Close the credential's connections."""
        with self._lock:
            self._discard()

    def _discard(self) -> None:
        if self._credential is not None:
            self._credential.close()
        self._credential = None

    def _fetch_or_fail(self) -> AccessToken:
        try:
            return self._fetch()
        except Exception:
            self._failed = True
            self._discard()
            raise

    def _fetch(self) -> AccessToken:
        if (missing := without_socks(self._settings.cloud.graph)) is not None:
            raise missing  # azure-identity would first try four times
        try:
            self._credential = self._credential or self._build()
            token = self._credential.get_token(self._settings.cloud.scope, tenant_id=self._settings.tenant_id)
        except (AzureError, ValueError, OSError) as error:
            wrong = misconfigured(error, self._settings.cloud.authority)
            raise wrong or SignInError(_explain(error, self._settings)) from None
        tenant = str(claims(token.token).get("tid", "")).lower()
        if tenant != self._settings.tenant_id:
            raise SignInError(
                f"the token is one of tenant {tenant or 'unknown'}, but the stack's tenantId is "
                f"{self._settings.tenant_id}: sign in to that tenant, or select the stack of this one"
            )
        return token


def claims(token: str) -> dict[str, object]:
    """Read what a token says of itself; empty where it is not a JWT. Its signature is Graph's to check, not ours."""
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - header, payload, signature
        return {}
    try:
        payload = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError):
        return {}
    return payload if isinstance(payload, dict) else {}


def _explain(error: Exception, settings: Settings) -> str:
    """Make one sentence of azure-identity's report, which can be a page long."""
    text = str(getattr(error, "message", None) or error)
    failed = f"sign-in to tenant {settings.tenant_id} at {settings.cloud.authority} failed"
    said = re.search(r"(AADSTS\d+): *((?:(?!\s*Trace ID:)[^\n\r])*)", text)
    if said:
        code, sentence = said.groups()
        remedy = _REMEDIES.get(code, "look the code up at https://login.microsoftonline.com/error")
        return f"{failed}: {code}: {quote(sentence).rstrip('.')}. Remedy: {remedy}"
    if settings.auth not in _ASKS_ANOTHER_SERVICE and is_unanswered(error):
        cause = cause_of(error, urlsplit(settings.cloud.authority).netloc)
        return f"{failed}: {cause.text}; check the network and any proxy, then run again"
    if isinstance(error, ClientAuthenticationError) and not settings.cloud.is_sandbox and settings.auth in _NO_SESSION:
        remedy = _NO_SESSION[settings.auth]
        return f"no credential gave a token for tenant {settings.tenant_id}: {remedy} (docs/sign-in.md)"
    return f"{failed}: {quote(text).rstrip('.')} (docs/sign-in.md)"
