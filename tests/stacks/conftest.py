"""A stack on each engine, signed in to a sandbox."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.demo.engines import cli
from sandbox.graph import Sandbox
from tests import stack_runners
from tests.stacks.fleets import FOUR, RINGS, Fleet
from tests.stacks.hosting import Hosting, hosting


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


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.slow) for name in ("stand-in", "cli")])
def fleet(request: pytest.FixtureRequest, tmp_path: Path, sandbox: Any) -> Fleet:
    """Make four stacks in a copy of the project, on each engine."""
    folder = stack_runners.project_copy(tmp_path)
    (folder / "stacks" / "baselines").mkdir()
    (folder / "stacks" / "rings.yaml").write_text(RINGS, encoding="utf-8")
    environment = {**os.environ, **sandbox.environment, "INTUNE_RETRY_TIMEOUT": "2", "INTUNE_CONSISTENCY_TIMEOUT": "2"}
    made = Fleet(folder, environment)
    command = cli()
    if request.param == "cli":
        if command is None:
            pytest.skip("no Pulumi CLI 3.254 or newer on the PATH")
        (folder / "state").mkdir()
        environment.update(
            PULUMI_BACKEND_URL=(folder / "state").as_uri(),
            PULUMI_CONFIG_PASSPHRASE="",
            PULUMI_HOME=str(folder / "home"),
            PULUMI_PYTHON_CMD=sys.executable,
        )
    else:
        bare = [one for one in environment["PATH"].split(os.pathsep) if not shutil.which("pulumi", path=one)]
        environment["PATH"] = os.pathsep.join(bare)
    made.baseline("one")
    for tenant in FOUR:
        if request.param == "cli":
            words = [str(command), "stack", "init", tenant, "--non-interactive"]
            subprocess.run(words, cwd=folder, env=environment, check=True, capture_output=True)
        made.stack(tenant)
    return made


@pytest.fixture
def there() -> Iterator[Hosting]:
    """Start a host with comments and issues."""
    with hosting() as made:
        yield made
