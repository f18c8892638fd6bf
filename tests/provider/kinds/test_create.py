"""Exactly one object, whatever breaks while it is made."""

from __future__ import annotations

import os
from typing import Any

import pytest

from provider.errors import AdoptionError, Forbidden, IncompleteCreate, OutcomeUnknown, Unreachable
from provider.graph.client import GraphClient
from provider.graph.credentials import CredentialFactory
from provider.graph.tenant import Tenant
from provider.graph.tokens import Tokens
from provider.settings import Settings
from tests.provider.conftest import Clock
from tests.provider.samples import CREDENTIAL, GROUP, INPUTS, PROFILE, PROFILES, SETTINGS, WIRE
from tests.sandbox_control import Portal

LOOK = f"GET {SETTINGS}?$filter=displayName eq 'O''Brien & Söhne'"

AFTER: list[dict[str, Any]] = [
    {"drop": "after"},
    {"status": 500, "when": "after"},
    {"status": 502, "when": "after", "body": "<html>Bad gateway</html>"},
    {"status": 503, "when": "after"},
    {"status": 504, "when": "after"},
    {"status": 429, "when": "after"},
    {"status": 401, "when": "after"},
    {"status": 201, "when": "after", "body": ""},
    {"status": 200, "when": "after", "body": "<html>portal</html>"},
]
BEFORE: list[dict[str, Any]] = [
    {**fault, "when": "before"} if "when" in fault else {"drop": "before"} for fault in AFTER
]


@pytest.fixture
def bound(portal: Portal) -> dict[str, Any]:
    """Inputs of a profile that is bound and assigned."""
    credential = portal.seed("derivedCredentials", **WIRE)
    return {
        "display_name": "Profile",
        "certificate_access_type": "userApproval",
        "derived_credential_settings_id": credential,
        "assignments": [{"target": "groupAssignmentTarget", "group_id": GROUP}],
    }


def test_create_costs_one_list_one_write_and_one_look(tenant: Tenant, portal: Portal) -> None:
    """The look is for what another run created at the same time; nothing else is sent for an object by itself."""
    id_ = CREDENTIAL.create(tenant, INPUTS).id
    assert portal.sent() == [f"GET {SETTINGS}", f"POST {SETTINGS}", LOOK]
    assert portal.named("O'Brien & Söhne")["id"] == id_


def test_create_of_bound_profile_costs_one_batch_and_one_write_more(
    tenant: Tenant, portal: Portal, bound: dict[str, Any]
) -> None:
    """The reference is read back together with the look, and the assignments come back with the answer."""
    id_ = PROFILE.create(tenant, bound).id
    owner = f"{PROFILES}('{id_}')"
    sent = portal.sent()
    assert sent[:2] == [f"GET {PROFILES}?$expand=assignments", f"POST {PROFILES}"]
    assert sorted(sent[2:]) == ["POST /$batch", f"POST {owner}/assign"]
    made = portal.named("Profile")
    assert made["derivedCredentialSettings"] == bound["derived_credential_settings_id"]
    assert [one["target"]["groupId"] for one in made["assignments"]] == [GROUP]


def test_namesake_is_seen_though_its_type_is_left_out(tenant: Tenant, portal: Portal) -> None:
    """In a collection of one type, Graph need not say the type: the name is taken all the same."""
    id_ = portal.seed("derivedCredentials", **WIRE | {"issuer": "intercede"})
    there = {"id": id_, **WIRE, "issuer": "intercede"}
    portal.fault(method="GET", path="derivedCredentials$", status=200, body={"value": [there]})
    with pytest.raises(AdoptionError, match=f'adopt="{id_}"'):
        CREDENTIAL.create(tenant, INPUTS)


@pytest.mark.parametrize("fault", AFTER)
def test_object_whose_answer_was_lost_is_found(tenant: Tenant, portal: Portal, fault: dict[str, Any]) -> None:
    """It worked, and no answer came: one object, its id known, one POST."""
    portal.fault(method="POST", path="derivedCredentials$", **fault)
    id_ = CREDENTIAL.create(tenant, INPUTS).id
    assert [one["id"] for one in portal.objects()] == [id_]
    assert len([one for one in portal.sent() if one.startswith("POST")]) == 1


@pytest.mark.parametrize("fault", BEFORE)
def test_object_that_was_not_made_is_made_or_reported(tenant: Tenant, portal: Portal, fault: dict[str, Any]) -> None:
    """
    A refusal is repeated. Where it may have worked and does not show, the run says so and the next one makes it.

    Nothing is ever made twice.
    """
    portal.fault(method="POST", path="derivedCredentials$", **fault)
    if fault.get("status") in {401, 429, 503}:
        id_ = CREDENTIAL.create(tenant, INPUTS).id
    else:
        with pytest.raises(OutcomeUnknown, match="Run `pulumi up` again"):
            CREDENTIAL.create(tenant, INPUTS)
        id_ = CREDENTIAL.create(Tenant(tenant.client), INPUTS).id
    assert [one["id"] for one in portal.objects()] == [id_]


def test_object_that_shows_late_is_waited_for(tenant: Tenant, portal: Portal, clock: Clock) -> None:
    """The list lags behind the write; the look is repeated until the deadline, and the object taken once."""
    list(tenant.listing(CREDENTIAL.collection))
    portal.fault(method="POST", path="derivedCredentials$", drop="after")
    portal.fault(path="derivedCredentials", lagReads=3)
    id_ = CREDENTIAL.create(tenant, INPUTS).id
    assert [one["id"] for one in portal.objects()] == [id_]
    assert len(clock.naps) >= 2


def test_namesake_that_was_there_before_is_not_ours(tenant: Tenant, portal: Portal) -> None:
    """After a lost answer only an object that was absent before can be what the POST made."""
    list(tenant.listing(CREDENTIAL.collection))  # the list is made, and then somebody else creates the same thing
    portal.fault(method="POST", path="derivedCredentials$", drop="before")
    stranger = portal.seed("derivedCredentials", **{**WIRE, "helpUrl": "https://other.example"})
    with pytest.raises(OutcomeUnknown):
        CREDENTIAL.create(tenant, {**INPUTS, "help_url": "https://ours.example"})
    assert [one["id"] for one in portal.objects()] == [stranger]


def test_several_that_fit_are_not_chosen_between(tenant: Tenant, portal: Portal) -> None:
    """Two objects appeared where one was asked for: a person must say which."""
    list(tenant.listing(CREDENTIAL.collection))
    portal.fault(method="POST", path="derivedCredentials$", drop="after")
    twin = portal.seed("derivedCredentials", **WIRE)
    with pytest.raises(OutcomeUnknown, match="delete all but one in the Intune admin center") as caught:
        CREDENTIAL.create(tenant, INPUTS)
    assert twin in str(caught.value)


def test_looking_that_fails_is_reported_with_what_it_was_for(tenant: Tenant, portal: Portal) -> None:
    """When neither the POST nor the look gets an answer, the error has both stories."""
    list(tenant.listing(CREDENTIAL.collection))
    portal.fault(method="POST", path="derivedCredentials$", drop="after")
    portal.fault(method="GET", path="derivedCredentials", times=99, status=500)
    with pytest.raises(OutcomeUnknown, match=r"the connection to .* broke off.* and looking for it failed: GET"):
        CREDENTIAL.create(tenant, INPUTS)


def test_connection_that_never_came_about_is_simply_repeated(settings: Settings, clock: Clock, portal: Portal) -> None:
    """A refused connection cannot have made anything, so nothing is looked for."""

    class OnceRefused(GraphClient):
        """A client whose first POST finds the door closed."""

        refused = False

        def post(self, path: str, body: dict[str, Any], **options: Any) -> dict[str, Any]:
            """Refuse the first."""
            if not self.refused:
                self.refused = True
                raise Unreachable("POST", path, message="cannot connect", sent=False)
            return super().post(path, body, **options)

    tokens = Tokens(settings, CredentialFactory(settings, os.environ, print).credential)
    client = OnceRefused(settings, tokens, clock=clock, sleep=clock.sleep)
    CREDENTIAL.create(Tenant(client), INPUTS)
    client.close()
    assert portal.sent() == [f"GET {SETTINGS}", f"POST {SETTINGS}", LOOK]


def test_create_of_incomplete_object_is_refused_without_proof(
    tenant: Tenant, portal: Portal, bound: dict[str, Any]
) -> None:
    """Same kind, same name, every declared field equal: that proves nothing, and the error has the line to declare."""
    portal.fault(method="POST", path="/assign", times=99, status=403)
    with pytest.raises(IncompleteCreate):
        PROFILE.create(tenant, bound)
    portal.no_faults()
    made = portal.named("Profile")
    with pytest.raises(AdoptionError, match=f'declare adopt="{made["id"]}"'):
        PROFILE.create(Tenant(tenant.client), bound)
    assert portal.named("Profile") == made


@pytest.mark.parametrize(
    "other",
    [
        {"certificateAccessType": "specificApps"},
        {"assignments": [{"target": {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}}]},
    ],
)
def test_namesake_that_differs_is_refused(
    tenant: Tenant, portal: Portal, bound: dict[str, Any], other: dict[str, Any]
) -> None:
    """Somebody else's object is neither taken over nor doubled; the error says how to adopt it."""
    wire = {"displayName": "Profile", "certificateAccessType": "userApproval", **other}
    stranger = portal.seed("deviceConfigurations", **{"@odata.type": PROFILE.odata_type}, **wire)
    portal.requests()
    with pytest.raises(AdoptionError, match=f'declare adopt="{stranger}" to manage it here'):
        PROFILE.create(tenant, bound)
    assert portal.writes() == []


def test_namesake_of_another_type_is_no_namesake(tenant: Tenant, portal: Portal) -> None:
    """A collection holds many kinds; only the own kind counts."""
    other = "#microsoft.graph.iosDerivedCredentialAuthenticationConfiguration"
    portal.seed("deviceConfigurations", **{"@odata.type": other}, displayName="Profile")
    PROFILE.create(tenant, {"display_name": "Profile"})
    assert len(portal.objects()) == 2


def test_second_create_of_a_name_is_refused(tenant: Tenant, portal: Portal) -> None:
    """The second create of a name in one run is refused, even if its fields are the same."""
    CREDENTIAL.create(tenant, INPUTS)
    with pytest.raises(AdoptionError, match="another resource of this program already creates"):
        CREDENTIAL.create(tenant, INPUTS)
    assert len(portal.objects()) == 1


def test_name_is_free_again_after_a_failed_create(tenant: Tenant, portal: Portal) -> None:
    """A refused POST leaves no claim behind."""
    portal.fault(method="POST", path="derivedCredentials$", status=403)
    with pytest.raises(Forbidden):
        CREDENTIAL.create(tenant, INPUTS)
    assert CREDENTIAL.create(tenant, INPUTS).id


def test_unfinished_create_keeps_its_id_and_says_what_is_missing(
    tenant: Tenant, portal: Portal, bound: dict[str, Any]
) -> None:
    """The object exists; the error has its id, what holds already, and what does not."""
    portal.fault(method="POST", path="/assign", status=403)
    with pytest.raises(IncompleteCreate, match=r"assignments: .*403") as caught:
        PROFILE.create(tenant, bound)
    assert caught.value.id == portal.named("Profile")["id"]
    assert caught.value.done == {name: value for name, value in bound.items() if name != "assignments"}


def test_binding_that_the_post_ignored_is_made_by_the_other_route(
    tenant: Tenant, portal: Portal, bound: dict[str, Any]
) -> None:
    """No documentation promises that the creating POST binds; reading it back tells, and PUT $ref mends."""
    portal.fault(method="GET", path="derivedCredentialSettings$", status=404)
    id_ = PROFILE.create(tenant, bound).id
    writes = [line for line, _ in portal.writes()]
    assert f"PUT {PROFILES}('{id_}')/{PROFILE.odata_type[1:]}/derivedCredentialSettings/$ref" in writes
    assert portal.named("Profile")["derivedCredentialSettings"] == bound["derived_credential_settings_id"]


def test_second_issuer_is_explained(tenant: Tenant, portal: Portal) -> None:
    """Where the tenant refuses a second one, the error names the first and how to adopt it."""
    portal.switch(oneIssuer=True)
    first = portal.seed("derivedCredentials", **{**WIRE, "displayName": "First"})
    with pytest.raises(AdoptionError, match=rf'the tenant has "First" \({first}\): .* declare adopt'):
        CREDENTIAL.create(tenant, INPUTS)
