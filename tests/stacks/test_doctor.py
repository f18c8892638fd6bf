"""`python -m stacks doctor`: each line has an id, each fault a remedy, and nothing secret is printed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from sandbox.graph.identity import CLIENT_ID, CLIENT_SECRET
from stacks.__main__ import COMMANDS
from tests.sandbox_control import Portal
from tests.stack_runners import ROOT, Stack

TENANT = "5a9db0c5-0000-4000-8000-00000000000a"


def _checks(stack: Stack, *, signed_in: bool = True) -> dict[str, dict[str, Any]]:
    outcome = stack.stacks("doctor", "--json", signed_in=signed_in)
    assert CLIENT_SECRET not in outcome.text
    document = json.loads(outcome.text)
    assert outcome.status == (1 if document["failed"] else 0)
    for check in document["checks"]:
        assert check["remedy"] or check["status"] in ("ok", "skip", "warn"), check
        assert check["summary"]
    return {check["id"]: check for check in document["checks"]}


@pytest.fixture
def configured(stack: Stack) -> Stack:
    """Configure a stack that declares nothing."""
    stack.configure(tenantId=TENANT, cloud="sandbox")
    return stack


def test_stack_that_is_ready_has_nothing_to_mend(configured: Stack, portal: Portal) -> None:
    """Files, state, sign-in and tenant; the machine is the test's own and may lack a CLI."""
    portal.requests()
    checks = _checks(configured)
    wrong = [one for one in checks.values() if one["status"] == "fail" and not one["id"].startswith("machine.")]
    assert wrong == []
    assert CLIENT_ID in checks["sign-in.token"]["summary"]
    assert checks["tenant.read.derivedCredentials"]["status"] == "ok"
    assert checks["machine.clock"]["status"] == "ok"
    assert not portal.writes()


@pytest.mark.parametrize(
    ("switch", "id_", "wanted"),
    [
        ({"roles": ["Group.Read.All"]}, "sign-in.permissions", ("warn", "is missing for DerivedCredentialSettings")),
        ({"roles": ["Group.Read.All"]}, "tenant.read.deviceConfigurations", ("fail", "403")),
        ({"secret": "expired"}, "sign-in.token", ("fail", "AADSTS7000222")),
        ({"licensed": False}, "tenant.read.derivedCredentials", ("fail", "Request not applicable to target tenant")),
        ({"tokenTenantId": "1" * 8 + "-1111-4111-8111-" + "1" * 12}, "sign-in.token", ("fail", "the token is one of")),
    ],
)
def test_fault_of_the_tenant_is_told_apart(
    configured: Stack, portal: Portal, switch: dict[str, Any], id_: str, wanted: tuple[str, str]
) -> None:
    """A permission, a licence, a secret that has expired, another tenant: each has a line of its own."""
    portal.switch(**switch)
    check = _checks(configured)[id_]
    assert check["status"] == wanted[0]
    assert wanted[1] in check["summary"]


def test_missing_sign_in_skips_what_needs_it(configured: Stack) -> None:
    """A check that was not made says why."""
    checks = _checks(configured, signed_in=False)
    assert checks["config.settings"]["status"] == "fail"
    assert checks["sign-in.permissions"] == {
        "id": "sign-in.permissions",
        "status": "skip",
        "summary": "the settings are not complete",
        "remedy": "",
    }


def test_mistake_in_the_stack_file_is_the_first_thing_said(configured: Stack) -> None:
    """With the number of the others."""
    configured.configure(tenantId=TENANT, cloud="sandbox", iosProfiles={"p": {}, "q": {"display_nam": "Q"}})
    summary = _checks(configured)["files.stack"]["summary"]
    assert summary.startswith("iosProfiles.p.display_name: is required")
    assert "(and 2 more)" in summary


def test_help_of_every_command_loads_nothing_heavy() -> None:
    """`--help` must answer at once: neither the SDK nor the HTTP library is loaded for it."""
    commands = ("", *COMMANDS)
    code = "import sys; sys.argv[1:] = [*{words!r}, '--help']\nimport runpy\n"
    code += "try: runpy.run_module('stacks', run_name='__main__')\n"
    code += "except SystemExit: sys.exit(sorted({{'pulumi', 'requests', 'azure'}} & set(sys.modules)) or 0)"
    for command in commands:
        words = [command] if command else []
        done = subprocess.run(
            [sys.executable, "-c", code.format(words=words)],
            cwd=ROOT,
            env=os.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (command, done.stderr)
        assert "Exit codes:" in done.stdout, command
