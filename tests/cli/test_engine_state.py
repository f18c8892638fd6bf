"""The stand-in engine and the Pulumi CLI take over each other's states, and each finds nothing to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import engines
from tests.sandbox.engine.workshop import Workshop

PROGRAM = """
class Shop(pulumi.ComponentResource):
    def __init__(self, name):
        super().__init__("demo:index:Shop", name)
        inner = Thing("inner", Options(parent=self), name="Inner", nest={"deep": [1, 2.5, None], "odd key": True})
        self.register_outputs({"serial": inner.serial})

a = Thing("a", Options(protect=True, ignore_changes=["colour"]), name="A", word=pulumi.Output.secret("w"), big=1e17)
Thing("b", Options(depends_on=[Shop("shop")], retain_on_delete=True), name="B", owner=a.serial)
Thing("x", Options(id="X-9"), name="?")
pulumi.export("serial", a.serial)
pulumi.export("word", pulumi.Output.secret({"k": "v"}))
"""


class Cli:
    """The Pulumi CLI with a login of its own, on the project of a workshop."""

    def __init__(self, command: str, workshop: Workshop, home: Path) -> None:
        self._command = command
        self._workshop = workshop
        (home / "backend").mkdir(parents=True)
        self._environment = {
            **os.environ,
            "PULUMI_BACKEND_URL": (home / "backend").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_HOME": str(home),
            "PULUMI_PYTHON_CMD": sys.executable,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }
        self.run("stack", "init", "dev")

    def run(self, *arguments: str) -> str:
        """Run a command that succeeds; return what it writes."""
        done = subprocess.run(
            [self._command, *arguments, "--non-interactive", *([] if arguments[1] == "init" else ["--stack", "dev"])],
            cwd=self._workshop.folder,
            env=self._environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    """Make a project with one thing that lives elsewhere."""
    made = Workshop(tmp_path / "project")
    made.world.mkdir()
    (made.world / "X-9").write_text(json.dumps({"name": "X"}), encoding="utf-8")
    made.program(PROGRAM)
    return made


@pytest.fixture
def cli(workshop: Workshop, tmp_path: Path) -> Cli:
    """Find a CLI that is new enough."""
    command = engines.cli()
    if not command:
        pytest.skip("no Pulumi CLI 3.254 or newer on the PATH")
    return Cli(command, workshop, tmp_path / "home")


def _resources(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the resources of a deployment by URN; the order of dependencies means nothing."""
    resources: dict[str, dict[str, Any]] = {each["urn"]: each for each in document["deployment"]["resources"]}
    for resource in resources.values():
        resource.get("dependencies", []).sort()
    return resources


def test_from_the_stand_in_to_the_cli(cli: Cli, workshop: Workshop) -> None:
    """The CLI imports a state of the stand-in, secrets and all, and previews without changes."""
    assert workshop.up().succeeded
    cli.run("stack", "import", "--file", str(workshop.state_file))
    cli.run("preview", "--expect-no-changes", "--diff")
    exported = json.loads(cli.run("stack", "export", "--show-secrets"))
    assert _resources(exported) == _resources(json.loads(workshop.state_file.read_text(encoding="utf-8")))


def test_from_the_cli_to_the_stand_in(cli: Cli, workshop: Workshop) -> None:
    """The stand-in goes on with a state that the CLI exported with readable secrets, and finds nothing to do."""
    cli.run("up", "--yes", "--skip-preview")
    workshop.state_file.write_text(cli.run("stack", "export", "--show-secrets"), encoding="utf-8")
    before = _alike(_resources(json.loads(workshop.state_file.read_text(encoding="utf-8"))))
    result = workshop.up()
    assert (result.succeeded, result.changed) == (True, False)
    assert _alike(_resources(json.loads(workshop.state_file.read_text(encoding="utf-8")))) == before


def test_the_same_program_on_both(cli: Cli, workshop: Workshop) -> None:
    """Both write the same state for the same program, but for ids, times and places of their own."""
    cli.run("up", "--yes", "--skip-preview")
    theirs = _resources(json.loads(cli.run("stack", "export", "--show-secrets")))
    for path in workshop.world.iterdir():
        if path.name != "X-9":
            path.unlink()
    assert workshop.up().succeeded
    ours = _resources(json.loads(workshop.state_file.read_text(encoding="utf-8")))
    assert _alike(ours) == _alike(theirs)


def _alike(resources: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Take away what differs from run to run."""
    own = ("created", "modified", "sourcePosition", "stackTrace")
    (provider,) = (each["id"] for each in resources.values() if each["type"].startswith("pulumi:providers:"))
    text = json.dumps({urn: {key: each[key] for key in each if key not in own} for urn, each in resources.items()})
    alike: dict[str, dict[str, Any]] = json.loads(text.replace(provider, "id of the provider"))
    return alike
