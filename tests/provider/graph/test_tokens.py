"""Signing in, with the real azure-identity against a real token endpoint over TLS."""

from __future__ import annotations

import importlib.util
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from provider.errors import ConfigError, SignInError
from provider.graph.credentials import CredentialFactory
from provider.graph.tokens import Tokens, claims
from provider.settings import CLOUDS, Settings
from tests.provider.samples import AZURE_CLI, Fixed, Saying
from tests.sandbox_control import Portal

OTHER = "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01"


def test_environments_client_signs_in(settings: Settings, portal: Portal) -> None:
    """One token request serves everything that follows."""
    tokens = Tokens(settings, CredentialFactory(settings, os.environ, print).credential)
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


def test_token_is_renewed_before_it_expires(settings: Settings) -> None:
    """Five minutes before its end a token is not good for a request that may take minutes."""
    fixed = Fixed(settings.tenant_id, 1000)
    now = [0.0]
    tokens = Tokens(settings, lambda: fixed, clock=lambda: now[0])
    first = tokens.token()
    now[0] = 699.0
    assert tokens.token() == first
    now[0] = 701.0
    assert tokens.token() != first


def test_refused_token_is_dropped_by_the_first_who_was_refused(settings: Settings) -> None:
    """A second thread that was refused with the same token gets the new one, and does not drop that."""
    fixed = Fixed(settings.tenant_id, 10_000)
    tokens = Tokens(settings, lambda: fixed, clock=lambda: 0.0)
    refused = tokens.token()
    tokens.renew(refused)
    fresh = tokens.token()
    tokens.renew(refused)
    assert tokens.token() == fresh != refused


@pytest.mark.parametrize("said", [{"tid": OTHER}, {}])
def test_token_of_another_tenant_is_refused(settings: Settings, said: dict[str, str]) -> None:
    """With it every object of the stack would look deleted."""
    fixed = Fixed(said.get("tid", ""), 10_000)
    with pytest.raises(SignInError, match=r"the token is one of tenant .*, but the stack's tenantId is"):
        Tokens(settings, lambda: fixed, clock=lambda: 0.0).token()


def test_environment_of_another_tenant_is_refused_before_anything_is_sent(
    settings: Settings, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the wrong shell, or the wrong stack; asking would tell the other tenant's sign-in log."""
    monkeypatch.setenv("AZURE_TENANT_ID", OTHER)
    with pytest.raises(SignInError, match=f"AZURE_TENANT_ID in the environment is {OTHER}: select the stack"):
        Tokens(settings, CredentialFactory(settings, os.environ, print).credential).token()
    assert portal.requests() == []


def test_wrong_secret_is_one_sentence(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence is the service's own, without the secret and without a page of advice."""
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "a-secret-that-is-wrong")
    with pytest.raises(SignInError, match="AADSTS7000215") as caught:
        Tokens(settings, CredentialFactory(settings, os.environ, print).credential).token()
    assert "a-secret-that-is-wrong" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 450


def test_failed_sign_in_is_tried_and_explained_once(
    settings: Settings, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty resources with a wrong secret are one token request and one reason; the others refer to that."""
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "a-secret-that-is-wrong")
    tokens = Tokens(settings, CredentialFactory(settings, os.environ, print).credential)

    def fail(_: int) -> str:
        with pytest.raises(SignInError) as caught:
            tokens.token()
        return str(caught.value)

    with ThreadPoolExecutor(16) as pool:
        said = list(pool.map(fail, range(40)))
    assert sum("AADSTS7000215" in one for one in said) == 1
    assert sum(one.startswith("sign-in failed, see above") for one in said) == 39
    assert [one["method"] for one in portal.requests() if "/token" in one["path"]] == ["POST"]


def test_declined_device_code_is_prompted_once(settings: Settings, portal: Portal) -> None:
    """A person who declines is not asked again for each resource."""
    told: list[str] = []
    portal.fault(path="/token", times=9, status=400, body={"error": "authorization_declined"})
    tokens = Tokens(
        settings, CredentialFactory(replace(settings, auth="deviceCode"), os.environ, told.append).credential
    )
    for said in ("failed: ", "see above", "see above"):
        with pytest.raises(SignInError, match=said):
            tokens.token()
    assert len(told) == 1


def test_renewal_that_fails_is_remembered_too(settings: Settings) -> None:
    """A run whose secret expires in the middle reports it once."""
    tenants = iter([settings.tenant_id, OTHER])
    tokens = Tokens(settings, lambda: Fixed(next(tenants), 10_000), clock=lambda: 0.0)
    tokens.renew(refused=tokens.token())
    with pytest.raises(SignInError, match=f"the token is one of tenant {OTHER}"):
        tokens.token()
    with pytest.raises(SignInError, match="see above"):
        tokens.token()


@pytest.mark.parametrize(
    ("payload", "explained"),
    [
        ({"appid": AZURE_CLI, "scp": "User.Read Group.ReadWrite.All"}, True),
        ({"appid": "1950a258-227b-4e31-a9cf-717495945fc2", "scp": "User.Read"}, True),
        ({"appid": AZURE_CLI, "scp": "DeviceManagementConfiguration.ReadWrite.All"}, False),
        ({"appid": "11111111-2222-3333-4444-555555555555", "scp": "User.Read"}, False),
        ({"appid": "11111111-2222-3333-4444-555555555555", "roles": ["User.Read.All"]}, False),
    ],
)
def test_session_of_a_person_explains_the_missing_permission(
    settings: Settings,
    payload: dict[str, Any],
    explained: bool,  # noqa: FBT001
) -> None:
    """`az login` as a person is to an application whose permissions are fixed: advice to consent would not help."""
    reason = Tokens(settings, lambda: Saying(**payload), clock=lambda: 0.0).why_not()
    assert ("az login --service-principal" in reason) is explained
    assert bool(reason) is explained


def test_authority_without_an_answer_is_one_sentence(settings: Settings) -> None:
    """The host and what is wrong with it, and not a page of the HTTP library's."""
    cloud = replace(settings.cloud, authority="https://login.invalid")
    elsewhere = replace(settings, auth="clientSecret", cloud=cloud)
    with pytest.raises(SignInError, match=r"unknown host: the name of login\.invalid cannot be resolved; check the"):
        Tokens(elsewhere, CredentialFactory(elsewhere, os.environ, print).credential).token()


def test_missing_certificate_file_is_one_sentence(settings: Settings) -> None:
    """A path that leads nowhere is no bug of this project."""
    environ = {"INTUNE_CLIENT_ID": "x", "INTUNE_CLIENT_CERTIFICATE_PATH": "/no/such/file"}
    login = CredentialFactory(replace(settings, auth="clientCertificate"), environ, print)
    with pytest.raises(SignInError, match=r"No such file or directory: '/no/such/file'"):
        Tokens(settings, login.credential).token()


@pytest.mark.skipif(importlib.util.find_spec("socks") is not None, reason="the package for SOCKS is installed")
@pytest.mark.parametrize("auth", ["clientSecret", "environment", "default"])
def test_socks_proxy_without_its_package_names_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, auth: str
) -> None:
    """The sign-in is the first request, so it is there that the package is missed."""
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    public = replace(settings, auth=auth, cloud=CLOUDS["public"])
    tokens = Tokens(public, CredentialFactory(public, os.environ, print).credential)
    with pytest.raises(ConfigError, match=r'pip install "requests\[socks\]"'):
        tokens.token()


def test_missing_sign_in_is_one_sentence(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing, and the variables that would mend it."""
    monkeypatch.delenv("AZURE_CLIENT_SECRET")
    with pytest.raises(SignInError) as caught:
        Tokens(settings, CredentialFactory(settings, os.environ, print).credential).token()
    assert "\n" not in str(caught.value)
    assert "EnvironmentCredential" in str(caught.value)


@pytest.mark.parametrize("token", ["", "opaque", "a.b", "a.!!!.c", "a.W10.c", "a.bm90IGpzb24.c"])
def test_claims_of_non_jwt_are_empty(token: str) -> None:
    """Reading a token never fails; it just proves nothing then."""
    assert claims(token) == {}
