"""An update that is bound to a preview somebody has read, and the records that one job hands to another."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from stacks import digest
from stacks.__main__ import main
from stacks.digest import Difference, Outcome
from stacks.fleet import artifact
from stacks.fleet.approval import departures
from stacks.fleet.record import Record
from stacks.fleet.rings import Ring
from stacks.fleet.runner import Result
from stacks.fleet.selection import Selected, shard
from stacks.yamlfile import FileProblem
from tests.sandbox_control import Portal
from tests.stack_runners import ROOT
from tests.stacks.fleets import FOUR, RINGS, Fleet

UPDATE = Difference("IosX mail", "update", "description", '"a"', '"b"')
OTHER = Difference("IosX mail", "update", "description", '"a"', '"c"')
HEAD = {"commit": "c", "config": "h"}


def _step(op: str, new: Any, **old: Any) -> dict[str, Any]:
    state = {"oldState": {"id": "1", **old}} if old else {}
    return {"op": op, "urn": "urn:pulumi:t::p::x:Y::a", "newState": {"inputs": new}, **state}


def _hashes(*steps: dict[str, Any]) -> tuple[str, str]:
    outcome = digest.parse(json.dumps({"steps": steps}))
    return outcome.plan, outcome.state


def test_plan_and_state_have_hashes_of_their_own() -> None:
    """The plan: what is done to what, with which inputs. The state: ids, inputs, outputs. Neither: order and code."""
    step = _step("update", {"a": 1}, inputs={"a": 0}, outputs={"a": 0})
    plan, state = _hashes(step)
    assert _hashes(_step("update", {"a": 2}, inputs={"a": 0}, outputs={"a": 0}))[0] != plan
    assert _hashes(_step("replace", {"a": 1}, inputs={"a": 0}, outputs={"a": 0}))[0] != plan
    for old in ({"inputs": {"a": 0}, "outputs": {"a": 0, "b": 1}}, {"inputs": {"a": 3}, "outputs": {"a": 0}}):
        moved = _hashes(_step("update", {"a": 1}, **old))
        assert (moved[0] == plan, moved[1] == state) == (True, False)
    coded = _step("update", {"a": 1, "__provider": "x"}, inputs={"a": 0, "__provider": "y"}, outputs={"a": 0})
    assert _hashes(coded) == (plan, state)
    second = {**step, "urn": "urn:pulumi:t::p::x:Y::b"}
    assert _hashes(step, second) == _hashes(second, step)


def _record(folder: Path, name: str, results: dict[str, dict[str, Any]], command: str = "preview") -> Record:
    record = Record.begin(folder / name, command, list(results), HEAD)
    for tenant, more in results.items():
        status = more.pop("status", "changed")
        record.add(tenant, status, verb="preview", **{**_EMPTY, **more})
    return record


_EMPTY: dict[str, Any] = {"seconds": 1.0, "counts": {}, "errors": [], "differences": []}


def test_preview_that_is_not_the_approved_one_is_told_apart(tmp_path: Path) -> None:
    """By what it would do, with the property; by the state; by a tenant that has none."""
    update = [asdict(UPDATE)]
    approved = _record(
        tmp_path,
        "a",
        {
            "t0": {"plan": "p", "state": "s"},
            "t1": {"plan": "p", "state": "s", "differences": update},
            "t2": {"plan": "p", "state": "s"},
            "t3": {"status": "failed", "plan": "p", "state": "s"},
        },
    )

    def now(tenant: str, plan: str, state: str, *found: Difference) -> Result:
        outcome = Outcome(Counter(), list(found), [], parsed=True, plan=plan, state=state)
        return Result(tenant, "changed", outcome, 1.0, None)

    results = [
        now("t0", "p", "s"),
        now("t1", "other", "s", OTHER),
        now("t2", "p", "other"),
        now("t3", "p", "s"),
        now("t4", "p", "s"),
    ]
    assert departures(approved, results) == [
        f"t1 would get something else: now {OTHER}; no longer {UPDATE}",
        "the state of t2 was written since",
        "t3 has no preview there that ended well",
        "t4 has no preview there that ended well",
    ]


def test_records_of_several_jobs_are_one(tmp_path: Path) -> None:
    """In whatever folders they are handed over; runs of other commands are passed over."""
    _record(tmp_path, "one", {"t0": {}, "t1": {}})
    _record(tmp_path, "two", {"t2": {"status": "failed", "errors": ["no"]}})
    _record(tmp_path, "three", {"t3": {}}, "drift")
    record = artifact.read(tmp_path, "preview")
    assert record.head["tenants"] == ["t0", "t1", "t2"]
    assert record.failed() == ["t2"]
    with pytest.raises(FileProblem, match="there is no record of up in it"):
        artifact.read(tmp_path, "up")


@pytest.mark.parametrize(
    "line",
    [
        "no json",
        "[]",
        '{"tenant": "t0", "status": "changed", "at": 1, "verb": "preview"}',
        '{"tenant": "t0", "status": "started", "at": 1, "verb": "preview", "more": 1}',
        '{"version": 1, "run": "r", "command": "preview", "tenants": [], "commit": "c", "config": "h"}',
        '{"version": 2}',
    ],
)
def test_record_that_is_none_is_refused(tmp_path: Path, line: str) -> None:
    """All of it: what a pull request hands over is data of the person who opened it."""
    record = _record(tmp_path, "one", {"t0": {}})
    with (record.folder / "run.jsonl").open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")
    with pytest.raises(FileProblem, match="is not a"):
        artifact.read(tmp_path, "preview")


def test_record_behind_a_link_is_not_read(tmp_path: Path) -> None:
    """It could lead out of the folder."""
    record = _record(tmp_path / "elsewhere", "one", {"t0": {}})
    (tmp_path / "handed").mkdir()
    (tmp_path / "handed" / "run.jsonl").symlink_to(record.folder / "run.jsonl")
    with pytest.raises(FileProblem, match="there is no record"):
        artifact.read(tmp_path / "handed", "preview")


def test_shards_are_all_tenants_once() -> None:
    """As many as are asked for, of nearly one size, the same in every job."""
    every = [Selected(f"t{n}", Ring("all", ()), "") for n in range(11)]
    parts = [shard(every, f"{n}/4") for n in range(1, 5)]
    assert sorted(len(part) for part in parts) == [2, 3, 3, 3]
    assert sorted(one.tenant for part in parts for one in part) == sorted(one.tenant for one in every)
    for wrong in ("0/4", "5/4", "1", "a/b", "1/0", "-1/2"):
        with pytest.raises(FileProblem, match="must be N/K"):
            shard(every, wrong)


def test_matrix_names_parts_and_no_tenant(tmp_path: Path) -> None:
    """Never more parts than tenants; none for an empty selection, so that a pipeline has no job."""
    (tmp_path / "stacks").mkdir()
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    for tenant in FOUR:
        (tmp_path / "stacks" / f"Pulumi.{tenant}.yaml").write_text("config: {}\n", encoding="utf-8")
    (tmp_path / "stacks" / "rings.yaml").write_text(RINGS, encoding="utf-8")

    def printed(*flags: str) -> Any:
        done = CliRunner().invoke(main, ["matrix", "--cwd", str(tmp_path), *flags])
        assert done.exit_code == 0, done.output
        return json.loads(done.output)

    assert printed("--shards", "3") == {"shard": ["1/3", "2/3", "3/3"]}
    assert printed("--shards", "9", "--tenants", "t[12]") == {"shard": ["1/2", "2/2"]}
    assert printed("--shards", "9", "--tenants", "t1", "--tenants", "!t1") == {"shard": []}
    assert printed("--rings") == {"ring": ["pilot", "broad"]}
    _record(tmp_path / "handed", "one", {"t2": {}})
    assert printed("--rings", "--from", str(tmp_path / "handed")) == {"ring": ["broad"]}


def test_up_does_what_was_approved_and_nothing_else(fleet: Fleet, portal: Portal) -> None:
    """Approved and done; then another declaration, and a state that has moved: refused, and nothing is written."""
    assert fleet.run("preview", "--tenants", "t0").status == 0
    approved = str(fleet.folder / ".pulumi" / "fleet")
    done = fleet.run("up", "--yes", "--from", approved)
    assert (done.status, [one["displayName"] for one in portal.objects()]) == (0, ["Mail t0"]), done.text
    fleet.baseline("two")
    assert fleet.run("preview", "--tenants", "t0").status == 0
    fleet.baseline("three")
    portal.requests()
    refused = fleet.run("up", "--yes", "--from", fleet.newest("preview"))
    assert refused.status == 10
    assert "t0 would get something else: now update IosDerivedCredentialAuthenticationConfiguration" in refused.text
    fleet.baseline("two")
    portal.change(portal.named("Mail t0")["id"], description="by hand")
    assert fleet.run("refresh", "--tenants", "t0", "--yes").status == 0
    portal.requests()
    refused = fleet.run("up", "--yes", "--from", fleet.newest("preview"))
    assert (refused.status, portal.writes()) == (10, []), refused.text
