"""Whose names in the environment sign in to Graph, beside those of the identity that reaches the state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from provider.errors import SignInError
from provider.graph.credentials import CredentialFactory
from provider.graph.tokens import Tokens, claims
from provider.settings import AUTH_METHODS, CLOUDS, Settings

APPLICATION = "11111111-2222-3333-4444-555555555555"
OTHER = "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01"
STATES = {"AZURE_TENANT_ID": OTHER, "AZURE_CLIENT_ID": APPLICATION, "AZURE_CLIENT_SECRET": "of-the-state"}
"""The identity that reaches the state, in another tenant: the sandbox would refuse it."""

OWN = ("clientSecret", "clientCertificate", "workloadIdentity", "githubOidc", "interactive", "deviceCode")


@pytest.mark.parametrize("kind", OWN)
def test_own_names_sign_in_beside_the_identity_of_the_state(
    settings: Settings, environments: Mapping[str, Mapping[str, str]], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INTUNE_… name Graph's identity, and AZURE_… that of the state, in whatever tenant; it never signs in to Graph."""
    own = {name.replace("AZURE_", "INTUNE_"): value for name, value in environments[kind].items()}
    for name, value in STATES.items():
        monkeypatch.setenv(name, value)  # azure-identity reads these by itself
    tokens = Tokens(settings, CredentialFactory(replace(settings, auth=kind), {**STATES, **own}, print).credential)
    said = claims(tokens.token())
    assert (said["tid"], said["appid"]) == (settings.tenant_id, own["INTUNE_CLIENT_ID"])
    tokens.close()


@pytest.mark.parametrize("kind", ["default", "environment"])
@pytest.mark.parametrize("by", ["clientSecret", "clientCertificate", "workloadIdentity"])
def test_own_names_are_enough_for_the_kinds_of_azure_identity(
    settings: Settings,
    environments: Mapping[str, Mapping[str, str]],
    kind: str,
    by: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """azure-identity would look for AZURE_…, which name another identity, and would ask that to sign in."""
    own = {name.replace("AZURE_", "INTUNE_"): value for name, value in environments[by].items()}
    for name, value in STATES.items():
        monkeypatch.setenv(name, value)
    tokens = Tokens(settings, CredentialFactory(replace(settings, auth=kind), {**STATES, **own}, print).credential)
    assert claims(tokens.token())["appid"] == own["INTUNE_CLIENT_ID"]
    tokens.close()


@pytest.mark.parametrize(
    ("kind", "environ", "said"),
    [
        ("clientSecret", {"INTUNE_CLIENT_ID": "x"}, "INTUNE_CLIENT_SECRET is not set .*AZURE_… is not read beside"),
        ("clientCertificate", {"INTUNE_CLIENT_ID": "x"}, "INTUNE_CLIENT_CERTIFICATE_PATH is not set"),
        ("workloadIdentity", {"INTUNE_CLIENT_ID": "x"}, "INTUNE_FEDERATED_TOKEN_FILE is not set"),
        ("clientSecret", {"INTUNE_CLIENT_SECRET": "x"}, "INTUNE_CLIENT_ID is not set"),
        ("githubOidc", {"INTUNE_CLIENT_SECRET": "x"}, "INTUNE_CLIENT_ID is not set"),
        ("deviceCode", {"INTUNE_CLIENT_SECRET": "x"}, "INTUNE_CLIENT_ID is not set"),
        ("default", {"INTUNE_CLIENT_ID": "x"}, "INTUNE_CLIENT_ID is set without INTUNE_CLIENT_SECRET"),
        ("environment", {"INTUNE_CLIENT_ID": "x"}, "INTUNE_CLIENT_ID is set without INTUNE_CLIENT_SECRET"),
        ("environment", {"INTUNE_CLIENT_SECRET": "x"}, "INTUNE_CLIENT_ID is not set"),
    ],
)
def test_one_identitys_id_never_goes_with_anothers_secret(
    settings: Settings, kind: str, environ: dict[str, str], said: str
) -> None:
    """What INTUNE_… lack is not taken from AZURE_…, although everything is there."""
    shared = {"AZURE_CLIENT_CERTIFICATE_PATH": "/c", "AZURE_FEDERATED_TOKEN_FILE": "/t", **STATES}
    job = {"ACTIONS_ID_TOKEN_REQUEST_URL": "https://x.example", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t"}
    with pytest.raises(SignInError, match=said):
        CredentialFactory(replace(settings, auth=kind), {**shared, **job, **environ}, print).credential()


@pytest.mark.parametrize("kind", AUTH_METHODS)
def test_tenant_of_the_state_matters_only_to_kinds_that_read_it(
    settings: Settings, environments: Mapping[str, Mapping[str, str]], kind: str
) -> None:
    """AZURE_TENANT_ID is the state's identity's for all other kinds, which sign in to the stack's tenant anyway."""
    environ = {**environments.get(kind, {}), "AZURE_TENANT_ID": OTHER}
    login = CredentialFactory(replace(settings, auth=kind, cloud=CLOUDS["public"]), environ, print)
    if kind in {"default", "environment"}:
        with pytest.raises(SignInError, match=f"AZURE_TENANT_ID in the environment is {OTHER}: .*INTUNE_CLIENT_ID"):
            login.credential()
    else:
        login.credential().close()


@pytest.mark.parametrize("kind", ["default", "clientSecret", "managedIdentity"])
def test_own_tenant_must_be_the_stacks(settings: Settings, kind: str) -> None:
    """INTUNE_TENANT_ID says where Graph's identity signs in, whatever the kind, and AZURE_TENANT_ID is not asked."""
    own = {"INTUNE_CLIENT_ID": "x", "INTUNE_CLIENT_SECRET": "y"}
    login = CredentialFactory(replace(settings, auth=kind), {**STATES, **own, "INTUNE_TENANT_ID": OTHER}, print)
    with pytest.raises(SignInError, match=f"INTUNE_TENANT_ID in the environment is {OTHER}"):
        login.credential()
    CredentialFactory(
        replace(settings, auth=kind), {**STATES, **own, "INTUNE_TENANT_ID": settings.tenant_id}, print
    ).credential()


@pytest.mark.parametrize("kind", ["interactive", "deviceCode"])
@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, "INTUNE_CLIENT_ID is not set"),
        ({"AZURE_CLIENT_ID": "04B07795-8ddb-461a-bbee-02f9e1bf7b46"}, "AZURE_CLIENT_ID is an application of Microsoft"),
    ],
)
def test_person_needs_an_application_of_ones_own(
    settings: Settings, kind: str, environ: dict[str, str], said: str
) -> None:
    """azure-identity would take Microsoft's, which cannot have Intune's permissions: refused before a browser opens."""
    with pytest.raises(SignInError, match=f"{said}: .* application of your own .* Intune's delegated permissions"):
        CredentialFactory(replace(settings, auth=kind), environ, print).credential()


def test_azure_cli_without_a_session_is_advised_a_service_principal(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`az login` as a person would only fail later."""
    monkeypatch.setenv("PATH", str(tmp_path))
    public = replace(settings, auth="azureCli", cloud=CLOUDS["public"])
    with pytest.raises(SignInError, match="run `az login --service-principal`, because a person's session"):
        Tokens(public, CredentialFactory(public, {}, print).credential).token()
