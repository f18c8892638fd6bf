"""Objects of a collection: read, adopted, changed and deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provider.device_configurations.assignments import ASSIGNMENTS
from provider.errors import (
    AdoptionError,
    Forbidden,
    GraphError,
    NotFound,
    ObjectReplaced,
    UnexpectedAnswer,
    WriteIgnored,
)
from provider.graph.tenant import Tenant
from provider.kinds.kind import Change
from tests.provider.samples import CREDENTIAL, GROUP, INPUTS, PROFILE, PROFILES, SETTINGS, WIRE
from tests.sandbox_control import Portal

MISSING = "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e09"
OTHER_GROUP = "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e02"
FILTER = "6b1e7d02-52a9-4f7e-8f0d-9c1d5f5a3b10"


TO_ALL = {"target": {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}}


def seed_profile(portal: Portal, **properties: Any) -> str:
    """Put a profile into the tenant that no stack created."""
    return portal.seed("deviceConfigurations", **{"@odata.type": PROFILE.odata_type, **properties})


def test_reads_come_from_the_list(tenant: Tenant, portal: Portal) -> None:
    """Every declared field of every profile, for one list and one batch."""
    credential = portal.seed("derivedCredentials", **WIRE)
    ids = [
        seed_profile(portal, displayName=str(index), description="D", derivedCredentialSettings=credential)
        for index in range(3)
    ]
    portal.requests()
    for index, id_ in enumerate(ids):
        values = PROFILE.read(tenant, id_, None)
        assert values is not None
        assert values["display_name"] == str(index)
        assert values["derived_credential_settings_id"] == credential
        assert values["assignments"] == []
    assert portal.sent() == [f"GET {PROFILES}?$expand=assignments", "POST /$batch"]


def test_assignments_that_the_list_leaves_out_are_read_in_batches(tenant: Tenant, portal: Portal) -> None:
    """Where `$expand` is ignored, the cost still grows by the twenty; and no profile loses its assignments."""
    portal.switch(expand="ignored", pageSize=10)
    ids = [seed_profile(portal, displayName=str(index), assignments=[TO_ALL]) for index in range(45)]
    portal.requests()
    for id_ in ids:
        values = PROFILE.read(tenant, id_, {"display_name": "", "assignments": []})
        assert values is not None
        assert values["assignments"] == [{"target": "allDevicesAssignmentTarget"}]
    sent = portal.sent()
    assert [line.partition(" ")[0] for line in sent].count("GET") == 5  # pages
    assert sent.count("POST /$batch") == 3


def test_assignments_that_cannot_be_read_are_no_empty_set(tenant: Tenant, portal: Portal) -> None:
    """An error of one part of the batch is the error of that profile."""
    portal.switch(expand="ignored")
    denied, read = (seed_profile(portal, displayName=name, assignments=[TO_ALL]) for name in "AB")
    portal.fault(method="GET", path=rf"{denied}.*/assignments", status=403, times=9)
    with pytest.raises(GraphError, match="403"):
        PROFILE.read(tenant, denied, {"assignments": []})
    values = PROFILE.read(tenant, read, {"assignments": []})
    assert values is not None
    assert len(values["assignments"]) == 1


def test_binding_that_is_not_declared_is_not_read(tenant: Tenant, portal: Portal) -> None:
    """A refresh asks only for what somebody declared."""
    id_ = seed_profile(portal, displayName="P")
    portal.requests()
    PROFILE.read(tenant, id_, {"display_name": "P"})
    assert portal.sent() == [f"GET {PROFILES}?$expand=assignments"]


def test_gone_needs_list_and_404(tenant: Tenant, portal: Portal) -> None:
    """One request more confirms an absence; one that is not confirmed is none."""
    assert CREDENTIAL.read(tenant, MISSING, None) is None
    assert portal.sent() == [f"GET {SETTINGS}", f"GET {SETTINGS}('{MISSING}')"]
    late = portal.seed("derivedCredentials", **WIRE)  # not in the list, which was made before
    assert CREDENTIAL.read(tenant, late, None) is not None


@pytest.mark.parametrize("status", [400, 401, 403, 409, 429, 500, 503])
@pytest.mark.parametrize("where", ["list", "read"])
def test_error_is_no_absence(tenant: Tenant, portal: Portal, status: int, where: str) -> None:
    """Anything but a 404 fails loudly, in the list and in the read that confirms."""
    path = "derivedCredentials$" if where == "list" else "derivedCredentials\\("
    portal.fault(path=path, times=99, status=status)
    with pytest.raises(GraphError):
        CREDENTIAL.read(tenant, MISSING, None)


@pytest.mark.parametrize("unset", ["404", "204", "null"])
@pytest.mark.parametrize("form", ["bare", "value"])
def test_reference_is_read_in_every_form(tenant: Tenant, portal: Portal, unset: str, form: str) -> None:
    """Bare or wrapped, set or unset in three ways: the documentation shows one, clients saw others."""
    portal.switch(bindingRead=form, unsetBinding=unset)
    credential = portal.seed("derivedCredentials", **WIRE)
    set_ = seed_profile(portal, displayName="set", derivedCredentialSettings=credential)
    not_set = seed_profile(portal, displayName="unset")
    for id_, expected in ((set_, credential), (not_set, None)):
        values = PROFILE.read(tenant, id_, None)
        assert values is not None
        assert values.get("derived_credential_settings_id") == expected


def test_assignments_of_policy_sets_are_not_ours(tenant: Tenant, portal: Portal) -> None:
    """What a policy set assigns is the policy set's: neither drift nor ours to replace."""
    target = {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": GROUP}
    assignments = [{"target": target}, {"target": {**target, "groupId": OTHER_GROUP}, "source": "policySets"}]
    id_ = seed_profile(portal, displayName="P", assignments=assignments)
    values = PROFILE.read(tenant, id_, {"assignments": []})
    assert values is not None
    assert values["assignments"] == [{"group_id": GROUP, "target": "groupAssignmentTarget"}]


@pytest.mark.parametrize(
    "declared",
    [
        [{"target": "groupAssignmentTarget", "group_id": GROUP}],
        [{"target": "exclusionGroupAssignmentTarget", "group_id": GROUP}],
        [{"target": "allDevicesAssignmentTarget"}],
        [{"target": "allLicensedUsersAssignmentTarget"}],
        [{"target": "configurationManagerCollectionAssignmentTarget", "collection_id": "SMS00001"}],
        [
            {
                "target": target,
                "device_and_app_management_assignment_filter_id": FILTER,
                "device_and_app_management_assignment_filter_type": kind,
            }
            for target, kind in (
                ("allDevicesAssignmentTarget", "include"),
                ("allLicensedUsersAssignmentTarget", "exclude"),
            )
        ],
        [],
    ],
)
def test_every_target_and_filter_comes_back_as_declared(
    tenant: Tenant, portal: Portal, declared: list[dict[str, str]]
) -> None:
    """Written, read again, no difference, whatever form the server gives a filter that is not set."""
    id_ = PROFILE.create(tenant, {"display_name": "P", "assignments": declared}).id
    values = PROFILE.read(Tenant(tenant.client), id_, {"assignments": []})
    assert values is not None
    assert ASSIGNMENTS.canonical(values["assignments"]) == ASSIGNMENTS.canonical(declared)
    assert len(portal.named("P")["assignments"]) == len(declared)


def test_assignments_that_graph_does_not_show_are_an_error(tenant: Tenant, portal: Portal) -> None:
    """A set that was accepted and not kept must not pass for done."""
    id_ = seed_profile(portal, displayName="P")
    portal.fault(method="POST", path="/assign$", status=200, body={"value": []})
    with pytest.raises(WriteIgnored, match="accepted the assignments but does not show them"):
        PROFILE.update(
            tenant, id_, Change({}, {"assignments": [{"target": "allDevicesAssignmentTarget"}]}, ["assignments"])
        )


def test_adopting_changes_only_what_differs(tenant: Tenant, portal: Portal) -> None:
    """The declared fields are written, all others stay."""
    id_ = portal.seed("derivedCredentials", **{**WIRE, "helpUrl": "https://old.example", "displayName": "Old"})
    portal.requests()
    assert CREDENTIAL.create(tenant, {**INPUTS, "adopt": id_}).id == id_
    assert [body for _, body in portal.writes()] == [
        {"@odata.type": CREDENTIAL.odata_type, "displayName": INPUTS["display_name"]}
    ]
    assert portal.named(INPUTS["display_name"])["helpUrl"] == "https://old.example"


def test_adopting_what_is_as_declared_writes_nothing(tenant: Tenant, portal: Portal) -> None:
    """Adoption is then only a matter of the state."""
    id_ = portal.seed("derivedCredentials", **WIRE)
    portal.requests()
    assert CREDENTIAL.create(tenant, {**INPUTS, "adopt": id_}).id == id_
    assert portal.writes() == []


@pytest.mark.parametrize(
    ("adopt", "reason"),
    [
        (MISSING, f"there is no deviceManagementDerivedCredentialSettings {MISSING} to adopt"),
        ("another issuer", "has issuer intercede, which Graph cannot change"),
    ],
)
def test_adoption_of_an_unfit_object_is_refused(tenant: Tenant, portal: Portal, adopt: str, reason: str) -> None:
    """Nothing is written, and the error says what to do."""
    other = portal.seed("derivedCredentials", **{**WIRE, "issuer": "intercede"})
    portal.requests()
    with pytest.raises(AdoptionError, match=reason):
        CREDENTIAL.create(tenant, {**INPUTS, "adopt": other if adopt == "another issuer" else adopt})
    assert portal.writes() == []


def test_object_of_another_type_is_not_adopted(tenant: Tenant, portal: Portal) -> None:
    """An id from the same collection is not enough."""
    other = "#microsoft.graph.iosDerivedCredentialAuthenticationConfiguration"
    id_ = portal.seed("deviceConfigurations", **{"@odata.type": other}, displayName="P")
    with pytest.raises(AdoptionError, match=f"{id_} is of type iosDerivedCredential.*, not androidDevice"):
        PROFILE.create(tenant, {"display_name": "P", "adopt": id_})


def test_one_object_is_adopted_once(tenant: Tenant, portal: Portal) -> None:
    """Two declarations never share one object."""
    id_ = portal.seed("derivedCredentials", **WIRE)
    CREDENTIAL.create(tenant, {**INPUTS, "adopt": id_})
    with pytest.raises(AdoptionError, match=f"{id_} was given to another resource in this run"):
        CREDENTIAL.create(tenant, {**INPUTS, "adopt": id_})


def test_reference_write_that_fails_but_worked_is_not_repeated(tenant: Tenant, portal: Portal) -> None:
    """Intune has answered 500 to a $ref that it had set: looking first tells."""
    credential = portal.seed("derivedCredentials", **WIRE)
    id_ = seed_profile(portal, displayName="P")
    portal.fault(method="PUT", path="ref$", times=9, status=500, when="after")
    portal.requests()
    news = {"derived_credential_settings_id": credential}
    PROFILE.update(tenant, id_, Change({}, news, ["derived_credential_settings_id"]))
    assert len([one for one in portal.sent() if one.startswith("PUT")]) == 1


def test_reference_is_removed(tenant: Tenant, portal: Portal) -> None:
    """A binding that is no longer declared is taken away; one that is gone already is no error."""
    credential = portal.seed("derivedCredentials", **WIRE)
    id_ = seed_profile(portal, displayName="P", derivedCredentialSettings=credential)
    for _ in range(2):
        PROFILE.update(tenant, id_, Change({}, {}, ["derived_credential_settings_id"]))
    assert portal.named("P")["derivedCredentialSettings"] is None


def test_update_of_what_is_gone_fails_and_says_so(tenant: Tenant) -> None:
    """A 404 on an update is no success."""
    with pytest.raises(NotFound, match="It is gone from the tenant"):
        CREDENTIAL.update(tenant, MISSING, Change({}, INPUTS, ["display_name"]))


@pytest.mark.parametrize(("exists", "reason"), [(False, "The profile is gone"), (True, "so one of")])
def test_assignment_that_ends_in_404_says_which_is_missing(
    tenant: Tenant, portal: Portal, *, exists: bool, reason: str
) -> None:
    """Graph answers alike for the profile and for a group, and a refresh helps only the one."""
    id_ = seed_profile(portal, displayName="P") if exists else MISSING
    missing = {"error": {"code": "ResourceNotFound", "message": "It does not exist"}}
    portal.fault(method="POST", path="/assign$", status=404, body=missing)
    assignments = [{"target": "groupAssignmentTarget", "group_id": MISSING}]
    with pytest.raises(NotFound, match=reason):
        PROFILE.update(tenant, id_, Change({}, {"assignments": assignments}, ["assignments"]))


@pytest.mark.parametrize(
    ("manner", "reason"),
    [
        ("instead", "Graph replaced .* by .*: run `pulumi up --refresh`"),
        ("beside", "Graph created .* beside .*: delete what"),
    ],
)
@pytest.mark.usefixtures("about")
def test_patch_that_creates_an_object_is_reported(
    next_run: Callable[[], Tenant], portal: Portal, manner: str, reason: str
) -> None:
    """The real id is told, nothing is lost silently, and the next create uses the new object: the journal has it."""
    tenant = next_run()
    id_ = portal.seed("derivedCredentials", **WIRE)
    portal.switch(patchReissues=manner)
    news = {**INPUTS, "help_url": "https://new.example"}
    with pytest.raises(ObjectReplaced, match=reason) as caught:
        CREDENTIAL.update(tenant, id_, Change({}, news, ["help_url"]))
    (new,) = [one["id"] for one in portal.objects() if one["id"] != id_]
    assert new in str(caught.value)
    if manner == "instead":
        assert CREDENTIAL.read(next_run(), id_, news) is None
        assert CREDENTIAL.create(next_run(), news).id == new


def test_patch_of_settings_costs_one_list_before_and_one_after(tenant: Tenant, portal: Portal) -> None:
    """What a PATCH may have created is only told from what existed by both."""
    id_ = portal.seed("derivedCredentials", **WIRE)
    portal.requests()
    CREDENTIAL.update(tenant, id_, Change({}, {**INPUTS, "help_url": "https://new.example"}, ["help_url"]))
    assert portal.sent() == [f"GET {SETTINGS}", f"PATCH {SETTINGS}('{id_}')", f"GET {SETTINGS}"]


def test_delete_is_idempotent(tenant: Tenant, portal: Portal) -> None:
    """What somebody else deleted is deleted; what may not be deleted is an error."""
    id_ = portal.seed("derivedCredentials", **WIRE)
    CREDENTIAL.delete(tenant, id_, {})
    CREDENTIAL.delete(tenant, id_, {})
    assert portal.objects() == []
    portal.fault(method="DELETE", path=id_, status=403)
    with pytest.raises(Forbidden):
        CREDENTIAL.delete(tenant, id_, {})


def test_change_that_graph_accepts_and_does_not_make_is_an_error(tenant: Tenant, portal: Portal) -> None:
    """A gateway's 204 is no proof; what an answer does not show is looked at."""
    id_ = seed_profile(portal, displayName="P", description="old")
    portal.fault(method="PATCH", path="deviceConfigurations", status=204, body="")
    change = Change({"description": "old"}, {"display_name": "P", "description": "new"}, ["description"])
    with pytest.raises(WriteIgnored, match="accepted description and changed nothing"):
        PROFILE.update(tenant, id_, change)


def test_answer_that_shows_the_change_is_proof_enough(tenant: Tenant, portal: Portal) -> None:
    """One request then, else one look more."""
    id_ = seed_profile(portal, displayName="P")
    requests = []
    for text in ("A", "B"):  # the sandbox answers one of two PATCHes with 204
        portal.requests()
        PROFILE.update(tenant, id_, Change({}, {"display_name": "P", "description": text}, ["description"]))
        requests.append([line.partition(" ")[0] for line in portal.sent()])
    assert sorted(requests) == [["PATCH"], ["PATCH", "GET"]]


def test_delete_that_graph_accepts_and_does_not_make_is_an_error(tenant: Tenant, portal: Portal) -> None:
    """An object that the state forgets and the tenant keeps would have no owner."""
    id_ = seed_profile(portal, displayName="P")
    portal.fault(method="DELETE", path="deviceConfigurations", status=204, body="")
    with pytest.raises(WriteIgnored, match="says that it is deleted and still shows it"):
        PROFILE.delete(tenant, id_, {})


def test_delete_answered_404_is_repeated_where_a_read_shows_the_object(tenant: Tenant, portal: Portal) -> None:
    """A 404 of the delete alone proves no absence: it may come from a replica that is late."""
    id_ = seed_profile(portal, displayName="P")
    portal.fault(method="DELETE", path="deviceConfigurations", status=404)
    PROFILE.delete(tenant, id_, {})
    assert portal.objects() == []


def test_deleted_object_that_still_answers_is_gone_when_the_list_says_so(tenant: Tenant, portal: Portal) -> None:
    """Seen with other collections: a read by id answers for a while, the list does not."""
    id_ = seed_profile(portal, displayName="P")
    portal.fault(path=rf"\('{id_}'\)\?", lagReads=50)
    PROFILE.delete(tenant, id_, {})
    assert portal.objects() == []


def test_answer_without_an_id_is_no_object(tenant: Tenant, portal: Portal) -> None:
    """It must not read as an object whose every field was cleared."""
    portal.fault(method="GET", path=rf"\('{MISSING}'\)", status=200, body="{}")
    with pytest.raises(UnexpectedAnswer, match="the answer is no object"):
        CREDENTIAL.read(tenant, MISSING, INPUTS)
