"""Replacements that the command line or the state asks for, without a question to the provider."""

from __future__ import annotations

import pytest

from sandbox.engine.events import Op
from sandbox.engine.planning.targets import Selection
from tests.sandbox.engine.engine_project import Workshop, urn

REPLACE_A = Selection(replaces=(urn("a"),))


@pytest.mark.parametrize("tainted", [False, True], ids=["--replace", "tainted"])
def test_forced_replacement_checks_once_and_compares_nothing(workshop: Workshop, *, tainted: bool) -> None:
    """Old inputs are not given to the check, and the provider's delete_before_replace is not asked for."""
    workshop.up("Thing('a', Options(ignore_changes=['colour']), name='A', shelf=1, colour='red')")
    workshop.calls()
    if tainted:
        assert workshop.run("state", "taint", urn("a")).stdout == "1 resources tainted\n"
    result = workshop.up(
        "Thing('a', Options(ignore_changes=['colour']), name='A', shelf=2, colour='blue')",
        selection=Selection() if tainted else REPLACE_A,
    )
    assert result.changes == {Op.SAME: 1, Op.REPLACE: 1}
    assert next(step for step in result.steps if step.op is Op.REPLACE).replace_keys == ("id",)
    assert [call.split("[")[0] for call in workshop.calls()] == ["check a ", "create a ", "delete a "]
    assert workshop.log == ["create A-1", "create A-2", "delete A-1"]
    assert workshop.thing("A-2")["colour"] == "blue"
    assert "taint" not in workshop.state["a"]


def test_forced_replacement_deletes_first_when_the_program_says_so(workshop: Workshop) -> None:
    """The option of the program is the only thing that decides."""
    workshop.up("Thing('a', Options(delete_before_replace=True), name='A')")
    assert workshop.up(selection=REPLACE_A).succeeded
    assert workshop.log == ["create A-1", "delete A-1", "create A-2"]


def test_forced_replacement_of_a_protected_resource_is_refused(workshop: Workshop) -> None:
    """Protection outlasts a taint; without it the taint takes effect."""
    workshop.up("Thing('a', Options(protect=True), name='A')")
    assert workshop.up(selection=REPLACE_A).errors[0].startswith(f'unable to replace resource "{urn("a")}"')
    workshop.run("state", "taint", urn("a"))
    assert not workshop.up().succeeded
    assert workshop.up("Thing('a', name='A')").changes == {Op.SAME: 1, Op.REPLACE: 1}


def test_replace_of_an_unknown_urn_is_refused_before_the_program_runs(workshop: Workshop) -> None:
    """The state alone is asked, so the old name of a renamed resource passes, and replaces nothing."""
    workshop.up("Thing('a', name='A')")
    unknown = workshop.up("raise SystemExit('ran')", selection=Selection(replaces=(urn("z"),)))
    assert [error.partition(".")[0] for error in unknown.errors] == [
        f"Target '{urn('z')}' could not be found in the stack"
    ]
    renamed = workshop.up("Thing('z', Options(aliases=[pulumi.Alias(name='a')]), name='A')", selection=REPLACE_A)
    assert (renamed.succeeded, renamed.changed) == (True, False)


def test_taint_follows_an_alias(workshop: Workshop) -> None:
    """The provider is asked to delete the old one under its old name."""
    workshop.up("Thing('a', name='A')")
    workshop.run("state", "taint", urn("a"))
    workshop.calls()
    workshop.up("Thing('z', Options(aliases=[pulumi.Alias(name='a')]), name='A')")
    assert [call.split("[")[0] for call in workshop.calls()] == ["check z ", "create z ", "delete a "]


def test_retained_resource_is_replaced_without_a_delete(workshop: Workshop) -> None:
    """What the state says counts: an option that the program has only just got comes too late for the old one."""
    old, new = "Options(retain_on_delete=True)", "Options()"
    program = "Thing('a', {}, name='A', shelf={})\nThing('b', {}, name='B', shelf={})"
    workshop.up(program.format(old, 1, new, 1))
    workshop.up(program.format(new, 2, old, 2))
    assert sorted(workshop.log[2:]) == ["create A-2", "create B-2", "delete B-1"]
