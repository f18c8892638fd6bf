"""Every way to sign in, through the real azure-identity, against a real token endpoint over TLS."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import trustme

from provider.errors import SignInError
from provider.graph.auth import Tokens, claims
from provider.graph.credentials import Login
from provider.settings import AUTH_KINDS, CLOUDS, Settings
from sandbox.graph import Sandbox
from tests.portal import Portal

APPLICATION = "11111111-2222-3333-4444-555555555555"
OTHER = "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01"
STATES = {"AZURE_TENANT_ID": OTHER, "AZURE_CLIENT_ID": APPLICATION, "AZURE_CLIENT_SECRET": "of-the-state"}
"""The identity that reaches the state, in another tenant: the sandbox would refuse it."""


def assertion(lifetime: float = 300.0) -> str:
    """Make a federated identity's assertion."""
    payload = {"iss": "https://issuer.example", "sub": "me", "exp": time.time() + lifetime, "jti": str(time.time_ns())}
    return f"eyJ9.{base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip('=')}.signature"


class Issuer:
    """A pipeline's identity service: gives a fresh assertion to whoever brings the job's token."""

    def __init__(self, answer: Callable[[], tuple[int, Any]]) -> None:
        self.asked: list[tuple[str, str]] = []
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                issuer.asked.append((self.path, self.headers.get("Authorization", "")))
                status, document = answer()
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = _answer  # noqa: N815 - the names that http.server looks for

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/token"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop it."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """An identity service whose answer has both GitHub's and Azure Pipelines' form."""
    service = Issuer(lambda: (200, {"value": assertion(), "oidcToken": assertion()}))
    yield service
    service.close()


@pytest.fixture
def environments(
    sandbox: Sandbox, issuer: Issuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Mapping[str, Mapping[str, str]]:
    """What each kind needs in the environment, and nothing more."""
    own = sandbox.environment
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", own["REQUESTS_CA_BUNDLE"])
    for name, value in sandbox.managed_identity_environment.items():
        monkeypatch.setenv(name, value)  # azure-identity looks for these by itself
    monkeypatch.setenv("SYSTEM_OIDCREQUESTURI", issuer.url)
    monkeypatch.setattr("webbrowser.open", _consent(own["REQUESTS_CA_BUNDLE"]))
    client = {"AZURE_CLIENT_ID": own["AZURE_CLIENT_ID"]}
    certificate = tmp_path / "certificate.pem"
    issued = trustme.CA().issue_cert("client.example", key_type=trustme.KeyType.RSA)
    issued.private_key_and_cert_chain_pem.write_to_path(str(certificate))
    federated = tmp_path / "token"
    federated.write_text(assertion(), encoding="utf-8")
    secret = {**client, "AZURE_CLIENT_SECRET": own["AZURE_CLIENT_SECRET"]}
    return {
        "clientSecret": secret,
        "clientCertificate": {**client, "AZURE_CLIENT_CERTIFICATE_PATH": str(certificate)},
        "managedIdentity": {},
        "workloadIdentity": {**client, "AZURE_FEDERATED_TOKEN_FILE": str(federated)},
        "azurePipelines": {
            "AZURESUBSCRIPTION_CLIENT_ID": own["AZURE_CLIENT_ID"],
            "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID": "connection",
            "SYSTEM_ACCESSTOKEN": "job-token",
        },
        "githubOidc": {
            **client,
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{issuer.url}?api-version=2",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "job-token",
        },
        "interactive": client,
        "deviceCode": client,
    }


def _consent(ca_file: str) -> Callable[[str], bool]:
    """Make a browser whose user consents to everything: it sends the form that it is given."""

    def browse(url: str) -> bool:
        page = requests.get(url, verify=ca_file, timeout=30).text
        target = re.findall(r'action="([^"]*)"', page)[0]
        form = dict(re.findall(r'name="([^"]*)" value="([^"]*)"', page))
        Thread(target=lambda: requests.post(target, data=form, timeout=30), daemon=True).start()
        return True

    return browse


OFFLINE = [kind for kind in AUTH_KINDS if kind not in {"default", "environment", "azureCli"}]


@pytest.mark.parametrize("kind", OFFLINE)
def test_every_kind_signs_in(
    settings: Settings, environments: Mapping[str, Mapping[str, str]], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token of the stack's tenant, with permissions, whoever signed in and however."""
    for name in ("AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_TENANT_ID"):
        monkeypatch.delenv(name)  # what the process has is not what the kind was given
    told: list[str] = []
    login = Login(replace(settings, auth=kind), environments[kind], told.append)
    tokens = Tokens(settings, login.credential)
    assert claims(tokens.token())["tid"] == settings.tenant_id
    assert "DeviceManagementConfiguration.ReadWrite.All" in tokens.permissions()
    assert bool(told) is (kind == "deviceCode")
    tokens.close()


@pytest.mark.parametrize("kind", [kind for kind in OFFLINE if kind not in {"azurePipelines", "managedIdentity"}])
def test_own_names_sign_in_beside_the_identity_of_the_state(
    settings: Settings, environments: Mapping[str, Mapping[str, str]], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INTUNE_… name Graph's identity, and AZURE_… that of the state, in whatever tenant; it never signs in to Graph."""
    own = {name.replace("AZURE_", "INTUNE_"): value for name, value in environments[kind].items()}
    for name, value in STATES.items():
        monkeypatch.setenv(name, value)  # azure-identity reads these by itself
    tokens = Tokens(settings, Login(replace(settings, auth=kind), {**STATES, **own}, print).credential)
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
    tokens = Tokens(settings, Login(replace(settings, auth=kind), {**STATES, **own}, print).credential)
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
        Login(replace(settings, auth=kind), {**shared, **job, **environ}, print).credential()


@pytest.mark.parametrize("kind", AUTH_KINDS)
def test_tenant_of_the_state_matters_only_to_kinds_that_read_it(
    settings: Settings, environments: Mapping[str, Mapping[str, str]], kind: str
) -> None:
    """AZURE_TENANT_ID is the state's identity's for all other kinds, which sign in to the stack's tenant anyway."""
    environ = {**environments.get(kind, {}), "AZURE_TENANT_ID": OTHER}
    login = Login(replace(settings, auth=kind, cloud=CLOUDS["public"]), environ, print)
    if kind in {"default", "environment"}:
        with pytest.raises(SignInError, match=f"AZURE_TENANT_ID in the environment is {OTHER}: .*INTUNE_CLIENT_ID"):
            login.credential()
    else:
        login.credential().close()


@pytest.mark.parametrize("kind", ["default", "clientSecret", "managedIdentity"])
def test_own_tenant_must_be_the_stacks(settings: Settings, kind: str) -> None:
    """INTUNE_TENANT_ID says where Graph's identity signs in, whatever the kind, and AZURE_TENANT_ID is not asked."""
    own = {"INTUNE_CLIENT_ID": "x", "INTUNE_CLIENT_SECRET": "y"}
    login = Login(replace(settings, auth=kind), {**STATES, **own, "INTUNE_TENANT_ID": OTHER}, print)
    with pytest.raises(SignInError, match=f"INTUNE_TENANT_ID in the environment is {OTHER}"):
        login.credential()
    Login(replace(settings, auth=kind), {**STATES, **own, "INTUNE_TENANT_ID": settings.tenant_id}, print).credential()


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
        Login(replace(settings, auth=kind), environ, print).credential()


def test_azure_cli_without_a_session_is_advised_a_service_principal(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`az login` as a person would only fail later."""
    monkeypatch.setenv("PATH", str(tmp_path))
    public = replace(settings, auth="azureCli", cloud=CLOUDS["public"])
    with pytest.raises(SignInError, match="run `az login --service-principal`, because a person's session"):
        Tokens(public, Login(public, {}, print).credential).token()


@pytest.mark.parametrize("kind", ["default", "environment"])
def test_the_environment_signs_in(settings: Settings, kind: str) -> None:
    """In the sandbox only the environment may: a developer's real session must not reach a stand-in."""
    credential = Login(replace(settings, auth=kind), {}, print).credential()
    assert type(credential).__name__ == "EnvironmentCredential"
    tokens = Tokens(settings, lambda: credential)
    assert tokens.token()
    tokens.close()


def test_the_azure_cli_is_kept_from_the_sandbox(settings: Settings) -> None:
    """It has real tokens and nothing else."""
    with pytest.raises(SignInError, match="would hand a real token to a stand-in"):
        Login(replace(settings, auth="azureCli"), {}, print).credential()


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
def test_a_kind_builds_its_credential(settings: Settings, kind: str, built: str, cloud: str) -> None:
    """Those that need a person or a machine in Azure are looked at, not used."""
    environ = {"INTUNE_CLIENT_ID": APPLICATION} if kind in {"interactive", "deviceCode"} else {}
    credential = Login(replace(settings, auth=kind, cloud=CLOUDS[cloud]), environ, print).credential()
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
def test_what_is_missing_is_named(settings: Settings, kind: str, missing: str) -> None:
    """The variables, before anything is sent."""
    with pytest.raises(SignInError, match=missing):
        Login(replace(settings, auth=kind), {}, print).credential()


def test_github_is_asked_anew_for_each_token(
    settings: Settings, environments: Mapping[str, Mapping[str, str]], issuer: Issuer
) -> None:
    """An assertion lives five minutes and a run can take an hour; the audience is the cloud's."""
    tokens = Tokens(settings, Login(replace(settings, auth="githubOidc"), environments["githubOidc"], print).credential)
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
def test_the_exchange_has_an_audience_per_cloud(cloud: str, audience: str) -> None:
    """A token for one cloud's exchange is refused by another's."""
    assert CLOUDS[cloud].exchange == audience


def test_github_that_cannot_be_reached_is_one_sentence(settings: Settings) -> None:
    """The host, and what to check."""
    environ = {
        "AZURE_CLIENT_ID": "x",
        "ACTIONS_ID_TOKEN_REQUEST_URL": "https://token.invalid/?a=1",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "job-token",
    }
    tokens = Tokens(settings, Login(replace(settings, auth="githubOidc"), environ, print).credential)
    with pytest.raises(SignInError, match=r"unknown host: the name of token\.invalid cannot be resolved; check"):
        tokens.token()


def test_an_expired_assertion_is_one_sentence(
    settings: Settings, environments: Mapping[str, Mapping[str, str]], tmp_path: Path
) -> None:
    """The service's own code and sentence, without the assertion."""
    stale = tmp_path / "stale"
    stale.write_text(assertion(-60), encoding="utf-8")
    environ = {**environments["workloadIdentity"], "AZURE_FEDERATED_TOKEN_FILE": str(stale)}
    tokens = Tokens(settings, Login(replace(settings, auth="workloadIdentity"), environ, print).credential)
    with pytest.raises(SignInError, match="AADSTS700024") as caught:
        tokens.token()
    assert "eyJ" not in str(caught.value)
    tokens.close()


@pytest.mark.parametrize("state", ["expired", "revoked"])
def test_a_secret_that_stopped_working_is_one_sentence(settings: Settings, portal: Portal, state: str) -> None:
    """Told by the service's code."""
    portal.switch(secret=state)
    tokens = Tokens(settings, Login(settings, {}, print).credential)
    with pytest.raises(SignInError, match=r"sign-in to tenant .* failed: AADSTS70002"):
        tokens.token()
    tokens.close()


@pytest.mark.parametrize(
    ("answer", "told"),
    [((403, {}), "answered 403: give the job `permissions: id-token: write`"), ((200, {}), "has no token")],
)
def test_a_github_that_refuses_is_one_sentence(settings: Settings, answer: tuple[int, Any], told: str) -> None:
    """The remedy is a line of the workflow."""
    service = Issuer(lambda: answer)
    environ = {
        "AZURE_CLIENT_ID": "x",
        "ACTIONS_ID_TOKEN_REQUEST_URL": service.url,
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "job-token",
    }
    tokens = Tokens(settings, Login(replace(settings, auth="githubOidc"), environ, print).credential)
    with pytest.raises(SignInError, match=told) as caught:
        tokens.token()
    assert "job-token" not in str(caught.value)
    tokens.close()
    service.close()
