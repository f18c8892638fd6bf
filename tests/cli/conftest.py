"""The Pulumi CLI, where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.demo.engines import cli
from tests.cli.twins import Twins
from tests.sandbox.engine.gate import Gate


@pytest.fixture
def twins(tmp_path: Path) -> Twins:
    """Make a project for each engine, where there is a CLI that is new enough."""
    command = cli()
    if command is None:
        pytest.skip("no Pulumi CLI 3.254 or newer on the PATH")
    return Twins(command, tmp_path)


@pytest.fixture
def gate() -> Iterator[Gate]:
    """Open a gate that lets everybody pass in the end."""
    with Gate() as gate:
        yield gate
