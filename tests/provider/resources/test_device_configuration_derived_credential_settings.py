"""Derived-credential settings, changed through a profile that uses them."""

from __future__ import annotations

from typing import Any

import pytest

import provider as intune
from provider.errors import AdoptionError, WriteIgnored
from provider.graph.tenant import Tenant
from provider.kinds.kind import Change
from provider.resources.device_configuration_derived_credential_settings import ScopedSettingsKind
from tests.provider.samples import CREDENTIAL, INPUTS, PROFILES, SETTINGS, TYPES, WIRE, seed
from tests.sandbox_control import Portal

_kind = intune.DeviceConfigurationDerivedCredentialSettings.kind
assert isinstance(_kind, ScopedSettingsKind)
SCOPED = _kind


@pytest.fixture
def credential(portal: Portal) -> str:
    """Settings that somebody else made."""
    return portal.seed("derivedCredentials", **WIRE)


@pytest.mark.parametrize("cast", [True, False])
@pytest.mark.parametrize("profile_type", TYPES)
def test_settings_are_changed_through_every_route(
    tenant: Tenant, portal: Portal, credential: str, profile_type: str, *, cast: bool
) -> None:
    """The bare route and those of all types: one PATCH with what differs, and a look at what it did."""
    id_ = seed(portal, profile_type, derivedCredentialSettings=credential)
    portal.requests()
    inputs: dict[str, Any] = {"device_configuration_id": id_, "help_url": "https://b.example", "issuer": "purebred"}
    if cast:
        inputs["profile_type"] = profile_type
    assert SCOPED.create(tenant, inputs).id == credential
    ((line, body),) = portal.writes()
    segment = f"/microsoft.graph.{profile_type}" if cast else ""
    assert line == f"PATCH {PROFILES}('{id_}'){segment}/derivedCredentialSettings"
    assert {name: value for name, value in body.items() if name != "@odata.type"} == {"helpUrl": "https://b.example"}
    assert portal.named(WIRE["displayName"])["helpUrl"] == "https://b.example"


def test_settings_that_are_as_declared_are_taken_over_without_a_write(
    tenant: Tenant, portal: Portal, credential: str
) -> None:
    """Created is taken over, deleted is forgotten."""
    id_ = seed(portal, TYPES[0], derivedCredentialSettings=credential)
    inputs = {"device_configuration_id": id_, "issuer": "purebred", "notification_types": ["email"]}
    SCOPED.create(tenant, inputs)
    SCOPED.delete(tenant, credential, inputs)
    assert portal.writes() == []
    assert credential in {one["id"] for one in portal.objects()}


def test_update_writes_only_what_changed(tenant: Tenant, portal: Portal, credential: str) -> None:
    """And nothing for a field that is no longer declared: it is left alone."""
    id_ = seed(portal, TYPES[0], derivedCredentialSettings=credential)
    news = {"device_configuration_id": id_, "display_name": "New", "notification_types": ["none"]}
    SCOPED.update(tenant, credential, Change({}, news, ["display_name", "help_url"]))
    ((_, body),) = portal.writes()
    assert {name: value for name, value in body.items() if name != "@odata.type"} == {"displayName": "New"}


def test_profile_without_a_credential_has_no_settings(tenant: Tenant, portal: Portal) -> None:
    """The error says to bind it first."""
    with pytest.raises(AdoptionError, match="uses no derived credential: bind it to one first"):
        SCOPED.create(tenant, {"device_configuration_id": seed(portal, TYPES[0])})


def test_another_issuer_is_an_error(tenant: Tenant, portal: Portal, credential: str) -> None:
    """It cannot be changed, here or anywhere."""
    id_ = seed(portal, TYPES[0], derivedCredentialSettings=credential)
    with pytest.raises(AdoptionError, match="another issuer than intercede, and Graph cannot change it"):
        SCOPED.create(tenant, {"device_configuration_id": id_, "issuer": "intercede", "display_name": "New"})
    assert portal.writes() == []


def test_settings_are_not_managed_twice(tenant: Tenant, portal: Portal) -> None:
    """The second one is refused, whichever resource it is."""
    own = CREDENTIAL.create(tenant, INPUTS).id
    id_ = seed(portal, TYPES[0], derivedCredentialSettings=own)
    with pytest.raises(AdoptionError, match=f"{own} was given to another resource in this run"):
        SCOPED.create(tenant, {"device_configuration_id": id_, "display_name": "New"})
    other = Tenant(tenant.client)
    SCOPED.create(other, {"device_configuration_id": id_})
    with pytest.raises(AdoptionError, match=f"{own} was given to another resource in this run"):
        CREDENTIAL.create(other, {**INPUTS, "adopt": own})


def test_profile_that_was_bound_elsewhere_leads_to_others(tenant: Tenant, portal: Portal, credential: str) -> None:
    """The settings are gone from here, and an update must not change the others."""
    id_ = seed(portal, TYPES[0], derivedCredentialSettings=credential)
    declared = {"device_configuration_id": id_, "display_name": WIRE["displayName"]}
    assert SCOPED.read(tenant, credential, declared) == {
        "device_configuration_id": id_,
        "display_name": WIRE["displayName"],
        "issuer": "purebred",
        "notification_types": ["email"],
        "renewal_threshold_percentage": 20,
    }
    other = portal.seed("derivedCredentials", **{**WIRE, "displayName": "Other"})
    portal.change(id_, derivedCredentialSettings=other)
    portal.requests()
    assert SCOPED.read(Tenant(tenant.client), credential, declared) is None
    with pytest.raises(AdoptionError, match="does not use the settings"):
        SCOPED.update(tenant, credential, Change({}, {**declared, "display_name": "New"}, ["display_name"]))
    assert portal.writes() == []


@pytest.mark.parametrize("declared_type", [{}, {"profile_type": TYPES[0]}])
def test_profile_that_is_deleted_leads_to_none(
    tenant: Tenant, portal: Portal, credential: str, declared_type: dict[str, str]
) -> None:
    """The settings exist, and are absent from here: a refresh must not fail."""
    id_ = seed(portal, TYPES[0], derivedCredentialSettings=credential)
    portal.remove(id_)
    assert SCOPED.read(tenant, credential, {"device_configuration_id": id_, **declared_type}) is None


def test_change_that_graph_ignores_is_an_error(tenant: Tenant, portal: Portal, credential: str) -> None:
    """No client is known to use these routes; a 200 alone proves nothing."""
    id_ = seed(portal, TYPES[0], derivedCredentialSettings=credential)
    portal.fault(method="PATCH", path="derivedCredentialSettings$", status=200, body={})
    with pytest.raises(WriteIgnored, match="accepted the change but the settings do not show it"):
        SCOPED.create(tenant, {"device_configuration_id": id_, "display_name": "New"})


def test_get_reads_by_the_settings_id(tenant: Tenant, portal: Portal, credential: str) -> None:
    """A program that only reads needs no profile."""
    values = SCOPED.read(tenant, credential, None)
    assert values is not None
    assert values["issuer"] == "purebred"
    assert portal.sent() == [f"GET {SETTINGS}"]
