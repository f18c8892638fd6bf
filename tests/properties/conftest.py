"""Runs inside this process, and how many examples a property is tried with."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings

from sandbox.graph import Sandbox
from tests.in_process import Runs, runs
from tests.sandbox_control import Portal

_COMMON = settings(
    deadline=None,  # the machine may be busy
    database=None,
    print_blob=True,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
settings.register_profile("quick", _COMMON, max_examples=20, stateful_step_count=10, derandomize=True)
settings.register_profile("thorough", _COMMON, max_examples=150, stateful_step_count=20)
settings.register_profile("unshrunk", settings.get_profile("thorough"), phases=(Phase.generate,))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(scope="module")
def tenant() -> Iterator[tuple[Sandbox, Portal]]:
    """One sandbox for all examples of a module."""
    with Sandbox() as sandbox:
        portal = Portal(sandbox.graph_endpoint)
        yield sandbox, portal
        portal.close()


@pytest.fixture
def world(tenant: tuple[Sandbox, Portal]) -> Iterator[tuple[Runs, Portal]]:
    """Runs against it. The environment that signs in is there for one test only."""
    sandbox, portal = tenant
    with runs(sandbox, {}) as started:
        yield started, portal
