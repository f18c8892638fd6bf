"""The pipelines for Azure and GitLab: their scripts run as the hosts run them, and every command in them exists."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from stacks.__main__ import main
from tests.stack_runners import ROOT
from tests.stacks.hosting import Hosting
from tests.stacks.repository import UPDATE, Repository

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="the hosts' bash is needed")]

PIPELINES = [*(ROOT / ".github" / "workflows").glob("*.yml"), *(ROOT / "pipelines").rglob("*.yml")]
AZURE = {
    "SYSTEM_TEAMPROJECTID": "p",
    "BUILD_REPOSITORY_ID": "g",
    "SYSTEM_PULLREQUEST_PULLREQUESTID": "5",
    "SYSTEM_ACCESSTOKEN": "t",
    "TARGET": "refs/heads/main",
}
GITLAB = {"CI_PROJECT_ID": "1", "CI_MERGE_REQUEST_IID": "5", "GITLAB_TOKEN": "t", "CI_JOB_URL": "https://example.com"}


def _scripts(value: Any) -> Iterator[str]:
    """Yield each script in a pipeline, wherever it stands."""
    for key, one in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if key in ("run", "bash", "inlineScript"):
            yield one
        elif key == "script":
            yield "\n".join(one)
        else:
            yield from _scripts(one)


def _script(name: str, part: str) -> str:
    """Return the one script of a pipeline that has *part* in it."""
    document = yaml.safe_load((ROOT / "pipelines" / name).read_text(encoding="utf-8"))
    (found,) = [one for one in _scripts(document) if part in one]
    return found


def _run(repository: Repository, script: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a script as an agent does: bash, and the first command that fails ends it."""
    environment = {**repository.environment, "TF_BUILD": "True", **more}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-c", script],  # noqa: S607
        cwd=repository.folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_commands_of_a_pipeline_take_what_it_gives(path: Path) -> None:
    """Each `python -m stacks …` in a script, with its options: a misspelled one would only show after the merge."""
    scripts = [one.replace("\\\n", " ") for one in _scripts(yaml.safe_load(path.read_text(encoding="utf-8")))]
    lines = [line for one in scripts for line in re.findall(r"-m stacks ([a-z].*)", one)]
    for line in lines:
        words = shlex.split(re.split(r"\s(?:\|\||2>&1|>|\|)|\)\" != |; then", line)[0])
        command = main.get_command(click.Context(main), words[0])
        assert command is not None, line
        words = [
            word.replace("$SHARD", "1/2").replace("$PLAN", str(ROOT)).replace("records", str(ROOT)) for word in words
        ]
        command.make_context(words[0], words[1:])
    assert lines or path.stem in ("check", "install")


def test_azure_keeps_one_thread(tmp_path: Path, there: Hosting) -> None:
    """Active where something is replaced; no text of a tenant is a command to the agent."""
    repository = Repository(tmp_path, ["t0", "t1"])
    repository.declare("t1", "##vso[task.setvariable variable=x]y")
    repository.commit()
    repository.git("update-ref", "refs/remotes/origin/main", repository.base)
    repository.says("preview-t1", [{**UPDATE, "op": "replace", "newState": {"inputs": {"description": "##vso[x]y"}}}])
    given = {**AZURE, "SYSTEM_COLLECTIONURI": f"{there.address}/", "RUN": "https://example.com"}
    done = _run(repository, _script("azure/preview.yml", "--post azure"), **given)
    assert done.returncode == 0, done.stdout
    assert repository.calls() == ["preview t1"]
    assert "##vso[" not in done.stdout
    (sent,) = there.sent
    assert (sent[0], sent[2]["status"]) == ("POST", "active")
    assert "1 would change" in sent[2]["comments"][0]["content"]


def test_azure_says_nothing_where_no_tenant_changes(tmp_path: Path, there: Hosting) -> None:
    """A change of the documentation needs no thread; a failing preview has one, and fails the build."""
    repository = Repository(tmp_path, ["t0"])
    (repository.folder / "README.md").write_text("x\n", encoding="utf-8")
    repository.commit()
    repository.git("update-ref", "refs/remotes/origin/main", repository.base)
    script, given = _script("azure/preview.yml", "--post azure"), {**AZURE, "SYSTEM_COLLECTIONURI": f"{there.address}/"}
    assert _run(repository, script, RUN="https://example.com", **given).returncode == 0
    assert there.sent == []
    repository.declare("t0", "two")
    repository.says("preview-t0", [], errors="no")
    assert _run(repository, script, RUN="https://example.com", **given).returncode == 1
    assert "1 failed" in there.sent[0][2]["comments"][0]["content"]


def test_azure_deploys_what_the_plan_shows(tmp_path: Path) -> None:
    """A ring without a change does nothing; one whose state has moved is refused, and the step fails."""
    repository = Repository(tmp_path, ["t0", "t1"])
    repository.says("preview-t1", [UPDATE])
    planned = _run(repository, _script("azure/deploy.yml", "plan.md"))
    assert planned.returncode == 0, planned.stdout
    script, plan = _script("azure/deploy.yml", "--ring"), str(repository.folder / "records")
    done = _run(repository, script, RING="pilot", PLAN=plan)
    assert (done.returncode, done.stdout) == (0, "No tenant of this ring changes.\n")
    assert _run(repository, script, RING="broad", PLAN=plan).returncode == 0
    assert "up t1" in repository.calls()
    repository.says("preview-t1", [{**UPDATE, "oldState": {"id": "2"}}])
    refused = _run(repository, script, RING="broad", PLAN=plan)
    assert (refused.returncode, "was written since" in refused.stdout) == (10, True)


@pytest.mark.parametrize("differs", [False, True])
def test_azure_is_partially_successful_where_something_differs(tmp_path: Path, differs: bool) -> None:  # noqa: FBT001
    """The report and the summary are there in both cases."""
    repository = Repository(tmp_path, ["t0"])
    (repository.folder / "report").mkdir()
    repository.says("refresh-t0", [UPDATE] if differs else [])
    done = _run(repository, _script("azure/drift.yml", "report.html"))
    assert done.returncode == 0, done.stdout
    assert ("SucceededWithIssues" in done.stdout) == differs
    assert (repository.folder / "report" / "report.html").exists()


def test_gitlab_keeps_one_note(tmp_path: Path, there: Hosting) -> None:
    """And fails the job where a preview fails."""
    repository = Repository(tmp_path, ["t0", "t1"])
    repository.declare("t1", "two")
    repository.commit()
    repository.says("preview-t1", [UPDATE])
    given = {**GITLAB, "CI_API_V4_URL": there.address, "CI_MERGE_REQUEST_DIFF_BASE_SHA": repository.base}
    script = _script("gitlab/.gitlab-ci.yml", "--post gitlab")
    done = _run(repository, script, **given)
    assert done.returncode == 0, done.stdout
    assert there.sent[0][:2] == ("POST", "/projects/1/merge_requests/5/notes")
    assert "### Preview of 1 tenant: 1 would change" in there.sent[0][2]["body"]
    repository.says("preview-t1", [], errors="no")
    (repository.folder / "records" / "run.jsonl").unlink()
    for folder in (repository.folder / ".pulumi" / "fleet").iterdir():
        (folder / "run.jsonl").unlink()
    assert _run(repository, script, **given).returncode == 1
    assert "1 failed" in there.sent[-1][2]["body"]


def test_gitlab_deploys_what_the_plan_shows(tmp_path: Path) -> None:
    """With the token of the job in a file that only it may read."""
    repository = Repository(tmp_path, ["t0", "t1"])
    repository.says("preview-t1", [UPDATE])
    assert _run(repository, _script("gitlab/.gitlab-ci.yml", "plan.md")).returncode == 0
    script = _script("gitlab/.gitlab-ci.yml", "--allow-replace")
    given = {"INTUNE_ID_TOKEN": "secret-token", "CI_BUILDS_DIR": str(tmp_path)}
    done = _run(repository, script, CI_ENVIRONMENT_NAME="broad", **given)
    assert done.returncode == 0, done.stdout
    assert "up t1" in repository.calls()
    assert (tmp_path / "id-token").stat().st_mode & 0o777 == 0o600
    assert "secret-token" not in done.stdout
    assert json.loads((repository.folder / "records" / "run.jsonl").read_text("utf-8").splitlines()[0])["version"] == 1
