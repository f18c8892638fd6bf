"""Canaries: secrets planted wherever a run may find them, and looked for in everything that it wrote or printed."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from sandbox.graph import Sandbox
from tests.sandbox_control import Portal
from tests.stack_runners import Outcome, Stack
from tests.tampering_server import Answer, Relay

pytestmark = pytest.mark.slow

TENANT = "5a9db0c5-0000-4000-8000-00000000000a"
DECLARED = {
    "derivedCredentials": {"c": {"display_name": "C", "issuer": "purebred", "notification_types": ["email"]}},
    "iosProfiles": {"p": {"display_name": "P", "derived_credential": "c"}},
}
JOB_TOKEN = "canary-of-the-job-e7b1"
PASSWORD = "canary-of-the-key-4d0c"
UNUSED = {
    "AZURE_PASSWORD": "canary-unused-password-19aa",
    "ARM_CLIENT_SECRET": "canary-of-terraform-77f2",
    "GITHUB_TOKEN": "canary-of-github-c03e",
}
A_TOKEN = re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}")

# What a curious person puts on the PYTHONPATH. Loggers that have a level of their own keep it.
_VERBOSE = """
import logging
logging.basicConfig(level=logging.DEBUG)
for name in ("azure", "azure.core.pipeline.policies.http_logging_policy", "azure.identity", "msal", "urllib3",
             "urllib3.connectionpool", "requests", "provider", "provider.graph"):
    logging.getLogger(name).setLevel(logging.DEBUG)
"""


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A pipeline's identity service, and the assertion that it hands out."""
    claims = {"iss": "https://issuer.example", "sub": "canary", "exp": 9_999_999_999}
    assertion = f"eyJhbGciOiJub25lIn0.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode()}.canary"
    (tmp_path / "assertion").write_text(assertion, encoding="utf-8")
    body = json.dumps({"value": assertion, "oidcToken": assertion}).encode()

    class Issuer(Relay):
        def fetch(self, method: str, path: str, headers: dict[str, str], body_: bytes) -> Answer:  # noqa: ARG002
            return Answer(method, path, 200, {"Content-Type": "application/json"}, body)

    with Issuer("") as issuer:
        yield issuer.endpoint, assertion


class World:
    """One stack with canaries in its environment."""

    def __init__(self, stack: Stack, sandbox: Sandbox, folder: Path, pipeline: tuple[str, str]) -> None:
        (folder / "verbose").mkdir()
        (folder / "verbose" / "sitecustomize.py").write_text(_VERBOSE, encoding="utf-8")
        certificate, key = _certificate(folder)
        issuer, assertion = pipeline
        self.stack = stack
        self.sandbox = sandbox
        self.folder = folder
        stack.environment = {
            **stack.environment,
            **UNUSED,
            "INTUNE_DEBUG": "1",
            "PYTHONPATH": str(folder / "verbose"),
            "AZURE_CLIENT_CERTIFICATE_PATH": str(certificate),
            "AZURE_CLIENT_CERTIFICATE_PASSWORD": PASSWORD,
            "AZURE_FEDERATED_TOKEN_FILE": str(folder / "assertion"),
            "AZURESUBSCRIPTION_CLIENT_ID": sandbox.environment["AZURE_CLIENT_ID"],
            "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID": "connection",
            "SYSTEM_OIDCREQUESTURI": f"{issuer}/token",
            "SYSTEM_ACCESSTOKEN": JOB_TOKEN,
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{issuer}/token?api-version=2",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": JOB_TOKEN,
        }
        secret = sandbox.environment["AZURE_CLIENT_SECRET"]
        self.canaries = [secret, PASSWORD, JOB_TOKEN, assertion, *UNUSED.values(), *key]
        self._planted = {folder / "assertion", certificate}

    def up(self, auth: str, **config: Any) -> Outcome:
        """Run an update at the most verbose level, and watch the command lines meanwhile."""
        self.stack.configure(tenantId=TENANT, cloud="sandbox", auth=auth, **DECLARED, **config)
        done = threading.Event()
        lines: set[str] = set()
        watcher = threading.Thread(target=_watch, args=(done, lines))
        watcher.start()
        verbose = ("-v=11", "--logtostderr", "--debug") if self.stack.command[0].endswith("pulumi") else ()
        try:
            outcome = self.stack.up(*verbose)
        finally:
            done.set()
            watcher.join()
        assert any("pulumi.dynamic" in line or "pulumi-resource" in line for line in lines) or outcome.status
        self._assert_clean("a command line", "\n".join(lines))
        self._assert_clean("what was printed", outcome.text)
        return outcome

    def assert_nothing_written(self, portal: Portal) -> None:
        """Look through all files of the run, and through what the sandbox remembers."""
        for path in self.folder.rglob("*"):
            if path.is_file() and path not in self._planted:
                self._assert_clean(str(path), _readable(path.read_bytes()))
        for route in ("requests", "objects", "settings", "faults", "assertions"):
            self._assert_clean(route, json.dumps(portal._call("GET", route)))

    def _assert_clean(self, where: str, text: str) -> None:
        assert [canary for canary in self.canaries if canary in text] == [], where
        assert A_TOKEN.search(text) is None, where


@pytest.fixture
def world(stack: Stack, sandbox: Sandbox, tmp_path: Path, pipeline: tuple[str, str]) -> World:
    """The stack of the test."""
    return World(stack, sandbox, tmp_path, pipeline)


@pytest.mark.parametrize(
    "auth", ["environment", "clientSecret", "clientCertificate", "workloadIdentity", "azurePipelines", "githubOidc"]
)
def test_run_that_succeeds_shows_no_secret(world: World, portal: Portal, auth: str) -> None:
    """However it signs in: 0 hits in what it printed, in its files and in what the sandbox recorded."""
    outcome = world.up(auth)
    assert outcome.status == 0, outcome.text
    assert "urllib3" in outcome.text or world.stack.command[0].endswith("pulumi"), "the log is not verbose"
    world.assert_nothing_written(portal)


_FAILURES: dict[str, Mapping[str, Any]] = {
    "401": {"path": "/beta/", "times": 99, "status": 401},
    "403": {"path": "/beta/", "times": 99, "status": 403},
    "500": {"method": "POST", "path": "/beta/", "times": 99, "status": 500},
    "drop": {"path": "/beta/", "times": 99, "drop": "after"},
    "sign-in": {"path": "/token", "times": 99, "status": 500, "body": "<html>no</html>"},
}


@pytest.mark.parametrize("failure", [*_FAILURES, "revoked", "refused"])
def test_run_that_fails_shows_no_secret(world: World, portal: Portal, failure: str) -> None:
    """Errors, tracebacks and the logs of the retries are as silent."""
    if failure in _FAILURES:
        portal.fault(**_FAILURES[failure])
    elif failure == "revoked":
        portal.switch(secret="revoked")
    else:
        world.stack.environment = {**world.stack.environment, "INTUNE_GRAPH_ENDPOINT": "http://127.0.0.1:9"}
    outcome = world.up("clientSecret")
    assert outcome.status != 0
    world.assert_nothing_written(portal)


def _certificate(folder: Path) -> tuple[Path, list[str]]:
    """Write a certificate with an encrypted key; return its path and what must not be seen of the key."""
    issued = trustme.CA().issue_cert("client.example", key_type=trustme.KeyType.RSA)
    key = serialization.load_pem_private_key(issued.private_key_pem.bytes(), None)
    encrypted = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(PASSWORD.encode()),
    )
    path = folder / "certificate.pem"
    path.write_bytes(encrypted + issued.cert_chain_pems[0].bytes())
    lines = [*issued.private_key_pem.bytes().decode().splitlines(), *encrypted.decode().splitlines()]
    return path, ["PRIVATE KEY", *(line for line in lines if len(line) == 64)]


def _watch(done: threading.Event, lines: set[str]) -> None:
    """Collect the command lines of all processes until *done*."""
    while not done.wait(0.02):
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                lines.add(path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
            except OSError:
                continue  # it ended


def _readable(raw: bytes) -> str:
    """Return *raw* as text, with whatever is Base64 in it decoded beside it: pickles are."""
    text = raw.decode("utf-8", "replace")
    for found in re.findall(r"(?:[A-Za-z0-9+/]{4}){6,}", text):
        text += base64.b64decode(found).decode("utf-8", "replace")
    return text
