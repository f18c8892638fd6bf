"""Commands that edit, show and replace the state without a run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.engine.state.lock import lock
from tests.sandbox.engine.engine_project import THING, Workshop, urn

FAMILY = """
a = Thing("a", name="A")
Thing("b", name="B", owner=a.serial)
Thing("p", Options(protect=True), name="P")
"""


@pytest.fixture
def family(workshop: Workshop) -> Workshop:
    """Make a stack of two things of which one needs the other, and a protected one."""
    workshop.up(FAMILY)
    return workshop


@pytest.mark.parametrize(
    ("words", "said", "protected", "tainted"),
    [
        (["taint", urn("a"), urn("b")], "2 resources tainted\n", ["p"], ["a", "b"]),
        (["unprotect", urn("p"), "--yes"], "1 resources unprotected\n", [], []),
        (["unprotect", "--all"], "All resources unprotected\n", [], []),
        (["protect", urn("a")], "1 resources protected\n", ["a", "p"], []),
    ],
)
def test_state_edit_marks_resources(
    family: Workshop, words: list[str], said: str, protected: list[str], tainted: list[str]
) -> None:
    """A mark is set or taken for every URN, and nothing else changes."""
    done = family.run("state", *words)
    assert (done.returncode, done.stdout, done.stderr) == (0, said, "")
    state = family.state
    assert sorted(name for name in state if state[name].get("protect")) == protected
    assert sorted(name for name in state if state[name].get("taint")) == tainted


def test_state_untaint_takes_a_taint_back(family: Workshop) -> None:
    """The next update then finds nothing to do."""
    family.run("state", "taint", urn("a"))
    family.run("state", "untaint", urn("a"))
    assert not family.up().changed


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["taint", urn("a"), urn("z")], f'No such resource "{urn("z")}" exists in the current state'),
        (["taint"], "Must supply <resource-urn>"),
        (["delete", urn("z")], f'No such resource "{urn("z")}" exists in the current state'),
        (["delete", urn("a")], f"{urn('a')} can't be safely deleted because the following resources depend on it:"),
        (["delete", urn("p")], f"{urn('p')} can't be safely deleted because it is protected."),
        (["taint", "urn:pulumi:dev::demo::pulumi:providers:pulumi-python::default"], "does not model the replacement"),
    ],
)
def test_state_edit_that_cannot_be_changes_nothing(family: Workshop, words: list[str], message: str) -> None:
    """The message is one that helps, and even the URNs that exist are left alone."""
    before = family.state
    done = family.run("state", *words)
    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr
    assert family.state == before


@pytest.mark.parametrize(
    ("words", "left"),
    [
        (["delete", urn("b")], ["a", "p"]),
        (["rm", urn("a"), urn("b")], ["p"]),
        (["remove", urn("a"), "--target-dependents"], ["p"]),
        (["delete", urn("p"), "--force"], ["a", "b"]),
    ],
)
def test_state_delete_forgets_and_deletes_nothing(family: Workshop, words: list[str], left: list[str]) -> None:
    """The things stay as they are; the next update creates others."""
    assert family.run("state", *words).returncode == 0
    assert sorted(family.state.keys() - {"demo-dev", "default"}) == left
    assert all(line.startswith("create") for line in family.log)


def test_stack_export_is_what_stack_import_takes(family: Workshop) -> None:
    """An empty stack exports a deployment, too; the file and the standard streams are the same."""
    exported = family.run("stack", "export", "--show-secrets").stdout
    assert json.loads(exported)["deployment"]["resources"] == family.deployment["resources"]
    file = family.folder / "exported.json"
    assert family.run("stack", "export", "--file", str(file)).stdout == ""
    family.state_file.unlink()
    assert json.loads(family.run("stack", "export").stdout)["deployment"].get("resources") is None
    assert family.run("stack", "import", "--file", str(file)).stdout == "Import complete.\n"
    assert not family.up().changed


def test_stack_export_works_while_an_engine_runs(family: Workshop) -> None:
    """An edit does not wait and is refused; an export only reads."""
    with lock(family.state_file):
        assert family.run("stack", "export").returncode == 0
        assert "currently locked" in family.run("state", "taint", urn("a")).stderr


def _interrupt(workshop: Workshop, file: Path, *names: str) -> None:
    """Write the state into a file as if the creates of some things had been interrupted."""
    document = json.loads(workshop.state_file.read_text(encoding="utf-8"))
    resources = [{"urn": urn(name), "custom": True, "type": THING} for name in names]
    document["deployment"]["pending_operations"] = [{"resource": each, "type": "creating"} for each in resources]
    file.write_text(json.dumps(document), encoding="utf-8")


def test_refresh_settles_one_pending_create(family: Workshop) -> None:
    """With the stack as its target it reads nothing; edits of the state leave pending creates alone."""
    _interrupt(family, family.state_file, "q", "r")
    family.run("state", "unprotect", "--all")
    assert family.pending == [("creating", "q"), ("creating", "r")]
    family.calls()
    stack = urn("demo-dev").replace(THING, "pulumi:pulumi:Stack")
    words = ["refresh", "--skip-preview", "--target", stack, "--import-pending-creates", urn("q")]
    assert "found an odd number of entries" in family.run(*words).stderr
    assert family.run(*words, "--import-pending-creates", "Q-1").returncode == 0
    assert (family.pending, family.calls()) == ([("creating", "r")], [])


def test_stack_import_drops_pending_operations(family: Workshop) -> None:
    """Each is named in a warning: somebody has looked after it."""
    file = family.folder / "edited.json"
    _interrupt(family, file, "q")
    done = family.run("stack", "import", "--file", str(file))
    assert done.stderr == f"warning: removing pending operation 'creating' on '{urn('q')}' from snapshot\n"
    assert (done.returncode, family.pending) == (0, [])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace("pulumi:dev::", "pulumi:prod::"), "has a resource of another stack than dev"),
        (lambda text: json.dumps(_reversed(json.loads(text))), "lacks "),
        (lambda text: json.dumps(_doubled(json.loads(text))), "twice: one of them must be marked with delete."),
        (lambda _: "[]", "The given state is not a deployment of version 3."),
        (lambda _: "{", "The given state cannot be read: "),
    ],
    ids=["other stack", "order", "twice", "no deployment", "no JSON"],
)
def test_stack_import_refuses_what_is_no_state_of_the_stack(
    family: Workshop, change: Callable[[str], str], message: str
) -> None:
    """The state stays as it is."""
    before = family.state
    file = family.folder / "edited.json"
    file.write_text(change(family.state_file.read_text(encoding="utf-8")), encoding="utf-8")
    done = family.run("stack", "import", "--file", str(file))
    assert (done.returncode, family.state) == (1, before)
    assert message in done.stderr


def _reversed(document: Any) -> Any:
    document["deployment"]["resources"].reverse()
    return document


def _doubled(document: Any) -> Any:
    document["deployment"]["resources"].append(document["deployment"]["resources"][-1])
    return document
