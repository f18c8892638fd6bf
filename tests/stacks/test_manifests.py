"""Manifests for the Pulumi Kubernetes Operator, held to its own definition of a Stack."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from stacks.__main__ import main
from stacks.fleet.rings import Ring
from stacks.kubernetes.manifests import Place, manifests, problems
from stacks.yamlfile import FileProblem
from tests.stack_runners import ROOT

PLACE = Place("intune-derived-credentials", "https://example.com/r", "refs/heads/main", "file:///s", "intune", "image")
CLIENT = "3f0e1c52-7d84-4c0a-9a65-2f1b0c9d8e7a"
RINGS = [
    Ring("pilot", ("contoso-test",), {"INTUNE_CLIENT_ID": CLIENT}),
    Ring("broad", tuple(f"tenant-{number:02}" for number in range(49))),
]


def test_manifests_of_fifty_tenants_are_what_the_operator_takes() -> None:
    """With what looks every day beside them."""
    files = manifests(RINGS, PLACE, drift=True)
    stacks = [one for name, several in files.items() if name != "service-accounts.yaml" for one in several]
    assert len(stacks) == 100
    assert [said for one in stacks for said in problems(one)] == []


def test_ring_waits_for_the_ring_before_it() -> None:
    """For each of its tenants; what only looks does not wait."""
    files = manifests(RINGS, PLACE, drift=True)
    (first, _), (later, look) = files["contoso-test.yaml"], files["tenant-00.yaml"]
    assert "prerequisites" not in first["spec"]
    assert later["spec"]["prerequisites"] == [
        {"name": "contoso-test", "requirement": {"succeededWithinDuration": "24h"}}
    ]
    assert "prerequisites" not in look["spec"]
    assert (look["metadata"]["name"], look["spec"]["preview"], look["spec"]["refresh"]) == (
        "tenant-00-drift",
        True,
        True,
    )


def test_identity_of_a_ring_is_its_service_account() -> None:
    """Its application is named in the account and in the environment; there is no secret in any of them."""
    files = manifests(RINGS, PLACE)
    account = files["service-accounts.yaml"][0]
    assert account["metadata"]["annotations"] == {"azure.workload.identity/client-id": CLIENT}
    (stack,) = files["contoso-test.yaml"]
    assert stack["spec"]["serviceAccountName"] == account["metadata"]["name"] == "intune-pilot"
    assert stack["spec"]["envRefs"] == {"INTUNE_CLIENT_ID": {"type": "Literal", "literal": {"value": CLIENT}}}
    assert stack["spec"]["destroyOnFinalize"] is False


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"secretProvider": "x"}, "secretProvider"),
        ({"stack": None}, "stack"),
        ({"envRefs": {"A": {"literal": {"value": "x"}}}}, "type"),
        ({"resyncFrequencySeconds": "often"}, "often"),
    ],
)
def test_mistake_in_a_manifest_is_found(change: dict[str, Any], said: str) -> None:
    """The API server would drop a field that it does not know, without a word."""
    (stack,) = manifests(RINGS, PLACE)["contoso-test.yaml"]
    spec = {key: value for key, value in {**stack["spec"], **change}.items() if value is not None}
    found = list(problems({**stack, "spec": spec}))
    assert found
    assert any(said in one for one in found)


@pytest.mark.parametrize("name", ["Contoso", "a_b", "x" * 43, "x" * 37])
def test_tenant_whose_name_no_object_can_have_is_refused(name: str) -> None:
    """With the rule; what only looks has six characters more."""
    with pytest.raises(FileProblem, match="the name of an object has at most 42"):
        manifests([Ring("all", (name,))], PLACE, drift=True)


def test_command_writes_a_file_for_each_tenant(tmp_path: Path) -> None:
    """YAML that reads back as it was meant."""
    (tmp_path / "stacks").mkdir()
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    for tenant in ("a", "b"):
        (tmp_path / "stacks" / f"Pulumi.{tenant}.yaml").write_text("config: {}\n", encoding="utf-8")
    line = ["manifests", "--cwd", str(tmp_path), "--repository", "https://example.com/r", "--backend", "file:///s"]
    done = CliRunner().invoke(main, [*line, "--out", str(tmp_path / "out"), "--drift"])
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.yaml", "b.yaml", "service-accounts.yaml"]
    documents = list(yaml.safe_load_all((tmp_path / "out" / "a.yaml").read_text(encoding="utf-8")))
    assert [one["metadata"]["name"] for one in documents] == ["a", "a-drift"]
    printed = CliRunner().invoke(main, [*line, "--out", str(tmp_path / "none"), "--drift", "--json"])
    assert json.loads(printed.output)["files"]["a.yaml"] == documents
    assert not (tmp_path / "none").exists()
