"""The Android page's two other PATCH routes, for those who ask for them."""

from __future__ import annotations

from typing import Any

import pytest

from provider.errors import GraphError, WriteIgnored
from provider.graph.tenant import Tenant
from provider.kinds.kind import Change
from tests.provider.samples import GROUP, PROFILE, PROFILES, seed
from tests.sandbox_control import Portal


@pytest.fixture
def made(tenant: Tenant, portal: Portal) -> str:
    """A profile that is assigned to a group."""
    assignments = [{"target": "groupAssignmentTarget", "group_id": GROUP}]
    id_ = PROFILE.create(tenant, {"display_name": "P", "assignments": assignments}).id
    portal.requests()
    return id_


def test_profile_is_changed_through_an_assignment(tenant: Tenant, portal: Portal, made: str) -> None:
    """The route that goes through one of its group assignments, and a look at what it did."""
    assignment = portal.named("P")["assignments"][0]["id"]
    news = {"display_name": "Q", "update_route": {"group_assignment_id": assignment}}
    assert list(PROFILE.problems(news, {})) == []
    PROFILE.update(tenant, made, Change({}, news, ["display_name"]))
    assert portal.sent() == [
        f"PATCH {PROFILES}('{made}')/groupAssignments('{assignment}')/deviceConfiguration",
        f"GET {PROFILES}('{made}')?$expand=assignments",
    ]
    assert portal.named("Q")["id"] == made


def test_profile_is_changed_through_a_domain_join(tenant: Tenant, portal: Portal, made: str) -> None:
    """The route that goes through a domain-join configuration which lists the profile."""
    join = seed(portal, "windowsDomainJoinConfiguration", displayName="J", networkAccessConfigurations=[made])
    news = {"display_name": "P", "description": "D", "update_route": {"domain_join_configuration_id": join}}
    assert list(PROFILE.problems(news, {})) == []
    portal.requests()
    PROFILE.update(tenant, made, Change({}, news, ["description"]))
    ((line, _),) = portal.writes()
    segment = "microsoft.graph.windowsDomainJoinConfiguration/networkAccessConfigurations"
    assert line == f"PATCH {PROFILES}('{join}')/{segment}('{made}')"
    assert portal.named("P")["description"] == "D"


def test_route_that_leads_nowhere_is_an_error(tenant: Tenant, made: str) -> None:
    """An id of something else is Graph's refusal, unchanged."""
    with pytest.raises(GraphError):
        PROFILE.update(
            tenant,
            made,
            Change({}, {"description": "D", "update_route": {"group_assignment_id": "none"}}, ["description"]),
        )


def test_route_that_changes_nothing_is_an_error(tenant: Tenant, portal: Portal, made: str) -> None:
    """No page documents what these routes do; a 200 alone proves nothing."""
    portal.fault(method="PATCH", path="groupAssignments", status=200, body={})
    assignment = portal.named("P")["assignments"][0]["id"]
    news = {"description": "D", "update_route": {"group_assignment_id": assignment}}
    with pytest.raises(WriteIgnored, match="accepted description and changed nothing"):
        PROFILE.update(tenant, made, Change({}, news, ["description"]))


@pytest.mark.parametrize(
    ("route", "path"),
    [
        ("direct", "update_route"),
        ({}, "update_route"),
        ({"group_assignment_id": ""}, "update_route.group_assignment_id"),
        (
            {"group_assignment_id": "a", "domain_join_configuration_id": GROUP},
            "update_route.domain_join_configuration_id",
        ),
        ({"domain_join_configuration_id": "J"}, "update_route.domain_join_configuration_id"),
    ],
)
def test_route_that_is_none_is_a_check_failure(route: Any, path: str) -> None:
    """One route, told by its field."""
    (problem,) = PROFILE.problems({"display_name": "P", "update_route": route}, {})
    assert problem.path == path
