"""Many tenants in one process: the token says which one is meant, and none of them knows of another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.graph import Sandbox
from sandbox.graph.identity import CLIENT_ID, CLIENT_SECRET, TENANT_ID, tenant_ids
from tests.sandbox_control import Portal

ONE, TWO = tenant_ids(2)
PATH = "beta/deviceManagement/derivedCredentials"
BODY = {
    "@odata.type": "#microsoft.graph.deviceManagementDerivedCredentialSettings",
    "displayName": "Card",
    "helpUrl": "https://help.example.com",
    "issuer": "purebred",
    "notificationType": "email",
}


@pytest.fixture
def two() -> Iterator[Sandbox]:
    """Two tenants."""
    with Sandbox(tenants=2) as sandbox:
        yield sandbox


def _token(sandbox: Sandbox, tenant: str) -> str:
    form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    url = f"{sandbox.authority_host}/{tenant}/oauth2/v2.0/token"
    scope = {"scope": f"{sandbox.graph_endpoint}/.default"}
    answer = requests.post(url, data={**form, **scope}, verify=sandbox.ca_file, timeout=10)
    return str(answer.json().get("access_token", answer.json()))


def _call(sandbox: Sandbox, method: str, token: str, body: Any = None) -> requests.Response:
    url = f"{sandbox.graph_endpoint}/{PATH}"
    return requests.request(method, url, json=body, headers={"Authorization": f"Bearer {token}"}, timeout=10)


def test_object_of_one_tenant_does_not_exist_in_another(two: Sandbox) -> None:
    """Each token reaches its own objects, and the control routes of a tenant show them."""
    tokens = [_token(two, tenant) for tenant in (ONE, TWO)]
    assert _call(two, "POST", tokens[1], BODY).status_code == 201
    assert [len(_call(two, "GET", token).json()["value"]) for token in tokens] == [0, 1]
    assert Portal(two.graph_endpoint).objects() == []
    assert [one["displayName"] for one in Portal(two.graph_endpoint, TWO).objects()] == ["Card"]


def test_fault_of_one_tenant_does_not_happen_in_another(two: Sandbox) -> None:
    """Faults, switches and journals are per tenant."""
    Portal(two.graph_endpoint, TWO).fault(path="derivedCredentials$", status=503, times=9)
    tokens = [_token(two, tenant) for tenant in (ONE, TWO)]
    assert [_call(two, "GET", token).status_code for token in tokens] == [200, 503]
    seen = {one["tenant"] for one in Portal(two.graph_endpoint).requests()}
    assert seen == {ONE}


def test_token_of_an_unknown_tenant_is_refused(two: Sandbox) -> None:
    """At the sign-in, as Entra does."""
    assert "AADSTS90002" in _token(two, "5a9db0c5-0000-4000-9000-000000000007")


def test_many_tenants_sign_in_without_azure_tenant_id(two: Sandbox) -> None:
    """AZURE_TENANT_ID would have to be that of every stack."""
    assert "AZURE_TENANT_ID" not in two.environment
    assert two.environment["INTUNE_CLIENT_ID"] == CLIENT_ID
    assert two.announcement()["tenantIds"] == [ONE, TWO]
    assert Sandbox().environment["AZURE_TENANT_ID"] == TENANT_ID


def test_tenants_are_kept_in_files_of_their_own(tmp_path: Path) -> None:
    """What a later process serves is what this one had."""
    for count in (0, 1):
        with Sandbox(tenants=2, state_file=tmp_path / "state.json") as sandbox:
            assert len(Portal(sandbox.graph_endpoint, TWO).objects()) == count
            assert Portal(sandbox.graph_endpoint).objects() == []
            _call(sandbox, "POST", _token(sandbox, TWO), BODY)
