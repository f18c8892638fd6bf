"""A preview against what another commit declares: no state, no secret, no network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from stacks.fleet.base import state_of
from tests.stack_runners import PROJECT, ROOT, Outcome

pytestmark = pytest.mark.slow

TENANT = "5a9db0c5-0000-4000-8000-00000000000a"
MAIL = "IosDerivedCredentialAuthenticationConfiguration mail"


_ISSUER = {"display_name": "I", "notification_types": ["email"], "options": {"protect": False}}
_BOUND = {"derived_credential": "issuer"}


def _git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
    subprocess.run([str(shutil.which("git")), "-C", str(folder), *identity, *words], check=True, capture_output=True)


def _stack(folder: Path, tenant: str, description: str, issuer: str = "purebred", **more: Any) -> None:
    config = {
        "tenantId": TENANT,
        "derivedCredentials": {"issuer": {**_ISSUER, "issuer": issuer}},
        "iosProfiles": {"mail": {"display_name": "M", "description": description, **_BOUND, **more}},
    }
    text = json.dumps({"config": {f"{PROJECT}:{key}": value for key, value in config.items()}})
    (folder / "stacks" / f"Pulumi.{tenant}.yaml").write_text(text, encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a repository whose commit declares two tenants."""
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "provider", folder / "provider", ignore=shutil.ignore_patterns("__pycache__"))
    ignored = shutil.ignore_patterns("__pycache__", "Pulumi.*.yaml", "names", "baselines")
    shutil.copytree(ROOT / "stacks", folder / "stacks", ignore=ignored)
    for name in ("Pulumi.yaml", "__main__.py", ".gitignore"):
        shutil.copy(ROOT / name, folder)
    for tenant in ("t0", "t1"):
        _stack(folder, tenant, "one")
    _git(folder, "init", "-q")
    _git(folder, "add", "-A")
    _git(folder, "commit", "-qm", "base")
    return folder


def _preview(project: Path, *flags: str) -> Outcome:
    """Preview as the job of a fork does: with nothing in the environment that could sign in or read a state."""
    line = [sys.executable, "-m", "stacks", "preview", "--against", "HEAD", *flags, "--cwd", str(project)]
    environment = {"PATH": os.environ["PATH"], "HOME": str(project), "HTTPS_PROXY": "http://127.0.0.1:1"}
    done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return Outcome(done.returncode, done.stdout + done.stderr)


def test_change_is_shown_as_the_next_up_would_make_it(project: Path) -> None:
    """Against the base and not against nothing; what is unchanged is unchanged, a new tenant is created."""
    _stack(project, "t0", "two")
    _stack(project, "t2", "one")
    said = _preview(project, "--json")
    assert said.status == 0, said.text
    document = json.loads(said.text[said.text.index("{\n") : said.text.rindex("\n}") + 2])
    found = {one["tenant"]: (one["status"], one["differences"]) for one in document["tenants"]}
    assert found["t0"] == ("changed", [f'update {MAIL}.description "one" → "two"'])
    assert found["t1"] == ("done", [])
    assert [line.split()[0] for line in found["t2"][1]] == ["create", "create"]


def test_another_issuer_is_shown_as_a_replacement(project: Path) -> None:
    """Though nothing was ever created: with the profile that gets the new id."""
    _stack(project, "t0", "one", issuer="xTec")
    said = _preview(project, "--tenants", "t0")
    assert said.status == 0, said.text
    assert "1 tenant: replace DerivedCredentialSettings issuer.issuer" in said.text
    assert f"update {MAIL}.derived_credential_settings_id" in said.text


def test_mistake_is_that_of_the_side_that_makes_it(project: Path) -> None:
    """One in the base says so; one in the change is shown as in any preview."""
    _stack(project, "t1", "one", descriptoin="x")
    said = _preview(project)
    assert (said.status, "descriptoin: is not a field here" in said.text) == (1, True)
    _git(project, "commit", "-qam", "mistake")
    _stack(project, "t1", "one")
    said = _preview(project)
    assert (said.status, "what the base declares cannot be previewed" in said.text) == (1, True)


def test_commit_that_does_not_exist_is_one_sentence(project: Path) -> None:
    """With the name that was given, and what to name."""
    line = [sys.executable, "-m", "stacks", "preview", "--against", "nowhere", "--cwd", str(project)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error: git archive has failed: ")
    assert "nowhere" in done.stderr
    assert done.stderr.endswith("name a commit or a branch that this clone has\n")


def test_id_of_the_base_is_that_of_its_source() -> None:
    """An id that is not known before its resource exists is the one that the state invents for it."""
    provider = "urn:pulumi:t::p::pulumi:providers:pulumi-python::default"
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    steps = [
        {"newState": {"urn": "a", "custom": True, "provider": f"{provider}::{unknown}", "inputs": {"x": 1}}},
        {
            "newState": {
                "urn": "b",
                "custom": True,
                "provider": f"{provider}::{unknown}",
                "inputs": {"id": unknown, "other": unknown},
                "propertyDependencies": {"id": ["a"], "other": []},
            }
        },
    ]
    resources = state_of({"steps": steps}, {"tenantId": TENANT, "cloud": "public"})["deployment"]["resources"]
    default, first, second = resources
    assert (default["urn"], default["type"]) == (provider, "pulumi:providers:pulumi-python")
    assert first["provider"] == f"{provider}::{default['id']}"
    assert second["inputs"] == {"id": first["id"], "other": unknown}
    assert second["outputs"]["tenant_id"] == TENANT
