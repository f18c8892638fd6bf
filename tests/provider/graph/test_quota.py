"""Many creates under Graph's quota, on a clock that moves when somebody waits: as fast as allowed, and never faster."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

import provider as intune
from provider.graph.client import GraphClient
from provider.graph.credentials import CredentialFactory
from provider.graph.rate_limit import WINDOW, WRITES, RateLimiter
from provider.graph.tenant import Tenant
from provider.graph.tokens import Tokens
from provider.kinds.entity import Entity
from provider.settings import SANDBOX, locate, read
from sandbox.graph import Sandbox
from tests.provider.conftest import Clock
from tests.sandbox.graph.clients import CREDENTIALS, connect
from tests.sandbox_control import Portal

_kind = intune.DerivedCredentialSettings.kind
assert isinstance(_kind, Entity)
CREDENTIAL = _kind
COUNT = 500


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    """Start a stand-in that counts, by the clock of the test."""
    with Sandbox(quota=True, clock=clock) as running:
        yield running


@pytest.fixture
def create(sandbox: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Create so many objects in one run, of which every wait is one of the clock's."""
    for name, value in sandbox.environment.items():
        monkeypatch.setenv(name, value)
    config = {"tenantId": sandbox.environment["AZURE_TENANT_ID"], "cloud": SANDBOX}
    settings = locate(read(config.get, {}), os.environ)
    rate_limiter = RateLimiter(clock=clock, sleep=lambda _, left: clock.sleep(left or 0.0))
    tokens = Tokens(settings, CredentialFactory(settings, os.environ, print).credential)
    client = GraphClient(
        settings, tokens, rate_limiter=rate_limiter, clock=clock, sleep=clock.sleep, jitter=lambda: 0.0
    )
    tenant = Tenant(client)

    def run(count: int) -> None:
        for number in range(count):
            inputs = {"display_name": f"N{number}", "issuer": "purebred", "notification_types": ["email"]}
            CREDENTIAL.create(tenant, inputs)

    yield run
    client.close()


def refused(portal: Portal) -> int:
    """Count the answers 429."""
    return sum(one["status"] == 429 for one in portal.requests())


def test_write_budget_is_used_up_and_never_exceeded(
    create: Callable[[int], None], portal: Portal, clock: Clock
) -> None:
    """500 creates take hardly longer than the quota makes them take, and none is refused."""
    started = clock.now
    create(COUNT)
    least = (COUNT / WRITES - 1) * WINDOW
    assert least <= clock.now - started <= least / 0.95
    assert refused(portal) == 0
    assert len(portal.objects()) == COUNT


def test_another_writer_costs_time_and_no_object(
    create: Callable[[int], None], sandbox: Sandbox, portal: Portal, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where somebody else takes half of the quota, what is refused is sent again when Graph says so; all are made."""
    other, sleep, started = connect(sandbox), clock.sleep, clock.now
    sent = 0

    def share(seconds: float) -> None:
        """Let time pass, in which the other writer sends 50 writes every 20 seconds."""
        nonlocal sent
        sleep(seconds)
        while sent < (clock.now - started) / WINDOW * WRITES / 2:
            other.delete(f"{CREDENTIALS}/none")
            sent += 1

    monkeypatch.setattr(clock, "sleep", share)
    create(COUNT)
    other.close()
    assert refused(portal) > 0
    names = [one["displayName"] for one in portal.objects()]
    assert sorted(names) == sorted({f"N{number}" for number in range(COUNT)})
