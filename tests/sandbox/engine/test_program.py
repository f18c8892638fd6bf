"""The program: what it is given, what it prints, and how it may end."""

from __future__ import annotations

import sys
from pathlib import Path

from sandbox.engine.events import Diagnostic, Event, Op, Severity
from tests.sandbox.engine.engine_project import Workshop, steps


def _said(workshop: Workshop, program: str) -> list[tuple[Severity, str, str]]:
    result = workshop.preview(program)
    return [(each.severity, each.message.rstrip(), each.urn.rpartition("::")[2]) for each in result.diagnostics]


def test_program_gets_project_stack_and_config(workshop: Workshop) -> None:
    """The program learns project, stack, folder, configuration, and whether this is a preview; it is `__main__`."""
    workshop.configure({"greeting": "hi", "numbers": [1, 2], "flag": True})
    program = """
import os, sys
config = pulumi.Config()
pulumi.export("names", [pulumi.get_organization(), pulumi.get_project(), pulumi.get_stack()])
pulumi.export("config", [config.require("greeting"), config.require_object("numbers"), config.require_bool("flag")])
pulumi.export("dry", pulumi.runtime.is_dry_run())
pulumi.export("folders", [os.getcwd(), pulumi.get_root_directory(), sys.argv, __name__])
"""
    workshop.up(program)
    outputs = workshop.state["demo-dev"]["outputs"]
    assert outputs["names"] == ["organization", "demo", "dev"]
    assert outputs["config"] == ["hi", [1, 2], True]
    assert outputs["dry"] is False
    assert outputs["folders"] == [str(workshop.folder), str(workshop.folder), ["."], "__main__"]


def test_program_in_a_folder_of_its_own(workshop: Workshop) -> None:
    """`main` says where the program is; it runs there, and so does the plugin."""
    source = workshop.folder / "src"
    source.mkdir()
    for name in ("__main__.py", "things.py"):
        (workshop.folder / name).rename(source / name)
    text = (workshop.folder / "Pulumi.yaml").read_text(encoding="utf-8")
    (workshop.folder / "Pulumi.yaml").write_text(f"{text}main: src/\n", encoding="utf-8")
    (source / "__main__.py").write_text("from things import Thing\nThing('a', name='A')\n", encoding="utf-8")
    assert workshop.up().succeeded
    assert (source / "world" / "A-1").exists()
    assert workshop.state["a"]["sourcePosition"].startswith("project:///src/things.py#")


def test_output_and_log_of_a_program_are_messages(workshop: Workshop) -> None:
    """Output is a message at the stack, a log message one at its resource; an error logged fails the run."""
    said = _said(
        workshop,
        """
import sys
print("to out")
print("to err", file=sys.stderr)
a = Thing("a", name="A")
pulumi.log.info("about a", a)
pulumi.log.warn("beware")
pulumi.log.debug("nobody cares")
pulumi.log.error("logged error")
""",
    )
    assert (Severity.INFO, "to out", "") in said
    assert (Severity.INFO_ERR, "to err", "") in said
    assert (Severity.INFO, "about a", "a") in said
    assert (Severity.WARNING, "beware", "demo-dev") in said or (Severity.WARNING, "beware", "") in said
    assert any(message == "logged error" for severity, message, _ in said if severity is Severity.ERROR)
    assert not any("nobody cares" in message for _, message, _ in said)


def test_news(workshop: Workshop) -> None:
    """An ephemeral message is told, but is no part of the record."""
    news: list[Diagnostic] = []

    def listener(event: Event) -> None:
        if isinstance(event, Diagnostic) and event.ephemeral:
            news.append(event)

    program = "a = Thing('a', name='A')\npulumi.log.info('half way', a, ephemeral=True)"
    result = workshop.preview(program, listener=listener)
    assert [each.message for each in news] == ["half way"]
    assert result.diagnostics == []


def test_error_of_the_program(workshop: Workshop) -> None:
    """An exception is told with a traceback that begins in the program; a RunError is just its message."""
    ((_, message, _),) = _said(workshop, "def f():\n    raise ValueError('boom')\nf()")
    head, *frames = message.splitlines()
    assert head == "Program failed with an unhandled exception:"
    assert frames[0] == "Traceback (most recent call last):"
    file = frames[1].split('"')[1]  # Python 3.10 has a dot among the folders
    assert Path(file).resolve() == (workshop.folder / "__main__.py").resolve()
    assert frames[-1] == "ValueError: boom"
    said = _said(workshop, "raise pulumi.RunError('sorry')")
    assert [message for _, message, _ in said] == [
        "sorry",
        "an unhandled error occurred: program exited with non-zero exit code: 1",
    ]


def test_exit_of_the_program(workshop: Workshop) -> None:
    """A program that leaves with a code has failed; whatever it registered before is in the state."""
    result = workshop.up("import sys\nThing('a', name='A').serial.apply(lambda _: sys.exit(3))")
    assert not result.succeeded
    assert "a" in workshop.state


def test_missing_program(workshop: Workshop) -> None:
    """A folder without `__main__.py` is told."""
    (workshop.folder / "__main__.py").unlink()
    (error,) = workshop.preview().errors
    assert error.startswith("unable to find main python program `__main__.py` in")


def test_one_name_twice(workshop: Workshop) -> None:
    """Two resources cannot share a URN."""
    result = workshop.preview("Thing('a', name='A')\nThing('a', name='B')")
    urn = "urn:pulumi:dev::demo::pulumi-python:dynamic/demo:Thing::a"
    assert f"Duplicate resource URN '{urn}'; try giving it a unique name" in result.errors


def test_output_that_stays_when_the_program_fails(workshop: Workshop) -> None:
    """Outputs that a failed run did not come to export are kept; those it did are new."""
    workshop.up("pulumi.export('one', 1)\npulumi.export('two', 2)")
    workshop.up("pulumi.export('one', 9)\nThing('a', name='A', fails='create')")
    assert workshop.state["demo-dev"]["outputs"] == {"one": 9, "two": 2}


def test_interpreter(workshop: Workshop) -> None:
    """Program and plugin run on the interpreter that runs the engine."""
    workshop.up("import sys\npulumi.export('python', sys.executable)")
    assert workshop.state["demo-dev"]["outputs"] == {"python": sys.executable}


def test_program_without_resources_has_a_stack(workshop: Workshop) -> None:
    """A program without resources has a stack, and needs no plugin."""
    result = workshop.up("")
    assert (result.changes, steps(result)) == ({Op.CREATE: 1}, [])
    assert list(workshop.state) == ["demo-dev"]
