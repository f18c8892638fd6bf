"""What happens to a stack in its life, told on both engines."""

from __future__ import annotations

import shutil
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.graph import Sandbox
from tests.sandbox_control import Portal, is_write
from tests.stack_runners import PROJECT, ROOT, Stack

pytestmark = pytest.mark.slow

TENANT = "5a9db0c5-0000-4000-8000-00000000000a"
GROUP = "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01"
UNPROTECTED: dict[str, Any] = {"options": {"protect": False}}
CREDENTIAL: dict[str, Any] = {
    "display_name": "C",
    "issuer": "purebred",
    "notification_types": ["email"],
    **UNPROTECTED,
}
PROFILE: dict[str, Any] = {
    "display_name": "P",
    "derived_credential": "c",
    "assignments": [{"target": "groupAssignmentTarget", "group_id": GROUP}],
}
WIRE = {"displayName": "C", "issuer": "purebred", "notificationType": "email"}
PROFILE_TYPE = "#microsoft.graph.androidDeviceOwnerDerivedCredentialAuthenticationConfiguration"


def config(credentials: dict[str, Any], profiles: dict[str, Any] | None = None) -> dict[str, Any]:
    """Declare these resources."""
    return {
        "tenantId": TENANT,
        "cloud": "sandbox",
        "derivedCredentials": credentials,
        "androidProfiles": profiles or {},
    }


def test_demo_stack_makes_every_declared_field(stack: Stack, portal: Portal) -> None:
    """What stacks/Pulumi.demo.yaml declares is in the tenant, for the requests that it must cost and no more."""
    document = yaml.safe_load((ROOT / "stacks" / "Pulumi.demo.yaml").read_text(encoding="utf-8"))
    demo = {key.partition(":")[2]: value for key, value in document["config"].items()}
    stack.configure(**demo)
    outcome = stack.up()
    assert outcome.status == 0, outcome.text
    requests = portal.requests()
    credential = portal.named("DISA Purebred")
    assert {
        key: credential[key] for key in ("issuer", "notificationType", "helpUrl", "renewalThresholdPercentage")
    } == {
        "issuer": "purebred",
        "notificationType": "companyPortal,email",
        "helpUrl": "https://help.contoso.example/derived-credentials",
        "renewalThresholdPercentage": 20,
    }
    field, shared = (portal.named(f"{who} devices - derived credential") for who in ("Field", "Shared"))
    assert field["description"] == demo["androidProfiles"]["field-devices"]["description"]
    assert field["roleScopeTagIds"] == ["0", "7"]
    assert field["certificateAccessType"] == "specificApps"
    apps = [one["packageId"] for one in field["silentCertificateAccessDetails"]]
    assert apps == ["com.contoso.vpn", "com.microsoft.office.outlook"]
    assert [one["target"]["@odata.type"].rpartition(".")[2] for one in field["assignments"]] == [
        "groupAssignmentTarget",
        "exclusionGroupAssignmentTarget",
    ]
    assert shared["deviceManagementApplicabilityRuleOsVersion"]["maxOSVersion"] == "10.0.26100"
    assert shared["deviceManagementApplicabilityRuleOsEdition"]["osEditionTypes"] == [
        "windows10Education",
        "windows10Enterprise",
    ]
    assert shared["deviceManagementApplicabilityRuleDeviceMode"]["deviceMode"] == "sModeConfiguration"
    assert {field["derivedCredentialSettings"], shared["derivedCredentialSettings"]} == {credential["id"]}

    to_graph = [one for one in requests if "/beta/" in one["path"]]
    assert sum(is_write(one) for one in to_graph) == 3 + 2  # objects, assignments
    # Reads that meet share a $batch, and whether they meet depends on the machine: its parts are reads like others.
    assert sum(one["method"] == "GET" for one in to_graph) == 2 + 2 + 3  # lists, bindings, looks for namesakes
    assert sum("/token" in one["path"] for one in requests) == 1


def test_another_issuer_replaces_the_settings_and_rewrites_the_profiles(stack: Stack, portal: Portal) -> None:
    """Delete, create, then every bound profile, in that order and in one up."""
    profiles = {f"p{index}": {**PROFILE, "display_name": f"P{index}"} for index in range(3)}
    stack.configure(**config({"c": CREDENTIAL}, profiles))
    assert stack.up().status == 0
    old = portal.named("C")["id"]
    portal.requests()
    stack.configure(**config({"c": {**CREDENTIAL, "issuer": "intercede"}}, profiles))
    preview = stack.preview("--diff")
    assert "(replace)" in preview.text or "replace]" in preview.text
    assert portal.requests() == []
    outcome = stack.up()
    assert outcome.status == 0, outcome.text
    lines = [line for line, _ in portal.writes()]
    assert lines[0] == f"DELETE /deviceManagement/derivedCredentials('{old}')"
    assert lines[1] == "POST /deviceManagement/derivedCredentials"
    assert len(lines) == 5
    assert all(line.startswith("PUT") and line.endswith("derivedCredentialSettings/$ref") for line in lines[2:])
    new = portal.named("C")["id"]
    assert {portal.named(f"P{index}")["derivedCredentialSettings"] for index in range(3)} == {new}
    assert stack.up("--expect-no-changes").status == 0


def test_object_deleted_elsewhere_is_created_again(stack: Stack, portal: Portal) -> None:
    """The refresh says so, the next up makes it, and the state has the new id."""
    stack.configure(**config({"c": CREDENTIAL}, {"p": PROFILE}))
    assert stack.up().status == 0
    gone = portal.named("P")["id"]
    portal.remove(gone)
    shown = stack.preview("--refresh", "--diff", signed_in=True)
    assert shown.status == 0, shown.text
    assert f"{gone} no longer exists in the tenant; the next `pulumi up` creates it again" in shown.text
    assert "(create)" in shown.text
    outcome = stack.up("--refresh")
    assert outcome.status == 0, outcome.text
    made = portal.named("P")
    assert made["id"] != gone
    assert made["derivedCredentialSettings"] == portal.named("C")["id"]
    assert len(made["assignments"]) == 1
    assert stack.up("--expect-no-changes").status == 0


def test_failure_keeps_the_state_and_is_one_line(stack: Stack, portal: Portal) -> None:
    """A refused update changes nothing in the state; the next up does it."""
    stack.configure(**config({"c": CREDENTIAL, "d": {**CREDENTIAL, "display_name": "D"}}))
    assert stack.up().status == 0
    before = stack.resources()
    stack.configure(**config({"c": {**CREDENTIAL, "display_name": "C2"}, "d": {**CREDENTIAL, "display_name": "D"}}))
    portal.fault(
        method="PATCH", path="derivedCredentials", status=403, body={"error": {"code": "Forbidden", "message": "No."}}
    )
    outcome = stack.up()
    assert outcome.status != 0
    assert "Forbidden: PATCH /deviceManagement/derivedCredentials" in outcome.text
    assert "Traceback" not in outcome.text
    assert _outputs(stack.resources()) == _outputs(before)
    assert stack.up().status == 0
    assert portal.named("C2")["id"] in _outputs(before)


def test_unfinished_create_is_finished_by_the_next_up(stack: Stack, portal: Portal) -> None:
    """The id is in the state, the run says what is missing, and the next up sends exactly that."""
    stack.configure(**config({"c": CREDENTIAL}, {"p": PROFILE}))
    portal.fault(method="POST", path="/assign$", times=99, status=403)
    outcome = stack.up()
    assert outcome.status != 0
    assert "was created, but not completely" in outcome.text
    assert "Traceback" not in outcome.text
    id_ = portal.named("P")["id"]
    assert id_ in {one.get("id") for one in stack.resources()}
    portal.no_faults()
    portal.requests()
    outcome = stack.up()
    assert outcome.status == 0, outcome.text
    assert [line for line, _ in portal.writes()] == [f"POST /deviceManagement/deviceConfigurations('{id_}')/assign"]
    assert stack.up("--expect-no-changes").status == 0


def test_state_has_neither_secrets_nor_code(stack: Stack, sandbox: Sandbox) -> None:
    """A short reference to the provider, the declared fields, and nothing of the identity that signed in."""
    stack.configure(**config({"c": CREDENTIAL}, {"p": PROFILE}))
    assert stack.up().status == 0
    resources = stack.resources()
    assert len(resources) == 2
    for resource in resources:
        assert len(resource["inputs"]["__provider"]) < 120
        assert resource["inputs"]["__provider"] == resource["outputs"]["__provider"]
    for path in stack.folder.rglob("*"):
        if path.is_file() and "home" not in path.parts:
            text = path.read_text(encoding="utf-8", errors="replace")
            assert sandbox.environment["AZURE_CLIENT_SECRET"] not in text, path
            assert "eyJ" not in text, path  # how a token begins


def test_adopting_takes_over_what_is_there(stack: Stack, portal: Portal) -> None:
    """An existing object is changed to what is declared; afterwards `adopt` can be removed without a difference."""
    id_ = portal.seed("derivedCredentials", **{**WIRE, "helpUrl": "https://kept.example", "displayName": "Old"})
    stack.configure(**config({"c": {**CREDENTIAL, "adopt": id_}}))
    assert stack.up().status == 0
    assert portal.named("C")["id"] == id_
    portal.requests()
    assert stack.preview("--refresh", "--expect-no-changes", signed_in=True).status == 0
    stack.configure(**config({"c": CREDENTIAL}))
    again = stack.up("--expect-no-changes")
    assert (again.status, portal.writes()) == (0, []), again.text
    assert stack.preview("--refresh", "--expect-no-changes", signed_in=True).status == 0


@pytest.mark.parametrize("kept", [True, False])
def test_program_can_read_what_it_does_not_manage(
    stack: Stack, portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, kept: bool
) -> None:
    """`get` reads an existing credential; it is bound, never changed, never deleted; a missing one is an error."""
    id_ = portal.seed("derivedCredentials", **WIRE, renewalThresholdPercentage=7)
    stack.project = own_program(
        tmp_path,
        f"""
        import pulumi
        import provider as intune
        existing = intune.DerivedCredentialSettings.get("existing", "{id_}")
        intune.AndroidDeviceOwnerDerivedCredentialAuthenticationConfiguration("p",
            intune.AndroidDeviceOwnerDerivedCredentialAuthenticationConfigurationArgs(
                display_name=existing.display_name.apply(lambda name: f"uses {{name}}"),
                certificate_access_type=intune.AndroidDeviceOwnerCertificateAccessType.USER_APPROVAL,
                assignments=[intune.AssignmentArgs(target=intune.AssignmentTarget.ALL_DEVICES)],
                derived_credential_settings_id=existing.id))
        pulumi.export("percentage", existing.renewal_threshold_percentage)
        """,
    )
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    stack.configure(tenantId=TENANT, cloud="sandbox")
    if not kept:
        portal.remove(id_)
        outcome = stack.up()
        assert outcome.status != 0
        assert f"NoSuchObject: there is no derivedCredential {id_} in the tenant" in outcome.text
        assert "Traceback" not in outcome.text
        return
    outcome = stack.up()
    assert outcome.status == 0, outcome.text
    assert "percentage: 7" in outcome.text
    assert portal.named("uses C")["derivedCredentialSettings"] == id_
    assert stack.destroy().status == 0
    assert [one["id"] for one in portal.objects()] == [id_]


@pytest.mark.slow
def test_fifteen_hundred_resources_fit_into_one_program(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK's pickler gives up after some 960 resources whose pickle has a dict; ours has none."""
    stack.project = own_program(
        tmp_path,
        """
        import provider as intune
        for number in range(1500):
            args = intune.AndroidDeviceOwnerDerivedCredentialAuthenticationConfigurationArgs(display_name=str(number))
            intune.AndroidDeviceOwnerDerivedCredentialAuthenticationConfiguration(f"profile-{number}", args)
        """,
    )
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    stack.configure(tenantId=TENANT, cloud="sandbox")
    outcome = stack.preview()
    assert outcome.status == 0, outcome.text[-2000:]
    assert outcome.counts["create"] == 1501


def test_edit_of_the_provider_changes_nothing(stack: Stack, portal: Portal, tmp_path: Path) -> None:
    """The state refers to the provider by name: new code, in another checkout, is no difference."""
    stack.configure(**config({"c": CREDENTIAL}, {"p": PROFILE}))
    assert stack.up().status == 0
    project = tmp_path / "elsewhere" / "checkout"
    for folder in ("provider", "stacks"):
        shutil.copytree(ROOT / folder, project / folder)
    for file in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(ROOT / file, project)
    _without_virtualenv(project)
    edited = project / "provider" / "lifecycle.py"
    edited.write_text("# edited\n\n\n" + edited.read_text(encoding="utf-8") + "\nEDITED = True\n", encoding="utf-8")
    stack.project = project
    portal.requests()
    preview = stack.preview("--expect-no-changes")
    assert (preview.status, portal.requests()) == (0, []), preview.text


def _outputs(resources: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the outputs by id; the engines keep resources in an order of their own."""
    return {one["id"]: one["outputs"] for one in resources}


def own_program(folder: Path, program: str) -> Path:
    """Write a project with a program of its own, under the same project name."""
    project = folder / "program"
    project.mkdir()
    (project / "Pulumi.yaml").write_text(f"name: {PROJECT}\nruntime: python\n", encoding="utf-8")
    leave = "import os, signal\nsignal.signal(signal.SIGINT, lambda *_: os._exit(130))\n"  # as in __main__.py
    (project / "__main__.py").write_text(leave + textwrap.dedent(program), encoding="utf-8")
    return project


def _without_virtualenv(project: Path) -> None:
    document = yaml.safe_load((project / "Pulumi.yaml").read_text(encoding="utf-8"))
    document["runtime"] = "python"
    (project / "Pulumi.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
