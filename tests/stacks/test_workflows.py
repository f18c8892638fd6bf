"""The workflows' own steps, played as GitHub plays them: previews, the comment, deploying ring after ring, drift."""

from __future__ import annotations

import json
import os
import re
import shutil
from copy import deepcopy
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from stacks.digest import Difference
from stacks.fleet.record import Record
from tests.stack_runners import ROOT
from tests.stacks.github_runner import Job, Runner
from tests.stacks.hosting import Hosting
from tests.stacks.repository import UPDATE, Repository

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="the runner's bash is needed")]

HOSTILE = "```\n</details><script>alert(1)</script> @admin #1 ::error::x \u202e\x1b[2J" + "x" * 10_000
HOSTILE_TENANT = "a$(touch owned)`touch owned`@admin ::warning::<b>"
_GH = """\
#!/bin/sh
case "$*" in *pulls*) echo 5;; esac
"""


class Host(Repository):
    """A repository on GitHub."""

    def __init__(self, tmp_path: Path, there: Hosting, tenants: list[str]) -> None:
        super().__init__(tmp_path, tenants)
        self.there = there
        self.program("gh", _GH)
        (tmp_path / "artifacts").mkdir()
        own = {"GITHUB_REPOSITORY": "o/r", "GITHUB_API_URL": there.address, "GITHUB_REF_NAME": "main"}
        self.runner = Runner(self.folder, tmp_path / "artifacts", {**self.environment, **own})

    def pull_request(self, job: str = "preview") -> list[Job]:
        """Play preview.yml: the selection, and then a job for each part of it."""
        base = {"github.event.pull_request.base.sha": self.base}
        selected = self.runner.play("preview", "select", of=dict(base))
        assert selected.status == 0, selected.text
        shards = json.loads(selected.outputs["matrix"])["shard"]
        parts = enumerate(shards)
        return [
            self.runner.play("preview", job, of={**base, "matrix.shard": shard, "strategy.job-index": index})
            for index, shard in parts
        ]

    def comment(self, ended: str = "success") -> str:
        """Play comment.yml, and return the text that was posted."""
        event = "github.event.workflow_run"
        of = {"github.token": "t", f"{event}.conclusion": ended, f"{event}.html_url": "https://example.com/run"}
        job = self.runner.play("comment", "comment", of=of)
        assert job.status == 0, job.text
        return str(self.there.sent[-1][2]["body"]) if self.there.sent else ""


def _update(new: str, *, op: str = "update") -> dict[str, Any]:
    return {**deepcopy(UPDATE), "op": op, "newState": {"inputs": {"description": new}}}


def test_pull_request_of_one_tenant_gets_one_comment(tmp_path: Path, there: Hosting) -> None:
    """Only the tenant that changes is previewed; a second push edits the comment."""
    host = Host(tmp_path, there, ["t0", "t1"])
    host.declare("t1", "two")
    host.commit()
    host.says("preview-t1", [_update("two")])
    (job,) = host.pull_request()
    assert (job.status, host.calls()) == (0, ["preview t1"]), job.text
    text = host.comment()
    assert there.sent[0][:2] == ("POST", "/repos/o/r/issues/5/comments")
    assert "### Preview of 1 tenant: 1 would change, 0 as declared, 0 failed" in text
    assert '- description: "one"\n+ description: "two"' in text
    there.lists["/repos/o/r/issues/5/comments"] = [{"id": 3, "body": "old", "user": {"login": "github-actions[bot]"}}]
    there.lists["/repos/o/r/issues/5/comments"][0]["body"] = text.replace("two", "old")
    host.comment()
    assert there.sent[-1][:2] == ("PATCH", "/repos/o/r/issues/comments/3")


def test_pull_request_of_fifty_tenants_says_each_change_once(tmp_path: Path, there: Hosting) -> None:
    """Three of fifty differ: two of them in the same way. Spread over ten jobs, and one comment."""
    names = [f"t{number:02}" for number in range(50)]
    host = Host(tmp_path, there, names)
    (host.folder / "requirements.txt").write_text("# changed\n", encoding="utf-8")
    host.commit()
    for name, new in (("t03", "two"), ("t07", "two"), ("t09", "three")):
        host.says(f"preview-{name}", [_update(new)])
    jobs = host.pull_request()
    assert (len(jobs), {job.status for job in jobs}) == (10, {0})
    assert sorted(host.calls()) == [f"preview {name}" for name in names]
    text = host.comment()
    assert "### Preview of 50 tenants: 3 would change, 47 as declared, 0 failed" in text
    assert text.count("<details") == 3
    assert "in 2 tenants: <code>description</code></summary>\n\n<code>t03</code>, <code>t07</code>" in text


def test_pull_request_that_changes_no_tenant_says_nothing(tmp_path: Path, there: Hosting) -> None:
    """Unless something was said before: that is not true any more."""
    host = Host(tmp_path, there, ["t0"])
    (host.folder / "README.md").write_text("x\n", encoding="utf-8")
    host.commit()
    assert host.pull_request() == []
    assert host.comment() == ""
    body = "<!-- intune-preview -->\n### Preview of 1 tenant"
    there.lists["/repos/o/r/issues/5/comments"] = [{"id": 3, "body": body, "user": {"login": "github-actions[bot]"}}]
    assert host.comment() == "<!-- intune-preview -->\n### No tenant changes\n"
    assert "The preview did not run" in host.comment("failure")


def test_comment_on_three_hundred_tenants_fits(tmp_path: Path, there: Hosting) -> None:
    """Each with a change of its own: what is left out is counted, and the summary has the whole."""
    host = Host(tmp_path, there, ["t0"])
    for part in range(20):
        names = [f"t{number:03}" for number in range(300) if number % 20 == part]
        record = Record.begin(tmp_path / "runs", "preview", names, {"commit": "c", "config": "h"})
        for name in names:
            difference = Difference("IosX mail", "update", "description", '"one"', f'"{name}{"y" * 300}"')
            more = {"seconds": 1.0, "counts": {"update": 1}, "errors": [], "differences": [asdict(difference)]}
            record.add(name, "changed", verb="preview", **more)
        shutil.copytree(record.folder, host.runner.artifacts / f"preview-{part}")
    text = host.comment()
    assert len(text) <= 65_536
    assert "### Preview of 300 tenants: 300 would change" in text
    assert "parts are not shown: there is no room for them" in text


def test_preview_that_fails_is_told_and_fails_the_job(tmp_path: Path, there: Hosting) -> None:
    """With its mistake; the other tenants of the job are there too."""
    host = Host(tmp_path, there, ["t0", "t1"])
    (host.folder / "requirements.txt").write_text("# changed\n", encoding="utf-8")
    host.commit()
    host.says("preview-t1", [], errors="stacks/Pulumi.t1.yaml:3: descriptoin: is not a field here")
    jobs = host.pull_request()
    assert sorted(job.status for job in jobs) == [0, 1]
    text = host.comment("failure")
    assert "0 would change, 1 as declared, 1 failed" in text
    assert "descriptoin" in text


def test_preview_of_two_megabytes_is_shown(tmp_path: Path, there: Hosting) -> None:
    """Through files: an environment variable takes 128 KiB."""
    host = Host(tmp_path, there, ["t0"])
    host.declare("t0", "two")
    host.commit()
    host.says("preview-t0", [_update("z" * 2_000_000)])
    (job,) = host.pull_request()
    assert job.status == 0
    text = host.comment()
    assert len(text) <= 65_536
    assert "1 would change" in text


def test_hostile_names_have_no_effect(tmp_path: Path, there: Hosting) -> None:
    """Neither in a shell, nor as a command of the runner, nor in the comment: of tenants, resources and values."""
    host = Host(tmp_path, there, ["t0", HOSTILE_TENANT])
    host.declare(HOSTILE_TENANT, HOSTILE)
    host.commit()
    step = _update(HOSTILE)
    step["urn"] += HOSTILE
    host.says(f"preview-{HOSTILE_TENANT}", [step])
    (job,) = host.pull_request()
    assert job.status == 0, job.text
    assert not list(tmp_path.rglob("owned"))
    inside = re.fullmatch(r"::stop-commands::([0-9a-f]{32})\n(.*)::\1::\n", job.text, re.DOTALL)
    assert inside is not None
    text = host.comment()
    outside = re.sub(r"^(`{4,})diff\n.*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    for sign in ("<script", "@admin", "#1 ", "::error", "::warning", "\u202e", "\x1b", "$("):
        assert sign not in outside


def test_pull_request_of_a_fork_is_previewed_without_a_secret(tmp_path: Path, there: Hosting) -> None:
    """Against what the base declares, by the stand-in: no engine of the host, no state, nothing to sign in with."""
    host = Host(tmp_path, there, ["t0", "t1"])
    host.declare("t1", "two")
    host.commit()
    document = yaml.safe_load((ROOT / ".github" / "workflows" / "preview.yml").read_text(encoding="utf-8"))
    fork = document["jobs"]["preview-of-a-fork"]
    assert "{{ secrets." not in json.dumps(fork)
    assert "environment" not in fork
    (job,) = host.pull_request("preview-of-a-fork")
    assert (job.status, host.calls()) == (0, []), job.text
    text = host.comment()
    assert "### Preview of 1 tenant: 1 would change" in text
    assert '- description: "one"\n+ description: "two"' in text


def _plan(host: Host) -> list[str]:
    """Play the plan of deploy.yml, and return the rings that are to be deployed."""
    job = host.runner.play("deploy", "plan", of={})
    assert job.status == 0, job.text
    assert "### Preview of" in job.summary
    rings: list[str] = json.loads(job.outputs["matrix"])["ring"]
    return rings


def test_ring_deploys_what_the_plan_shows(tmp_path: Path, there: Hosting) -> None:
    """Tenants that change, ring after ring; a ring without any has no job."""
    host = Host(tmp_path, there, ["t0", "t1", "t2"])
    host.says("preview-t1", [_update("two", op="replace")])
    assert _plan(host) == ["broad"]
    host.says("up-t1", [_update("two", op="replace")])
    job = host.runner.play("deploy", "deploy", of={"matrix.ring": "broad"})
    assert job.status == 0, job.text
    assert [call for call in host.calls() if not call.startswith("preview")] == ["up t1", "refresh t1"]


@pytest.mark.parametrize(("part", "said"), [("new", "would get something else"), ("old", "was written since")])
def test_ring_refuses_what_the_plan_does_not_show(tmp_path: Path, there: Hosting, part: str, said: str) -> None:
    """Another difference, or another state than was previewed: nothing is written."""
    host = Host(tmp_path, there, ["t0", "t1"])
    host.says("preview-t1", [_update("two")])
    assert _plan(host) == ["broad"]
    moved = _update("three" if part == "new" else "two")
    moved["oldState"]["outputs"] = {"moved": True} if part == "old" else {}
    host.says("preview-t1", [moved])
    job = host.runner.play("deploy", "deploy", of={"matrix.ring": "broad"})
    assert (job.status, said in job.text) == (10, True), job.text
    assert not [call for call in host.calls() if call.startswith("up")]


def test_plan_that_fails_deploys_nothing(tmp_path: Path, there: Hosting) -> None:
    """The summary says why."""
    host = Host(tmp_path, there, ["t0"])
    host.says("preview-t0", [], errors="no state")
    job = host.runner.play("deploy", "plan", of={})
    assert (job.status, "no state" in job.summary) == (1, True)


_NIGHTS: dict[str, tuple[list[dict[str, Any]], str, int, str]] = {
    "well": ([], "", 0, ""),
    "differs": ([_update("two")], "", 0, "1 different, 0 as applied, 0 not readable"),
    "not readable": ([], "GET /x → 403", 1, "0 different, 0 as applied, 1 not readable"),
}


@pytest.mark.parametrize("night", _NIGHTS)
def test_drift_is_one_issue_for_each_ring(tmp_path: Path, there: Hosting, night: str) -> None:
    """Nothing where nothing differs; what cannot be read fails the job, and the issue says so."""
    steps, errors, status, sent = _NIGHTS[night]
    host = Host(tmp_path, there, ["t0"])
    host.says("refresh-t0", steps, errors=errors)
    rings = host.runner.play("drift", "rings", of={})
    assert json.loads(rings.outputs["matrix"]) == {"ring": ["pilot"]}
    job = host.runner.play("drift", "drift", of={"matrix.ring": "pilot", "github.token": "t"})
    assert job.status == status, job.text
    assert [one[2].get("title") for one in there.sent] == (["Drift in ring pilot"] if sent else [])
    assert not sent or sent in there.sent[0][2]["body"]
    assert (host.runner.artifacts / "report-pilot" / "report.html").exists()
    assert list((host.runner.artifacts / "drift-pilot").glob("*-drift-*/run.jsonl"))


@pytest.mark.parametrize("path", sorted((ROOT / ".github" / "workflows").glob("*.yml")), ids=lambda path: path.stem)
def test_workflow_takes_only_what_it_uses(path: Path) -> None:
    """Actions are pinned by commit with their version beside them; no permission by default; a limit for each job."""
    text = path.read_text(encoding="utf-8")
    used = re.findall(r"^.*\buses: *(.*)$", text, re.MULTILINE)
    assert used
    assert [one for one in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)] == []
    document = yaml.safe_load(text)
    assert document["permissions"] == {}
    for job in document["jobs"].values():
        assert "timeout-minutes" in job
        scripts = [step["run"] for step in job["steps"] if "run" in step]
        assert not [script for script in scripts if "${{" in script]
