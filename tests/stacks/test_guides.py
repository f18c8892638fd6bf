"""The guides, followed by typing what they say and nothing else, in a fresh copy of the project."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import stack_runners
from tests.sandbox_control import Portal
from tests.stack_runners import ROOT, Stack

pytestmark = pytest.mark.slow

TENANT = "5a9db0c5-0000-4000-8000-00000000000a"
GUIDES = ROOT / "docs" / "guides"
_BLOCK = re.compile(r"^```(yaml|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_STACK_FILE = "stacks/Pulumi.contoso.yaml"


def first_tenant(_portal: Portal) -> None:
    """The tenant is empty."""


def existing_tenant(portal: Portal) -> None:
    """Fill a tenant as people do by hand."""
    type_ = "#microsoft.graph."
    credential = portal.seed(
        "derivedCredentials", displayName="DoD Purebred", issuer="purebred", notificationType="companyPortal"
    )
    for name, kind in (
        ("Android - mail", "androidDeviceOwnerDerivedCredentialAuthenticationConfiguration"),
        ("iOS - everything", "iosDerivedCredentialAuthenticationConfiguration"),
        ("VPN (field)", "iosVpnConfiguration"),
    ):
        own = {"certificateAccessType": "userApproval"} if name.startswith("Android") else {}
        portal.seed(
            "deviceConfigurations",
            **{"@odata.type": type_ + kind, **own},
            displayName=name,
            derivedCredentialSettings=credential,
        )
    for _ in range(2):
        kind = "iosDerivedCredentialAuthenticationConfiguration"
        portal.seed("deviceConfigurations", **{"@odata.type": type_ + kind}, displayName="Pilot")


def fifty_tenants(portal: Portal) -> None:
    """Give the tenant what the guide calls by name."""
    portal.seed("groups", displayName="Intune - iOS corporate-owned")
    portal.seed("assignmentFilters", displayName="Rugged devices")
    portal.seed("roleScopeTags", displayName="Helpdesk", id="7")


def deploying_rings(_portal: Portal) -> None:
    """The tenants are empty."""


def pull_requests(_portal: Portal) -> None:
    """The tenant is empty."""


def nightly_drift(_portal: Portal) -> None:
    """The tenant is empty."""


def states(_portal: Portal) -> None:
    """The tenant is empty."""


FOLLOWED = [first_tenant, existing_tenant, fifty_tenants, deploying_rings, pull_requests, nightly_drift, states]


@pytest.mark.parametrize("prepare", FOLLOWED, ids=lambda one: one.__name__)
def test_guide_works_as_it_is_written(stack: Stack, portal: Portal, prepare: object) -> None:
    """Each file is written, each command typed; what a command of this project prints is what the guide shows."""
    name = getattr(prepare, "__name__", "")
    folder = stack_runners.project_copy(stack.folder)
    (folder / "stacks" / "Pulumi.dev.yaml").unlink()
    globals()[name](portal)
    for language, text in _blocks((GUIDES / f"{name.replace('_', '-')}.md").read_text(encoding="utf-8")):
        if language == "yaml":
            _write(folder, text)
        else:
            for command, shown in _typed(text):
                _type(stack, command, shown)


def test_every_guide_is_followed() -> None:
    """A guide that is added is followed too."""
    assert {path.stem.replace("-", "_") for path in GUIDES.glob("*.md")} == {one.__name__ for one in FOLLOWED}


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    for block in _BLOCK.finditer(text):
        yield block[1], block[2]


def _write(folder: Path, text: str) -> None:
    """Write a file: a comment in its first line names it; else it is the stack's. The tenant is the sandbox's."""
    named = re.match(r"# (stacks/\S+)\n", text)
    path = folder / (named[1] if named else _STACK_FILE)
    path.parent.mkdir(exist_ok=True)
    there = path.read_text(encoding="utf-8") if path.exists() else ""
    salt = "".join(re.findall(r"^encryptionsalt: .*\n", there, re.MULTILINE))
    text = text.replace("00000000-0000-0000-0000-000000000000", TENANT).replace("cloud: public", "cloud: sandbox")
    path.write_text(text + salt, encoding="utf-8")


def _typed(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each command with the lines that the guide shows for it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, *shown = part.splitlines()
        yield command, [line for line in shown if line.strip()]


def _type(stack: Stack, command: str, shown: list[str]) -> None:
    words = shlex.split(command)
    ours = words[0] == "python"
    if ours:
        words[0] = sys.executable
    elif stack.engine_environment:
        words = [stack.command[0], *words[1:], "--non-interactive"]
    elif words[1] == "stack":
        return  # the stand-in makes a stack with its first update
    else:
        words = [sys.executable, "-m", "sandbox.engine", *words[1:]]
    environment = {**os.environ, **stack.engine_environment, **stack.environment}
    if stack.engine_environment:
        environment["PATH"] = f"{Path(stack.command[0]).parent}{os.pathsep}{environment['PATH']}"
    else:  # a CLI of the machine has no state of these stacks
        bare = [one for one in environment["PATH"].split(os.pathsep) if not shutil.which("pulumi", path=one)]
        environment["PATH"] = os.pathsep.join(bare)
    done = subprocess.run(
        words, cwd=stack.folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    printed = done.stdout + done.stderr
    expected = {0, 1} if "doctor" in words and not stack.engine_environment else {0}  # without a CLI, doctor says so
    assert done.returncode in expected, f"{command}\n{printed}"
    lines = [_without_ids(line) for line in printed.splitlines()]
    missing = [line for line in shown if _without_ids(line) not in lines]
    assert missing == [], f"{command}\n{printed}"


def _without_ids(line: str) -> str:
    return re.sub(r"\s+", " ", _ID.sub("<id>", line)).strip()
