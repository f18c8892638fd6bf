"""The table of operations: whole, and each row proven by a test that exists."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import provider
from docs.operations import OPERATIONS, Operation

ROOT = Path(__file__).parents[2]

# The routes of Microsoft's five pages, as they stand there.
PAGES = """
PATCH /deviceManagement/derivedCredentials/{id}
PATCH /deviceManagement/deviceConfigurations/{id}/derivedCredentialSettings
PATCH /deviceManagement/deviceConfigurations/{id}/microsoft.graph.iosVpnConfiguration/derivedCredentialSettings
PATCH /deviceManagement/deviceConfigurations/{id}/microsoft.graph.iosEnterpriseWiFiConfiguration/derivedCredentialSettings
PATCH /deviceManagement/deviceConfigurations/{id}/microsoft.graph.iosEasEmailProfileConfiguration/derivedCredentialSettings
PATCH /deviceManagement/deviceConfigurations/{id}/microsoft.graph.iosDerivedCredentialAuthenticationConfiguration/derivedCredentialSettings
PATCH /deviceManagement/deviceConfigurations/{id}
PATCH /deviceManagement/deviceConfigurations/{id}/groupAssignments/{id}/deviceConfiguration
PATCH /deviceManagement/deviceConfigurations/{id}/microsoft.graph.windowsDomainJoinConfiguration/networkAccessConfigurations/{id}
POST /deviceManagement/derivedCredentials
PATCH /deviceManagement/deviceConfigurationsAllManagedDeviceCertificateStates/{id}
""".split("\n")[1:-1]  # noqa: E501, SIM905 - routes are not folded, and read better as lines


def test_every_route_of_the_pages_is_in_the_table() -> None:
    """None is left out."""
    covered = {f"{one.method} {one.path}" for one in OPERATIONS}
    assert [route for route in PAGES if route not in covered] == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: f"{one.method} {one.path}")
def test_every_row_has_a_test(operation: Operation) -> None:
    """A row without a test that exists is a promise, not a fact."""
    file, _, name = operation.test.partition("::")
    module = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in module.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: f"{one.method} {one.path}")
def test_every_row_names_a_resource_and_its_permission(operation: Operation) -> None:
    """The permissions are those that a run is checked for before its first write."""
    resource = getattr(provider, operation.resource.partition(",")[0].partition(" ")[0].partition(".")[0])
    if operation.method != "GET":
        assert set(operation.permission.split(" or ")) == set(resource.kind.permissions)
