"""Bindings of profiles that somebody else manages."""

from __future__ import annotations

from typing import Any

import pytest

import provider as intune
from provider.errors import AdoptionError, GraphError, NoSuchObject
from provider.graph.tenant import Tenant
from provider.kinds.kind import Change
from provider.resources.derived_credential_binding import BindingKind
from tests.provider.samples import PROFILES, TYPES, WIRE, seed
from tests.sandbox_control import Portal

MISSING = "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e09"

_kind = intune.DerivedCredentialBinding.kind
assert isinstance(_kind, BindingKind)
BINDING = _kind


def inputs(id_: str, profile_type: str, credential: str) -> dict[str, Any]:
    """Declare a binding."""
    return {"device_configuration_id": id_, "profile_type": profile_type, "derived_credential_settings_id": credential}


@pytest.mark.parametrize("profile_type", TYPES)
def test_profile_is_bound_rebound_and_unbound(tenant: Tenant, portal: Portal, profile_type: str) -> None:
    """One PUT through the path of its type, read back; the profile itself is not touched."""
    first, second = (portal.seed("derivedCredentials", **{**WIRE, "displayName": name}) for name in "AB")
    id_ = seed(portal, profile_type)
    portal.requests()
    reference = f"{PROFILES}('{id_}')/microsoft.graph.{profile_type}/derivedCredentialSettings"
    assert BINDING.create(tenant, inputs(id_, profile_type, first)).id == id_
    assert portal.sent() == [f"GET {reference}", f"PUT {reference}/$ref", f"GET {reference}"]
    BINDING.update(tenant, id_, Change({}, inputs(id_, profile_type, second), ["derived_credential_settings_id"]))
    assert portal.named("P")["derivedCredentialSettings"] == second
    BINDING.delete(tenant, id_, inputs(id_, profile_type, second))
    assert portal.named("P")["derivedCredentialSettings"] is None


def test_binding_that_holds_already_is_not_written(tenant: Tenant, portal: Portal) -> None:
    """A killed run may have made it."""
    credential = portal.seed("derivedCredentials", **WIRE)
    id_ = seed(portal, TYPES[0], derivedCredentialSettings=credential)
    BINDING.create(tenant, inputs(id_, TYPES[0], credential))
    assert portal.writes() == []


def test_binding_that_somebody_moved_is_not_removed(tenant: Tenant, portal: Portal) -> None:
    """Deleting ours must not take away theirs."""
    ours, theirs = (portal.seed("derivedCredentials", **{**WIRE, "displayName": name}) for name in "AB")
    id_ = seed(portal, TYPES[0], derivedCredentialSettings=theirs)
    BINDING.delete(tenant, id_, inputs(id_, TYPES[0], ours))
    assert portal.named("P")["derivedCredentialSettings"] == theirs


@pytest.mark.parametrize("unset", ["404", "204", "null"])
@pytest.mark.parametrize("form", ["bare", "value"])
def test_every_form_of_answer_is_understood(tenant: Tenant, portal: Portal, unset: str, form: str) -> None:
    """Bare or wrapped, and unset in three ways: bound, moved and gone are told apart in all of them."""
    portal.switch(bindingRead=form, unsetBinding=unset)
    credential, other = (portal.seed("derivedCredentials", **{**WIRE, "displayName": name}) for name in "AB")
    id_ = seed(portal, "iosVpnConfiguration")
    declared = inputs(id_, "iosVpnConfiguration", credential)
    BINDING.create(tenant, declared)
    assert BINDING.read(Tenant(tenant.client), id_, declared) == declared
    portal.change(id_, derivedCredentialSettings=other)
    moved = BINDING.read(Tenant(tenant.client), id_, declared)
    assert moved == {**declared, "derived_credential_settings_id": other}
    portal.change(id_, derivedCredentialSettings=None)
    assert BINDING.read(Tenant(tenant.client), id_, declared) is None


def test_get_finds_out_the_type(tenant: Tenant, portal: Portal) -> None:
    """A program that only reads gives an id and no more."""
    credential = portal.seed("derivedCredentials", **WIRE)
    id_ = seed(portal, "iosVpnConfiguration", derivedCredentialSettings=credential)
    assert BINDING.read(tenant, id_, None) == inputs(id_, "iosVpnConfiguration", credential)
    with pytest.raises(NoSuchObject, match=f"there is no device configuration {MISSING}"):
        BINDING.read(tenant, MISSING, None)


def test_many_bindings_are_read_in_few_requests(tenant: Tenant, portal: Portal) -> None:
    """One list, and one batch for each twenty profiles of a type."""
    credential = portal.seed("derivedCredentials", **WIRE)
    ids = [seed(portal, "iosVpnConfiguration", derivedCredentialSettings=credential) for _ in range(30)]
    portal.requests()
    for id_ in ids:
        assert BINDING.read(tenant, id_, inputs(id_, "iosVpnConfiguration", credential))
    assert portal.sent() == [f"GET {PROFILES}?$expand=assignments", "POST /$batch", "POST /$batch"]


@pytest.mark.parametrize("status", [400, 403, 500])
def test_error_is_no_absence(tenant: Tenant, portal: Portal, status: int) -> None:
    """A binding that cannot be read is neither gone nor unset."""
    id_ = seed(portal, "iosVpnConfiguration")
    portal.fault(method="GET", path="derivedCredentialSettings$", times=99, status=status)
    with pytest.raises(GraphError):
        BINDING.read(tenant, id_, inputs(id_, "iosVpnConfiguration", MISSING))


def test_profile_is_bound_once(tenant: Tenant, portal: Portal) -> None:
    """It uses one credential; two bindings would undo each other for ever."""
    credential = portal.seed("derivedCredentials", **WIRE)
    id_ = seed(portal, TYPES[0])
    BINDING.create(tenant, inputs(id_, TYPES[0], credential))
    with pytest.raises(AdoptionError, match=f"the derived credential of {id_} was given to another resource"):
        BINDING.create(tenant, inputs(id_, TYPES[0], credential))


def test_android_vpn_is_refused_with_the_products_reason() -> None:
    """The API has the reference, the product does not support it."""
    declared = inputs(MISSING, "androidDeviceOwnerVpnConfiguration", MISSING)
    (problem,) = BINDING.problems(declared, {})
    assert problem.path == "profile_type"
    assert "Intune does not support derived credentials for Android Enterprise VPN" in problem.reason
