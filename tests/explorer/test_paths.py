"""
Paths on which the explorer once found a violation, the shortest of each kind.

`python -m tests.explorer` prints each violation as such a path. The ids are those that the model gives, in order.
"""

from __future__ import annotations

import pytest

from tests.explorer.choices import Path
from tests.explorer.search import replay

_CREATE = "POST /deviceManagement/derivedCredentials"
_LIST = "GET /deviceManagement/derivedCredentials"
_LOOK = "GET /deviceManagement/derivedCredentials?$filter=displayName%20eq%20%27C%27"
_P = "/deviceManagement/deviceConfigurations('00000000-0000-4000-8000-000000000003')"

PATHS: list[tuple[str, str, list[Path]]] = [
    ("a_replacement_that_the_engine_asks_for", "create", [{}, {"options": "replace c"}]),
    ("a_binding_that_the_engine_replaces", "binding", [{}, {"options": "replace b"}]),
    ("an_equal_object_of_a_stranger", "create", [{f"before {_LIST}": "twin"}]),
    ("a_second_stack_with_the_same_declarations", "create", [{f"before {_LIST}": "second stack"}]),
    ("an_entry_renamed_and_replaced", "rename and replace", [{}]),
    ("an_entry_renamed_beside_one_that_fails", "rename", [{"declared in the order": "0", "options": "replace q"}]),
    ("a_newcomer_of_a_name_that_is_given_up", "newcomer", [{"declared to go": "at once, backwards"}]),
    ("a_garbled_record_after_the_effect", "create", [{f"answer to {_CREATE}": "tls after"}]),
    (
        "a_refusal_after_the_effect_and_a_late_list",
        "create",
        [{f"shown after {_CREATE}": "late by one list", f"answer to {_CREATE}": "503 after"}],
    ),
    ("an_edited_tenant", "create", [{}, {"tenant of the stack": "edited"}]),
    ("an_edited_tenant_and_a_refresh", "refresh", [{"tenant of the stack": "edited"}]),
    ("reads_that_are_late_by_three", "create", [{f"shown after {_CREATE}": "late by three reads"}]),
    (
        "an_update_half_done_and_edited_back",
        "update",
        [{f"answer to PATCH {_P}": "408 after"}, {"program": "edited back"}],
    ),
    ("a_rename_and_then_a_replacement", "rename", [{}, {"options": "replace r"}]),
    ("a_replacement_killed_at_its_create", "replace", [{f"answer to {_CREATE}": "kill after"}]),
    (
        "a_replacement_killed_and_a_late_list",
        "replace",
        [{f"shown after {_CREATE}": "late by three reads", f"answer to {_CREATE}": "kill after"}],
    ),
    ("a_replacement_refused_then_run_again", "swap", [{"options": "replace p"}]),
    (
        "a_second_stack_while_a_create_is_in_doubt",
        "create",
        [{f"answer to {_CREATE}": "lost before", f"before {_LOOK}": "second stack"}],
    ),
    (
        "a_second_stack_after_a_kill",
        "create",
        [{f"at {_CREATE}": "kill before"}, {f"before {_LIST}": "second stack"}],
    ),
    ("a_newcomer_before_the_renamed_one", "newcomer", [{"declared in the order": "0"}]),
    ("a_profile_deleted_while_it_is_created", "create", [{f"before POST {_P}/assign": "remove 1"}]),
    (
        "a_delete_that_cannot_be_confirmed",
        "swap",
        [
            {
                "options": "replace c",
                "answer to GET /deviceManagement/derivedCredentials('00000000-0000-4000-8000-000000000002')": "refused",
            }
        ],
    ),
    (
        "a_delete_whose_answer_and_all_others_are_lost",
        "refresh",
        [{"options": "replace p", f"answer to DELETE {_P}": "outage after"}],
    ),
    ("a_rename_edited_back", "rename", [{}, {"program": "edited back"}]),
    (
        "a_create_whose_last_look_fails",
        "create",
        [{f"answer to {_CREATE}": "429 after", f"answer to {_LOOK} #3": "refused"}],
    ),
    ("a_rename_with_a_replacement_edited_back", "rename and replace", [{}, {"program": "edited back"}]),
    (
        "a_replacement_after_a_rename_that_is_killed",
        "rename",
        [
            {"options": "target c"},
            {"options": "replace r", "answer to POST /deviceManagement/deviceConfigurations": "kill after"},
        ],
    ),
    (
        "a_replacement_that_is_refused_for_what_a_refused_attempt_created",
        "rename and replace",
        [{f"answer to {_CREATE}": "429 after", f"before {_LOOK}": "edit 1"}, {"options": "replace d"}],
    ),
    ("a_replacement_without_a_journal_amid_a_swap", "swap", [{"journal": "gone", "options": "replace p"}]),
    (
        "a_refused_attempt_that_worked_and_was_edited_before_the_kill_of_the_next",
        "rename and replace",
        [
            {
                f"answer to {_CREATE}": "429 after",
                f"before {_LOOK}": "edit 1",
                f"answer to {_CREATE} #2": "kill after",
            }
        ],
    ),
    (
        "a_refused_attempt_that_worked_and_was_edited_and_a_last_look_that_is_refused",
        "rename and replace",
        [{f"answer to {_CREATE}": "429 after", f"before {_LOOK}": "edit 1", f"answer to {_LOOK} #6": "refused"}],
    ),
    (
        "an_object_of_a_killed_run_that_is_deleted_while_the_next_begins_to_use_it",
        "rename and replace",
        [
            {f"shown after {_CREATE}": "late by one list", f"answer to {_CREATE}": "kill after"},
            {"before GET /deviceManagement/derivedCredentials('00000000-0000-4000-8000-000000000004') #2": "remove 1"},
        ],
    ),
]


@pytest.mark.parametrize(("life", "paths"), [path[1:] for path in PATHS], ids=[path[0] for path in PATHS])
def test_path_keeps_ownership(life: str, paths: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Declaration, state and tenant agree in the end, or an error says how to go on; nothing of others is touched."""
    monkeypatch.setenv("PULUMI_PROJECT", "intune-derived-credentials")
    monkeypatch.delenv("INTUNE_DEBUG", raising=False)
    assert replay(life, paths) == []
