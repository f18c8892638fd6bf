"""A repository with some tenants, checked out by a pipeline, and an engine that says what it is told to."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.stack_runners import PROJECT, ROOT

TENANT = "5a9db0c5-0000-4000-8000-00000000000a"
IOS = "pulumi-python:dynamic/intune:IosDerivedCredentialAuthenticationConfiguration"
UPDATE: dict[str, Any] = {
    "op": "update",
    "urn": f"urn:pulumi:t::{PROJECT}::{IOS}::mail",
    "detailedDiff": {"description": {"kind": "update"}},
    "oldState": {"inputs": {"description": "one"}, "outputs": {}, "id": "1"},
    "newState": {"inputs": {"description": "two"}},
}
"""A step of a digest: the profile mail gets another description."""
_PULUMI = """\
#!/bin/sh
verb=$1
while [ $# -gt 0 ]; do case $1 in --stack) stack=$2;; esac; shift; done
echo "$verb $stack" >> "$FAKE/calls"
for name in "$verb-$stack" "$verb"; do
  if [ -f "$FAKE/$name" ]; then cat "$FAKE/$name"; [ -f "$FAKE/$name.fails" ] && exit 255; exit 0; fi
done
"""


class Repository:
    """The first tenant is the ring pilot, all others are the ring broad."""

    def __init__(self, tmp_path: Path, tenants: list[str]) -> None:
        self.folder, self.programs, self._fake = tmp_path / "checkout", tmp_path / "programs", tmp_path / "fake"
        self.programs.mkdir()
        self._fake.mkdir()
        self.program("pulumi", _PULUMI)
        shutil.copytree(ROOT / "provider", self.folder / "provider", ignore=shutil.ignore_patterns("__pycache__"))
        ignored = shutil.ignore_patterns("__pycache__", "Pulumi.*.yaml", "names", "baselines")
        shutil.copytree(ROOT / "stacks", self.folder / "stacks", ignore=ignored)
        for name in ("Pulumi.yaml", "__main__.py", ".gitignore"):
            shutil.copy(ROOT / name, self.folder)
        for name in (".venv", "sandbox"):
            (self.folder / name).symlink_to(ROOT / name)
        for tenant in tenants:
            self.declare(tenant, "one")
        rings = [{"name": "pilot", "tenants": tenants[:1]}, {"name": "broad", "tenants": tenants[1:]}]
        text = json.dumps({"rings": [one for one in rings if one["tenants"]]})
        (self.folder / "stacks" / "rings.yaml").write_text(text, encoding="utf-8")
        self.git("init", "-q", "-b", "main")
        (self.folder / ".git" / "info" / "exclude").write_text(".venv\nsandbox\n", encoding="utf-8")
        self.commit()
        self.base = self.git("rev-parse", "HEAD")
        path = f"{self.programs}{os.pathsep}{os.environ['PATH']}"
        self.environment = {"PATH": path, "HOME": str(tmp_path), "FAKE": str(self._fake)}
        for command in ("preview", "refresh", "up"):
            self.says(command, [])

    def program(self, name: str, script: str) -> None:
        """Put a program on the path of the jobs."""
        (self.programs / name).write_text(script, encoding="utf-8")
        (self.programs / name).chmod(0o755)

    def declare(self, tenant: str, description: str) -> None:
        """Write a stack file."""
        config = {"tenantId": TENANT, "iosProfiles": {"mail": {"display_name": "M", "description": description}}}
        text = json.dumps({"config": {f"{PROJECT}:{key}": value for key, value in config.items()}})
        (self.folder / "stacks" / f"Pulumi.{tenant}.yaml").write_text(text, encoding="utf-8")

    def git(self, *words: str) -> str:
        """Run git in the checkout."""
        own = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
        line = [str(shutil.which("git")), "-C", str(self.folder), *own, *words]
        return subprocess.run(line, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self) -> None:
        """Commit everything but what a runner links in."""
        self.git("add", "-A")
        self.git("commit", "-qm", "change")

    def says(self, command: str, steps: list[dict[str, Any]], *, errors: str = "") -> None:
        """Let the engine say that of a command: `preview`, or `preview-t1` for one tenant."""
        counts: dict[str, int] = {"same": 1}
        for step in steps:
            counts[step["op"]] = counts.get(step["op"], 0) + 1
        document: dict[str, Any] = {"steps": steps, "changeSummary": counts}
        if errors:
            document["diagnostics"] = [{"severity": "error", "message": errors}]
            (self._fake / f"{command}.fails").touch()
        (self._fake / command).write_text(json.dumps(document), encoding="utf-8")

    def calls(self) -> list[str]:
        """Return what the engine was asked for."""
        path = self._fake / "calls"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []
