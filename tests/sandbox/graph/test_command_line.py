"""`python -m sandbox.graph`, as a process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.graph import Sandbox
from tests.sandbox_control import Portal

ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """Start it and wait until it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox.graph", *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.communicate(timeout=20)


def settings(ready: dict[str, Any]) -> dict[str, Any]:
    """Read the switches."""
    found: dict[str, Any] = requests.get(f"{ready['graphEndpoint']}/_sandbox/settings", timeout=10).json()
    return found


def test_command_prints_one_line_and_ends_quietly() -> None:
    """The line has all a client needs; SIGTERM ends it with 0 and without another word."""
    with running() as (process, ready):
        assert set(ready) >= {
            "authorityHost",
            "caFile",
            "graphEndpoint",
            "proxy",
            "tenantId",
            "clientId",
            "clientSecret",
        }
        assert ready["environment"] == {
            "INTUNE_GRAPH_ENDPOINT": ready["graphEndpoint"],
            "AZURE_AUTHORITY_HOST": ready["authorityHost"],
            "AZURE_TENANT_ID": ready["tenantId"],
            "AZURE_CLIENT_ID": ready["clientId"],
            "AZURE_CLIENT_SECRET": ready["clientSecret"],
            "REQUESTS_CA_BUNDLE": ready["caFile"],
        }
        assert ready["cloudEnvironment"] == {
            "HTTPS_PROXY": ready["proxy"],
            "AZURE_TENANT_ID": ready["tenantId"],
            "AZURE_CLIENT_ID": ready["clientId"],
            "AZURE_CLIENT_SECRET": ready["clientSecret"],
            "REQUESTS_CA_BUNDLE": ready["caFile"],
        }
        shown = settings(ready)
        assert (shown["pageSize"], shown["latencyMs"]) == (100, 0)
        assert not any((shown["quota"], shown["oneIssuer"], shown["approval"]))
        process.terminate()
        out, err = process.communicate(timeout=20)
        assert (out, err) == ("", "")
        if os.name != "nt":  # Windows has no SIGTERM: there terminate() is the end of everything
            assert process.returncode == 0
            assert not Path(ready["caFile"]).parent.exists()


@pytest.mark.skipif(os.name == "nt", reason="a process cannot be sent Ctrl-C alone there")
def test_ctrl_c_ends_it_as_quietly() -> None:
    """SIGINT is no accident."""
    with running() as (process, _):
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        assert (process.returncode, out, err) == (0, "", "")


def test_its_options_are_switches() -> None:
    """Each sets one."""
    options = ("--page-size", "7", "--latency-ms", "1", "--quota", "on", "--one-issuer", "on", "--approval", "on")
    with running(*options) as (_, ready):
        shown = settings(ready)
        assert (shown["pageSize"], shown["latencyMs"]) == (7, 1)
        assert all((shown["quota"], shown["oneIssuer"], shown["approval"]))


@pytest.mark.skipif(os.name == "nt", reason="kill() is not abrupt enough to prove anything there")
def test_its_state_survives_being_killed(tmp_path: Path) -> None:
    """What was answered is kept, however it ends."""
    path = str(tmp_path / "state.json")
    with running("--state", path) as (process, ready):
        portal = Portal(ready["graphEndpoint"])
        key = portal.seed("derivedCredentials", displayName="Kept")
        portal.close()
        process.kill()
        process.wait(timeout=20)
    with running("--state", path) as (_, ready):
        portal = Portal(ready["graphEndpoint"])
        assert [each["id"] for each in portal.objects()] == [key]
        portal.close()


@pytest.mark.parametrize(
    "wrong",
    [
        ("--page-size", "x"),
        ("--page-size", "0"),
        ("--latency-ms", "-1"),
        ("--quota", "maybe"),
        ("--nope",),
        ("--state", str(Path(__file__))),
    ],
)
def test_wrong_option_is_an_error(wrong: tuple[str, ...]) -> None:
    """With the usage and not a traceback, and exit code 2."""
    done = subprocess.run(
        [sys.executable, "-m", "sandbox.graph", *wrong], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: python -m sandbox.graph")
    assert "Traceback" not in done.stderr


def test_port_in_use_is_an_error(sandbox: Sandbox) -> None:
    """One sentence, and exit code 2."""
    port = sandbox.graph_endpoint.rpartition(":")[2]
    done = subprocess.run(
        [sys.executable, "-m", "sandbox.graph", "--port", port], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (2, "", False)
