"""The command line: what it prints, to whom, and its exit codes."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from sandbox.engine.cli import commandline
from tests.sandbox.engine.engine_project import Workshop

PROGRAM = """
a = Thing("a", name="A", colour="{colour}", labels=["x"], word=pulumi.Output.secret("w"))
b = Thing("b", Options(hide_diffs=["note"]), name="B", owner=a.serial, note="{colour}")
pulumi.export("serial", b.serial)
pulumi.export("colour", "{colour}")
"""

UP = """\
Previewing update (dev):

 +  pulumi:pulumi:Stack demo-dev create
 +  pulumi-python:dynamic/demo:Thing a create
 +  pulumi-python:dynamic/demo:Thing b create
 +  pulumi:pulumi:Stack demo-dev create
Outputs:
    colour: "red"
    serial: [unknown]

Resources:
    + 3 to create

Updating (dev):

 +  pulumi:pulumi:Stack demo-dev creating (_)
 +  pulumi-python:dynamic/demo:Thing a creating (_)
 +  pulumi-python:dynamic/demo:Thing a created (_)
 +  pulumi-python:dynamic/demo:Thing b creating (_)
 +  pulumi-python:dynamic/demo:Thing b created (_)
 +  pulumi:pulumi:Stack demo-dev created (_)
Outputs:
    colour: "red"
    serial: "B-1"

Resources:
    + 3 created

Duration: _

"""

DIFF = """\
Previewing update (dev):
  pulumi:pulumi:Stack: (same)
    [urn=urn:pulumi:dev::demo::pulumi:pulumi:Stack::demo-dev]
    ~ pulumi-python:dynamic/demo:Thing: (update)
        [id=A-1]
        [urn=urn:pulumi:dev::demo::pulumi-python:dynamic/demo:Thing::a]
      ~ colour: "red" => "blue"
    ~ pulumi-python:dynamic/demo:Thing: (update)
        [id=B-1]
        [urn=urn:pulumi:dev::demo::pulumi-python:dynamic/demo:Thing::b]
      ~ note (hidden)
      ~ owner: "A-1" => [unknown]
    --outputs:--
  ~ colour: "red" => "blue"
Resources:
    ~ 2 to update
    1 unchanged
"""


def _timeless(text: str) -> str:
    return re.sub(r"Duration: \d+s", "Duration: _", re.sub(r"\(\d+(\.\d+)?s\)", "(_)", text))


def test_update_and_differences(workshop: Workshop) -> None:
    """An update previews first; --diff shows what changes in a resource; text is the Pulumi CLI's, without colours."""
    workshop.program(PROGRAM.format(colour="red"))
    up = workshop.run("up", "--yes")
    assert (up.returncode, up.stderr) == (0, "")
    assert _timeless(up.stdout) == UP
    workshop.program(PROGRAM.format(colour="blue"))
    diff = workshop.run("preview", "--diff")
    assert (diff.returncode, diff.stderr) == (0, "")
    assert diff.stdout == DIFF
    unexpected = workshop.run("preview", "--expect-no-changes", "--json")
    assert unexpected.returncode == 7
    assert unexpected.stderr == "error: no changes were expected for preview but changes were proposed\n"
    _check_document(json.loads(unexpected.stdout))


def _check_document(document: dict[str, object]) -> None:
    """Look at the document of a preview with two updates."""
    assert document["config"] == {"demo:greeting": "hello"}
    assert document["changeSummary"] == {"same": 1, "update": 2}
    assert isinstance(document["duration"], int)
    steps = document["steps"]
    assert isinstance(steps, list)
    assert [step["op"] for step in steps] == ["same", "update", "update"]
    a = steps[1]
    assert a["urn"] == "urn:pulumi:dev::demo::pulumi-python:dynamic/demo:Thing::a"
    assert a["detailedDiff"] == {"colour": {"kind": "update", "inputDiff": True}}
    assert a["diffReasons"] == ["colour"]
    assert (a["oldState"]["inputs"]["colour"], a["newState"]["inputs"]["colour"]) == ("red", "blue")
    assert a["oldState"]["outputs"]["word"] == "[secret]"
    assert "diagnostics" not in document


def test_one_document(workshop: Workshop) -> None:
    """With --json a command that previews first writes one document, about what it did and how it went."""
    workshop.program("Thing('a', name='A', fails='create')")
    failed = workshop.run("up", "--json")
    assert failed.returncode == 1
    document = json.loads(failed.stdout)
    assert document["result"] == "failed"
    assert [each["severity"] for each in document["diagnostics"]] == ["error", "error"]
    workshop.program("Thing('a', name='A')")
    document = json.loads(workshop.run("up", "--json").stdout)
    assert (document["result"], document["changeSummary"]) == ("succeeded", {"create": 1, "same": 1})


def test_document_names_what_is_unchanged_if_asked(workshop: Workshop) -> None:
    """With --show-sames, as the CLI's own: what an approval is bound to is the whole state."""
    workshop.up("Thing('a', name='A')\nThing('b', name='B')")
    workshop.program("Thing('a', name='A')\nThing('b', name='C')")
    for flags, ops in (([], ["same", "update"]), (["--show-sames"], ["same", "same", "update"])):
        document = json.loads(workshop.run("preview", "--json", *flags).stdout)
        assert [each["op"] for each in document["steps"]] == ops


def test_preview_that_fails(workshop: Workshop) -> None:
    """After a preview that failed nothing is done; messages are among the diagnostics."""
    workshop.program("Thing('a', name='')")
    up = workshop.run("up")
    assert up.returncode == 1
    assert "Updating" not in up.stdout
    assert "    error: pulumi-python:dynamic/demo:Thing resource 'a': property name value {} has a problem" in up.stdout
    assert not workshop.state_file.exists()


def test_other_commands(workshop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    """Refresh and destroy preview first too; each says what it expected."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = commandline.main(
            [*arguments, "--stack", "dev", "--cwd", str(workshop.folder), "--state", str(workshop.state_file)]
        )
        return (code, *capsys.readouterr())

    workshop.up("Thing('a', name='A', colour='red')")
    workshop.change("A-1", colour="blue")
    code, out, err = run("refresh", "--preview-only", "--expect-no-changes")
    assert (code, err) == (7, "error: no changes were expected for refresh but changes were proposed\n")
    assert " ~  pulumi-python:dynamic/demo:Thing a update [diff: ~colour]" in out
    code, out, _ = run("refresh", "--diff", "--skip-preview")
    assert (code, "Previewing" in out) == (0, False)
    assert '~ colour: "red" => "blue"' in out
    assert run("refresh", "--expect-no-changes", "--skip-preview")[0] == 0
    code, out, _ = run("destroy")
    assert code == 0
    assert out.startswith("Previewing destroy (dev):\n")
    assert "Destroying (dev):\n" in out
    assert "    - 2 deleted\n" in out


def test_wrong_arguments_are_told_on_standard_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Arguments that make no sense, and a project that is not there, are told on standard error."""
    with pytest.raises(SystemExit) as caught:
        commandline.main(["up"])
    assert caught.value.code == 2
    assert "the following arguments are required: --stack" in capsys.readouterr().err
    assert commandline.main(["up", "--stack", "dev", "--cwd", str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"error: no Pulumi.yaml project file found in {tmp_path.resolve()}\n"


def test_colours(workshop: Workshop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal gets colours, unless NO_COLOR is set."""
    arguments = ["preview", "--stack", "dev", "--cwd", str(workshop.folder)]
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    commandline.main(arguments)
    assert "\x1b[32m" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    commandline.main(arguments)
    assert "\x1b" not in capsys.readouterr().out


def test_reader_that_leaves(workshop: Workshop) -> None:
    """An operation goes on when its output is no longer read."""
    workshop.program("Thing('a', name='A')")
    process = workshop.start("up", "--skip-preview")
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(timeout=60) == 0
    assert workshop.log == ["create A-1"]
    assert "a" in workshop.state
    assert process.stderr is not None
    with process.stderr:
        assert process.stderr.read() == ""
