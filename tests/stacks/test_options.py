"""What an entry says beside its fields: its old key, and what Pulumi is to do with it."""

from __future__ import annotations

from typing import Any

import pytest

from stacks.tenant import mistakes
from tests.sandbox_control import Portal
from tests.stack_runners import Stack

pytestmark = pytest.mark.slow

TENANT = "5a9db0c5-0000-4000-8000-00000000000a"
CREDENTIAL: dict[str, Any] = {"display_name": "C", "issuer": "purebred", "notification_types": ["email"]}
UNPROTECTED: dict[str, Any] = {**CREDENTIAL, "options": {"protect": False}}
WIFI = {"@odata.type": "#microsoft.graph.iosEnterpriseWiFiConfiguration", "displayName": "Wi-Fi"}
OPTIONS = "androidProfiles.p.options"
P = {"display_name": "P"}
Q = {"display_name": "Q"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], f"{OPTIONS}: must be a record with protect, retain_on_delete, ignore_changes, depends_on, not []"),
        ({"protected": True}, f'{OPTIONS}.protected: is not a field here; did you mean "protect"?'),
        ({"protect": "true"}, f"{OPTIONS}.protect: must be true or false"),
        ({"retain_on_delete": 1}, f"{OPTIONS}.retain_on_delete: must be true or false"),
        ({"ignore_changes": "description"}, 'put it in brackets: ["description"]'),
        ({"ignore_changes": []}, f"{OPTIONS}.ignore_changes: must have at least 1 member"),
        ({"ignore_changes": ["descripton"]}, f'{OPTIONS}.ignore_changes[0]: "descripton" is not a field here; did you'),
        ({"ignore_changes": ["assignments[0].group"]}, 'did you mean "group_id"?'),
        ({"ignore_changes": ["description[0]"]}, '"description[0]" is not a field here; remove it'),
        ({"ignore_changes": ["description.x"]}, '"description.x" is not a field here'),
        ({"ignore_changes": ["a..b"]}, '"a..b" is not a path of fields'),
        ({"depends_on": ["q"]}, f"{OPTIONS}.depends_on[0]: must be the map and the key of an entry, map.key"),
        ({"depends_on": ["androidProfile.q"]}, '"androidProfile" is not a map of this project; did you mean "androidP'),
        ({"depends_on": ["androidProfiles.qq"]}, '"qq" is not an entry of androidProfiles; did you mean "q"?'),
        ({"depends_on": ["androidProfiles.p"]}, "leads back to the entry itself: androidProfiles.p → androidProfiles."),
    ],
)
def test_mistake_in_options_is_named_with_its_path_and_remedy(options: Any, said: str) -> None:
    """Options are checked like fields."""
    (line,) = mistakes({"androidProfiles": {"p": {**P, "options": options}, "q": Q}})
    assert said in line


def test_good_options_have_no_mistakes() -> None:
    """Paths go into lists and records; a key may have a dot."""
    fields = [
        "description",
        "assignments",
        "assignments[0].group_id",
        'assignments[*]["group_id"]',
        "role_scope_tag_ids[1]",
    ]
    options = {"protect": True, "retain_on_delete": False, "ignore_changes": fields, "depends_on": ["bindings.a.b"]}
    binding = {"device_configuration_id": TENANT, "profile_type": "iosVpnConfiguration", "derived_credential": "c"}
    entries = {
        "derivedCredentials": {"c": CREDENTIAL},
        "androidProfiles": {"p": {**P, "options": options}},
        "bindings": {"a.b": binding},
    }
    assert list(mistakes(entries)) == []


def test_circle_is_told_once_with_every_entry_of_it() -> None:
    """The reference to a credential is one of its steps."""
    entries = {
        "derivedCredentials": {"c": {**CREDENTIAL, "options": {"depends_on": ["iosProfiles.i"]}}},
        "androidProfiles": {"p": {**P, "options": {"depends_on": ["derivedCredentials.c"]}}},
        "iosProfiles": {"i": {**P, "derived_credential": "c"}},
    }
    (line,) = mistakes(entries)
    assert line == (
        "derivedCredentials.c.options.depends_on: leads back to the entry itself: "
        "derivedCredentials.c → iosProfiles.i → derivedCredentials.c; remove one of these references"
    )


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"p": {**P, "renamed_from": "q"}, "q": Q}, '"q" is an entry of androidProfiles; remove renamed_from if an'),
        ({"p": {**P, "renamed_from": "p"}}, '"p" is the key that the entry has'),
        ({"p": {**P, "renamed_from": []}}, "must be the key that the entry had before, or a list of such keys"),
        ({"p": {**P, "renamed_from": {"x": 1}}}, "must be the key that the entry had before"),
        ({"p": {**P, "renamed_from": [""]}}, "must be the key that the entry had before"),
        ({"p": {**P, "renamed_from": "o"}, "q": {**Q, "renamed_from": ["n", "o"]}}, '"o" is the old key of androidPr'),
        ({"p": {**P, "renamed_form": "o"}}, 'did you mean "renamed_from"?'),
    ],
)
def test_rename_that_pulumi_cannot_do_is_a_mistake(entries: Any, said: str) -> None:
    """Pulumi looks for an object under the new key first, so an old key can neither stay in use nor be used twice."""
    (line,) = mistakes({"androidProfiles": entries})
    assert line.startswith("androidProfiles.")
    assert said in line


def test_exchange_of_keys_names_what_to_do() -> None:
    """Pulumi would keep each object under its key and write the fields of the other into it."""
    entries = {"p": {**P, "renamed_from": "q"}, "q": {**Q, "renamed_from": "p"}}
    said = list(mistakes({"androidProfiles": entries}))
    assert len(said) == 2
    assert all("keep both keys and exchange the fields" in line for line in said)


def configure(stack: Stack, **maps: Any) -> None:
    """Declare these maps."""
    stack.configure(tenantId=TENANT, cloud="sandbox", **maps)


def test_renamed_entry_keeps_its_object(stack: Stack, portal: Portal) -> None:
    """Of every kind, with a field that changes in the same update; and what refers to it follows."""
    bound = portal.seed("deviceConfigurations", **WIFI)
    binding = {"device_configuration_id": bound, "profile_type": "iosEnterpriseWiFiConfiguration"}
    configure(
        stack,
        derivedCredentials={"c": CREDENTIAL},
        androidProfiles={"1": {**P, "derived_credential": "c"}},
        bindings={"b": {**binding, "derived_credential": "c"}},
    )
    assert stack.up().status == 0
    ids = {one["displayName"]: one["id"] for one in portal.objects()}
    portal.requests()
    configure(
        stack,
        derivedCredentials={"c2": {**CREDENTIAL, "renamed_from": "c"}},
        androidProfiles={"p2": {**P, "description": "new", "derived_credential": "c2", "renamed_from": ["older", 1]}},
        bindings={"b2": {**binding, "derived_credential": "c2", "renamed_from": "b"}},
    )
    outcome = stack.up()
    assert outcome.status == 0, outcome.text
    assert [line.split()[0] for line, _ in portal.writes()] == ["PATCH"]
    assert {one["displayName"]: one["id"] for one in portal.objects()} == ids
    assert {one["urn"].rpartition("::")[2] for one in stack.resources()} == {"c2", "p2", "b2"}
    assert stack.up("--expect-no-changes").status == 0


def test_credential_is_neither_deleted_nor_replaced(stack: Stack, portal: Portal) -> None:
    """An entry that a merge lost, or another issuer, fails the preview and the update, until the entry says so."""
    configure(stack, derivedCredentials={"c": CREDENTIAL})
    assert stack.up().status == 0
    before = portal.objects()
    for credentials in ({}, {"c": {**CREDENTIAL, "issuer": "intercede"}}):
        configure(stack, derivedCredentials=credentials)
        for outcome in (stack.preview(), stack.up()):
            assert outcome.status != 0
            assert "protect" in outcome.text
        assert portal.objects() == before
    configure(stack, derivedCredentials={"c": {**UNPROTECTED, "issuer": "intercede"}})
    assert stack.up().status == 0
    assert portal.named("C")["issuer"] == "intercede"
    configure(stack, derivedCredentials={})
    assert stack.up().status == 0
    assert portal.objects() == []


def test_entry_can_be_protected_kept_and_left_to_others(stack: Stack, portal: Portal) -> None:
    """What `options` says is what Pulumi does."""
    profiles: dict[str, Any] = {
        "kept": {"display_name": "Kept", "options": {"retain_on_delete": True}},
        "theirs": {"display_name": "Theirs", "description": "ours", "options": {"ignore_changes": ["description"]}},
        "safe": {"display_name": "Safe", "options": {"protect": True}},
    }
    configure(stack, iosProfiles=profiles)
    assert stack.up().status == 0
    del profiles["kept"]
    profiles["theirs"]["description"] = "changed"
    configure(stack, iosProfiles=profiles)
    assert stack.up().status == 0
    assert portal.named("Kept")
    assert portal.named("Theirs")["description"] == "ours"
    configure(stack, iosProfiles={"theirs": profiles["theirs"]})
    assert stack.up().status != 0
    assert portal.named("Safe")


def test_entry_is_written_after_what_it_depends_on(stack: Stack, portal: Portal) -> None:
    """Also after an entry of a later map, and one that stands later in the file."""
    chain = {
        name: {"display_name": name.upper(), "options": {"depends_on": [f"iosProfiles.{after}"]}}
        for name, after in ("ab", "bc")
    }
    android = {"x": {"display_name": "X", "options": {"depends_on": ["iosProfiles.a"]}}}
    configure(stack, androidProfiles=android, iosProfiles={**chain, "c": {"display_name": "C"}})
    assert stack.up().status == 0
    assert [body["displayName"] for line, body in portal.writes() if line.startswith("POST")] == ["C", "B", "A", "X"]
