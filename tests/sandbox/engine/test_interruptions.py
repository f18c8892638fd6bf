"""Engines that are asked to stop, or made to, and engines that meet."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

from sandbox.engine.errors import Locked
from sandbox.engine.state.lock import lock
from tests.sandbox.engine.engine_project import Workshop, kill
from tests.sandbox.engine.gate import Gate

signals = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to send to one process")


def _program(gate: Gate) -> str:
    return f"a = Thing('a', name='A', gate={gate.port})\nThing('b', name='B', owner=a.serial)"


def _line(process: subprocess.Popen[str], text: str) -> None:
    """Read what a process says on standard error until it says something."""
    assert process.stderr is not None
    assert any(text in line for line in process.stderr)


def test_killed(workshop: Workshop, gate: Gate) -> None:
    """
    A killed engine leaves a state that says what it was doing; the next one warns of that, and goes on.

    The plugin outlives it, as with the Pulumi CLI. What may have been created stays on record until somebody says
    that it was looked after.
    """
    workshop.program(_program(gate))
    engine = workshop.start("up", "--skip-preview")
    plugin = gate.wait()
    engine.kill()
    engine.communicate()
    kill(plugin)
    assert workshop.pending == [("creating", "a")]
    assert list(workshop.state) == ["demo-dev", "default"]
    result = workshop.up("Thing('a', name='A')")
    assert result.succeeded
    warning = result.diagnostics[0].message
    assert "update resources with 1 pending operations from previous deployment" in warning
    assert "demo:Thing::a, interrupted while creating" in warning
    assert "a" in workshop.state
    assert workshop.pending == [("creating", "a")]
    assert workshop.engine().refresh().succeeded
    assert workshop.pending == [("creating", "a")]
    assert workshop.engine().refresh(clear_pending_creates=True).succeeded
    assert workshop.pending == []


@signals
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_engine_that_is_interrupted_begins_nothing_new(workshop: Workshop, gate: Gate, number: signal.Signals) -> None:
    """Asked once, the engine begins nothing new, waits for what runs, and writes the result down."""
    workshop.program(_program(gate))
    engine = workshop.start("up", "--skip-preview")
    gate.wait()
    engine.send_signal(number)
    _line(engine, "cancelling")
    gate.open()
    out, _ = engine.communicate(timeout=30)
    assert engine.returncode == 1
    assert "error: update canceled" in out
    assert list(workshop.state) == ["demo-dev", "default", "a"]
    assert workshop.pending == []
    assert workshop.log == ["create A-1"]


@signals
def test_made_to_stop(workshop: Workshop, gate: Gate) -> None:
    """Asked twice, it ends program and plugin at once; what was running is a pending operation."""
    workshop.program(_program(gate))
    engine = workshop.start("up", "--skip-preview")
    plugin = gate.wait()
    for _ in range(2):
        engine.send_signal(signal.SIGINT)
        _line(engine, "immediately")
    engine.communicate(timeout=30)
    assert engine.returncode == 1
    assert workshop.pending == [("creating", "a")]
    with pytest.raises(ProcessLookupError):
        os.kill(plugin, 0)


def test_one_engine_at_a_time(workshop: Workshop, gate: Gate) -> None:
    """While one engine changes a stack another may look, but not touch."""
    workshop.program(_program(gate))
    engine = workshop.start("up", "--skip-preview")
    gate.wait()
    with pytest.raises(Locked, match=f"currently locked by process {engine.pid}"):
        workshop.up()
    assert workshop.preview("").succeeded
    gate.open()
    engine.communicate(timeout=30)
    assert list(workshop.state) == ["demo-dev", "default", "a", "b"]


def test_lock_of_the_dead(workshop: Workshop) -> None:
    """The lock of a process that is no more is taken over; one without a name is not."""
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    path = workshop.state_file.with_name("state.json.lock")
    path.write_text(json.dumps({"pid": dead.pid}), encoding="utf-8")
    with lock(workshop.state_file):
        assert json.loads(path.read_text(encoding="utf-8")) == {"pid": os.getpid()}
        with pytest.raises(Locked), lock(workshop.state_file):
            pass
        assert path.exists()
    assert not path.exists()
    path.touch()
    with pytest.raises(Locked, match="another process"), lock(workshop.state_file):
        pass
    assert [each.name for each in workshop.folder.glob("*.lock*")] == ["state.json.lock"]
