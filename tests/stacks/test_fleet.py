"""`python -m stacks preview|up|refresh|destroy|drift`: many tenants, ring after ring, none in the way of another."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from stacks import digest
from stacks.digest import Difference
from stacks.engine import Engine
from stacks.fleet import summary
from stacks.fleet.interrupts import Interrupts
from stacks.fleet.record import Record, fingerprint
from stacks.fleet.rings import Ring, rings
from stacks.fleet.runner import Limits, Runner
from stacks.fleet.selection import Selected, changed, select, tenants
from stacks.fleet.view import Lines
from stacks.yamlfile import FileProblem
from tests.sandbox_control import Portal
from tests.stack_runners import PROJECT, ROOT, Outcome
from tests.stacks.fleets import FOUR, Fleet

# ---------------------------------------------------------------------------------- rings and selection


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rings: [{name: a, tenants: [t0, t1]}]", "t2, t3: in no ring; every tenant is in exactly one"),
        ("rings: [{name: a, tenants: [t*]}, {name: b, tenants: [t1]}]", "rings.yaml:1: t1 is in ring a too"),
        ("rings: [{name: a, tenants: [x]}]", "x: there is no such tenant"),
        ("rings: [{tenants: [t0]}]", "rings[0]: must have a name and tenants"),
        ("rings: [{name: a, tenants: t0}]", "must be a list of tenants"),
        ("rings: [{name: a, tenants: [t*], tenant: b}]", "tenant: a ring has name, tenants, identity, max_failures"),
        ("rings: [{name: a, tenants: [t*], max_failures: -1}]", "must be a whole number"),
        ("rings: [{name: a, tenants: [t*], identity: {PATH: x}}]", "PATH: an identity has variables such as"),
        ("rings: [{name: a, tenants: [t*], identity: {INTUNE_CLIENT_SECRET: x}}]", "is a secret"),
        ("rings: {}", "rings: must be a list of rings"),
        ("- a", "must be a map"),
    ],
)
def test_mistake_in_rings_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    """With the file and the line."""
    (tmp_path / "rings.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(FileProblem) as caught:
        rings(tmp_path, FOUR)
    assert said in str(caught.value)
    assert "rings.yaml" in str(caught.value)


def test_rings_take_patterns_and_keep_their_order(tmp_path: Path) -> None:
    """Without the file, all tenants are one ring."""
    assert rings(tmp_path, FOUR) == [Ring("all", tuple(FOUR))]
    text = "rings: [{name: b, tenants: [t3]}, {name: a, tenants: ['t[0-2]'], identity: {INTUNE_CLIENT_ID: x}}]"
    (tmp_path / "rings.yaml").write_text(text, encoding="utf-8")
    assert rings(tmp_path, FOUR) == [Ring("b", ("t3",)), Ring("a", ("t0", "t1", "t2"), {"INTUNE_CLIENT_ID": "x"})]


@pytest.mark.parametrize(
    ("patterns", "names", "found"),
    [
        ([], [], ["t0", "t1", "t2", "t3"]),
        (["t*", "!t1"], [], ["t0", "t2", "t3"]),
        (["!t0"], [], ["t1", "t2", "t3"]),
        (["t3", "t0"], [], ["t0", "t3"]),
        (["t*"], ["broad"], ["t1", "t2", "t3"]),
    ],
)
def test_selection_is_in_the_order_of_the_rings(patterns: list[str], names: list[str], found: list[str]) -> None:
    """Patterns choose, `!` takes out."""
    all_rings = [Ring("pilot", ("t0",)), Ring("broad", ("t1", "t2", "t3"))]
    assert [one.tenant for one in select(all_rings, patterns, names)] == found


@pytest.mark.parametrize(
    ("patterns", "names", "said"), [(["x*"], [], "no tenant matches"), ([], ["x"], "there is no such ring")]
)
def test_selection_of_what_is_not_there_is_refused(patterns: list[str], names: list[str], said: str) -> None:
    """A pattern that matches nothing is a mistake, not an empty selection."""
    with pytest.raises(FileProblem, match=said):
        select([Ring("pilot", ("t0",))], patterns, names)


def test_change_selects_the_tenants_that_it_may_touch(tmp_path: Path) -> None:
    """A stack file its tenant, a baseline all that use it, the program all."""
    stacks = tmp_path / "stacks"
    (stacks / "baselines").mkdir(parents=True)
    (stacks / "baselines" / "a.yaml").write_text("baselines: [b]\n", encoding="utf-8")
    (stacks / "baselines" / "b.yaml").write_text("iosProfiles: {}\n", encoding="utf-8")
    for tenant, names in {"t0": "[a]", "t1": "[b]", "t2": "[]"}.items():
        (stacks / f"Pulumi.{tenant}.yaml").write_text(f"config:\n  {PROJECT}:baselines: {names}\n", encoding="utf-8")

    def git(*words: str) -> None:
        own = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run([str(shutil.which("git")), "-C", str(tmp_path), *own, *words], check=True, capture_output=True)

    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "first")
    assert changed(stacks, "HEAD") == {}
    (stacks / "baselines" / "b.yaml").write_text("iosProfiles: {x: {}}\n", encoding="utf-8")
    assert set(changed(stacks, "HEAD")) == {"t0", "t1"}
    (stacks / "Pulumi.t2.yaml").write_text("config: {}\n", encoding="utf-8")
    assert changed(stacks, "HEAD")["t2"] == "stacks/Pulumi.t2.yaml has changed since HEAD"
    with pytest.raises(FileProblem, match=r"git diff has failed: .*nowhere.*: name a commit"):
        changed(stacks, "nowhere")
    with pytest.raises(FileProblem, match="--output=x: is an option and no commit"):
        changed(stacks, "--output=x")


def test_missing_git_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only where a commit is named; a record says that there is none."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileProblem, match="there is no git on the PATH: install it"):
        changed(tmp_path / "stacks", "main")
    (tmp_path / "Pulumi.yaml").write_text("name: p\n", encoding="utf-8")
    assert fingerprint(tmp_path)["commit"] == "none"


# ------------------------------------------------------------------------------------ what engines say


def test_tenants_that_are_selected_for_one_reason_are_one_line() -> None:
    """With all their names: a pattern may choose more than was meant."""
    found = {"t0": "ring pilot", "t1": "ring broad", "t2": "ring broad"}
    assert summary.reasons(found) == ["1 tenant, ring pilot: t0", "2 tenants, ring broad: t1, t2"]


def test_same_difference_in_many_tenants_is_one_line() -> None:
    """The riskiest first; a line names some of the tenants."""
    update = Difference("IosProfile mail", "update", "description", '"a"', '"b"')
    found = {f"t{number}": [update] for number in range(50)}
    found["t7"] = [update, Difference("Credential c", "replace", "issuer", '"x"', '"y"')]
    found["t8"] = [Difference("IosProfile mail", "update", "description", '"c"', '"b"')]
    found["t9"] = [Difference("IosProfile old", "delete")]
    lines = [group.line() for group in summary.differences(found)]
    assert lines == [
        '1 tenant: replace Credential c.issuer "x" → "y"  (t7)',
        "1 tenant: delete IosProfile old  (t9)",
        '48 tenants: update IosProfile mail.description "a" → "b"  (t0, t1, t2, t3 and 44 more)',
        '1 tenant: update IosProfile mail.description "c" → "b"  (t8)',
    ]


def test_same_failure_is_one_line_whatever_the_ids() -> None:
    """Request ids and tenants do not tell failures apart."""
    error = "GET /x → 403: no (request {})"
    found = {
        "t0": [error.format("0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01")],
        "t1": [error.format("1f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01")],
        "t2": [],
    }
    assert [group.line() for group in summary.failures(found)] == [
        "2 tenants: GET /x → 403: no (request …)  (t0, t1)",
        "1 tenant: the engine has said nothing  (t2)",
    ]


@pytest.mark.parametrize("text", ["", "garbage", "[]", '{"a": 1}', '{"steps": [', "null\n\x00\n{}"])
def test_engine_that_says_nothing_readable_is_not_taken_for_no_change(text: str) -> None:
    """What cannot be read is unknown."""
    assert not digest.parse(text).parsed


def test_long_value_is_cut_only_where_it_is_shown() -> None:
    """Cut before, two lists of assignments would count as the same change; a digest has secrets masked already."""
    urn = f"urn:pulumi:t::{PROJECT}::pulumi-python:dynamic/intune:Ios::p"
    step = {
        "op": "update",
        "urn": urn,
        "detailedDiff": {"description": {"kind": "update"}},
        "oldState": {"inputs": {"description": "x" * 100}},
        "newState": {"inputs": {"description": "[secret]"}},
    }
    (one,) = digest.parse(json.dumps({"steps": [step], "changeSummary": {"update": 1}})).differences
    assert one == Difference("Ios p", "update", "description", f'"{"x" * 100}"', '"[secret]"')
    assert str(one) == f'update Ios p.description "{"x" * 58}… → "[secret]"'


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("20", "25", ("20", "25")),
        ("a" * 60, "b" * 60, ("a" * 60, "b" * 60)),
        ("a" * 61, "b" * 61, ("a" * 59 + "…", "b" * 59 + "…")),
        ("a" * 200 + "one", "a" * 200 + "two", ("…" + "a" * 15 + "one", "…" + "a" * 15 + "two")),
        ("a" * 99, "a" * 100, ("…" + "a" * 15, "…" + "a" * 16)),
    ],
)
def test_shortened_values_differ_where_the_values_do(old: str, new: str, shown: tuple[str, str]) -> None:
    """A reader of the summary sees what changes, however long it is."""
    assert digest.shortened(old, new) == shown


def test_several_paths_within_one_property_are_one_difference() -> None:
    """Else a tenant would be counted once for each."""
    step = {
        "op": "update",
        "urn": f"urn:pulumi:t::{PROJECT}::pulumi-python:dynamic/intune:Ios::p",
        "detailedDiff": {"assignments[0]": {"kind": "add"}, "assignments[1].target": {"kind": "update"}},
    }
    found = digest.parse(json.dumps({"steps": [step], "changeSummary": {"update": 1}})).differences
    assert [one.property for one in found] == ["assignments"]
    assert [group.tenants for group in summary.differences({"t0": found})] == [["t0"]]


# ------------------------------------------------------------------------------------------ the record


def test_record_that_was_cut_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    """A kill in the middle of a line loses that line and nothing else."""
    record = Record.begin(tmp_path, "up", FOUR, {"commit": "c", "config": "h"})
    record.add("t0", "done")
    record.add("t1", "failed")
    record.add("t2", "started")
    with (record.folder / "run.jsonl").open("a", encoding="utf-8") as stream:
        stream.write('{"tenant": "t3", "sta')
    read = Record.last(tmp_path, "up")
    assert read.left() == ["t1", "t2", "t3"]
    assert read.failed() == ["t1"]
    read.require({"commit": "c", "config": "h"})
    with pytest.raises(FileProblem, match="is of another config"):
        read.require({"commit": "c", "config": "other"})
    with pytest.raises(FileProblem, match="there is no run of down"):
        Record.last(tmp_path, "down")


def test_line_after_one_that_was_cut_off_is_a_line_of_its_own(tmp_path: Path) -> None:
    """A resumed run writes on into the same file: what it writes first must not be lost."""
    record = Record.begin(tmp_path, "up", FOUR, {})
    with (record.folder / "run.jsonl").open("a", encoding="utf-8") as stream:
        stream.write('{"tenant": "t3", "sta')
    record.add("t1", "done")
    assert Record.last(tmp_path, "up").results["t1"]["status"] == "done"


def test_runs_of_one_second_have_folders_of_their_own(tmp_path: Path) -> None:
    """The refresh after a ring and that after the next may begin in the same second, and the last one is the last."""
    folders = [Record.begin(tmp_path, "up", ["t0"], {}).folder for _ in range(4)]
    assert len(set(folders)) == 4
    assert Record.last(tmp_path, "up").folder == folders[-1]


def test_run_within_a_run_is_not_the_last_one(tmp_path: Path) -> None:
    """The preview before an `up`, and the refresh after a ring: neither --failed nor a report takes them."""
    up = Record.begin(tmp_path, "up", FOUR, {})
    up.add("t1", "failed")
    later = "99991231-235959"
    for name in ("plan", "look"):
        inner = Record.begin(tmp_path, name, ["t0"], {})
        inner.add("t0", "done")
        inner.folder.rename(tmp_path / f"{later}-{name}-1")
    assert Record.last(tmp_path).failed() == ["t1"]
    assert Record.every(tmp_path, "drift") == []


def test_line_that_the_cli_writes_is_no_other_configuration(tmp_path: Path) -> None:
    """The first up of a stack puts a salt into its file: a run is resumed all the same, but not after another edit."""
    (tmp_path / "stacks").mkdir()
    (tmp_path / "Pulumi.yaml").write_text("name: a\n", encoding="utf-8")
    path = tmp_path / "stacks" / "Pulumi.t0.yaml"
    path.write_text("config: {}\n", encoding="utf-8")
    before = fingerprint(tmp_path)
    path.write_text("config: {}\nencryptionsalt: v1:abc\n", encoding="utf-8")
    assert fingerprint(tmp_path) == before
    path.write_text("config: {a: b}\nencryptionsalt: v1:abc\n", encoding="utf-8")
    assert fingerprint(tmp_path) != before


def test_engine_that_cannot_be_started_fails_its_tenant_alone(tmp_path: Path) -> None:
    """The others are done; nothing is a traceback."""
    digest_of_none = '{"steps": [], "changeSummary": {"same": 1}}'
    good = (sys.executable, "-c", f"print('{digest_of_none}')")

    def engine_of(tenant: str) -> Engine:
        return Engine((str(tmp_path / "missing"),) if tenant == "t1" else good, tenant, tmp_path)

    record = Record.begin(tmp_path, "preview", FOUR, {})
    runner = Runner("preview", record, engine_of, Limits(2), Interrupts(print), Lines(lambda _: None))
    results = runner.run([Selected(tenant, Ring("all", tuple(FOUR)), "") for tenant in FOUR])
    assert {one.tenant: one.status for one in results} == {"t0": "done", "t1": "failed", "t2": "done", "t3": "done"}
    assert "the engine did not run" in results[1].outcome.errors[0]


_LOCKED = (
    "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the "
    "lock file with `pulumi cancel`. file:///s/.pulumi/locks/o/p/t1/8633.json?no_tmp_dir=true: created by ann@host "
    "(pid 7) at 2026-11-26T23:59:31Z"
)
_TOLD = {
    "killed": ("import os; os.kill(os.getpid(), 9)", "the engine was killed by signal 9"),
    "locked": (
        f"import sys; sys.exit({_LOCKED!r})",
        "another run has locked it (ann@host (pid 7) at 2026-11-26T23:59:31Z): wait for its end, or end the lock",
    ),
    "events": (
        """print('{"preludeEvent": {"config": {}}}'); raise SystemExit(3)""",
        "the engine ended with 3 and told no",
    ),
    "silent": ("raise SystemExit(3)", "the engine ended with 3 and told no reason"),
}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals that kill")
@pytest.mark.parametrize("how", _TOLD)
def test_failure_of_an_engine_is_one_sentence(tmp_path: Path, how: str) -> None:
    """Who has locked the stack, which signal: never the events of an engine, which are for programs."""
    program, said = _TOLD[how]
    engine = Engine((sys.executable, "-c", program), "t1", tmp_path)
    record = Record.begin(tmp_path / "runs", "up", ["t1"], {})
    runner = Runner("up", record, lambda _: engine, Limits(1), Interrupts(print), Lines(lambda _: None))
    (result,) = runner.run([Selected("t1", Ring("all", ("t1",)), "")])
    assert result.status == "failed"
    assert result.outcome.errors[0].startswith(said)


def test_lock_of_many_tenants_is_one_failure() -> None:
    """By whom, when and of which tenant does not tell them apart."""
    said = "another run has locked it (ann@host (pid {}) at 2026-11-26T23:59:3{}Z): `pulumi cancel --stack {}`"
    (group,) = summary.failures({one: [said.format(at, at, one)] for at, one in enumerate(FOUR)})
    assert group.text == "another run has locked it (ann@host (…) at …): `pulumi cancel --stack <tenant>`"
    assert group.tenants == FOUR


@pytest.mark.parametrize("most", [0, 1])
def test_ring_is_looked_at_where_it_ended_well(tmp_path: Path, most: int) -> None:
    """Not the tenant that failed, which is told already."""
    good = (sys.executable, "-c", """print('{"steps": [], "changeSummary": {"same": 1}}')""")

    def engine_of(tenant: str) -> Engine:
        return Engine((sys.executable, "-c", "raise SystemExit(1)") if tenant == "t1" else good, tenant, tmp_path)

    looked: list[list[str]] = []

    def look(members: Sequence[Selected]) -> str:
        looked.append([one.tenant for one in members])
        return ""

    several = (Ring("a", ("t0", "t1"), {}, most), Ring("b", ("t2",)))
    every = [Selected(one, ring, "") for ring in several for one in ring.tenants]
    record = Record.begin(tmp_path / "runs", "up", FOUR[:3], {})
    runner = Runner("up", record, engine_of, Limits(1), Interrupts(print), Lines(lambda _: None))
    results = runner.run(every, look)
    assert looked == ([["t0"], ["t2"]] if most else [])
    assert results[2].status == ("done" if most else "skipped")


# ------------------------------------------------------------------------------------ on both engines


def _records_fit_their_schema(folder: Path) -> int:
    """Hold each line of each record in *folder* to the schema; return how many lines there are."""
    schema = json.loads((ROOT / "stacks" / "fleet" / "run.schema.json").read_text(encoding="utf-8"))
    validator = Draft7Validator(schema)
    lines = [line for path in folder.glob("*/run.jsonl") for line in path.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        validator.validate(json.loads(line))
    return len(lines)


def _statuses(outcome: Outcome) -> dict[str, str]:
    document = json.loads(outcome.text[outcome.text.index("{") : outcome.text.rindex("}") + 1])
    return {one["tenant"]: one["status"] for one in document["tenants"]}


def test_change_of_a_baseline_goes_through_the_rings(fleet: Fleet, portal: Portal) -> None:
    """Previewed, shown as one line, applied ring after ring; then nothing differs, until someone edits."""
    assert fleet.run("up", "--yes").status == 0
    fleet.baseline("two")
    outcome = fleet.run("preview")
    assert outcome.status == 0
    line = 'IosDerivedCredentialAuthenticationConfiguration mail.description "one" → "two"  (t0, t1, t2, t3)'
    assert f"4 tenants: update {line}" in outcome.text
    assert fleet.run("up", "--yes").status == 0
    assert {one["description"] for one in portal.objects()} == {"two"}
    assert fleet.run("drift").status == 0
    portal.change(portal.named("Mail t2")["id"], description="by hand")
    outcome = fleet.run("drift")
    assert outcome.status == 7
    assert (
        '1 tenant: update IosDerivedCredentialAuthenticationConfiguration mail.description "two" → "by hand"  (t2)'
        in (outcome.text)
    )


def test_tenant_that_fails_stops_the_next_ring_and_is_resumed(fleet: Fleet, portal: Portal) -> None:
    """The pilot fails: no other tenant is begun. Mended, the run goes on with exactly what is left."""
    portal.fault(method="POST", path="deviceConfigurations$", status=400, times=3)
    outcome = fleet.run("up", "--yes", "--json")
    assert outcome.status == 1
    assert _statuses(outcome) == {"t0": "failed", "t1": "skipped", "t2": "skipped", "t3": "skipped"}
    portal.no_faults()
    outcome = fleet.run("up", "--yes", "--json", "--resume")
    assert outcome.status == 0, outcome.text
    assert _statuses(outcome) == dict.fromkeys(FOUR, "changed")
    assert sorted(one["displayName"] for one in portal.objects()) == [f"Mail {tenant}" for tenant in FOUR]
    fleet.baseline("two")
    outcome = fleet.run("up", "--yes", "--resume")
    assert outcome.status == 1
    assert "is of another config: start a new run instead of --resume" in outcome.text
    assert _records_fit_their_schema(fleet.folder / ".pulumi" / "fleet") > 3 * len(FOUR)


def test_failure_in_one_tenant_leaves_the_others_alone(fleet: Fleet) -> None:
    """A mistake in one stack file: its tenant fails with the mistake, the rest of the ring is previewed."""
    fleet.stack("t2", descriptoin="x")
    outcome = fleet.run("preview", "--json")
    assert outcome.status == 1
    assert _statuses(outcome) == {"t0": "changed", "t1": "changed", "t2": "failed", "t3": "changed"}
    assert "descriptoin: is not a field here" in outcome.text
    outcome = fleet.run("preview", "--failed", "--json")
    assert _statuses(outcome) == {"t2": "failed"}


def test_deletion_needs_its_own_word(fleet: Fleet, portal: Portal) -> None:
    """`--yes` agrees to changes, not to deletions; a fleet is never destroyed by a pattern."""
    assert fleet.run("up", "--yes").status == 0
    fleet.stack("t1")
    path = fleet.folder / "stacks" / "Pulumi.t1.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace('{"mail": {"display_name": "Mail t1"}}', '{"mail": null}'))
    portal.requests()
    outcome = fleet.run("up", "--yes")
    assert outcome.status == 10
    assert "nothing was changed: delete needs --allow-delete" in outcome.text
    assert not portal.writes()
    assert fleet.run("destroy", "--tenants", "t*", "--yes", "--allow-delete").status == 2
    outcome = fleet.run("up", "--yes", "--json")
    assert (outcome.status, _statuses(outcome)["t1"]) == (10, "changed")
    assert fleet.run("up", "--yes", "--allow-delete").status == 0
    assert _statuses(fleet.run("up", "--yes", "--json")) == dict.fromkeys(FOUR, "done")
    assert sorted(one["displayName"] for one in portal.objects()) == ["Mail t0", "Mail t2", "Mail t3"]
    assert fleet.run("destroy", "--tenants", "t0", "--yes", "--allow-delete").status == 0
    assert sorted(one["displayName"] for one in portal.objects()) == ["Mail t2", "Mail t3"]


def test_up_that_is_not_agreed_to_changes_nothing(fleet: Fleet, portal: Portal) -> None:
    """Without a terminal and without `--yes` no person can agree."""
    outcome = fleet.run("up")
    assert outcome.status == 10
    assert "nothing was changed: it was not agreed to" in outcome.text
    assert not portal.objects()


def test_tenant_that_takes_too_long_is_stopped(fleet: Fleet, portal: Portal) -> None:
    """It ends for itself, with the reason; its lock goes with it."""
    portal.switch(latencyMs=3000)
    outcome = fleet.run("up", "--yes", "--tenants", "t0", "--timeout", "4", "--json")
    assert outcome.status == 1
    assert "it took more than 4 s: give a longer --timeout" in outcome.text
    portal.switch(latencyMs=0)
    assert fleet.run("up", "--yes", "--tenants", "t0").status == 0


def test_create_that_a_killed_run_left_is_recovered_first(fleet: Fleet, portal: Portal) -> None:
    """On a machine without its journal: a list that is late would let this run create the object again."""
    assert fleet.run("up", "--yes", "--tenants", "t0").status == 0
    fleet.leave_pending("t0", "mail")
    shutil.rmtree(fleet.environment["INTUNE_JOURNAL"])
    portal.requests()
    outcome = fleet.run("up", "--yes", "--tenants", "t0")
    assert outcome.status == 1
    assert "a killed run has left the create of mail pending" in outcome.text
    assert "`python -m stacks recover --stack t0`" in outcome.text
    assert portal.writes() == []


@pytest.mark.skipif(os.name == "nt", reason="signals are sent as POSIX has them")
def test_interrupted_run_is_ended_by_a_resume(fleet: Fleet, portal: Portal) -> None:
    """One Ctrl-C begins no more tenants; the record is whole, and the resumed run does what is left."""
    line = [sys.executable, "-m", "stacks", "up", "--yes", "--parallel", "1", "--cwd", str(fleet.folder)]
    with subprocess.Popen(
        line, cwd=ROOT, env=fleet.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr is not None
        for said in running.stderr:
            if "t0: updated" in said and any(one["displayName"] == "Mail t0" for one in portal.objects()):
                running.send_signal(signal.SIGINT)
                break
        running.stderr.read()
        assert running.wait() in (8, 10)
    assert fleet.run("up", "--yes", "--resume").status == 0
    assert sorted(one["displayName"] for one in portal.objects()) == [f"Mail {tenant}" for tenant in FOUR]
    assert fleet.run("drift").status == 0


def test_selection_that_is_empty_is_a_usage_error(fleet: Fleet) -> None:
    """2, as every wrong use."""
    assert fleet.run("preview", "--tenants", "t0", "--tenants", "!t0").status == 2
    assert tenants(fleet.folder / "stacks") == FOUR
