"""Signing in: the real azure-identity against the token endpoint, and what the endpoint says to wrong requests."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import trustme
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    CertificateCredential,
    ClientAssertionCredential,
    DefaultAzureCredential,
    DeviceCodeCredential,
    ManagedIdentityCredential,
)

from sandbox.graph import Sandbox
from sandbox.graph.identity import CLIENT_ID, CLIENT_SECRET, TENANT_ID
from sandbox.graph.login.tokens import read_claims
from tests.sandbox.graph.clients import CREDENTIALS, Graph, sign_in
from tests.sandbox_control import Portal

SCOPE = "https://graph.microsoft.com/.default"


def jwt(**claims: Any) -> str:
    """Write a token as another issuer would; its signature is not checked."""

    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none'})}.{part(claims)}.x"


@pytest.fixture
def authority(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The options of a credential that signs in to the sandbox, in the environment that makes it trusted."""
    for name, value in sandbox.environment.items():
        monkeypatch.setenv(name, value)
    return {"authority": sandbox.authority_host, "disable_instance_discovery": True}


def works(sandbox: Sandbox, token: str) -> bool:
    """Tell whether *token* opens Graph."""
    graph = Graph(sandbox.graph_endpoint, token)
    try:
        return graph.get(CREDENTIALS).ok
    finally:
        graph.close()


def test_environment_signs_in(sandbox: Sandbox, authority: dict[str, Any]) -> None:
    """DefaultAzureCredential needs nothing but the variables that the sandbox prints."""
    with DefaultAzureCredential(**authority) as credential:
        token = credential.get_token(SCOPE)
    assert works(sandbox, token.token)
    assert 3500 < token.expires_on - time.time() < 3600


def test_token_says_what_graph_tokens_say(sandbox: Sandbox) -> None:
    """Audience, tenant, application and permissions can be read from it."""
    claims = read_claims(sign_in(sandbox).json()["access_token"]) or {}
    assert claims["aud"] == "https://graph.microsoft.com"
    assert (claims["tid"], claims["appid"]) == (TENANT_ID, CLIENT_ID)
    assert claims["roles"] == [
        "DeviceManagementServiceConfig.ReadWrite.All",
        "DeviceManagementConfiguration.ReadWrite.All",
        "Group.Read.All",
        "DeviceManagementRBAC.Read.All",
    ]
    assert claims["exp"] - claims["iat"] == 3599


def test_loopback_endpoint_is_an_audience_too(sandbox: Sandbox) -> None:
    """A client that derives its scope from the endpoint gets a token for it."""
    answer = sign_in(sandbox, scope=f"{sandbox.graph_endpoint}/.default")
    assert works(sandbox, answer.json()["access_token"])


def test_certificate_signs_in(sandbox: Sandbox, authority: dict[str, Any]) -> None:
    """Whose certificate it is does not matter."""
    issued = trustme.CA().issue_cert("client.example", key_type=trustme.KeyType.RSA)
    pem = issued.private_key_pem.bytes() + b"".join(each.bytes() for each in issued.cert_chain_pems)
    with CertificateCredential(TENANT_ID, CLIENT_ID, certificate_data=pem, **authority) as credential:
        assert works(sandbox, credential.get_token(SCOPE).token)


def test_federated_assertion_signs_in_and_is_remembered(sandbox: Sandbox, authority: dict[str, Any]) -> None:
    """The control route shows the claims and a digest, so that two can be told apart, but never the assertion."""
    assertion = jwt(iss="ci", sub="repo", aud="api://AzureADTokenExchange", exp=time.time() + 60, jti="1")
    credential = ClientAssertionCredential(TENANT_ID, CLIENT_ID, lambda: assertion, **authority)
    assert works(sandbox, credential.get_token(SCOPE).token)
    credential.close()
    seen = requests.get(f"{sandbox.graph_endpoint}/_sandbox/assertions", timeout=10)
    assert [(each["iss"], each["jti"], len(each["sha256"])) for each in seen.json()] == [("ci", "1", 64)]
    assert assertion not in seen.text


def test_expired_assertion_does_not_sign_in(authority: dict[str, Any]) -> None:
    """A federated token that was read once and kept is worth nothing later."""
    with (
        ClientAssertionCredential(TENANT_ID, CLIENT_ID, lambda: jwt(exp=time.time() - 1), **authority) as credential,
        pytest.raises(ClientAuthenticationError, match="AADSTS700024"),
    ):
        credential.get_token(SCOPE)


def test_device_code_signs_in(sandbox: Sandbox, authority: dict[str, Any]) -> None:
    """The user consents at once; the token is a delegated one."""
    prompts: list[str] = []
    credential = DeviceCodeCredential(
        CLIENT_ID, tenant_id=TENANT_ID, prompt_callback=lambda uri, _code, _until: prompts.append(uri), **authority
    )
    token = credential.get_token(SCOPE).token
    assert works(sandbox, token)
    assert "DeviceManagementConfiguration.ReadWrite.All" in (read_claims(token) or {})["scp"]
    assert len(prompts) == 1
    credential.close()


def test_browser_signs_in(sandbox: Sandbox) -> None:
    """The authorize page sends the code straight back; it, and then the refresh token, can be exchanged."""
    base = f"{sandbox.authority_host}/{TENANT_ID}/oauth2/v2.0"
    asked = {"scope": SCOPE, "state": "s", "nonce": "n", "redirect_uri": "http://localhost:1/back"}
    page = requests.get(f"{base}/authorize", params=asked, verify=sandbox.ca_file, allow_redirects=False, timeout=10)
    back = urlsplit(page.headers["Location"])
    query = parse_qs(back.query)
    assert (page.status_code, back.netloc, query["state"]) == (302, "localhost:1", ["s"])
    first = sign_in(sandbox, grant_type="authorization_code", code=query["code"][0]).json()
    assert (read_claims(first["id_token"]) or {})["nonce"] == "n"
    second = sign_in(sandbox, grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    assert works(sandbox, second["access_token"])


def test_code_can_come_back_as_a_form(sandbox: Sandbox) -> None:
    """As azure-identity asks for it: a page whose form carries the code to the waiting client."""
    base = f"{sandbox.authority_host}/{TENANT_ID}/oauth2/v2.0"
    asked = {"scope": SCOPE, "state": 's"', "redirect_uri": "http://localhost:1", "response_mode": "form_post"}
    page = requests.get(f"{base}/authorize", params=asked, verify=sandbox.ca_file, timeout=10)
    assert page.status_code == 200
    assert 'action="http://localhost:1"' in page.text
    assert 'name="state" value="s&quot;"' in page.text
    code = page.text.partition('name="code" value="')[2].partition('"')[0]
    assert works(sandbox, sign_in(sandbox, grant_type="authorization_code", code=code).json()["access_token"])


def test_managed_identity_signs_in(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The App Service form: an endpoint and a header in the environment."""
    for name, value in sandbox.managed_identity_environment.items():
        monkeypatch.setenv(name, value)
    with ManagedIdentityCredential() as credential:
        assert works(sandbox, credential.get_token(SCOPE).token)


def test_managed_identity_wants_its_header(sandbox: Sandbox) -> None:
    """Without the secret header anybody on the machine could have the token."""
    url = sandbox.managed_identity_environment["IDENTITY_ENDPOINT"]
    assert requests.get(url, params={"resource": "https://graph.microsoft.com"}, timeout=10).status_code == 401


@pytest.mark.parametrize(
    ("form", "status", "error", "code"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", "AADSTS7000215"),
        ({"client_id": "nobody"}, 400, "unauthorized_client", "AADSTS700016"),
        ({"client_secret": ""}, 401, "invalid_client", "AADSTS7000218"),
        ({"client_assertion": "no.token"}, 401, "invalid_client", "AADSTS50027"),
        ({"client_assertion": jwt(sub="s")}, 401, "invalid_client", "AADSTS700024"),
        ({"scope": "https://elsewhere.example/.default"}, 400, "invalid_resource", "AADSTS500011"),
        ({"scope": ""}, 400, "invalid_resource", "AADSTS500011"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", "AADSTS70003"),
        ({"grant_type": "authorization_code", "code": "x"}, 400, "invalid_grant", "AADSTS70000"),
    ],
)
def test_wrong_sign_in_is_answered_with_a_code(
    sandbox: Sandbox, form: dict[str, str], status: int, error: str, code: str
) -> None:
    """The codes are those that people search for."""
    answer = sign_in(sandbox, **form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["error_description"].startswith(f"{code}: ")
    assert answer.json()["error_codes"] == [int(code.removeprefix("AADSTS"))]
    assert CLIENT_SECRET not in answer.text


@pytest.mark.parametrize(("state", "code"), [("expired", 7000222), ("revoked", 7000215)])
def test_secret_can_stop_working(sandbox: Sandbox, portal: Portal, state: str, code: int) -> None:
    """The right secret, no longer right."""
    portal.switch(secret=state)
    answer = sign_in(sandbox)
    assert (answer.status_code, answer.json()["error_codes"]) == (401, [code])
    portal.switch(secret="valid")
    assert sign_in(sandbox).ok


@pytest.mark.parametrize("path", ["oauth2/v2.0/token", "v2.0/.well-known/openid-configuration"])
def test_unknown_tenant_is_not_found(sandbox: Sandbox, path: str) -> None:
    """AADSTS90002, from every route of the tenant."""
    method = "POST" if path.endswith("token") else "GET"
    url = f"{sandbox.authority_host}/{'0' * 8}-0000-4000-8000-{'0' * 12}/{path}"
    answer = requests.request(method, url, verify=sandbox.ca_file, timeout=10)
    assert (answer.status_code, answer.json()["error_codes"]) == (400, [90002])


def test_discovery_names_endpoints_on_the_same_host(sandbox: Sandbox) -> None:
    """A client that follows discovery stays here."""
    read: Callable[[str], Any] = lambda path: requests.get(  # noqa: E731 - once
        f"{sandbox.authority_host}{path}", verify=sandbox.ca_file, timeout=10
    ).json()
    instance = read("/common/discovery/instance")
    assert instance["tenant_discovery_endpoint"].startswith(sandbox.authority_host)
    document = read(f"/{TENANT_ID}/v2.0/.well-known/openid-configuration")
    endpoints = [value for name, value in document.items() if name.endswith("endpoint") or name == "issuer"]
    assert len(endpoints) == 4
    assert all(each.startswith(f"{sandbox.authority_host}/{TENANT_ID}/") for each in endpoints)


def test_unknown_paths_of_the_authority_are_404_and_wrong_methods_405(sandbox: Sandbox) -> None:
    """Nothing is made up there either."""
    for path, status in (("/nowhere", 404), (f"/{TENANT_ID}/oauth2/v2.0/token", 405)):
        answer = requests.get(f"{sandbox.authority_host}{path}", verify=sandbox.ca_file, timeout=10)
        assert answer.status_code == status


def test_roles_and_lifetime_are_switches(sandbox: Sandbox, portal: Portal) -> None:
    """They are in the tokens that are issued from then on."""
    portal.switch(roles=["A"], tokenLifetime=7)
    answer = sign_in(sandbox).json()
    claims = read_claims(answer["access_token"]) or {}
    assert (claims["roles"], claims["exp"] - claims["iat"], answer["expires_in"]) == (["A"], 7, 7)
