"""What people see, as a function of events: rows, differences, diagnostics, summaries."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest

from sandbox.engine.display.diffview import DiffView
from sandbox.engine.display.digest import Digest
from sandbox.engine.display.progress import ProgressView
from sandbox.engine.display.summary import summary
from sandbox.engine.display.textdiff import line_diff
from sandbox.engine.display.words import Palette
from sandbox.engine.events import (
    Diagnostic,
    Event,
    Finished,
    Op,
    Severity,
    Started,
    StepBegun,
    StepDone,
    StepFailed,
    StepInfo,
)
from sandbox.engine.state.differences import compare, detail
from sandbox.engine.state.resources import State
from sandbox.engine.state.values import UNKNOWN, Properties, Secret

STACK = "urn:pulumi:dev::demo::pulumi:pulumi:Stack::demo-dev"
THING = "urn:pulumi:dev::demo::pkg:mod/thing:Thing::a"
PLAIN = Palette(coloured=False)


def _state(inputs: Properties | None = None, *, urn: str = THING, **more: Any) -> State:
    custom = urn != STACK
    outputs = dict(inputs or {})
    type_ = "pkg:mod/thing:Thing" if custom else "pulumi:pulumi:Stack"
    values = {"custom": custom, "type": type_, "inputs": inputs or {}, "outputs": outputs, "id": "1" if custom else ""}
    return State(urn=urn, **{**values, **more})


def _step(op: Op, old: State | None, new: State | None, **more: Any) -> StepInfo:
    resource = new or old
    assert resource is not None
    found = compare(old.inputs, new.inputs) if old and new else None
    details = {"detail": detail(found) if found else None, "logical": True, **more}
    return StepInfo(op, resource.urn, old, new, **details)


def _rows(events: Iterable[Event], *, preview: bool = False) -> list[str]:
    """Return the lines of the progress view, with a clock that goes on by a second at each look."""
    written: list[str] = []
    ticks = iter(range(1000))
    view = ProgressView(STACK, written.append, PLAIN, clock=lambda: float(next(ticks)))
    view.on_event(Started(preview))
    for event in events:
        view.on_event(event)
    return "".join(written).splitlines()[1:]


def _differences(step: StepInfo) -> list[str]:
    """Return what the view of differences says of a step, without its heading."""
    written: list[str] = []
    view = DiffView(written.append, written.append, PLAIN)
    view.on_event(Started(preview=True))
    view.on_event(StepBegun(step))
    heading, _, rest = "".join(written).partition(f"[urn={step.urn}]\n")
    assert heading
    return rest.splitlines()


# ---------------------------------------------------------------- rows


def test_rows_of_a_step() -> None:
    """A step has a row when it begins and one when it is done, with its time and what differs."""
    step = _step(Op.UPDATE, _state({"a": 1, "b": 1}), _state({"a": 2, "c": 1}))
    assert _rows([StepBegun(step), StepDone(step)]) == [
        " ~  pkg:mod:Thing a updating (1s) [diff: +c-b~a]",
        " ~  pkg:mod:Thing a updated (2s) [diff: +c-b~a]",
    ]
    assert _rows([StepBegun(step), StepDone(step)], preview=True) == [" ~  pkg:mod:Thing a update [diff: +c-b~a]"]


def test_sames_have_no_rows() -> None:
    """A resource that stays as it is shows only when it has something to say, or its protection changes."""
    same = _step(Op.SAME, _state({"a": 1}), _state({"a": 1}))
    assert _rows([StepBegun(same), StepDone(same)]) == []
    said = Diagnostic(Severity.INFO, "hello\nworld", THING)
    assert _rows([StepBegun(same), said]) == ["    pkg:mod:Thing a  hello"]
    protected = _step(Op.SAME, _state({"a": 1}), _state({"a": 1}, protect=True))
    assert _rows([StepBegun(protected), StepDone(protected)]) == ["    pkg:mod:Thing a  [diff: ~protect]"]


def test_rows_of_a_failure() -> None:
    """A failed step says so; so does, at the end, one that was interrupted."""
    failed = _step(Op.CREATE, None, _state({"a": 1}))
    running = _step(Op.DELETE, _state({"a": 1}, urn=THING + "2", retain_on_delete=True), None)
    error = Diagnostic(Severity.ERROR, "cannot", THING)
    rows = _rows(
        [
            StepBegun(running),
            StepBegun(failed),
            error,
            StepFailed(failed),
            Finished(preview=False, changes={}, seconds=61.2, succeeded=False),
        ]
    )
    assert rows[:5] == [
        " -  pkg:mod:Thing a2 deleting (1s)[retain]",
        " +  pkg:mod:Thing a creating (1s)",
        " +  pkg:mod:Thing a creating (2s) error: cannot",
        " +  pkg:mod:Thing a **creating failed** error: cannot",
        " -  pkg:mod:Thing a2 deleting (interrupted)[retain]",
    ]
    assert rows[5:] == [
        "Diagnostics:",
        "  pkg:mod:Thing (a):",
        "    error: cannot",
        "",
        "Resources:",
        "    1 errored",
        "",
        "Duration: 1m2s",
        "",
    ]


def test_diagnostics_at_the_end() -> None:
    """Messages are grouped by resource and stream, ephemeral ones left out; those without resource are the stack's."""
    done = Finished(preview=False, changes={Op.SAME: 1}, seconds=0.1, succeeded=True)
    rows = _rows(
        [
            Diagnostic(Severity.INFO, "out 1\n", stream=1),
            Diagnostic(Severity.INFO_ERR, "err 1", stream=2),
            Diagnostic(Severity.INFO, "out 2", stream=1),
            Diagnostic(Severity.WARNING, "hot", THING),
            Diagnostic(Severity.INFO, "passing", THING, ephemeral=True),
            done,
        ]
    )
    assert rows[4] == "    pkg:mod:Thing a  passing"
    assert rows[5:] == [
        "    pulumi:pulumi:Stack demo-dev  3 messages",
        "    pkg:mod:Thing a  1 warning",
        "Diagnostics:",
        "  pulumi:pulumi:Stack (demo-dev):",
        "    out 1",
        "    out 2",
        "",
        "    err 1",
        "",
        "  pkg:mod:Thing (a):",
        "    warning: hot",
        "",
        "Resources:",
        "    1 unchanged",
        "",
        "Duration: 1s",
        "",
    ]


def test_replacement_has_rows_for_its_parts() -> None:
    """A replacement is told as what it is made of, and shows what differs at each."""
    old, new = _state({"a": 1}), _state({"a": 2})
    parts = [_step(op, old, new) for op in (Op.CREATE_REPLACEMENT, Op.REPLACE)]
    parts.append(_step(Op.DELETE_REPLACED, old, None))
    rows = _rows([event for part in parts for event in (StepBegun(part), StepDone(part))])
    assert rows == [
        " ++ pkg:mod:Thing a creating replacement (1s) [diff: ~a]",
        " ++ pkg:mod:Thing a created replacement (2s) [diff: ~a]",
        " +- pkg:mod:Thing a replacing (1s) [diff: ~a]",
        " +- pkg:mod:Thing a replaced (2s) [diff: ~a]",
        " -- pkg:mod:Thing a deleting original (1s) [diff: ~a]",
        " -- pkg:mod:Thing a deleted original (2s) [diff: ~a]",
    ]


def test_outputs_of_the_stack() -> None:
    """Outputs are shown in the end: all when nothing was there before, with what became of each else."""
    old = _state(urn=STACK, outputs={"kept": 1, "changed": "x", "gone": True})
    new = _state(urn=STACK, outputs={"kept": 1, "changed": "y", "new": Secret("z")})
    step = _step(Op.SAME, old, new)
    done = Finished(preview=False, changes={}, seconds=1, succeeded=True)
    rows = _rows([StepBegun(step), StepDone(step), done])
    assert rows[1:6] == [
        "Outputs:",
        '  ~ changed: "x" => "y"',
        "  - gone   : true",
        "    kept   : 1",
        "  + new    : [secret]",
    ]


# ---------------------------------------------------------------- differences

LONG = "\n".join(f"line {n}" for n in range(12))


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        (1, 2, ["  ~ it: 1 => 2"]),
        (None, True, ["  + it: true"]),
        ("x", None, ['  - it: "x"']),
        (Secret(1), Secret(2), ["  ~ it: [secret] => [secret]"]),
        (1.5, UNKNOWN, ["  ~ it: 1.5 => [unknown]"]),
        ("é\"'", "ü", ['  ~ it: "é\\"\'" => "ü"']),
        ([1, 2], [1, 3, 4], ["  ~ it: [", "      ~ [1]: 2 => 3", "      + [2]: 4", "    ]"]),
        (
            {"a": 1, "deep": {"b": 1}},
            {"a": 1, "deep": {"c": []}},
            [
                "  ~ it: {",
                "      ~ deep: {",
                "          - b: 1",
                "          + c: []",
                "        }",
                "    }",
            ],
        ),
        ([], {"a": 1}, ["  + it: {", "      + a: 1", "    }"]),
        ('{"a": 1}', '{"a": 2}', ["  ~ it: (json) {", "      ~ a: 1 => 2", "    }"]),
        ("a\nb", "a\nc", ["  ~ it: ", "        a", "      - b", "      + c"]),
    ],
)
def test_one_difference(old: Any, new: Any, lines: list[str]) -> None:
    """Each kind of value shows how it differs, member by member, line by line, and secrets not at all."""
    olds, news = ({"it": value} if value is not None else {} for value in (old, new))
    assert _differences(_step(Op.UPDATE, _state(olds), _state(news))) == lines


def test_whole_resources() -> None:
    """A create and a delete show all inputs; plumbing is hidden, but its name makes the column wide."""
    inputs: Properties = {"name": "A", "list": ["x"], "__provider": "pickle", "none": None}
    lines = ["    list      : [", '        [0]: "x"', "    ]", '    name      : "A"', "    none      : <null>"]
    assert _differences(_step(Op.CREATE, None, _state(inputs, outputs={}))) == lines


def test_long_texts() -> None:
    """Of what stays in a long text only the lines around a change are shown."""
    found = list(line_diff(LONG, LONG.replace("line 6", "line six")))
    assert [line for op, line in found if op is not Op.SAME] == ["line 6", "line six"]
    assert [line for op, line in found if op is Op.SAME] == ["...", "line 4", "line 5", "line 7", "line 8", "..."]


def test_hidden_differences() -> None:
    """A difference that the program hides shows as its path alone."""
    step = _step(Op.UPDATE, _state({"a": {"b": 1}, "c": 1}), _state({"a": {"b": 2}, "c": 2}, hide_diff=["a.b"]))
    assert _differences(step) == ["  ~ a.b (hidden)", "  ~ c: 1 => 2"]


def test_heading() -> None:
    """The heading has op, id, URN, protection, and a change of provider."""
    old, new = _state({"a": 1}, protect=True, provider="p::1"), _state({"a": 2}, provider="p::2")
    written: list[str] = []
    view = DiffView(written.append, written.append, PLAIN)
    view.on_event(StepBegun(_step(Op.REPLACE, old, new)))
    assert "".join(written).splitlines()[:4] == [
        "+-pkg:mod/thing:Thing: (replace) 🔓",
        "    [id=1]",
        f"    [urn={THING}]",
        "    [provider: p::1 => p::2]",
    ]


# ---------------------------------------------------------------- summaries


@pytest.mark.parametrize(
    ("preview", "changes", "errored", "lines"),
    [
        (True, {Op.CREATE: 2, Op.SAME: 1}, 0, ["    + 2 to create", "    1 unchanged"]),
        (
            True,
            {Op.CREATE: 1, Op.REPLACE: 2},
            0,
            ["    + 1 to create", "    +-2 to replace", "    3 changes"],
        ),
        (
            False,
            {Op.UPDATE: 1, Op.DELETE: 1, Op.SAME: 4, Op.READ: 1},
            2,
            ["    ~ 1 updated", "    - 1 deleted", "    2 changes. 4 unchanged", "    2 errored"],
        ),
        (False, {Op.IMPORT: 1}, 0, ["    = 1 imported"]),
    ],
)
def test_summary(*, preview: bool, changes: dict[Op, int], errored: int, lines: list[str]) -> None:
    """The summary counts what changed, what did not, and what failed."""
    finished = Finished(preview=preview, changes=changes, seconds=3661, succeeded=True)
    text = summary(finished, errored, PLAIN).splitlines()
    assert text[: len(lines) + 1] == ["Resources:", *lines]
    assert text[len(lines) + 1 :] == ([] if preview else ["", "Duration: 1h1m1s"])


# ---------------------------------------------------------------- documents


def test_document_of_a_refresh() -> None:
    """In a document a refresh is told as what it found; of a run whose result is unknown, that is said."""
    old, new = _state({"a": 1, "word": Secret("w")}), _state({"a": 2, "word": Secret("w")})
    written: list[str] = []
    digest = Digest(written.append)
    digest.on_event(Started(preview=False, config={"demo:x": "1"}))
    digest.on_event(StepBegun(_step(Op.REFRESH, old, old)))
    digest.on_event(StepDone(_step(Op.UPDATE, old, new)))
    digest.on_event(Diagnostic(Severity.WARNING, "hot", THING))
    digest.on_event(Finished(preview=False, changes={Op.UPDATE: 1}, seconds=1.5, succeeded=False, uncertain=True))
    document = json.loads("".join(written))
    (step,) = document.pop("steps")
    assert (step["op"], step["newState"]["inputs"]) == ("update", {"a": 2, "word": "[secret]"})
    assert document == {
        "config": {"demo:x": "1"},
        "diagnostics": [{"urn": THING, "message": "warning: hot\n", "severity": "warning"}],
        "duration": 1500000000,
        "changeSummary": {"update": 1},
        "maybeCorrupt": True,
        "result": "failed",
    }
