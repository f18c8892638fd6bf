"""Who gets a profile."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.graph.clients import ANDROID, DOMAIN_JOIN, GROUP, PROFILES, Graph, said, target
from tests.sandbox_control import Portal

OTHER = "0f0e0d0c-0000-4000-8000-000000000002"
FILTER = "0f0e0d0c-0000-4000-8000-00000000000f"
FILTER_ID = "deviceAndAppManagementAssignmentFilterId"
FILTER_TYPE = "deviceAndAppManagementAssignmentFilterType"
ZERO = "00000000-0000-0000-0000-000000000000"

EVERYBODY = [
    target("group", groupId=GROUP),
    target("exclusionGroup", groupId=OTHER),
    target("allDevices"),
    target("allLicensedUsers"),
]


def assigned(graph: Graph, key: str, *wanted: dict[str, Any]) -> list[dict[str, Any]]:
    """Assign, and return what reads back."""
    answer = graph.post(f"{PROFILES}/{key}/assign", {"assignments": list(wanted)})
    assert answer.status_code == 200, answer.text
    value: list[dict[str, Any]] = graph.get(f"{PROFILES}/{key}/assignments").json()["value"]
    assert answer.json()["value"] == value
    return value


def kinds(assignments: list[dict[str, Any]]) -> set[str]:
    """Return the kinds of the targets."""
    return {each["target"]["@odata.type"].removeprefix("#microsoft.graph.") for each in assignments}


def test_assign_replaces_the_whole_set(graph: Graph) -> None:
    """What is not named is gone; an empty list clears."""
    key = graph.profile()
    assert len(kinds(assigned(graph, key, *EVERYBODY))) == 4
    assert kinds(assigned(graph, key, target("allDevices"))) == {"allDevicesAssignmentTarget"}
    assert assigned(graph, key) == []


def test_order_is_not_the_one_that_was_sent(graph: Graph) -> None:
    """A client that compares lists instead of sets finds out here."""
    key = graph.profile()
    forth = assigned(graph, key, *EVERYBODY)
    back = assigned(graph, key, *EVERYBODY[::-1])
    assert [each["id"] for each in forth] == [each["id"] for each in back]


def test_assignment_shows_what_intune_shows(graph: Graph) -> None:
    """Whose it is can be read from the context, as backup tools do."""
    key = graph.profile()
    (shown,) = assigned(graph, key, target("group", groupId=GROUP.upper()))
    assert shown.pop("target") | {FILTER_ID: None} == {
        "@odata.type": "#microsoft.graph.groupAssignmentTarget",
        "groupId": GROUP,
        FILTER_ID: None,
        FILTER_TYPE: "none",
    }
    assert shown == {"id": f"{key}_{GROUP}", "source": "direct", "sourceId": key, "intent": "apply"}
    context = graph.get(f"{PROFILES}/{key}/assignments").json()["@odata.context"]
    assert context.endswith(f"#deviceManagement/deviceConfigurations('{key}')/microsoft.graph.{ANDROID}/assignments")


def test_of_the_same_target_the_first_counts(graph: Graph) -> None:
    """Later ones are ignored without a word, other filter or not; leaving a group out is another target."""
    key = graph.profile()
    first = target("group", groupId=GROUP, **{FILTER_ID: FILTER, FILTER_TYPE: "include"})
    read = assigned(graph, key, first, target("group", groupId=GROUP.upper()), target("exclusionGroup", groupId=GROUP))
    assert len(read) == 2
    assert [each["target"][FILTER_TYPE] for each in read if "exclusion" not in str(each["target"])] == ["include"]


def test_unset_filter_reads_back_in_two_ways(graph: Graph) -> None:
    """Null, or the zero GUID; always with the type none."""
    seen = set()
    for number in range(8):
        groups = [target("group", groupId=f"{GROUP[:-1]}{number}")]
        for each in assigned(graph, graph.profile(), *groups):
            assert each["target"][FILTER_TYPE] == "none"
            seen.add(each["target"][FILTER_ID])
    assert seen == {None, ZERO}


def test_assignments_that_were_read_are_accepted(graph: Graph) -> None:
    """Ids, zero filters and annotations included."""
    key = graph.profile()
    before = assigned(graph, key, *EVERYBODY)
    sent = [{name: value for name, value in each.items() if name != "sourceId"} for each in before]
    assert assigned(graph, key, *sent) == before


def test_legacy_body_is_understood(graph: Graph) -> None:
    """The older parameter of the same action."""
    key = graph.profile()
    groups = [{"targetGroupId": GROUP}, {"targetGroupId": OTHER, "excludeGroup": True}]
    assert graph.post(f"{PROFILES}/{key}/assign", {"deviceConfigurationGroupAssignments": groups}).ok
    shown = graph.get(f"{PROFILES}/{key}/groupAssignments").json()["value"]
    assert {(each["targetGroupId"], each["excludeGroup"]) for each in shown} == {(GROUP, False), (OTHER, True)}
    one = graph.get(f"{PROFILES}/{key}/groupAssignments/{shown[0]['id']}").json()
    assert one["targetGroupId"] == shown[0]["targetGroupId"]
    assert graph.get(f"{PROFILES}/{key}/groupAssignments/none").status_code == 404


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        (target("group", groupId="everybody"), "is not a valid groupId"),
        (target("group", groupId=ZERO), "is not a valid groupId"),
        (target("group"), "is not a valid groupId"),
        (target("exclusionGroup", groupId=None), "is not a valid groupId"),
        (target("group", groupId=1), "Cannot convert the literal '1'"),
        (target("allDevices", groupId=GROUP), "The property 'groupId' does not exist"),
        (target("organizationalUnit"), "it is not assignable to the expected type"),
        (target("deviceAndAppManagement"), "Cannot create an abstract class."),
        ({"target": {"groupId": GROUP}}, "Cannot create an abstract class."),
        ({"target": None}, "A null value was found"),
        ({}, "The property 'target' is required"),
        ({**target("allDevices"), "nope": 1}, "The property 'nope' does not exist"),
        ({**target("allDevices"), "intent": "keep"}, "Cannot convert the literal 'keep'"),
        ({**target("allDevices"), "sourceId": "x"}, "Property 'sourceId' is read-only"),
        (target("allDevices", **{FILTER_ID: FILTER}), "needs both its id and the type"),
        (target("allDevices", **{FILTER_TYPE: "include"}), "needs both its id and the type"),
        (target("allDevices", **{FILTER_ID: FILTER, FILTER_TYPE: "none"}), "needs both its id and the type"),
        (target("allDevices", **{FILTER_ID: "x", FILTER_TYPE: "include"}), "is not a valid deviceAndApp"),
        (target("allDevices", **{FILTER_ID: FILTER, FILTER_TYPE: "Include"}), "Cannot convert the literal 'Include'"),
        (target("configurationManagerCollection"), "collectionId is required"),
    ],
)
@pytest.mark.parametrize("path", ["assign", "assignments"])
def test_target_that_makes_no_sense_is_refused(graph: Graph, wanted: dict[str, Any], text: str, path: str) -> None:
    """And the set stays as it was."""
    key = graph.profile()
    before = assigned(graph, key, target("allLicensedUsers"))
    body = {"assignments": [target("group", groupId=GROUP), wanted]} if path == "assign" else wanted
    answer = graph.post(f"{PROFILES}/{key}/{path}", body)
    assert answer.status_code == 400
    assert text in said(answer)
    assert graph.get(f"{PROFILES}/{key}/assignments").json()["value"] == before


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            {"assignmentz": []},
            "'assignmentz' in the request payload is not a valid parameter for the operation 'assign'",
        ),
        ({}, "The parameter 'assignments' of the operation 'assign' is missing."),
        ({"assignments": None}, "is a collection of objects"),
        ({"assignments": ["x"]}, "is a collection of objects"),
    ],
)
def test_assign_takes_its_parameters_and_no_others(graph: Graph, body: dict[str, Any], text: str) -> None:
    """A misspelled parameter must not clear the set."""
    answer = graph.post(f"{PROFILES}/{graph.profile()}/assign", body)
    assert answer.status_code == 400
    assert text in said(answer)


def test_collection_of_configuration_manager_is_a_target(graph: Graph) -> None:
    """Of any profile: no documentation says which platforms take one."""
    for key in (graph.profile(), graph.profile(DOMAIN_JOIN, activeDirectoryDomainName="d")):
        assert len(assigned(graph, key, target("configurationManagerCollection", collectionId="C"))) == 1


def test_one_assignment_is_added_changed_and_taken_out(graph: Graph) -> None:
    """The same set, one at a time."""
    key = graph.profile()
    path = f"{PROFILES}/{key}/assignments"
    assigned(graph, key, target("allDevices"))
    added = graph.made(path, target("group", groupId=GROUP))
    assert graph.post(path, target("group", groupId=GROUP)).status_code == 409
    assert graph.get(f"{path}/{added['id']}").json()["target"]["groupId"] == GROUP
    change = target("group", groupId=OTHER)
    statuses = {graph.patch(f"{path}/{added['id']}", change).status_code for _ in range(2)}
    assert statuses == {200, 204}
    assert graph.get(f"{path}/{added['id']}").json()["target"]["groupId"] == OTHER
    assert graph.delete(f"{path}/{added['id']}").ok
    assert kinds(graph.get(path).json()["value"]) == {"allDevicesAssignmentTarget"}
    for method in ("GET", "PATCH", "DELETE"):
        answer = graph.call(method, f"{path}/{added['id']}", {} if method == "PATCH" else None)
        assert answer.status_code == 404


def test_assigning_counts_as_a_change(graph: Graph) -> None:
    """Whether it does in truth is unknown; a client that compares versions finds out here."""
    key = graph.profile()
    assigned(graph, key, target("allDevices"))
    assert graph.get(f"{PROFILES}/{key}").json()["version"] == 2


@pytest.mark.parametrize("path", ["assign", "assignments"])
def test_assignment_of_an_unknown_profile_is_refused(graph: Graph, path: str) -> None:
    """404, as everywhere."""
    assert graph.post(f"{PROFILES}/x/{path}", {"assignments": []}).status_code == 404


LEGACY = {"deviceConfigurationGroupAssignments": [{"targetGroupId": OTHER, "excludeGroup": False}]}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "assign", {"assignments": [target("group", groupId=GROUP), target("group", groupId=OTHER)]}),
        ("POST", "assign", {"assignments": [target("exclusionGroup", groupId=OTHER)]}),
        ("POST", "assign", LEGACY),
        ("POST", "assignments", target("group", groupId=OTHER)),
        ("PATCH", "assignments/{}", target("group", groupId=OTHER)),
    ],
)
def test_group_that_does_not_exist_cannot_be_assigned(
    graph: Graph, portal: Portal, method: str, path: str, body: dict[str, Any]
) -> None:
    """404, as for a profile that does not exist, and nothing is assigned; without the switch any group exists."""
    key = graph.profile()
    (before,) = assigned(graph, key, target("group", groupId=GROUP))
    where = f"{PROFILES}/{key}/{path.format(before['id'])}"
    portal.switch(groups=[GROUP.upper()])
    answer = graph.call(method, where, body)
    assert (answer.status_code, said(answer).partition(" - ")[0]) == (
        404,
        f"ResourceNotFound: Group not found: {OTHER}",
    )
    assert graph.get(f"{PROFILES}/{key}/assignments").json()["value"] == [before]
    everybody = {"assignments": [target("allDevices"), target("group", groupId=GROUP)]}
    assert graph.post(f"{PROFILES}/{key}/assign", everybody).ok
    portal.switch(groups=None)
    assert graph.post(f"{PROFILES}/{key}/assign", LEGACY).ok
