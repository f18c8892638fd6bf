"""`python -m stacks recover`: what a killed run created goes into the state, and nothing is written to the tenant."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import textwrap
from pathlib import Path
from typing import Any

import pytest

from provider.kinds.guards import computed_outputs
from provider.settings import CLOUDS, Settings
from stacks.existing.pending import KINDS
from tests.sandbox_control import Portal
from tests.stack_runners import PROJECT, ROOT, Outcome, Stack

pytestmark = pytest.mark.slow

TENANT = "5a9db0c5-0000-4000-8000-00000000000a"
GROUP = "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01"
CREDENTIAL: dict[str, Any] = {"display_name": "C", "issuer": "purebred", "notification_types": ["email"]}
PROFILE: dict[str, Any] = {
    "display_name": "P",
    "derived_credential": "c",
    "assignments": [{"target": "groupAssignmentTarget", "group_id": GROUP}],
}
WIRE = {"displayName": "C", "issuer": "purebred", "notificationType": "email"}
SETTINGS_TYPE = "pulumi-python:dynamic/intune:DerivedCredentialSettings"


def configure(stack: Stack, **maps: Any) -> None:
    """Declare these maps of resources."""
    stack.configure(tenantId=TENANT, cloud="sandbox", **maps)


def found(outcome: Outcome) -> dict[str, dict[str, Any]]:
    """Return what ``--json`` says of each pending create, by the name of its resource."""
    return {one["urn"].rpartition("::")[2]: one for one in json.loads(outcome.text)["pending"]}


def interrupt(stack: Stack, *names: str, operation: str = "creating", leave: bool = False) -> dict[str, str]:
    """
    Make the state as if the run had been killed while it created the resources called *names*; return their ids.

    *leave* keeps them as deleted to make way, as a replacement does while the new one is being created.
    """
    ids: dict[str, str] = {}

    def edit(deployment: dict[str, Any]) -> None:
        kept, pending = [], deployment.setdefault("pending_operations", None) or []
        for one in deployment["resources"]:
            name = one["urn"].rpartition("::")[2]
            if name not in names:
                kept.append(one)
                continue
            ids[name] = one["id"]
            left = {key: value for key, value in one.items() if key not in {"id", "outputs"}}
            pending.append({"resource": left, "type": operation})
            kept += [{**one, "id": "deleted-before", "pendingReplacement": True}] if leave else []
        deployment.update(resources=kept, pending_operations=pending)

    stack.edit_state(edit)
    return ids


def state_of(stack: Stack, name: str) -> dict[str, Any]:
    """Return the one resource of that name."""
    (one,) = [each for each in stack.resources() if each["urn"].endswith(f"::{name}")]
    return one


def test_objects_of_a_killed_run_go_into_the_state(stack: Stack, portal: Portal) -> None:
    """With their ids and no write; the next up finds nothing to do, and no create is pending any more."""
    configure(stack, derivedCredentials={"c": CREDENTIAL}, androidProfiles={"p": PROFILE})
    assert stack.up().status == 0
    before = {one["urn"]: one for one in stack.resources()}
    ids = interrupt(stack, "c", "p")
    assert stack.resources() == []
    portal.requests()
    outcome = stack.recover("--yes")
    assert outcome.status == 0, outcome.text
    assert portal.writes() == []
    assert "pulumi preview --refresh --stack dev" in outcome.text
    assert all(f"* {id_} is as declared" in outcome.text for id_ in ids.values())
    after = {one["urn"]: one for one in stack.resources()}
    assert {urn: one["id"] for urn, one in after.items()} == {urn: one["id"] for urn, one in before.items()}
    for urn, one in after.items():
        assert (one["inputs"], one["outputs"]) == (before[urn]["inputs"], before[urn]["outputs"])
        assert one["outputs"]["__provider"] == one["inputs"]["__provider"]
        assert (one["outputs"]["tenant_id"], one["outputs"]["cloud"]) == (TENANT, "sandbox")
        assert one.get("dependencies") == before[urn].get("dependencies")
    assert "pending_operations" not in stack.deployment()
    assert stack.preview("--refresh", "--expect-no-changes", signed_in=True).status == 0
    assert stack.up("--expect-no-changes").status == 0
    assert stack.recover().text.startswith("nothing to recover")


@pytest.mark.skipif(os.name == "nt", reason="processes are killed by signals")
def test_run_that_is_killed_is_recovered(stack: Stack, portal: Portal) -> None:
    """The engine and its plugin are killed between the create and the assignment: no state has the object."""
    configure(stack, derivedCredentials={"c": CREDENTIAL}, iosProfiles={"p": PROFILE})
    portal.fault(method="POST", path="/assign$", delayMs=60_000)
    engine = stack.start_up()
    while "P" not in {one["displayName"] for one in portal.objects()}:
        assert engine.poll() is None, "the up ended before its create"
    for pid in (engine.pid, *descendants(engine.pid)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    engine.wait()
    stack.unlock()
    id_ = portal.named("P")["id"]
    assert id_ not in {one.get("id") for one in stack.resources()}
    portal.requests()
    outcome = stack.recover("--yes")
    assert outcome.status == 0, outcome.text
    assert f"* {id_} differs in assignments" in outcome.text
    assert portal.writes() == []
    assert state_of(stack, "p")["id"] == id_
    assert stack.up().status == 0
    assert [line for line, _ in portal.writes()] == [f"POST /deviceManagement/deviceConfigurations('{id_}')/assign"]
    assert stack.up("--expect-no-changes").status == 0
    assert len(portal.objects()) == 2


def descendants(pid: int) -> list[int]:
    """Return the ids of all that process *pid* has started, and of what they have."""
    ps = ["ps", "-A", "-o", "pid=,ppid="]
    listed = subprocess.run(ps, capture_output=True, text=True, check=True).stdout
    parents = {int(child): int(parent) for child, parent in map(str.split, listed.splitlines())}
    reached, more = {pid}, True
    while more:
        children = {child for child, parent in parents.items() if parent in reached} - reached
        more = bool(children)
        reached |= children
    return sorted(reached - {pid})


def test_recovery_without_consent_writes_nothing(stack: Stack, portal: Portal) -> None:
    """A dry run shows it; anything but a typed yes leaves the state alone; yes writes it."""
    configure(stack, derivedCredentials={"c": CREDENTIAL})
    assert stack.up().status == 0
    interrupt(stack, "c")
    before = stack.deployment()
    shown = stack.recover("--dry-run")
    assert (shown.status, stack.deployment()) == (0, before), shown.text
    assert portal.named("C")["id"] in shown.text
    for typed in ("", "y\n", "no\n"):
        outcome = stack.recover(typed=typed)
        assert (outcome.status, stack.deployment()) == (3, before), outcome.text
    asked = stack.recover("--json")
    assert (asked.status, stack.deployment()) == (3, before), asked.text
    outcome = stack.recover(typed="yes\n")
    assert outcome.status == 0, outcome.text
    assert len(stack.resources()) == 1


def test_difference_is_shown_and_healed_by_the_next_up(stack: Stack, portal: Portal) -> None:
    """A profile that was not assigned yet has what it has in the state, so the next up does the rest."""
    profile = {**PROFILE, "description": "D"}
    configure(stack, derivedCredentials={"c": CREDENTIAL}, androidProfiles={"p": profile})
    assert stack.up().status == 0
    id_ = interrupt(stack, "p")["p"]
    portal.change(id_, assignments=[], description="other")
    outcome = stack.recover("--yes", "--json")
    assert outcome.status == 0, outcome.text
    assert found(outcome)["p"]["objects"] == [{"id": id_, "differs": ["description", "assignments"]}]
    assert state_of(stack, "p")["outputs"]["description"] == "other"
    preview = stack.preview("--diff")
    assert '"other" => "D"' in preview.text, preview.text
    portal.requests()
    assert stack.up().status == 0
    assert [line.partition(" ")[0] for line, _ in portal.writes()] == ["PATCH", "POST"]
    assert len(portal.named("P")["assignments"]) == 1
    assert stack.up("--expect-no-changes").status == 0


def test_create_without_effect_is_left_to_the_next_up(stack: Stack, portal: Portal) -> None:
    """The pending create goes, for an up would keep it for ever; the next up creates the object."""
    configure(stack, derivedCredentials={"c": CREDENTIAL})
    assert stack.up().status == 0
    portal.remove(interrupt(stack, "c")["c"])
    outcome = stack.recover("--yes")
    assert outcome.status == 0, outcome.text
    assert "nothing was created: the next `pulumi up` creates it" in outcome.text
    assert (stack.resources(), stack.deployment().get("pending_operations")) == ([], None)
    assert stack.up().status == 0
    assert state_of(stack, "c")["id"] == portal.named("C")["id"]


def test_several_objects_of_one_name_need_a_decision(stack: Stack, portal: Portal) -> None:
    """Nothing is written until a person says which it is; then that one is taken, and the other one left alone."""
    configure(stack, derivedCredentials={"c": CREDENTIAL})
    assert stack.up().status == 0
    id_ = interrupt(stack, "c")["c"]
    other = portal.seed("derivedCredentials", **WIRE)
    before = stack.deployment()
    outcome = stack.recover("--yes", "--json")
    assert (outcome.status, stack.deployment()) == (3, before), outcome.text
    assert found(outcome)["c"]["action"] == "decide"
    urn = found(outcome)["c"]["urn"]
    assert f"--take {urn}={other}\n" in stack.recover("--dry-run").text
    for wrong in (f"{urn}=nothing", f"{urn}x={id_}", id_):
        refused = stack.recover("--yes", "--take", wrong)
        assert (refused.status, stack.deployment()) == (2, before), refused.text
    assert stack.recover("--yes", "--take", f"{urn}={other}").status == 0
    assert state_of(stack, "c")["id"] == other
    assert {one["id"] for one in portal.objects()} == {id_, other}


def test_object_that_the_next_up_would_replace_needs_a_decision(stack: Stack, portal: Portal) -> None:
    """Another issuer cannot be what the create made: taken over, it would be deleted by the next up."""
    configure(stack, derivedCredentials={"c": CREDENTIAL})
    assert stack.up().status == 0
    portal.remove(interrupt(stack, "c")["c"])
    portal.seed("derivedCredentials", **{**WIRE, "issuer": "intercede"})
    outcome = stack.recover("--yes")
    assert outcome.status == 3, outcome.text
    assert "the object has another issuer: the next `pulumi up` would delete it" in outcome.text
    urn = found(stack.recover("--json"))["c"]["urn"]
    assert stack.recover("--yes", "--take", f"{urn}=none").status == 0
    assert (stack.resources(), len(portal.objects())) == ([], 1)


def test_objects_that_the_state_manages_are_not_taken(stack: Stack) -> None:
    """Neither as another resource's object, nor where a later run has finished the create."""
    configure(stack, derivedCredentials={"c": CREDENTIAL})
    assert stack.up().status == 0
    resource = state_of(stack, "c")
    again = {key: value for key, value in resource.items() if key not in {"id", "outputs"}}
    other = {**again, "urn": resource["urn"] + "2"}
    pending = [{"resource": one, "type": "creating"} for one in (again, other)]
    stack.edit_state(lambda deployment: deployment.update(pending_operations=pending))
    outcome = stack.recover("--yes", "--json")
    assert outcome.status == 0, outcome.text
    assert found(outcome)["c"]["reason"] == f"the state has the resource, as {resource['id']}"
    assert found(outcome)["c2"]["reason"] == "nothing was created: the next `pulumi up` creates it"
    assert [one["id"] for one in stack.resources()] == [resource["id"]]
    assert stack.up("--expect-no-changes").status == 0


def test_interrupted_replacement_is_recovered(stack: Stack, portal: Portal) -> None:
    """The old object is deleted and its entry waits: the new one takes its place, before what depends on it."""
    configure(stack, derivedCredentials={"c": CREDENTIAL}, iosProfiles={"p": {**PROFILE, "assignments": []}})
    assert stack.up().status == 0
    id_ = interrupt(stack, "c", leave=True)["c"]
    outcome = stack.recover("--yes")
    assert outcome.status == 0, outcome.text
    assert state_of(stack, "c")["id"] == id_
    assert not state_of(stack, "c").get("pendingReplacement")
    assert stack.up("--expect-no-changes").status == 0
    assert portal.named("P")["derivedCredentialSettings"] == id_


def test_resource_that_creates_no_object_is_left_to_the_next_up(stack: Stack, portal: Portal) -> None:
    """Bindings, scoped settings and adoptions write only what differs: their pending creates are forgotten."""
    vpn = {"@odata.type": "#microsoft.graph.iosVpnConfiguration"}
    adopted, scoped = (portal.seed("derivedCredentials", **{**WIRE, "displayName": name}) for name in "DE")
    profile = portal.seed("deviceConfigurations", displayName="VPN", **vpn)
    bound = portal.seed("deviceConfigurations", displayName="VPN 2", derivedCredentialSettings=scoped, **vpn)
    where = {"profile_type": "iosVpnConfiguration"}
    configure(
        stack,
        derivedCredentials={"c": CREDENTIAL, "d": {**CREDENTIAL, "display_name": "D", "adopt": adopted}},
        bindings={"b": {**where, "device_configuration_id": profile, "derived_credential": "c"}},
        scopedSettings={"s": {**where, "device_configuration_id": bound, "renewal_threshold_percentage": 30}},
    )
    assert stack.up().status == 0
    interrupt(stack, "b", "d", "s")
    portal.requests()
    outcome = stack.recover("--yes")
    assert outcome.status == 0, outcome.text
    assert portal.writes() == []
    assert f"it declares adopt: the next `pulumi up` takes over {adopted}" in outcome.text
    for id_ in (profile, bound):
        assert f"it creates no object: the next `pulumi up` writes what {id_} has otherwise" in outcome.text
    assert stack.up().status == 0
    assert portal.writes() == []
    assert stack.up("--expect-no-changes").status == 0


def test_secrets_stay_secret(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A field that was given as a secret is compared, and neither printed nor written in the open."""
    stack.project = own_program(
        tmp_path,
        """
        import pulumi
        import provider as intune
        intune.DerivedCredentialSettings("c", intune.DerivedCredentialSettingsArgs(
            display_name=pulumi.Output.secret("a canary"), issuer=intune.DerivedCredentialIssuer.PUREBRED,
            notification_types=[intune.DerivedCredentialNotificationType.EMAIL]))
        """,
    )
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    configure(stack)
    assert stack.up().status == 0
    id_ = interrupt(stack, "c")["c"]
    outcome = stack.recover("--yes")
    assert outcome.status == 0, outcome.text
    assert "a canary" not in outcome.text
    assert f"* {id_} is as declared" in outcome.text
    for values in (state_of(stack, "c")["inputs"], state_of(stack, "c")["outputs"]):
        assert isinstance(values["display_name"], dict)
        assert set(values["display_name"]) & {"ciphertext", "plaintext"}
    assert stack.up("--expect-no-changes").status == 0


def test_resource_below_a_component_keeps_its_parent(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a program of one's own, with a name that no terminal should see as it is."""
    stack.project = own_program(
        tmp_path,
        """
        import pulumi
        import provider as intune
        component = pulumi.ComponentResource("my:index:Tenant", "t")
        intune.DerivedCredentialSettings("c", intune.DerivedCredentialSettingsArgs(
            display_name="C \\u202e\\u001b[31m", issuer=intune.DerivedCredentialIssuer.PUREBRED,
            notification_types=[intune.DerivedCredentialNotificationType.EMAIL]),
            pulumi.ResourceOptions(parent=component, protect=True))
        """,
    )
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    configure(stack)
    assert stack.up().status == 0
    before = state_of(stack, "c")
    interrupt(stack, "c")
    outcome = stack.recover("--yes")
    assert outcome.status == 0, outcome.text
    assert '"C \\u202e\\x1b[31m"' in outcome.text
    after = state_of(stack, "c")
    same = ("urn", "id", "parent", "protect", "provider")
    assert {key: after.get(key) for key in same} == {key: before.get(key) for key in same}
    assert stack.up("--expect-no-changes").status == 0


def own_program(folder: Path, program: str) -> Path:
    """Write a project with a program of its own, under the same project name."""
    project = folder / "program"
    project.mkdir()
    (project / "Pulumi.yaml").write_text(f"name: {PROJECT}\nruntime: python\n", encoding="utf-8")
    (project / "__main__.py").write_text(textwrap.dedent(program), encoding="utf-8")
    return project


def test_creates_of_other_providers_are_not_forgotten(stack: Stack) -> None:
    """A state is taken over without any pending operation, so theirs must be settled first."""
    configure(stack, derivedCredentials={"c": CREDENTIAL})
    assert stack.up().status == 0
    interrupt(stack, "c")
    theirs = "pulumi-python:dynamic/other:Thing"

    def add(deployment: dict[str, Any]) -> None:
        (ours,) = deployment["pending_operations"]
        urn = ours["resource"]["urn"].replace(SETTINGS_TYPE, theirs)
        other = {**ours["resource"], "urn": urn, "type": theirs}
        deployment["pending_operations"].append({"resource": other, "type": "creating"})

    stack.edit_state(add)
    before = stack.deployment()
    outcome = stack.recover("--yes")
    assert (outcome.status, stack.deployment()) == (3, before), outcome.text
    assert f"{theirs}::c" in outcome.text
    assert "`pulumi refresh --stack dev`" in outcome.text


def test_state_of_another_tenant_is_refused(stack: Stack) -> None:
    """What has the same name in another tenant is not what the run made."""
    configure(stack, derivedCredentials={"c": CREDENTIAL, "d": {**CREDENTIAL, "display_name": "D"}})
    assert stack.up().status == 0
    interrupt(stack, "c")
    other = "5a9db0c5-0000-4000-8000-00000000000b"
    stack.edit_state(lambda deployment: deployment["resources"][-1]["outputs"].update(tenant_id=other))
    outcome = stack.recover("--yes")
    assert outcome.status == 1
    assert f"lives in tenant {other} (cloud sandbox), but the stack's config says {TENANT}" in outcome.text


def test_failure_is_one_sentence(stack: Stack, portal: Portal) -> None:
    """A tenant that cannot be read, a stack that does not exist: the cause and no traceback."""
    configure(stack, derivedCredentials={"c": CREDENTIAL})
    missing = stack.recover("--yes")
    assert missing.status in {0, 1}
    assert stack.up().status == 0
    interrupt(stack, "c")
    before = stack.deployment()
    portal.fault(path="derivedCredentials", times=99, status=403)
    outcome = stack.recover("--yes")
    assert (outcome.status, stack.deployment()) == (1, before), outcome.text
    for text in (missing.text, outcome.text):
        assert "Traceback" not in text
        assert len(text.splitlines()) == 1


def test_computed_outputs_are_those_of_every_resource() -> None:
    """None of them is a declared field of any kind, so none is ever compared."""
    computed = computed_outputs(Settings(TENANT, CLOUDS["public"]))
    assert computed == {"tenant_id": TENANT, "cloud": "public"}
    for kind in KINDS.values():
        assert not set(computed) & set(kind.args.schema.attributes)
