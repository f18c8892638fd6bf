"""The state in which pending creates are settled, and what is found about them, without an engine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from provider.graph.client import GraphClient
from provider.graph.credentials import CredentialFactory
from provider.graph.tenant import Tenant
from provider.graph.tokens import Tokens
from provider.settings import SANDBOX, locate, read
from sandbox.graph import Sandbox
from stacks import project
from stacks.engine import ROOT, Engine, EngineError
from stacks.existing.pending import Action, Candidate, Finding, examine
from stacks.existing.recovered import recovered
from tests.sandbox_control import Portal

SETTINGS = "pulumi-python:dynamic/intune:DerivedCredentialSettings"
STACK = "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev"
PROVIDER = "urn:pulumi:dev::p::pulumi:providers:pulumi-python::default"
INPUTS: dict[str, Any] = {"display_name": "C", "issuer": "purebred", "notification_types": ["email"]}
ODATA_TYPE = "#microsoft.graph.deviceManagementDerivedCredentialSettings"
WIRE = {"displayName": "C", "issuer": "purebred", "notificationType": "email"}


class Clock:
    """A clock that goes on only while something waits."""

    now = 1_000_000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass at once."""
        self.now += seconds


@pytest.fixture
def tenant(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tenant]:
    """The sandbox's tenant, as one run sees it."""
    clock = Clock()
    for name, value in sandbox.environment.items():
        monkeypatch.setenv(name, value)
    config = {"tenantId": sandbox.environment["AZURE_TENANT_ID"], "cloud": SANDBOX}
    settings = locate(read(config.get, {}), os.environ)
    client = GraphClient(
        settings,
        Tokens(settings, CredentialFactory(settings, os.environ, print).credential),
        clock=clock,
        sleep=clock.sleep,
    )
    yield Tenant(client)
    client.close()


def urn(name: str) -> str:
    """Return the URN of a credential."""
    return f"urn:pulumi:dev::p::{SETTINGS}::{name}"


def pending(name: str, **more: Any) -> dict[str, Any]:
    """Return a pending create."""
    needs = {"parent": STACK, "provider": f"{PROVIDER}::1"}
    return {"resource": {"urn": urn(name), "type": SETTINGS, "inputs": INPUTS, **needs, **more}, "type": "creating"}


def there(urn_: str, id_: str = "", **more: Any) -> dict[str, Any]:
    """Return a resource of a state."""
    return {"urn": urn_, "type": urn_.split("::")[2], "id": id_, **more}


def state(*resources: Mapping[str, Any], creates: list[Any] | None = None) -> dict[str, Any]:
    """Return a state of the stack, its default provider, and more."""
    return {
        "version": 3,
        "deployment": {
            "resources": [there(STACK), there(PROVIDER, "1"), *resources],
            "pending_operations": creates or [],
        },
    }


def taken(operation: dict[str, Any], id_: str = "7") -> Finding:
    """Return a finding for which an object was chosen."""
    chosen = Candidate(id_, INPUTS, {"renewal_threshold_percentage": 20}, [], [])
    return Finding(operation, "C", Action.IMPORT, "", [chosen], chosen)


def urns(document: Mapping[str, Any]) -> list[str]:
    """Return the names of the resources of a state, in their order."""
    return [one["urn"].rpartition("::")[2] for one in document["deployment"]["resources"]]


def test_resources_come_after_those_that_they_need() -> None:
    """Whatever the order in which their creates began; a state in any other order is refused by the engine."""
    findings = [taken(pending("a", dependencies=[urn("b")])), taken(pending("b", propertyDependencies={"x": [STACK]}))]
    assert urns(recovered(state(), findings, {})) == ["p-dev", "default", "b", "a"]


@pytest.mark.parametrize(
    "needs", [{"parent": urn("x")}, {"dependencies": [urn("x")]}, {"propertyDependencies": {"issuer": [urn("x")]}}]
)
def test_resource_that_needs_what_the_state_lacks_is_refused(needs: dict[str, Any]) -> None:
    """The engine would refuse such a state, so a person has to adopt the object."""
    with pytest.raises(ValueError, match=f"needs {urn('x')}, which is not in the state"):
        recovered(state(), [taken(pending("a", **needs))], {})


def test_replacement_takes_the_place_of_what_made_way() -> None:
    """What depends on it stands behind; an old object that is still to be deleted keeps its entry."""
    made_way, to_delete = there(urn("a"), "1", pendingReplacement=True), there(urn("b"), "2", delete=True)
    before = state(made_way, there(urn("user"), "3", dependencies=[urn("a")]), to_delete)
    after = recovered(before, [taken(pending("a"), "8"), taken(pending("b"), "9")], {"tenant_id": "t"})
    ids = [(one["urn"].rpartition("::")[2], one["id"]) for one in after["deployment"]["resources"][2:]]
    assert ids == [("a", "8"), ("user", "3"), ("b", "2"), ("b", "9")]
    assert after["deployment"]["resources"][2]["inputs"] == INPUTS
    outputs = {**INPUTS, "renewal_threshold_percentage": 20, "tenant_id": "t"}
    assert after["deployment"]["resources"][2]["outputs"] == outputs
    assert before["deployment"]["resources"][2]["id"] == "1"


def test_recovered_state_differs_in_the_pending_creates_alone() -> None:
    """Resources, metadata and members that this project does not know are as before."""
    before = {**state(there(urn("z"), "5", taint=True), creates=[pending("a")]), "features": ["f"]}
    after = recovered(before, [Finding(pending("a"), "C", Action.CLEAR, "")], {})
    assert after == {**before, "deployment": {"resources": before["deployment"]["resources"]}}


def test_one_object_for_two_creates_needs_a_decision(tenant: Tenant, portal: Portal) -> None:
    """Two entries of one name were being created, and there is one object."""
    id_ = portal.seed("derivedCredentials", **WIRE)
    deployment = state(creates=[pending("a"), pending("b")])["deployment"]
    found = examine(deployment, deployment, tenant)
    assert [(one.action, one.chosen) for one in found] == [(Action.DECIDE, None)] * 2
    assert [[one.id for one in each.candidates] for each in found] == [[id_]] * 2


def test_second_object_of_a_finished_create_is_named(tenant: Tenant, portal: Portal) -> None:
    """The state has its resource, so another object of the name cannot go there: a person looks at it."""
    known, other = (portal.seed("derivedCredentials", **WIRE) for _ in range(2))
    deployment = state(there(urn("a"), known), creates=[pending("a")])["deployment"]
    (found,) = examine(deployment, deployment, tenant)
    assert (found.action, found.candidates) == (Action.CLEAR, [])
    assert found.reason.startswith(f"the state has the resource, as {known}. {other} has the same name: delete it")


def test_object_that_the_list_shows_late_is_found(tenant: Tenant, portal: Portal) -> None:
    """What the list does not have is looked for again, before it counts as not created."""
    deployment = state(creates=[pending("a")])["deployment"]
    (found,) = examine(deployment, deployment, tenant)
    assert found.reason == "nothing was created: the next `pulumi up` creates it"
    portal.fault(path="derivedCredentials", lagReads=2)
    created = tenant.client.post("/deviceManagement/derivedCredentials", {"@odata.type": ODATA_TYPE, **WIRE})
    (found,) = examine(deployment, deployment, Tenant(tenant.client))
    assert [one.id for one in found.candidates] == [created["id"]]


def test_create_that_was_killed_twice_is_one_finding(tenant: Tenant, portal: Portal) -> None:
    """Each killed run leaves its own pending create of the resource."""
    id_ = portal.seed("derivedCredentials", **WIRE)
    deployment = state(creates=[pending("a"), pending("a")])["deployment"]
    (found,) = examine(deployment, deployment, tenant)
    assert found.chosen is not None
    assert (found.action, found.chosen.id) == (Action.IMPORT, id_)


def test_command_line_names_what_is_not_installed() -> None:
    """`pulumi up` needs no click, so it may be missing."""
    code = "import runpy, sys; sys.modules['click'] = None; runpy.run_module('stacks', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "pip install -r requirements-cli.txt" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (
            "import sys; sys.exit('error: the stack is currently locked by 1 lock(s)')",
            (
                "`stack export` of dev ended with 1: the stack is currently locked by 1 lock(s) "
                "`pulumi cancel --stack dev` removes the lock of a run that is dead."
            ),
        ),
        ("print('no file')", "the state of dev cannot be read"),
        ("open(__import__('sys').argv[-1], 'w').write('{}')", "the stack dev has no state yet: run `pulumi up"),
    ],
    ids=["locked", "no file", "no deployment"],
)
def test_engine_that_fails_is_one_sentence(tmp_path: Path, script: str, said: str) -> None:
    """Its own words, and what to do where that is known."""
    with pytest.raises(EngineError) as caught:
        Engine((sys.executable, "-c", script), "dev", tmp_path).export()
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


def test_config_of_a_stack_is_text(tmp_path: Path) -> None:
    """As the provider has it: `on` is no boolean, defaults of the project hold, secrets and maps are left out."""
    (tmp_path / "stacks").mkdir()
    (tmp_path / "Pulumi.yaml").write_text(
        "name: p\nstackConfigDir: stacks\nconfig: {cloud: {default: public}, tenantId: {type: string}, p:auth: x}\n",
        encoding="utf-8",
    )
    file = tmp_path / "stacks" / "Pulumi.dev.yaml"
    file.write_text(
        "config: {p:permissionCheck: on, p:auth: azureCli, p:secret: {secure: x}, other:cloud: china, p:tenantId: 7}\n",
        encoding="utf-8",
    )
    expected = {"cloud": "public", "permissionCheck": "on", "auth": "azureCli", "tenantId": "7"}
    assert project.config(tmp_path, "organization/p/dev") == expected
    file.write_text("config: [", encoding="utf-8")
    with pytest.raises(project.ProjectError, match=r"Pulumi.dev.yaml cannot be read"):
        project.config(tmp_path, "dev")
    with pytest.raises(project.ProjectError, match=r"there is no .*Pulumi.gone.yaml: give --cwd"):
        project.config(tmp_path, "gone")


_CLI = """
import json, pathlib, sys
folder = pathlib.Path(__file__).parent
states = sorted(folder.glob("state-*"))
if "export" in sys.argv:
    taken = states[0]
    pathlib.Path(sys.argv[sys.argv.index("--file") + 1]).write_text(taken.read_text())
    taken.unlink()
else:
    (folder / "imported").touch()
"""


@pytest.mark.skipif(os.name == "nt", reason="a script is no program there")
@pytest.mark.parametrize(
    ("states", "said"),
    [
        ([state(there(urn("z"), "9"), creates=[pending("a")])], "was written meanwhile: nothing was changed"),
        ([state(creates=[pending("a")]), state()], "is not what was written: another run wrote it"),
    ],
    ids=["before", "after"],
)
def test_state_that_another_run_writes_is_not_overwritten(
    sandbox: Sandbox, portal: Portal, tmp_path: Path, states: list[dict[str, Any]], said: str
) -> None:
    """The state is compared right before it is written and right after."""
    portal.seed("derivedCredentials", **WIRE)
    for number, one in enumerate([state(creates=[pending("a")]), *states]):
        (tmp_path / f"state-{number}").write_text(json.dumps(one), encoding="utf-8")
    (tmp_path / "pulumi").write_text(f"#!{sys.executable}{_CLI}", encoding="utf-8")
    (tmp_path / "pulumi").chmod(0o700)
    config = {"p:tenantId": sandbox.environment["AZURE_TENANT_ID"], "p:cloud": SANDBOX}
    (tmp_path / "Pulumi.yaml").write_text("name: p\n", encoding="utf-8")
    (tmp_path / "Pulumi.dev.yaml").write_text(json.dumps({"config": config}), encoding="utf-8")
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, "-m", "stacks", "recover", "--stack", "dev", "--cwd", str(tmp_path), "--yes"],
        cwd=ROOT,
        env={**os.environ, **sandbox.environment, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout
    assert said in done.stderr
    assert (tmp_path / "imported").exists() is (len(states) == 2)
