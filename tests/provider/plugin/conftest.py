"""Plugin processes, one per kind and module, without and with a tenant."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from sandbox.graph import Sandbox
from tests.provider.plugin.driver import Plugin

TENANT = "5a9db0c5-0000-4000-8000-00000000000a"


@pytest.fixture(scope="module")
def offline() -> Iterator[Callable[[str], Plugin]]:
    """Plugins that have no credential and no address: all they can do is think."""
    started: dict[str, Plugin] = {}

    def start(kind: str) -> Plugin:
        if kind not in started:
            started[kind] = Plugin(kind, {"tenantId": TENANT, "cloud": "sandbox"}, {})
        return started[kind]

    yield start
    for plugin in started.values():
        assert plugin.stop() == ""


@pytest.fixture
def online(sandbox: Sandbox) -> Iterator[Callable[..., Plugin]]:
    """Plugins that are signed in to the sandbox; keyword arguments are more of their environment."""
    started: list[tuple[Plugin, bool]] = []

    def start(kind: str, **environ: str) -> Plugin:
        quick = {"INTUNE_RETRY_TIMEOUT": "1", "INTUNE_CONSISTENCY_TIMEOUT": "1"}
        config = {"tenantId": TENANT, "cloud": "sandbox"}
        plugin = Plugin(kind, config, {**sandbox.environment, **quick, **environ})
        started.append((plugin, "INTUNE_DEBUG" in environ))
        return plugin

    yield start
    for plugin, logs in started:
        assert bool(plugin.stop()) is logs
