"""What a terminal shows of a run over many tenants, and what a pipeline shows instead."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path

import pytest
from rich.console import Console

from stacks.commands.common import shown
from stacks.engine import Engine
from stacks.fleet.interrupts import Interrupts
from stacks.fleet.live import Live
from stacks.fleet.record import Record
from stacks.fleet.rings import Ring
from stacks.fleet.runner import Limits, Runner
from stacks.fleet.selection import Selected
from stacks.fleet.view import Lines, is_terminal

RINGS = (Ring("pilot", ("t0", "t1")), Ring("broad", tuple(f"t{n}" for n in range(2, 40))))
EVERY = [Selected(tenant, ring, "") for ring in RINGS for tenant in ring.tenants]
URN = "urn:pulumi:t0::p::pulumi-python:dynamic/intune:Ios::mail"


def _live(width: int = 80, height: int = 24) -> tuple[Live, Console]:
    console = Console(file=io.StringIO(), width=width, height=height, force_terminal=True, color_system=None)
    return Live(shown, console), console


def _lines(live: Live, console: Console) -> list[str]:
    drawn = io.StringIO()
    Console(file=drawn, width=console.width, height=console.height, color_system=None).print(live.frame())
    return drawn.getvalue().splitlines()


@pytest.mark.parametrize(("width", "height"), [(80, 24), (40, 6), (200, 60)])
def test_frame_fits_into_the_terminal(width: int, height: int) -> None:
    """Forty tenants, or as many as there is room for; the totals are always there."""
    live, console = _live(width, height)
    with live.over(EVERY, "up"):
        lines = _lines(live, console)
    assert len(lines) == min(len(EVERY) + 1, height - 2)
    assert max(map(len, lines)) <= width
    assert lines[-1].startswith("up: 0 of 40 ended, 0 at work, 40")


def test_row_says_what_is_done_or_waited_for(tmp_path: Path) -> None:
    """Those at work stand first, with the last thing that their engine has said."""
    live, console = _live()
    output = tmp_path / "t1.json"
    with live.over(EVERY, "up"):
        live.started("t1", output)
        assert _lines(live, console)[0].split() == ["t1", "pilot", "0:00", "at", "work"]
        event = {"resourcePreEvent": {"metadata": {"op": "create", "urn": URN}}}
        output.write_text(json.dumps(event) + '\n{"cut', encoding="utf-8")
        assert _lines(live, console)[0].split() == ["t1", "pilot", "0:00", "create", "mail"]
        waits = {"diagnosticEvent": {"message": "waits for the quota \u001b[2J", "severity": "info"}}
        output.write_text(json.dumps(event) + "\n" + json.dumps(waits) + "\n", encoding="utf-8")
        lines = _lines(live, console)
        assert r"waits for the quota \x1b[2J" in lines[0]
        assert lines[1].split() == ["t0", "pilot", "waits", "for", "its", "turn"]
        assert lines[2].split() == ["t2", "broad", "waits", "for", "ring", "pilot", "to", "end", "well"]
        debug = {"diagnosticEvent": {"message": "registering resource: ty=pulumi", "severity": "debug"}}
        output.write_text(json.dumps(event) + "\n" + json.dumps(debug) + "\n", encoding="utf-8")
        assert _lines(live, console)[0].split() == ["t1", "pilot", "0:00", "create", "mail"]
        live.ended("t1", "updated in 3 s")
        assert _lines(live, console)[-1].startswith("up: 1 of 40 ended, 0 at work, 39 waiting")
    assert "t1: updated in 3 s\n" in console.file.getvalue()  # type: ignore[attr-defined]


def test_run_is_drawn_and_leaves_a_line_for_each_tenant(tmp_path: Path) -> None:
    """A run within the run takes its place on the screen, and gives it back."""
    live, console = _live()
    engine = Engine((sys.executable, "-c", """print('{"steps": [], "changeSummary": {"same": 1}}')"""), "t", tmp_path)
    record = Record.begin(tmp_path / "runs", "up", ["t0", "t2"], {})
    runner = Runner("up", record, lambda _: engine, Limits(2), Interrupts(live.said), live)

    def look(members: object) -> str:
        assert members in ([EVERY[0]], [EVERY[2]])
        inner = Record.begin(tmp_path / "runs", "look", ["t0"], {})
        Runner("drift", inner, lambda _: engine, Limits(2), Interrupts(live.said), live).run(EVERY[:1])
        return ""

    results = runner.run([EVERY[0], EVERY[2]], look)
    assert [one.status for one in results] == ["done", "done"]
    said = [line.strip() for line in console.file.getvalue().splitlines()]  # type: ignore[attr-defined]
    for what, count in (("updated", 2), ("refreshed", 2)):
        assert sum(bool(re.search(rf"{what} in \d+ s: no change", line)) for line in said) == count


def test_pipeline_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where it claims to be a terminal; and one that says what is at work when nothing ends."""
    written: list[str] = []
    lines = Lines(written.append)
    lines.started("t0", Path("x"))
    lines.still(["t0"])
    lines.still([])
    lines.ended("t0", "done")
    assert written == ["still at work: t0", "still at work: nothing", "t0: done"]
    monkeypatch.setattr(sys, "stderr", _Terminal())
    for name in ("CI", "GITHUB_ACTIONS", "TF_BUILD", "TERM", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    assert is_terminal()
    for name, value in (("CI", "true"), ("TERM", "dumb"), ("TTY_INTERACTIVE", "0")):
        with monkeypatch.context() as one:
            one.setenv(name, value)
            assert not is_terminal()


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True
