"""Microsoft's four clouds, reached by an unchanged client through the sandbox as its proxy."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests
from azure.identity import ClientSecretCredential

from sandbox.graph import Sandbox
from sandbox.graph.http.clouds import CLOUDS, Cloud
from tests.sandbox.graph.clients import ANDROID, CREDENTIAL, PROFILES, profile, said
from tests.sandbox_control import Portal

pytestmark = pytest.mark.usefixtures("_proxied")


@pytest.fixture
def _proxied(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment that the sandbox prints for clients of the real hosts."""
    for name, value in sandbox.cloud_environment.items():
        monkeypatch.setenv(name, value)
    for name in ("NO_PROXY", "no_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def session() -> Iterator[requests.Session]:
    """A session that takes its proxy and its authorities from the environment."""
    with requests.Session() as session:
        yield session


def token(cloud: Cloud, scope_host: str | None = None) -> str:
    """Sign in to a cloud with the real azure-identity."""
    with ClientSecretCredential(
        os.environ["AZURE_TENANT_ID"],
        os.environ["AZURE_CLIENT_ID"],
        os.environ["AZURE_CLIENT_SECRET"],
        authority=f"https://{cloud.login_host}",
    ) as credential:
        return credential.get_token(f"https://{scope_host or cloud.graph_host}/.default").token


@pytest.mark.parametrize("cloud", CLOUDS, ids=lambda cloud: cloud.name)
def test_unchanged_client_works_in_every_cloud(
    sandbox: Sandbox, portal: Portal, session: requests.Session, cloud: Cloud
) -> None:
    """Sign-in, contexts, links between pages and references all stay on the cloud's own hosts."""
    portal.switch(pageSize=1)
    origin = f"https://{cloud.graph_host}"
    base = f"{origin}/beta/deviceManagement"
    session.headers["Authorization"] = f"Bearer {token(cloud)}"
    keys = [session.post(f"{base}/derivedCredentials", json=CREDENTIAL, timeout=10).json()["id"] for _ in range(2)]
    listed = session.get(f"{base}/derivedCredentials", timeout=10).json()
    assert listed["@odata.context"].startswith(f"{origin}/beta/$metadata#")
    assert listed["@odata.nextLink"].startswith(f"{base}/derivedCredentials?")
    assert session.get(listed["@odata.nextLink"], timeout=10).json()["value"][0]["id"] == keys[1]
    bind = {"derivedCredentialSettings@odata.bind": f"{base}/derivedCredentials('{keys[0]}')"}
    key = session.post(f"{base}/deviceConfigurations", json=profile(**bind), timeout=10).json()["id"]
    ref = f"{base}/deviceConfigurations/{key}/microsoft.graph.{ANDROID}/derivedCredentialSettings/$ref"
    assert session.get(ref, timeout=10).json()["@odata.id"].startswith(f"{base}/")
    loopback = {"derivedCredentialSettings@odata.bind": f"{sandbox.graph_endpoint}/beta{PROFILES}('{keys[0]}')"}
    assert session.post(f"{base}/deviceConfigurations", json=profile(**loopback), timeout=10).status_code == 400
    assert {each["host"] for each in portal.requests()} == {cloud.graph_host, cloud.login_host}


@pytest.mark.parametrize("cloud", CLOUDS, ids=lambda cloud: cloud.name)
@pytest.mark.parametrize("other", CLOUDS, ids=lambda cloud: cloud.name)
def test_token_opens_its_own_cloud_only(session: requests.Session, cloud: Cloud, other: Cloud) -> None:
    """Not even the two Government clouds, which sign in at the same host, take each other's."""
    url = f"https://{other.graph_host}/beta/deviceManagement/derivedCredentials"
    answer = session.get(url, headers={"Authorization": f"Bearer {token(cloud)}"}, timeout=10)
    assert answer.status_code == (200 if cloud is other else 401)
    if cloud is not other:
        assert "Invalid audience" in said(answer)


def test_login_host_knows_the_resources_of_its_own_clouds_only(session: requests.Session) -> None:
    """The Government's signs in to both of its Graphs, and to no other."""
    government = next(cloud for cloud in CLOUDS if cloud.name == "usGovernmentL4")
    assert token(government, "dod-graph.microsoft.us")
    form = {
        "grant_type": "client_credentials",
        "client_id": os.environ["AZURE_CLIENT_ID"],
        "client_secret": os.environ["AZURE_CLIENT_SECRET"],
        "scope": "https://graph.microsoft.com/.default",
    }
    url = f"https://{government.login_host}/{os.environ['AZURE_TENANT_ID']}/oauth2/v2.0/token"
    assert session.post(url, data=form, timeout=10).json()["error_codes"] == [500011]


@pytest.mark.parametrize(
    "url", ["https://evil.example/x", "https://graph.microsoft.com:8443/beta", "https://127.0.0.1:1/x"]
)
def test_there_is_no_way_to_any_other_host(portal: Portal, session: requests.Session, url: str) -> None:
    """An attempt is refused and recorded, so that a test can tell that there was none."""
    with pytest.raises(requests.ConnectionError, match="403"):
        session.get(url, timeout=10)
    (seen,) = portal.requests()
    assert (seen["method"], seen["status"], seen["host"]) == ("CONNECT", 403, urlsplit(url).hostname)


def test_there_is_no_way_to_another_host_without_tls(
    sandbox: Sandbox, portal: Portal, session: requests.Session
) -> None:
    """A plain request through the proxy is refused and written down too."""
    proxies = {"http": sandbox.graph_endpoint}
    assert session.get("http://evil.example/beta", proxies=proxies, timeout=10).status_code == 403
    assert [(each["method"], each["host"]) for each in portal.requests()] == [("GET", "evil.example")]


def test_control_routes_are_not_on_microsofts_hosts(session: requests.Session) -> None:
    """There everything under /_sandbox is a path like any other."""
    answer = session.get("https://graph.microsoft.com/_sandbox/requests", timeout=10)
    assert answer.status_code in (400, 401)


def test_certificates_are_those_of_the_throw_away_authority(capsys: pytest.CaptureFixture[str]) -> None:
    """A client that does not trust it gets no further than the handshake, and the sandbox goes on without a word."""
    with Sandbox() as own:
        address = ("127.0.0.1", int(own.graph_endpoint.rpartition(":")[2]))
        with socket.create_connection(address, timeout=10) as plain:
            plain.sendall(b"CONNECT graph.microsoft.com:443 HTTP/1.1\r\n\r\n")
            assert plain.recv(100).startswith(b"HTTP/1.1 200 ")
            with pytest.raises(ssl.SSLCertVerificationError):
                ssl.create_default_context().wrap_socket(plain, server_hostname="graph.microsoft.com")
        assert requests.get(f"{own.graph_endpoint}/_sandbox/settings", timeout=10).ok
    assert capsys.readouterr().err == ""
