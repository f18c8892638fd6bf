"""Another issuer, by `python -m stacks rotate`: the plan, the steps, and a kill after each of them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from stacks.files.fields import with_fields
from stacks.yamlfile import FileProblem
from tests import stack_runners
from tests.sandbox_control import Portal
from tests.stack_runners import PROJECT, Stack

pytestmark = pytest.mark.slow

GROUP = "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01"
TENANT = "5a9db0c5-0000-4000-8000-00000000000a"
_FILE = f"""\
# What contoso has.
config:
  {PROJECT}:tenantId: {TENANT}
  {PROJECT}:cloud: sandbox
  {PROJECT}:derivedCredentials:
    issuer: # the only one
      display_name: Issuer
      issuer: purebred   # until spring
      notification_types: [email, companyPortal]
  {PROJECT}:iosProfiles:
    mail:
      display_name: Mail
      derived_credential: issuer
      assignments: [{{target: groupAssignmentTarget, group_id: {GROUP}}}]
  {PROJECT}:androidProfiles:
    field:
      display_name: Field
      derived_credential: issuer
"""
_AFTER = _FILE.replace("issuer: purebred  ", "issuer: xTec  ")


@pytest.fixture
def applied(stack: Stack, tmp_path: Path) -> Stack:
    """Make a stack with an issuer that two profiles use, and apply it."""
    (tmp_path / "project").mkdir()
    stack.project = stack_runners.project_copy(tmp_path / "project")
    stack.file.write_text(_engine_lines(stack) + _FILE, encoding="utf-8")
    assert stack.up().status == 0
    return stack


def _engine_lines(stack: Stack) -> str:
    return "".join(line for line in stack.file.read_text("utf-8").splitlines(keepends=True) if "encryption" in line)


def _rotate(stack: Stack, *flags: str, issuer: str = "xTec", typed: str = "") -> stack_runners.Outcome:
    return stack.stacks("rotate", "--entry", "issuer", "--issuer", issuer, *flags, typed=typed)


def _text(stack: Stack) -> str:
    return stack.file.read_text("utf-8").replace(_engine_lines(stack), "")


def _require_rotated(stack: Stack, portal: Portal, old: str) -> None:
    """Make sure that tenant, state and file are as an undisturbed rotation leaves them."""
    credential, mail, field = (portal.named(name) for name in ("Issuer", "Mail", "Field"))
    assert credential["issuer"] == "xTec"
    assert credential["id"] != old
    assert mail["derivedCredentialSettings"] == field["derivedCredentialSettings"] == credential["id"]
    assert len(portal.objects()) == 3
    assert {one["id"]: bool(one.get("protect")) for one in stack.resources()} == {
        credential["id"]: True,
        mail["id"]: False,
        field["id"]: False,
    }
    assert not stack.deployment().get("pending_operations")
    assert _text(stack) == _AFTER


def test_plan_names_profiles_groups_and_order_and_changes_nothing(applied: Stack, portal: Portal) -> None:
    """What users will see is said before anything is done, with the profiles that no stack has."""
    other = portal.seed(
        "deviceConfigurations",
        **{"@odata.type": "#microsoft.graph.iosVpnConfiguration"},
        displayName="Branch VPN",
        derivedCredentialSettings=portal.named("Issuer")["id"],
    )
    names = applied.project / "stacks" / "names" / "dev.yaml"
    names.parent.mkdir(exist_ok=True)
    names.write_text(f"tenant_id: {TENANT}\ngroups: {{Pilot: {GROUP}}}\n", encoding="utf-8")
    portal.requests()
    said = _rotate(applied)
    assert said.status == 0, said.text
    assert "issuer purebred → xTec" in said.text
    assert 'iosProfiles.mail  "Mail"  assigned to Pilot' in said.text
    assert 'androidProfiles.field  "Field"  assigned elsewhere' in said.text
    assert f'{other}  "Branch VPN"' in said.text
    assert "Intune tells them by: email, companyPortal" in said.text
    assert "--apply carries it out" in said.text
    assert portal.writes() == []
    assert _text(applied) == _FILE


def test_rotation_replaces_the_issuer_and_protects_it_again(applied: Stack, portal: Portal) -> None:
    """Comments and order of the file stay, and no word of its own is left in it."""
    old = portal.named("Issuer")["id"]
    said = _rotate(applied, "--apply", typed="issuer\n")
    assert said.status == 0, said.text
    assert "6/6 a refresh shows no difference" in said.text
    _require_rotated(applied, portal, old)
    again = _rotate(applied, "--apply", "--yes")
    assert (again.status, again.text) == (0, "issuer has this issuer already\n")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups to kill")
@pytest.mark.parametrize("step", ["begun", "1", "2", "3", "4", "5"])
def test_rotation_killed_after_a_step_is_ended_by_the_same_command(applied: Stack, portal: Portal, step: str) -> None:
    """Whatever was noted last, the end is that of a rotation that nothing disturbed."""
    old = portal.named("Issuer")["id"]
    steps = applied.project / ".pulumi" / "rotations" / "dev-issuer" / "steps.jsonl"
    running = applied.start_stacks("rotate", "--entry", "issuer", "--issuer", "xTec", "--apply", "--yes")
    while running.poll() is None and not (steps.exists() and f'"step": "{step}"' in steps.read_text("utf-8")):
        time.sleep(0.001)
    assert running.poll() is None, "it ended before it could be killed"
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    applied.unlock()
    refused = _rotate(applied, "--apply", issuer="intercede")
    assert (refused.status, "go on with --issuer xTec --apply" in refused.text) == (10, True)
    ended = _rotate(applied, "--apply", "--yes")
    assert ended.status == 0, ended.text
    _require_rotated(applied, portal, old)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups to kill")
def test_rotation_killed_on_a_machine_that_is_gone_is_recovered_first(applied: Stack, portal: Portal) -> None:
    """A list that shows no new object yet would let another up create it again: nothing proves whose it is."""
    old = portal.named("Issuer")["id"]
    portal.fault(method="POST", path="derivedCredentials$", when="after", delayMs=8000, lagReads=2)
    running = applied.start_stacks("rotate", "--entry", "issuer", "--issuer", "xTec", "--apply", "--yes")
    while not any(one.get("issuer") == "xTec" for one in portal.objects()):
        assert running.poll() is None, "it ended before it could be killed"
        time.sleep(0.01)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    shutil.rmtree(os.environ["INTUNE_JOURNAL"])
    applied.unlock()
    portal.requests()
    refused = _rotate(applied, "--apply", "--yes")
    assert (refused.status, "run `python -m stacks recover --stack" in refused.text) == (1, True), refused.text
    assert portal.writes() == []
    recovered = applied.recover("--yes")
    assert recovered.status == 0, recovered.text
    assert _rotate(applied, "--apply", "--yes").status == 0
    _require_rotated(applied, portal, old)


def test_rotation_beside_another_change_is_given_up(applied: Stack, portal: Portal) -> None:
    """The rotation carries nothing else: what somebody has declared beside it has its own up."""
    applied.file.write_text(
        applied.file.read_text("utf-8").replace("display_name: Mail", "display_name: Post"), "utf-8"
    )
    before = _text(applied)
    portal.requests()
    said = _rotate(applied, "--apply", "--yes")
    assert said.status == 1
    assert "an update would change IosDerivedCredentialAuthenticationConfiguration mail too" in said.text
    assert _text(applied) == before
    assert portal.writes() == []


@pytest.mark.parametrize(
    ("option", "said"),
    [("retain_on_delete: true", "would keep the old settings"), ("ignore_changes: [issuer]", "its options keep it")],
)
def test_option_that_keeps_the_old_settings_is_refused(applied: Stack, portal: Portal, option: str, said: str) -> None:
    """Before anything is done: the rotation would not be one."""
    text = applied.file.read_text("utf-8").replace(
        "notification_types", f"options: {{{option}}}\n      notification_types"
    )
    applied.file.write_text(text, "utf-8")
    portal.requests()
    refused = _rotate(applied, "--apply", "--yes")
    assert (refused.status, said in refused.text) == (1, True), refused.text
    assert (applied.file.read_text("utf-8"), portal.writes()) == (text, [])


def test_file_that_is_changed_meanwhile_stops_the_rotation(applied: Stack, portal: Portal) -> None:
    """An edit of somebody else is never written over; put back, the rotation goes on."""
    old = portal.named("Issuer")["id"]
    portal.fault(method="POST", path="derivedCredentials$", status=403, times=3)
    assert _rotate(applied, "--apply", "--yes").status == 1
    during = applied.file.read_text("utf-8")
    portal.no_faults()
    applied.file.write_text(during + "# mine\n", "utf-8")
    said = _rotate(applied, "--apply", "--yes")
    assert (said.status, "was changed while the issuer of issuer is rotated" in said.text) == (1, True)
    assert applied.file.read_text("utf-8").endswith("# mine\n")
    applied.file.write_text(during, "utf-8")
    assert _rotate(applied, "--apply", "--yes").status == 0
    _require_rotated(applied, portal, old)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--entry", "isuer", "--issuer", "xTec"), 'did you mean "issuer"'),
        (("--entry", "issuer", "--issuer", "xtec"), 'did you mean "xTec"'),
    ],
)
def test_mistake_is_one_sentence(applied: Stack, flags: tuple[str, ...], said: str) -> None:
    """With the word that was meant."""
    found = applied.stacks("rotate", *flags)
    assert (found.status, said in found.text, found.text.count("\n")) == (1, True, 1)


def test_plan_as_json(applied: Stack) -> None:
    """One document, and no question."""
    document = json.loads(_rotate(applied, "--json").text)
    assert document["plan"]["profiles"][1] == {
        "entry": "iosProfiles.mail",
        "displayName": "Mail",
        "assignedTo": [GROUP],
    }
    assert _rotate(applied, "--json", "--apply").status == 10


@pytest.mark.parametrize(
    ("entry", "fields", "after"),
    [
        ("{a: 1}", {"a": 2}, "{a: 2}"),
        ("{a: 1}", {"b": {"c": False}}, '{a: 1, "b": {"c": false}}'),
        ("\n        a: x # why\n        b: y", {"a": "z"}, "\n        a: z # why\n        b: y"),
        (
            "\n        a: x\n        o: {p: true, q: 1}",
            {"o": {"p": False}},
            "\n        a: x\n        o: {p: false, q: 1}",
        ),
        ("\n        a: 'x'", {"a": "on"}, "\n        a: 'on'"),
    ],
)
def test_field_is_set_and_all_else_stays(entry: str, fields: dict[str, Any], after: str) -> None:
    """In either style of YAML, with its comments."""
    text = "config:\n  p:maps:\n      e: {}\n  p:other: 1 # kept\n"
    done = with_fields(text.replace("{}", entry), Path("f.yaml"), "p", ("maps", "e"), fields)
    assert done == text.replace("{}", after)


def test_entry_of_a_baseline_gets_its_field_in_the_stack_file() -> None:
    """The baseline is that of other tenants too."""
    done = with_fields("config: {}\n", Path("f.yaml"), "p", ("maps", "e"), {"a": "x"})
    assert "e:\n      a: x\n" in done


@pytest.mark.parametrize("value", ["{secure: v1:x}", "&a 1"])
def test_field_that_cannot_be_set_is_refused(value: str) -> None:
    """An encrypted value, and one that others refer to."""
    text = f"config:\n  p:maps:\n    e:\n      a: {value}\n      b: {'*a' if '&' in value else '1'}\n"
    with pytest.raises(FileProblem):
        with_fields(text, Path("f.yaml"), "p", ("maps", "e"), {"a": "x"})
