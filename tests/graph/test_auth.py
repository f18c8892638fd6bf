"""Signing in, with the real azure-identity against a real token endpoint over TLS."""

from __future__ import annotations

import base64
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from azure.core.credentials import AccessToken

from provider.errors import SignInError
from provider.graph.auth import Tokens, claims
from provider.graph.credentials import Login
from provider.settings import Settings
from tests.portal import Portal

OTHER = "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01"


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


def test_the_environments_client_signs_in(settings: Settings, portal: Portal) -> None:
    """One token request serves everything that follows."""
    tokens = Tokens(settings, Login(settings, os.environ, print).credential)
    assert claims(tokens.token())["tid"] == settings.tenant_id
    assert tokens.token() == tokens.token()
    assert [one["method"] for one in portal.requests() if "/token" in one["path"]] == ["POST"]
    tokens.close()


def test_threads_share_one_token(settings: Settings) -> None:
    """Thirty-two threads that start at once ask once."""
    fixed = Fixed(settings.tenant_id, 10_000)
    tokens = Tokens(settings, lambda: fixed, clock=lambda: 0.0)
    with ThreadPoolExecutor(32) as pool:
        assert len(set(pool.map(lambda _: tokens.token(), range(100)))) == 1
    assert fixed.given == 1


def test_a_token_is_renewed_before_it_expires(settings: Settings) -> None:
    """Five minutes before its end a token is not good for a request that may take minutes."""
    fixed = Fixed(settings.tenant_id, 1000)
    now = [0.0]
    tokens = Tokens(settings, lambda: fixed, clock=lambda: now[0])
    first = tokens.token()
    now[0] = 699.0
    assert tokens.token() == first
    now[0] = 701.0
    assert tokens.token() != first


def test_a_refused_token_is_dropped_by_the_first_who_was_refused(settings: Settings) -> None:
    """A second thread that was refused with the same token gets the new one, and does not drop that."""
    fixed = Fixed(settings.tenant_id, 10_000)
    tokens = Tokens(settings, lambda: fixed, clock=lambda: 0.0)
    refused = tokens.token()
    tokens.renew(refused)
    fresh = tokens.token()
    tokens.renew(refused)
    assert tokens.token() == fresh != refused


@pytest.mark.parametrize("said", [{"tid": OTHER}, {}])
def test_a_token_of_another_tenant_is_refused(settings: Settings, said: dict[str, str]) -> None:
    """With it every object of the stack would look deleted."""
    fixed = Fixed(said.get("tid", ""), 10_000)
    with pytest.raises(SignInError, match=r"the token is one of tenant .*, but the stack's tenantId is"):
        Tokens(settings, lambda: fixed, clock=lambda: 0.0).token()


def test_an_environment_of_another_tenant_is_refused_before_anything_is_sent(
    settings: Settings, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the wrong shell, or the wrong stack; asking would tell the other tenant's sign-in log."""
    monkeypatch.setenv("AZURE_TENANT_ID", OTHER)
    with pytest.raises(SignInError, match=f"AZURE_TENANT_ID in the environment is {OTHER}: select the stack"):
        Tokens(settings, Login(settings, os.environ, print).credential).token()
    assert portal.requests() == []


def test_a_wrong_secret_is_one_sentence(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence is the service's own, without the secret and without a page of advice."""
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "a-secret-that-is-wrong")
    with pytest.raises(SignInError, match="AADSTS7000215") as caught:
        Tokens(settings, Login(settings, os.environ, print).credential).token()
    assert "a-secret-that-is-wrong" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 450


def test_nobody_signed_in_is_one_sentence(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing, and the variables that would mend it."""
    monkeypatch.delenv("AZURE_CLIENT_SECRET")
    with pytest.raises(SignInError) as caught:
        Tokens(settings, Login(settings, os.environ, print).credential).token()
    assert "\n" not in str(caught.value)
    assert "EnvironmentCredential" in str(caught.value)


@pytest.mark.parametrize("token", ["", "opaque", "a.b", "a.!!!.c", "a.W10.c", "a.bm90IGpzb24.c"])
def test_what_is_no_jwt_says_nothing(token: str) -> None:
    """Reading a token never fails; it just proves nothing then."""
    assert claims(token) == {}
