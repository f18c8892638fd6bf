"""What one process notes about its run."""

from __future__ import annotations

from collections.abc import Hashable

import pytest

from provider import DerivedCredentialSettings, IosDerivedCredentialAuthenticationConfiguration
from provider.plugin.run import Run

CREDENTIAL = DerivedCredentialSettings.kind
PROFILE = IosDerivedCredentialAuthenticationConfiguration.kind


@pytest.mark.parametrize(
    ("first_is_fresh", "second_is_fresh", "told"),
    [(True, True, "urn::a"), (True, False, "urn::a"), (False, True, "urn::a"), (False, False, None)],
)
def test_name_declared_twice(*, first_is_fresh: bool, second_is_fresh: bool, told: str | None) -> None:
    """Two objects may have one name unless one of them is still to be created."""
    run = Run()
    assert run.declares("urn::a", CREDENTIAL.name, "name", fresh=first_is_fresh) is None
    assert run.declares("urn::b", CREDENTIAL.name, "name", fresh=second_is_fresh) == told


def test_names_are_per_kind_and_may_change() -> None:
    """A profile and a credential may share a name; a resource that is checked again counts with its last name."""
    run = Run()
    assert run.declares("urn::a", CREDENTIAL.name, "name", fresh=True) is None
    assert run.declares("urn::b", PROFILE.name, "name", fresh=True) is None
    assert run.declares("urn::a", CREDENTIAL.name, "other", fresh=True) is None
    assert run.declares("urn::c", CREDENTIAL.name, "name", fresh=True) is None
    assert run.declares("urn::a", CREDENTIAL.name, "name", fresh=True) == "urn::c"


@pytest.mark.parametrize("name", [None, ["a", "list"], 5])
def test_unknown_names_are_not_compared(name: Hashable) -> None:
    """A name that is not known yet, or wrong, is the same as no other."""
    run = Run()
    assert [run.declares(urn, CREDENTIAL.name, name, fresh=True) for urn in ("urn::a", "urn::b")] == [None, None]


def test_needs_have_the_entries_of_the_config_and_what_will_be_written() -> None:
    """The first write must know what the others need, whenever the engine brings them."""
    run = Run()
    run.plans({"later": PROFILE.permissions})
    run.will_write("urn::now", CREDENTIAL.permissions)
    assert run.needs() == {"later": PROFILE.permissions, "now": CREDENTIAL.permissions}
    assert run.permissions() == {PROFILE.permissions, CREDENTIAL.permissions}


def test_writes_ahead_shrink_as_they_begin() -> None:
    """It shrinks with every resource that begins to be written; what the run needs does not."""
    run = Run()
    for urn in ("urn::a", "urn::b", "urn::b"):
        run.will_write(urn, CREDENTIAL.permissions)
    assert run.writes_ahead() == 2
    run.writes("urn::a")
    run.writes("urn::of-a-destroy")
    assert run.writes_ahead() == 1
    assert set(run.needs()) == {"a", "b"}
    assert run.permissions() == {CREDENTIAL.permissions}
