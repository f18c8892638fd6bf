"""The ledger's truth table: every pair of facts, and what is answered to each question."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from provider.ownership.ledger import Claim, Ledger

OBJECT = Claim("id-1")
MINE, THEIRS = "urn::mine", "urn::theirs"


def _declared(ledger: Ledger, urn: str) -> str:
    ledger.declares(urn)
    return ledger.diff(OBJECT, urn)


FACTS: dict[str, Callable[[Ledger], object]] = {
    "nothing": lambda _: None,
    "mine by state": lambda ledger: _declared(ledger, MINE),
    "mine by refresh": lambda ledger: ledger.read(OBJECT, MINE),
    "theirs by state": lambda ledger: _declared(ledger, THEIRS),
    "theirs by refresh": lambda ledger: ledger.read(OBJECT, THEIRS),
    "theirs, undeclared": lambda ledger: ledger.diff(OBJECT, THEIRS),
    "to be replaced": lambda ledger: ledger.replaces(OBJECT),
    "given to me": lambda ledger: ledger.returned(OBJECT, MINE),
    "given to them": lambda ledger: ledger.returned(OBJECT, THEIRS),
    "wanted by them": lambda ledger: ledger.wants(OBJECT, THEIRS),
    "deleted": lambda ledger: ledger.deleted(OBJECT),
}
QUESTIONS: dict[str, Callable[[Ledger], str]] = {
    "diff": lambda ledger: ledger.diff(OBJECT, MINE),
    "read": lambda ledger: ledger.read(OBJECT, MINE),
    "take": lambda ledger: ledger.take(OBJECT, MINE),
    "delete": lambda ledger: ledger.delete(OBJECT, MINE),
    "wants": lambda ledger: ledger.wants(OBJECT, MINE),
}
GIVEN = 'id-1 was given to "theirs" in this run: declare it once'
GIVEN_TOO = (
    'id-1 was given to "theirs" in this run: declare it once, and remove the other from the state with '
    "`pulumi state delete 'urn::theirs'`, which deletes nothing in the tenant"
)
MANAGED = (
    'id-1 is managed by "theirs" of this stack: declare it once; if that entry was renamed, declare '
    "`renamed_from: theirs` instead"
)
TWO_STATES = (
    'id-1 is in the state of two resources, "theirs" and "mine": keep one of them, and remove the other from the state '
    "with `pulumi state delete 'urn::mine'`, which deletes nothing in the tenant"
)
WANTED = 'id-1 is managed by this resource, and "theirs" declares to adopt it: declare the object once'
DELETED = "id-1 was deleted in this run"
REPLACED = "id-1 is about to be deleted, for its resource is replaced"
NOT_DELETED_GIVEN = 'id-1 was created or adopted for "{}", so it was not deleted'
NOT_DELETED_MANAGED = 'id-1 is managed by "theirs" of this stack, so it was not deleted'


def expected(question: str, facts: set[str]) -> str:
    """Return the sentence that the documentation of the ledger promises, from the facts alone."""
    theirs = facts & {"theirs by state", "theirs by refresh", "theirs, undeclared"}
    return {
        "diff": lambda: (
            GIVEN_TOO
            if "given to them" in facts
            else WANTED
            if "wanted by them" in facts
            else TWO_STATES
            if "theirs by state" in facts
            else ""
        ),
        "read": lambda: TWO_STATES if "theirs by refresh" in facts else "",
        "take": lambda: (
            DELETED
            if "deleted" in facts
            else GIVEN
            if "given to them" in facts
            else REPLACED
            if "to be replaced" in facts
            else MANAGED
            if theirs
            else ""
        ),
        "delete": lambda: (
            NOT_DELETED_GIVEN.format("theirs" if "given to them" in facts else "mine")
            if facts & {"given to them", "given to me"}
            else NOT_DELETED_MANAGED
            if "theirs by state" in facts and "to be replaced" not in facts
            else ""
        ),
        "wants": lambda: MANAGED if theirs else "",
    }[question]()


SWAPPED = TWO_STATES.replace("mine", "…").replace("theirs", "mine").replace("…", "theirs")
PREVENTED = {
    ("mine by state", "theirs by state"): SWAPPED,
    ("mine by refresh", "theirs by state"): SWAPPED,
    ("mine by state", "wanted by them"): MANAGED.replace("theirs", "mine"),
    ("mine by refresh", "wanted by them"): MANAGED.replace("theirs", "mine"),
    ("mine by refresh", "theirs by refresh"): SWAPPED,
    ("given to me", "theirs by state"): GIVEN_TOO.replace("theirs", "mine"),
}
"""Pairs of which the first refuses the second, with the sentence."""
PAIRS = [
    pair
    for pair in itertools.combinations_with_replacement(FACTS, 2)
    # A deletion ends all other facts, and what one resource was given the other was not.
    if not ("deleted" in pair and set(pair) != {"deleted"})
    and pair not in PREVENTED
    and pair[::-1] not in PREVENTED
    and set(pair) != {"given to me", "given to them"}
]


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("pair", PAIRS, ids=" + ".join)
def test_question_is_answered_by_the_facts(pair: tuple[str, str], question: str) -> None:
    """Every pair of facts, every question, and the whole sentence that a user reads."""
    ledger = Ledger()
    ledger.declares(MINE)
    for fact in pair:
        FACTS[fact](ledger)
    assert QUESTIONS[question](ledger) == expected(question, set(pair))


@pytest.mark.parametrize("pair", PREVENTED, ids=" + ".join)
def test_fact_that_contradicts_another_is_refused(pair: tuple[str, str]) -> None:
    """The resource that comes second is told, and the fact is not noted."""
    ledger = Ledger()
    ledger.declares(MINE)
    FACTS[pair[0]](ledger)
    assert FACTS[pair[1]](ledger) == PREVENTED[pair]


def test_claim_is_given_to_one_of_many_threads() -> None:
    """Two creates of one run never return the same object."""
    ledger = Ledger()
    with ThreadPoolExecutor(32) as pool:
        refused = list(pool.map(lambda number: ledger.take(OBJECT, f"urn::{number}"), range(100)))
    assert refused.count("") == 1


def test_released_claim_is_free_again() -> None:
    """A create that failed leaves nothing behind; only the one that has it can release it."""
    ledger = Ledger()
    assert ledger.take(OBJECT, THEIRS) == ""
    ledger.release(OBJECT, MINE)
    assert ledger.take(OBJECT, MINE) == GIVEN
    ledger.release(OBJECT, THEIRS)
    assert ledger.take(OBJECT, MINE) == ""


def test_claim_is_refused_twice_without_a_urn() -> None:
    """Where the host does not tell which resource is meant, every claim is another resource's."""
    ledger = Ledger()
    assert ledger.take(OBJECT, "") == ""
    assert ledger.take(OBJECT, "") == "id-1 was given to another resource in this run: declare it once"


def test_owner_of_two_is_deleted_only_by_the_last_that_has_it() -> None:
    """A state with two owners heals: the one that is no longer declared leaves it, and the object stays."""
    ledger = Ledger()
    ledger.declares(THEIRS)
    ledger.diff(OBJECT, THEIRS)
    assert ledger.delete(OBJECT, MINE) == NOT_DELETED_MANAGED
    assert ledger.delete(OBJECT, THEIRS) == ""


def test_renamed_resource_supersedes_what_a_refresh_read() -> None:
    """With `up --refresh`, the engine reads under the old URN and diffs under the new one, and nothing is wrong."""
    ledger = Ledger()
    assert ledger.read(OBJECT, THEIRS) == ""
    assert ledger.diff(OBJECT, THEIRS) == ""  # the refresh compares, too, before the program has said anything
    ledger.declares(MINE)
    assert ledger.diff(OBJECT, MINE) == ""


def test_renamed_resource_that_is_replaced_may_be_deleted_under_its_old_urn() -> None:
    """The engine sends the delete of a replacement under the URN of the state."""
    ledger = Ledger()
    ledger.declares(MINE)
    ledger.diff(OBJECT, MINE)
    ledger.replaces(OBJECT)
    assert ledger.delete(OBJECT, THEIRS) == ""


def test_gone_object_of_a_resource_is_told_from_others() -> None:
    """Only the resource whose object a refresh found absent may create another in its place."""
    ledger = Ledger()
    ledger.read(OBJECT, MINE)
    ledger.gone(OBJECT, MINE)
    assert ledger.is_gone(OBJECT, MINE)
    assert not ledger.is_gone(OBJECT, THEIRS)
    assert ledger.take(OBJECT, THEIRS) == ""


def test_deleted_object_has_no_other_facts() -> None:
    """What this run deleted has no owner, whatever was known of it before."""
    ledger = Ledger()
    ledger.declares(MINE)
    ledger.diff(OBJECT, MINE)
    ledger.deleted(OBJECT)
    assert ledger.is_deleted(OBJECT)
    assert ledger.manager(OBJECT, "urn::other") == ""


def test_claims_of_one_object_are_apart() -> None:
    """The credential of a profile may be another resource's than the profile."""
    ledger = Ledger()
    reference = Claim("id-1", "the derived credential")
    assert ledger.take(OBJECT, MINE) == ""
    assert ledger.take(reference, THEIRS) == ""
    assert ledger.take(reference, MINE) == f"the derived credential of {GIVEN}"
