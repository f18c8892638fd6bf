"""Every way to sign in, through the real azure-identity, against a real token endpoint over TLS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from provider.errors import SignInError
from provider.graph.credentials import CredentialFactory
from provider.graph.tokens import Tokens, claims
from provider.settings import AUTH_METHODS, CLOUDS, Settings
from tests.provider.issuer import Issuer, assertion
from tests.sandbox_control import Portal

APPLICATION = "11111111-2222-3333-4444-555555555555"
OFFLINE = [kind for kind in AUTH_METHODS if kind not in {"default", "environment", "azureCli"}]


@pytest.mark.parametrize("kind", OFFLINE)
def test_every_kind_signs_in(
    settings: Settings, environments: Mapping[str, Mapping[str, str]], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token of the stack's tenant, with permissions, for each way to sign in."""
    for name in ("AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_TENANT_ID"):
        monkeypatch.delenv(name)  # what the process has is not what the kind was given
    told: list[str] = []
    login = CredentialFactory(replace(settings, auth=kind), environments[kind], told.append)
    tokens = Tokens(settings, login.credential)
    assert claims(tokens.token())["tid"] == settings.tenant_id
    assert "DeviceManagementConfiguration.ReadWrite.All" in tokens.permissions()
    assert bool(told) is (kind == "deviceCode")
    tokens.close()


@pytest.mark.parametrize("kind", ["default", "environment"])
def test_environment_signs_in(settings: Settings, kind: str) -> None:
    """In the sandbox only the environment may: a developer's real session must not reach a stand-in."""
    credential = CredentialFactory(replace(settings, auth=kind), {}, print).credential()
    assert type(credential).__name__ == "EnvironmentCredential"
    tokens = Tokens(settings, lambda: credential)
    assert tokens.token()
    tokens.close()


def test_azure_cli_is_kept_from_the_sandbox(settings: Settings) -> None:
    """It has real tokens and nothing else."""
    with pytest.raises(SignInError, match="would hand a real token to a stand-in"):
        CredentialFactory(replace(settings, auth="azureCli"), {}, print).credential()


@pytest.mark.parametrize("cloud", ["public", "usgov", "usgovdod", "china"])
@pytest.mark.parametrize(
    ("kind", "built"),
    [
        ("default", "DefaultAzureCredential"),
        ("azureCli", "AzureCliCredential"),
        ("interactive", "InteractiveBrowserCredential"),
        ("deviceCode", "DeviceCodeCredential"),
        ("managedIdentity", "ManagedIdentityCredential"),
    ],
)
def test_kind_builds_its_credential(settings: Settings, kind: str, built: str, cloud: str) -> None:
    """Those that need a person or a machine in Azure are looked at, not used."""
    environ = {"INTUNE_CLIENT_ID": APPLICATION} if kind in {"interactive", "deviceCode"} else {}
    credential = CredentialFactory(replace(settings, auth=kind, cloud=CLOUDS[cloud]), environ, print).credential()
    assert type(credential).__name__ == built
    credential.close()


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        ("clientSecret", "AZURE_CLIENT_ID and AZURE_CLIENT_SECRET are not set"),
        ("clientCertificate", "AZURE_CLIENT_CERTIFICATE_PATH"),
        ("workloadIdentity", "AZURE_FEDERATED_TOKEN_FILE"),
        ("azurePipelines", "SYSTEM_ACCESSTOKEN"),
        ("githubOidc", "AZURE_CLIENT_ID is not set"),
    ],
)
def test_missing_variables_are_named(settings: Settings, kind: str, missing: str) -> None:
    """The variables, before anything is sent."""
    with pytest.raises(SignInError, match=missing):
        CredentialFactory(replace(settings, auth=kind), {}, print).credential()


def test_github_is_asked_anew_for_each_token(
    settings: Settings, environments: Mapping[str, Mapping[str, str]], issuer: Issuer
) -> None:
    """An assertion lives five minutes and a run can take an hour; the audience is the cloud's."""
    tokens = Tokens(
        settings, CredentialFactory(replace(settings, auth="githubOidc"), environments["githubOidc"], print).credential
    )
    for _ in range(3):
        tokens.renew(refused=tokens.token())
    assert len(issuer.asked) == 3
    path, bearer = issuer.asked[0]
    assert parse_qs(urlsplit(path).query) == {"api-version": ["2"], "audience": ["api://AzureADTokenExchange"]}
    assert bearer == "Bearer job-token"
    tokens.close()


@pytest.mark.parametrize(
    ("cloud", "audience"),
    [
        ("public", "api://AzureADTokenExchange"),
        ("usgov", "api://AzureADTokenExchangeUSGov"),
        ("usgovdod", "api://AzureADTokenExchangeUSGov"),
        ("china", "api://AzureADTokenExchangeChina"),
    ],
)
def test_exchange_has_an_audience_per_cloud(cloud: str, audience: str) -> None:
    """A token for one cloud's exchange is refused by another's."""
    assert CLOUDS[cloud].exchange == audience


def test_github_that_cannot_be_reached_is_one_sentence(settings: Settings) -> None:
    """The host, and what to check."""
    environ = {
        "AZURE_CLIENT_ID": "x",
        "ACTIONS_ID_TOKEN_REQUEST_URL": "https://token.invalid/?a=1",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "job-token",
    }
    tokens = Tokens(settings, CredentialFactory(replace(settings, auth="githubOidc"), environ, print).credential)
    with pytest.raises(SignInError, match=r"unknown host: the name of token\.invalid cannot be resolved; check"):
        tokens.token()


def test_expired_assertion_is_one_sentence(
    settings: Settings, environments: Mapping[str, Mapping[str, str]], tmp_path: Path
) -> None:
    """The service's own code and sentence, without the assertion."""
    stale = tmp_path / "stale"
    stale.write_text(assertion(-60), encoding="utf-8")
    environ = {**environments["workloadIdentity"], "AZURE_FEDERATED_TOKEN_FILE": str(stale)}
    tokens = Tokens(settings, CredentialFactory(replace(settings, auth="workloadIdentity"), environ, print).credential)
    with pytest.raises(SignInError, match="AADSTS700024") as caught:
        tokens.token()
    assert "eyJ" not in str(caught.value)
    tokens.close()


@pytest.mark.parametrize("state", ["expired", "revoked"])
def test_secret_that_stopped_working_is_one_sentence(settings: Settings, portal: Portal, state: str) -> None:
    """Told by the service's code."""
    portal.switch(secret=state)
    tokens = Tokens(settings, CredentialFactory(settings, {}, print).credential)
    with pytest.raises(SignInError, match=r"sign-in to tenant .* failed: AADSTS70002"):
        tokens.token()
    tokens.close()


@pytest.mark.parametrize(
    ("answer", "told"),
    [((403, {}), "answered 403: give the job `permissions: id-token: write`"), ((200, {}), "has no token")],
)
def test_github_that_refuses_is_one_sentence(settings: Settings, answer: tuple[int, Any], told: str) -> None:
    """The remedy is a line of the workflow."""
    service = Issuer(lambda: answer)
    environ = {
        "AZURE_CLIENT_ID": "x",
        "ACTIONS_ID_TOKEN_REQUEST_URL": service.url,
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "job-token",
    }
    tokens = Tokens(settings, CredentialFactory(replace(settings, auth="githubOidc"), environ, print).credential)
    with pytest.raises(SignInError, match=told) as caught:
        tokens.token()
    assert "job-token" not in str(caught.value)
    tokens.close()
    service.close()
