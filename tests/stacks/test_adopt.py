"""`python -m stacks adopt` and `export`: a tenant comes under code, with a proof, and is only read."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from stacks.existing.adoption import without
from stacks.existing.entries import Entry
from stacks.existing.inventory import Existing
from tests import stack_runners
from tests.sandbox_control import Portal
from tests.stack_runners import PROJECT, ROOT, Stack
from tests.stacks.existing_tenant import IOS, fill

pytestmark = pytest.mark.slow

TENANT = "5a9db0c5-0000-4000-8000-00000000000a"
_CLASS = "DerivedCredentialSettings"
_ZEROS = "00000000-0000-0000-0000-000000000000"
HEAD = f"""# The first lines stay as they are.
config:
  {PROJECT}:tenantId: {TENANT} # the demo tenant
  {PROJECT}:cloud: sandbox
"""


@pytest.fixture
def begun(stack: Stack) -> Stack:
    """Write a stack file that declares nothing yet."""
    _write(stack, HEAD)
    return stack


def _write(stack: Stack, text: str) -> None:
    """Put *text* into the stack file; a salt that the CLI has put there stays."""
    salt = [line for line in stack.file.read_text(encoding="utf-8").splitlines() if line.startswith("encryption")]
    stack.file.write_text(text + "".join(f"{line}\n" for line in salt), encoding="utf-8")


def _result(text: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(text)
    return document


def test_sixty_objects_come_under_code_and_stay_as_they_are(begun: Stack, portal: Portal) -> None:
    """Odd names, assignments, bindings; what cannot be declared is listed. Nothing is written to the tenant."""
    adoptable, refused = fill(portal)
    before = portal.objects()
    portal.requests()
    result = _result(begun.stacks("adopt", "--json").text)
    assert result["done"], result
    assert (len(result["adopted"]), len(result["notAdopted"])) == (adoptable, refused)
    assert not portal.writes()
    text = begun.file.read_text(encoding="utf-8")
    assert text.startswith(HEAD)
    assert "adopt:" not in text
    assert begun.preview("--refresh", "--expect-no-changes", signed_in=True).status == 0
    assert begun.up().status == 0
    assert "nothing to adopt" in begun.stacks("adopt").text
    if begun.engine_environment:  # the CLI has a command for it; the stand-in's state is a file
        assert begun.edit("stack", "rm", "--force", "--yes").status == 0
    assert not portal.writes()
    assert portal.objects() == before


def test_credential_is_protected_before_its_first_up(begun: Stack, portal: Portal) -> None:
    """A destroy right after the adoption is refused as after an up, and a profile goes before its credential."""
    credential = portal.seed("derivedCredentials", displayName="C", issuer="purebred", notificationType="email")
    portal.seed("deviceConfigurations", **{"@odata.type": IOS}, displayName="P", derivedCredentialSettings=credential)
    assert begun.stacks("adopt").status == 0
    protected = {one["urn"].rpartition("::")[2]: bool(one.get("protect")) for one in begun.resources()}
    assert protected == {"c": True, "p": False}
    (profile,) = [one for one in begun.resources() if one["urn"].endswith("::p")]
    assert [urn.rpartition("::")[2] for urn in profile["dependencies"]] == ["c"]
    assert begun.destroy().status != 0
    assert len([one for one in portal.objects() if one["displayName"] == "C"]) == 1


def test_export_of_an_adopted_tenant_makes_an_equal_tenant(begun: Stack, portal: Portal) -> None:
    """The same text twice; in an empty tenant it makes the same objects, but for their ids."""
    fill(portal)
    before = _comparable(portal.objects())
    first = begun.stacks("export").text
    assert begun.stacks("export").text == first
    assert "# Not exported:" in first
    assert '"Twice": ' in first
    foreign = [one for one in portal.objects() if one["displayName"].startswith("Network")]
    portal.clear()
    for one in foreign:  # what the bindings bind is not the stack's, and another tool's to make
        kept = {name: one[name] for name in ("@odata.type", "displayName", "id", "collection")}
        portal.seed(str(kept.pop("collection")), **kept)
    _write(begun, first)
    outcome = begun.up()
    assert outcome.status == 0, outcome.text
    wanted = [one for one in before if one["displayName"] not in ("Future", "Twice", "Android VPN", "Other", "Unbound")]
    assert _comparable(portal.objects()) == wanted


def _comparable(objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return objects without what a tenant gives them, and with names in the place of ids."""
    names = {one["id"]: one["displayName"] for one in objects}
    own = {"id", "createdDateTime", "lastModifiedDateTime", "version"}
    found = []
    for one in objects:
        kept = {name: value for name, value in one.items() if name not in own and value not in (None, "", [])}
        kept["derivedCredentialSettings"] = names.get(one.get("derivedCredentialSettings"), "")
        kept["assignments"] = sorted(map(_target, one["assignments"]))
        found.append(kept)
    return sorted(found, key=lambda one: str(one["displayName"]))


def _target(assignment: dict[str, Any]) -> str:
    target = {name: value for name, value in assignment["target"].items() if value not in (None, "none", _ZEROS)}
    return json.dumps(target, sort_keys=True)


@pytest.mark.parametrize(
    ("flags", "adopted"),
    [
        (("--kind", "derivedCredentials"), {"c"}),
        (("--name", "P*"), {"p1", "p2"}),
        (("--kind", "iosProfiles", "--name", "*1", "--name", "*9"), {"p1"}),
    ],
)
def test_selection_adopts_only_what_it_names(
    begun: Stack, portal: Portal, flags: tuple[str, ...], adopted: set[str]
) -> None:
    """By map, by display name, by both."""
    portal.seed("derivedCredentials", displayName="C", issuer="purebred", notificationType="email")
    for number in (1, 2):
        portal.seed("deviceConfigurations", **{"@odata.type": IOS}, displayName=f"P{number}")
    assert begun.stacks("adopt", *flags).status == 0
    assert {one["urn"].rpartition("::")[2] for one in begun.resources()} == adopted


def test_dry_run_writes_nothing(begun: Stack, portal: Portal) -> None:
    """It shows what would come, and leaves file and state."""
    id_ = portal.seed("derivedCredentials", displayName="C", issuer="purebred", notificationType="email")
    text = begun.file.read_text(encoding="utf-8")
    outcome = begun.stacks("adopt", "--dry-run")
    assert outcome.status == 0
    assert id_ in outcome.text
    assert begun.file.read_text(encoding="utf-8") == text
    assert begun.resources() == []


def test_object_that_an_entry_names_already_is_not_guessed(begun: Stack, portal: Portal) -> None:
    """An entry of the same display_name may mean another object: it is told how to say that it means this one."""
    id_ = portal.seed("derivedCredentials", displayName="C", issuer="purebred", notificationType="email")
    begun.configure(
        tenantId=TENANT,
        cloud="sandbox",
        derivedCredentials={"mine": {"display_name": "C", "issuer": "purebred", "notification_types": ["email"]}},
    )
    (refused,) = _result(begun.stacks("adopt", "--json").text)["notAdopted"]
    assert refused["reason"].startswith("derivedCredentials.mine declares this display_name already")
    assert f"write `adopt: {id_}` there" in refused["reason"]


def test_proof_that_fails_leaves_file_and_state(begun: Stack, portal: Portal) -> None:
    """What the preview would change is said; here another person edits the object between the look and the proof."""
    id_ = portal.seed("derivedCredentials", displayName="C", issuer="purebred", notificationType="email")
    text = begun.file.read_text(encoding="utf-8")
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(begun.stacks, "adopt", "--json")
        while "adopt:" not in begun.file.read_text(encoding="utf-8") and not running.done():
            os.sched_yield()
        portal.change(id_, renewalThresholdPercentage=55)
        outcome = running.result()
    result = _result(outcome.text)
    assert outcome.status == 7
    assert result["differs"] == ["c: update (renewal_threshold_percentage)"]
    assert begun.file.read_text(encoding="utf-8") == text
    assert begun.resources() == []


def test_object_whose_entry_is_called_default_is_proven_like_any_other(begun: Stack, portal: Portal) -> None:
    """Pulumi calls the provider that it makes by itself `default`, and what differs there is not told."""
    id_ = portal.seed("derivedCredentials", displayName="Default", issuer="purebred", notificationType="email")
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(begun.stacks, "adopt", "--json")
        while "adopt:" not in begun.file.read_text(encoding="utf-8") and not running.done():
            os.sched_yield()
        portal.change(id_, renewalThresholdPercentage=55)
        result = _result(running.result().text)
    assert result["differs"] == ["default: update (renewal_threshold_percentage)"]
    assert begun.resources() == []


def test_state_with_a_pending_create_is_recovered_first(begun: Stack, portal: Portal) -> None:
    """A state that is written again forgets what a killed run has begun, which `recover` needs to know."""
    portal.seed("derivedCredentials", displayName="C", issuer="purebred", notificationType="email")
    assert begun.stacks("adopt").status == 0
    text = begun.file.read_text(encoding="utf-8")
    begun.edit_state(_leave_pending)
    portal.seed("deviceConfigurations", **{"@odata.type": IOS}, displayName="P")
    outcome = begun.stacks("adopt")
    assert outcome.status == 1
    assert "creates of a killed run are pending in the state of dev: run `python -m stacks recover" in outcome.text
    assert begun.file.read_text(encoding="utf-8") == text
    assert begun.deployment()["pending_operations"]


def _leave_pending(deployment: dict[str, Any]) -> None:
    (resource,) = [one for one in deployment["resources"] if one["type"].startswith("pulumi-python:dynamic/")]
    deployment["resources"].remove(resource)
    deployment["pending_operations"] = [{"resource": {**resource, "id": ""}, "type": "creating"}]


def test_write_of_another_run_stays_in_the_state() -> None:
    """An adoption that fails takes out what it has imported, and nothing else; alone, it leaves the state as it was."""
    object_ = Existing("derivedCredentials", "id-1", "C")
    ours, theirs = ({"urn": f"a::{name}", "type": f"x:{_CLASS}", "id": f"id-{n}"} for n, name in enumerate("cd", 1))
    root = {"urn": "a::root", "type": "pulumi:pulumi:Stack"}
    before: dict[str, Any] = {"version": 3, "deployment": {}}
    entries = [Entry(object_, "c", {})]
    assert without(entries, _state(root, ours), before) == before
    assert without(entries, _state(root, ours, theirs), before) == _state(root, theirs)
    assert without(entries, _state(root, theirs), _state(root)) == _state(root, theirs)


def _state(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"version": 3, "deployment": {"resources": list(resources)}}


def test_read_only_file_is_refused_before_anything_is_done(begun: Stack, portal: Portal) -> None:
    """The sentence names the file; nothing was read from the tenant."""
    portal.seed("derivedCredentials", displayName="C", issuer="purebred", notificationType="email")
    begun.file.chmod(stat.S_IRUSR)
    portal.requests()
    outcome = begun.stacks("adopt")
    assert outcome.status == 1
    assert outcome.text.strip().endswith("is read-only: allow writing to it, then run this again")
    assert not portal.sent()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"status": 403}, "403"),
        ({"status": 404}, "404"),
        ({"status": 503}, "503"),
        ({"status": 200, "body": "<html>proxy</html>"}, "not Graph's JSON"),
    ],
)
def test_tenant_that_does_not_answer_leaves_all_as_it_was(
    begun: Stack, portal: Portal, fault: dict[str, Any], said: str
) -> None:
    """One sentence, and neither file nor state is touched."""
    portal.seed("derivedCredentials", displayName="C", issuer="purebred", notificationType="email")
    text = begun.file.read_text(encoding="utf-8")
    portal.fault(path="derivedCredentials", method="GET", times=99, **fault)
    outcome = begun.stacks("adopt")
    assert outcome.status == 1
    assert said in outcome.text
    assert "Traceback" not in outcome.text
    assert begun.file.read_text(encoding="utf-8") == text
    assert begun.resources() == []


def test_state_of_another_tenant_is_refused(begun: Stack, portal: Portal) -> None:
    """The stack file names another tenant than the state has."""
    portal.seed("derivedCredentials", displayName="C", issuer="purebred", notificationType="email")
    assert begun.stacks("adopt").status == 0
    text = begun.file.read_text(encoding="utf-8")
    portal.switch(tokenTenantId="11111111-2222-4333-8444-555555555555")
    begun.file.write_text(text.replace(TENANT, "11111111-2222-4333-8444-555555555555"), encoding="utf-8")
    outcome = begun.stacks("adopt")
    assert outcome.status == 1
    assert f"lives in tenant {TENANT}" in outcome.text


@pytest.mark.skipif(os.name == "nt", reason="process groups are killed as POSIX has them")
@pytest.mark.parametrize("moment", ["file", "state"])
def test_killed_adoption_is_ended_by_the_next_up(begun: Stack, portal: Portal, moment: str) -> None:
    """Killed once the file, or the state, has the entries: the next up has the object, and writes nothing."""
    id_ = portal.seed("derivedCredentials", displayName="C", issuer="purebred", notificationType="email")
    before = portal.objects()
    running = begun.start_stacks("adopt")
    while running.poll() is None:
        is_written = "adopt:" in begun.file.read_text(encoding="utf-8") if moment == "file" else _has(begun, id_)
        if is_written:
            os.killpg(running.pid, signal.SIGKILL)
        os.sched_yield()
    running.wait()
    with contextlib.suppress(ProcessLookupError):
        while True:  # until the engine is dead too, and its lock with it
            os.killpg(running.pid, 0)
    begun.unlock()
    portal.requests()
    assert begun.up().status == 0
    assert [one["id"] for one in begun.resources()] == [id_]
    assert portal.objects() == before
    assert not portal.writes()


def _has(stack: Stack, id_: str) -> bool:
    """Tell whether the state has the object; while it is written, a reader may find no state at all."""
    try:
        return any(one.get("id") == id_ for one in stack.resources())
    except (ValueError, KeyError, FileNotFoundError):
        return False


def test_file_that_is_changed_meanwhile_is_left_alone(begun: Stack, portal: Portal) -> None:
    """A person saves it while the command runs: their text stays, and the next up changes nothing."""
    portal.seed("derivedCredentials", displayName="C", issuer="purebred", notificationType="email")
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(begun.stacks, "adopt")
        while "adopt:" not in begun.file.read_text(encoding="utf-8") and not running.done():
            os.sched_yield()
        text = begun.file.read_text(encoding="utf-8") + "# a person was here\n"
        begun.file.write_text(text, encoding="utf-8")
        outcome = running.result()
    assert "was changed while this ran, and is left as it is" in outcome.text
    assert begun.file.read_text(encoding="utf-8").startswith(text)
    assert begun.up().status == 0
    assert len(begun.resources()) == 1
    assert not portal.writes()


@pytest.mark.skipif(os.name == "nt", reason="the size of files is limited as POSIX has it")
def test_full_disk_leaves_the_file(tmp_path: Path) -> None:
    """One sentence; the old text stays, and no temporary file is left."""
    path = tmp_path / "Pulumi.dev.yaml"
    path.write_text("config: {}\n", encoding="utf-8")
    code = (
        "import pathlib, resource, signal, sys\n"
        "from stacks import yamlfile\nfrom stacks.files import disk\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))\n"
        "try: disk.replace(pathlib.Path(sys.argv[1]), b'x' * 100)\n"
        "except yamlfile.FileProblem as problem: print(problem)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == f"{path}: cannot be written: File too large\n"
    assert path.read_text(encoding="utf-8") == "config: {}\n"
    assert list(tmp_path.iterdir()) == [path]


def test_kill_after_the_file_is_written_is_mended_by_the_next_up(begun: Stack, portal: Portal) -> None:
    """The file has the entries with `adopt`, the state has nothing: an up takes over these very objects."""
    id_ = portal.seed("derivedCredentials", displayName="C", issuer="purebred", notificationType="email")
    begun.configure(
        tenantId=TENANT,
        cloud="sandbox",
        derivedCredentials={
            "c": {"adopt": id_, "display_name": "C", "issuer": "purebred", "notification_types": ["email"]}
        },
    )
    assert begun.up().status == 0
    assert [one["id"] for one in begun.resources()] == [id_]
    assert not [one for one in portal.writes() if not one[0].startswith("POST /$batch")]


def test_more_than_fits_into_a_stack_file_goes_into_a_baseline(begun: Stack, portal: Portal) -> None:
    """Pulumi hands the config over in one variable of 128 KiB; a baseline is read by the program."""
    begun.project = stack_runners.project_copy(begun.folder)
    for number in range(140):
        portal.seed("deviceConfigurations", **{"@odata.type": IOS}, displayName=f"P{number}", description="x" * 1000)
    outcome = begun.stacks("adopt")
    assert outcome.status == 0, outcome.text
    assert "stacks/baselines/dev.yaml and " in outcome.text
    assert f"{PROJECT}:baselines: [dev]" in begun.file.read_text(encoding="utf-8")
    assert begun.up("--expect-no-changes").status == 0
    assert not portal.writes()


def test_adopt_of_a_long_list_asks_by_pages_and_batches(begun: Stack, portal: Portal) -> None:
    """Requests grow with pages of 100 and batches of 20, not with objects."""
    for number in range(120):
        portal.seed("deviceConfigurations", **{"@odata.type": IOS}, displayName=f"P{number}")
    portal.requests()
    assert begun.stacks("adopt", "--dry-run").status == 0
    assert len(portal.sent()) <= 2 + 1 + 6 + 5
