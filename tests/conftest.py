"""What every test gets: a clean environment, and the sandbox on request."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from sandbox.graph import Sandbox
from tests.sandbox_control import Portal

_OF_A_DEVELOPER = (
    "AZURE_",
    "ARM_",
    "INTUNE_",
    "PULUMI_",
    "IDENTITY_",
    "MSI_",
    "REQUESTS_CA_BUNDLE",
    "HTTP_PROXY",
    "HTTPS_PROXY",
)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Take away every variable that signs in or points somewhere, and give each test a journal of its own."""
    for name in list(os.environ):
        if name.upper().startswith(_OF_A_DEVELOPER):
            monkeypatch.delenv(name)
    monkeypatch.setenv("INTUNE_JOURNAL", str(tmp_path_factory.mktemp("journal")))


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Start a stand-in for Microsoft Graph with an empty tenant."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def portal(sandbox: Sandbox) -> Iterator[Portal]:
    """Drive that stand-in."""
    driver = Portal(sandbox.graph_endpoint)
    yield driver
    driver.close()
