"""The bench itself: its page says what was measured, and judges it by the floor of the same run."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from bench import __main__ as main
from bench import report, targets, watching
from bench.cases import CASES, CREATE, QUOTA
from bench.figures import FLEET, FLOOR, OURS, SINGLES, Figures, FleetSample, Sample, Spread
from bench.keeping import keep, kept


def test_command_that_fails_is_no_measurement(tmp_path: Path) -> None:
    """Its output is the error's text."""
    with pytest.raises(watching.Failed, match=r"ended with 3:\nno"):
        watching.run([sys.executable, "-c", "print('no'); raise SystemExit(3)"], {}, tmp_path)


def sample(seconds: float, requests: int = 0, peak: int = 50_000_000, writes: int = 0) -> Sample:
    """Make up a sample."""
    return Sample(seconds, peak, requests, writes, 2, 0, 0, seconds, 0.0)


def invented() -> Figures:
    """Make up figures with which every target is met, but for one second in a no-op up."""
    figures = Figures("an engine", import_seconds=[0.03])
    for case in (*CASES, QUOTA):
        for _ in range(3):
            size, writes = (500, 500) if case is QUOTA else (1000, 2001 if case is CREATE else 0)
            figures.add(case.key, FLOOR, size, sample(10.0))
            figures.add(
                case.key, OURS, size, sample(11.0, 0 if case.key in {"preview", "up"} else writes, writes=writes)
            )
    figures.samples["up", OURS, 1000] = [sample(12.5)] * 3
    figures.samples["quota", OURS, 500] = [sample(83.0, 501, writes=500)] * 3
    figures.add_fleet("preview", SINGLES, 50, FleetSample(100.0, 180.0, 0))
    figures.add_fleet("preview", FLEET, 50, FleetSample(110.0, 190.0, 60_000_000))
    figures.state = {(OURS, 1000): (600, 2900), (FLOOR, 1000): (540, 2600)}
    return figures


def test_target_that_is_missed_is_told_with_by_how_much() -> None:
    """Limits come from the floor of the same run."""
    missed = [verdict for verdict in targets.verdicts(invented()) if not verdict.met]
    assert [(one.what, one.measured, round(one.limit, 6)) for one in missed] == [
        ("no-op up, N = 1,000: time", 12.5, 11.5)
    ]


def test_fleet_is_judged_by_as_many_single_runs() -> None:
    """Time by theirs, and the memory of the command by itself."""
    figures = invented()
    figures.fleet["preview", FLEET, 50] = [FleetSample(116.0, 190.0, 151_000_000)]
    missed = [verdict for verdict in targets.verdicts(figures) if not verdict.met and "tenants" in verdict.what]
    assert [(one.what, round(one.limit, 6), one.measured) for one in missed] == [
        ("preview of 50 tenants: time", 115.0, 116.0),
        ("preview of 50 tenants: memory of the command", 150, 151.0),
    ]


def test_path_without_a_program_leads_to_all_others(tmp_path: Path) -> None:
    """The stand-in is measured where a Pulumi CLI is on the PATH, too."""
    for name in ("with", "beside"):
        (tmp_path / name).mkdir()
    program = tmp_path / "with" / ("pulumi.exe" if os.name == "nt" else "pulumi")
    program.write_text("", encoding="utf-8")
    program.chmod(0o755)
    path = os.pathsep.join(str(tmp_path / name) for name in ("with", "beside"))
    assert watching.without("pulumi", {"PATH": path, "HOME": "h"}) == {"PATH": str(tmp_path / "beside"), "HOME": "h"}


@pytest.mark.parametrize(("writes", "seconds"), [(1, 0), (100, 0), (101, 20), (500, 80), (501, 100)])
def test_least_seconds_follow_from_the_quota(writes: int, seconds: float) -> None:
    """A hundred writes in any twenty seconds."""
    assert targets.least_quota_seconds(writes) == seconds


def test_page_says_what_was_measured(tmp_path: Path) -> None:
    """The same figures make the same page and the same plots, to the letter."""
    pytest.importorskip("matplotlib", reason="the bench's tools are not installed: requirements-bench.txt")
    pages = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        report.write([invented(), replace(invented(), engine="another")], [], tmp_path / name / "benchmarks.md")
        pages.append({path.name: path.read_text(encoding="utf-8") for path in sorted((tmp_path / name).iterdir())})
    assert pages[0] == pages[1]
    assert list(pages[0]) == ["benchmarks-requests.svg", "benchmarks-seconds.svg", "benchmarks.md"]
    page = pages[0]["benchmarks.md"]
    assert "| no-op up | 1,000 | this provider | 0 | 0 | 12.50 / 12.50 / 12.50 | 50 |" in page
    assert "| no-op preview | 50 | one command | 110.0 / 110.0 / 110.0 | 190.0 | 60 |" in page
    assert "**missed** by 1.00 s" in page
    assert page.index("## With an engine") < page.index("## With another")
    assert all(f"]({name})" in page for name in pages[0] if name.endswith(".svg"))


def test_tools_are_looked_for_before_anything_is_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An hour of measurements must not end in an import that fails."""
    monkeypatch.setattr(main, "_TOOLS", ("no_such_tool",))
    assert main.main(["--sizes", "1000"]) == 2
    assert "the bench needs no_such_tool" in capsys.readouterr().err


def test_figures_are_kept_as_they_are(tmp_path: Path) -> None:
    """What comes back from the file is what was measured; a later measurement replaces the file."""
    figures = invented()
    figures.notes.append("nothing")
    figures.import_bytes["requests"] = 7
    for _ in range(2):
        keep([figures], tmp_path / "made" / "figures.json")
        assert kept(tmp_path / "made" / "figures.json") == [figures]
        figures.add("preview", OURS, 1000, sample(1.0))
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["figures.json"]


def test_size_that_broke_off_is_not_judged() -> None:
    """The page of a run that was interrupted judges what was measured to its end, and shows the rest."""
    figures = invented()
    judged = [verdict.what for verdict in targets.verdicts(figures)]
    figures.add("preview", OURS, 2000, sample(11.0))
    assert [verdict.what for verdict in targets.verdicts(figures)] == judged


@pytest.mark.skipif(find_spec("matplotlib") is None, reason="the bench's tools are not installed")
def test_kept_figures_make_a_page(tmp_path: Path) -> None:
    """Without measuring anything."""
    keep([invented()], tmp_path / "figures.json")
    assert main.main(["--from", str(tmp_path / "figures.json"), "--out", str(tmp_path / "page.md")]) == 0
    assert "| no-op up | 1,000 | this provider |" in (tmp_path / "page.md").read_text(encoding="utf-8")


def test_spread_is_the_least_the_median_and_the_most() -> None:
    """Of any number of samples."""
    assert Spread.of([3.0, 1.0, 2.0]) == Spread(1.0, 2.0, 3.0)
    assert Spread.of([4.0]) == Spread(4.0, 4.0, 4.0)
