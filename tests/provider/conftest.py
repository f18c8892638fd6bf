"""A client of the sandbox that never really waits."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import trustme

from provider.graph.client import GraphClient
from provider.graph.credentials import CredentialFactory
from provider.graph.host import Host
from provider.graph.tenant import Tenant
from provider.graph.tokens import Tokens
from provider.ownership.journal import Journal
from provider.plugin import host
from provider.settings import SANDBOX, Settings, locate, read
from sandbox.graph import Sandbox
from tests.provider.issuer import Issuer, assertion, consent
from tests.provider.tls_server import Act, TlsServer


class Clock:
    """Time that passes only by being slept."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.naps: list[float] = []

    def __call__(self) -> float:
        """Tell the time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let *seconds* pass at once, and remember them."""
        self.naps.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    """A clock that moves only when something sleeps."""
    return Clock()


@pytest.fixture
def settings(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings for the sandbox, with the environment that signs in to it."""
    for name, value in sandbox.environment.items():
        monkeypatch.setenv(name, value)
    config = {"tenantId": sandbox.environment["AZURE_TENANT_ID"], "cloud": SANDBOX}
    return locate(read(config.get, {}), os.environ)


@pytest.fixture
def told() -> list[str]:
    """What the client told the person who waits."""
    return []


@pytest.fixture
def tokens(settings: Settings) -> Tokens:
    """Tokens for the sandbox."""
    return Tokens(settings, CredentialFactory(settings, os.environ, print).credential)


@pytest.fixture
def client(settings: Settings, tokens: Tokens, clock: Clock, told: list[str]) -> Iterator[GraphClient]:
    """A client that is signed in to the sandbox."""
    made = GraphClient(
        settings,
        tokens,
        notify=told.append,
        clock=clock,
        sleep=clock.sleep,
        jitter=lambda: 1.0,
    )
    yield made
    made.close()


@pytest.fixture
def tenant(client: GraphClient) -> Tenant:
    """The sandbox's tenant, as one run sees it."""
    return Tenant(client)


URN = "urn:pulumi:dev::project::pulumi-python:dynamic/intune:Thing::r"


@pytest.fixture
def about() -> Iterator[Callable[[str], object]]:
    """Make the calls of a test be about the resource "r", or about another whose URN is given."""
    before = host._about.set(URN)
    yield host._about.set
    host._about.reset(before)


@pytest.fixture
def next_run(client: GraphClient, tmp_path: Path) -> Iterator[Callable[[], Tenant]]:
    """Begin a run: it knows what the journal of this machine says, and nothing else of the run before."""
    with contextlib.ExitStack() as stack:

        def begin() -> Tenant:
            journal = Journal(str(tmp_path / "journal"), "tenant")
            stack.callback(journal.close)
            return Tenant(client, Host(journal=journal))

        yield begin


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """The authority that issued the server's certificate."""
    return trustme.CA()


@pytest.fixture
def trust(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let the client trust that, from the call on."""

    def call() -> None:
        bundle = tmp_path / "authority.pem"
        authority.cert_pem.write_to_path(str(bundle))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))

    return call


@pytest.fixture
def trusted(trust: Callable[[], None]) -> None:
    """Let the client trust that."""
    trust()


@pytest.fixture
def serve(authority: trustme.CA) -> Iterator[Callable[..., TlsServer]]:
    """Start servers, and stop them after the test."""
    started: list[TlsServer] = []

    def start(act: Act, issued_by: trustme.CA | None = authority) -> TlsServer:
        started.append(TlsServer(act, issued_by))
        return started[-1]

    yield start
    for server in started:
        server.close()


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
    monkeypatch.setattr("webbrowser.open", consent(own["REQUESTS_CA_BUNDLE"]))
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
