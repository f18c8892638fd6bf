"""The stand-in engine and the Pulumi CLI take over each other's states, and each finds nothing to do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sandbox.demo.engines import cli
from sandbox.graph import Sandbox
from tests import stack_runners
from tests.cli.twins import Twins, alike, kill_family
from tests.sandbox.engine.engine_project import Workshop
from tests.sandbox.engine.gate import Gate
from tests.sandbox_control import Portal

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


@pytest.fixture
def shops(twins: Twins) -> Twins:
    """Make a project with a component, secrets, options, and one thing that lives elsewhere."""
    for workshop in (twins.ours, twins.theirs):
        workshop.world.mkdir()
        (workshop.world / "X-9").write_text(json.dumps({"name": "X"}), encoding="utf-8")
        workshop.program(PROGRAM)
    # The CLI wrote its salt into the stack file, which both would share in a project.
    stack_file = Path("stacks", "Pulumi.dev.yaml")
    shutil.copy(twins.theirs.folder / stack_file, twins.ours.folder / stack_file)
    return twins


def _read(workshop: Workshop) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(workshop.state_file.read_text(encoding="utf-8"))
    return document


def _by_urn(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the resources of a state; the order of dependencies means nothing."""
    resources: dict[str, dict[str, Any]] = {each["urn"]: each for each in document["deployment"]["resources"]}
    for resource in resources.values():
        resource.get("dependencies", []).sort()
    return resources


def test_from_the_stand_in_to_the_cli(shops: Twins) -> None:
    """The CLI imports a state of the stand-in, secrets and all, and previews without changes."""
    assert shops.ours.up().succeeded
    shops.cli.run("stack", "import", "--file", str(shops.ours.state_file))
    shops.cli.run("preview", "--expect-no-changes", "--diff")
    assert _by_urn(shops.cli.export()) == _by_urn(_read(shops.ours))


def test_from_the_cli_to_the_stand_in(shops: Twins) -> None:
    """The stand-in goes on with a state that the CLI exported with readable secrets, and finds nothing to do."""
    shops.cli.run("up", "--yes", "--skip-preview")
    shops.ours.state_file.write_text(json.dumps(shops.cli.export()), encoding="utf-8")
    before = _by_urn({"deployment": alike(_read(shops.ours)["deployment"])})
    result = shops.ours.up()
    assert (result.succeeded, result.changed) == (True, False)
    assert _by_urn({"deployment": alike(_read(shops.ours)["deployment"])}) == before


def test_same_program_on_both(shops: Twins) -> None:
    """Both write the same state for the same program, but for ids, times and places of their own."""
    shops.do("up")


def _kill(engine: subprocess.Popen[str], gate: Gate) -> None:
    """Kill an engine, and all that it started, while it creates something."""
    gate.wait()
    kill_family(engine)
    engine.communicate()


def test_pending_operations_of_the_stand_in(twins: Twins, gate: Gate) -> None:
    """The CLI reads a state with an operation that a killed stand-in had begun; its import settles such operations."""
    program = "Thing('a', name='A', gate={})"
    for workshop in (twins.ours, twins.theirs):
        workshop.program(program.format(gate.port))
    _kill(twins.ours.start("up", "--skip-preview"), gate)
    assert twins.ours.pending == [("creating", "a")]
    twins.cli.run("stack", "import", "--file", str(twins.ours.state_file))
    twins.theirs.program(program.format("''"))
    twins.cli.run("up", "--yes", "--skip-preview")
    assert twins.theirs.log == ["create A-1"]
    assert "pending_operations" not in twins.cli.export()["deployment"]


def test_pending_operations_of_the_cli(twins: Twins, gate: Gate) -> None:
    """The stand-in takes over what a killed CLI had begun: it warns, and creates it."""
    twins.theirs.program(f"Thing('a', name='A', gate={gate.port})")
    _kill(twins.cli.start("up", "--yes", "--skip-preview"), gate)
    twins.ours.state_file.write_text(json.dumps(twins.cli.export()), encoding="utf-8")
    assert twins.ours.pending == [("creating", "a")]
    result = twins.ours.up("Thing('a', name='A')")
    assert result.succeeded
    assert "demo:Thing::a, interrupted while creating" in result.diagnostics[0].message
    assert twins.ours.log == ["create A-1"]


# ---------------------------------------------------------------- the real project


@pytest.fixture
def stacks(tmp_path: Path, sandbox: Sandbox, portal: Portal) -> tuple[stack_runners.Stack, stack_runners.Stack]:
    """Make a stack for each engine, both declaring a resource of every kind in the same tenant."""
    command = cli()
    if command is None:
        pytest.skip("no Pulumi CLI 3.254 or newer on the PATH")
    config = _every_kind(portal)
    made = []
    for name in ("ours", "theirs"):
        (tmp_path / name).mkdir()
        make = (
            stack_runners.stand_in(tmp_path / name) if name == "ours" else stack_runners.real(tmp_path / name, command)
        )
        make.environment = {**sandbox.environment, "INTUNE_RETRY_TIMEOUT": "2", "INTUNE_CONSISTENCY_TIMEOUT": "2"}
        make.configure(**config)
        made.append(make)
    portal.requests()
    return made[0], made[1]


def _every_kind(portal: Portal) -> dict[str, Any]:
    graph = "#microsoft.graph."
    credential = {"display_name": "C", "issuer": "purebred", "notification_types": ["email"]}
    wire = {"displayName": "S", "issuer": "purebred", "notificationType": "email"}
    settings = portal.seed("derivedCredentials", **wire)
    wifi = {"@odata.type": f"{graph}iosEnterpriseWiFiConfiguration", "displayName": "W"}
    scoped = portal.seed("deviceConfigurations", **wifi, derivedCredentialSettings=settings)
    vpn = {"@odata.type": f"{graph}iosVpnConfiguration", "displayName": "Bound"}
    bound = portal.seed("deviceConfigurations", **vpn)
    record = portal.seed("deviceConfigurationsAllManagedDeviceCertificateStates")
    binding = {"device_configuration_id": bound, "profile_type": "iosVpnConfiguration", "derived_credential": "c"}
    return {
        "tenantId": "5a9db0c5-0000-4000-8000-00000000000a",
        "cloud": "sandbox",
        "derivedCredentials": {"c": {**credential, "options": {"protect": False}}},
        "androidProfiles": {"a": {"display_name": "A", "derived_credential": "c"}},
        "iosProfiles": {"i": {"display_name": "I", "derived_credential": "c"}},
        "bindings": {"b": binding},
        "scopedSettings": {"s": {"device_configuration_id": scoped, "notification_types": ["companyPortal"]}},
        "certificateStates": {"r": {"adopt": record, "allow_write": True, "certificate_issuer_name": "CN=Example"}},
    }


def _pulumi(stack: stack_runners.Stack, *words: str) -> str:
    return subprocess.run(
        [*stack.command, "stack", *words, "--stack", "dev"],
        cwd=stack.folder,
        env={**os.environ, **stack.engine_environment},
        check=True,
        capture_output=True,
        encoding="utf-8",
    ).stdout


def _kinds(state: Path) -> set[str]:
    document = json.loads(state.read_text(encoding="utf-8"))
    types = {each["type"] for each in document["deployment"]["resources"]}
    return {each for each in types if each.startswith("pulumi-python:dynamic/")}


def test_every_kind_from_the_stand_in_to_the_cli(
    stacks: tuple[stack_runners.Stack, stack_runners.Stack], portal: Portal
) -> None:
    """What the stand-in made is nothing to change, drift included, for the CLI."""
    ours, theirs = stacks
    made = ours.up()
    assert made.status == 0, made.text
    state = ours.folder / "state.json"
    assert len(_kinds(state)) == 6
    _pulumi(theirs, "import", "--file", str(state))
    portal.requests()
    still = theirs.preview("--expect-no-changes", "--diff")
    assert (still.status, portal.requests()) == (0, []), still.text
    refreshed = theirs.preview("--refresh", "--expect-no-changes", "--diff", signed_in=True)
    assert refreshed.status == 0, refreshed.text
    gone = theirs.destroy()
    assert gone.status == 0, gone.text


def test_every_kind_from_the_cli_to_the_stand_in(
    stacks: tuple[stack_runners.Stack, stack_runners.Stack], portal: Portal
) -> None:
    """And the other way round."""
    ours, theirs = stacks
    made = theirs.up()
    assert made.status == 0, made.text
    state = ours.folder / "state.json"
    state.write_text(_pulumi(theirs, "export", "--show-secrets"), encoding="utf-8")
    assert len(_kinds(state)) == 6
    portal.requests()
    still = ours.up("--expect-no-changes")
    assert (still.status, portal.requests()) == (0, []), still.text
    refreshed = ours.preview("--refresh", "--expect-no-changes", "--diff", signed_in=True)
    assert refreshed.status == 0, refreshed.text
    gone = ours.destroy()
    assert gone.status == 0, gone.text
