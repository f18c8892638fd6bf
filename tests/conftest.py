"""What every test gets: a clean environment, and the sandbox on request."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

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


def pytest_addoption(parser: pytest.Parser) -> None:
    """Know the option that runs everything."""
    parser.addoption("--all", action="store_true", help="run the slow tests too, as continuous integration does")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what is slow, with the reason, unless everything is wanted or it was named."""
    named = any(Path(one.partition("::")[0]).suffix == ".py" for one in config.invocation_params.args)
    if config.getoption("--all") or named:
        return
    skipped = pytest.mark.skip(reason="starts many engines: `python3 tasks.py test --all` runs it")
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(skipped)


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
