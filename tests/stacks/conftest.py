"""A stack on each engine, signed in to a sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.engines import cli
from sandbox.graph import Sandbox
from tests import stack_runners


@pytest.fixture(params=["stand-in", "cli"])
def stack(request: pytest.FixtureRequest, tmp_path: Path, sandbox: Sandbox) -> stack_runners.Stack:
    """Make an empty stack; every story is told on both engines, where the CLI is there."""
    if request.param == "stand-in":
        made = stack_runners.stand_in(tmp_path)
    else:
        command = cli()
        if command is None:
            pytest.skip("no Pulumi CLI 3.254 or newer on the PATH")
        made = stack_runners.real(tmp_path, command)
    made.environment = {**sandbox.environment, "INTUNE_RETRY_TIMEOUT": "2", "INTUNE_CONSISTENCY_TIMEOUT": "2"}
    return made
