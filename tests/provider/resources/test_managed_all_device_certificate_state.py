"""Records of certificates: adopted and watched, and written only by those who insist."""

from __future__ import annotations

from typing import Any

import pytest

import provider as intune
from provider.errors import AdoptionError, GraphError, Rejected, WriteIgnored
from provider.graph.tenant import Tenant
from provider.resources.managed_all_device_certificate_state import CertificateStateKind
from sandbox.graph import Sandbox
from tests.sandbox_control import Portal

_kind = intune.ManagedAllDeviceCertificateState.kind
assert isinstance(_kind, CertificateStateKind)
STATE = _kind

COLLECTION = "/deviceManagement/deviceConfigurationsAllManagedDeviceCertificateStates"
RECORD: dict[str, Any] = {
    "certificateRevokeStatus": "none",
    "certificateRevokeStatusLastChangeDateTime": "2016-12-31T23:59:34.9547208Z",
    "managedDeviceDisplayName": "Device",
    "userPrincipalName": "user@contoso.example",
    "certificateExpirationDateTime": "2027-01-01T00:02:14.9489247Z",
    "certificateIssuerName": "Issuer",
    "certificateThumbprint": "AB12",
    "certificateSerialNumber": "01",
    "certificateSubjectName": "CN=user",
    "certificateKeyUsages": 4,
    "certificateExtendedKeyUsages": "1.3.6.1.5.5.7.3.2",
    "certificateIssuanceDateTime": "2016-12-31T23:59:41.5044473Z",
}
CHANGES: dict[str, tuple[str, Any]] = {
    "certificate_revoke_status": ("certificateRevokeStatus", "pending"),
    "certificate_revoke_status_last_change_date_time": (
        "certificateRevokeStatusLastChangeDateTime",
        "2026-01-01T00:00:00Z",
    ),
    "managed_device_display_name": ("managedDeviceDisplayName", "Other"),
    "user_principal_name": ("userPrincipalName", "other@contoso.example"),
    "certificate_expiration_date_time": ("certificateExpirationDateTime", "2028-01-01T00:00:00Z"),
    "certificate_issuer_name": ("certificateIssuerName", "Other"),
    "certificate_thumbprint": ("certificateThumbprint", "CD34"),
    "certificate_serial_number": ("certificateSerialNumber", "02"),
    "certificate_subject_name": ("certificateSubjectName", "CN=other"),
    "certificate_key_usages": ("certificateKeyUsages", 5),
    "certificate_extended_key_usages": ("certificateExtendedKeyUsages", "1.2.3"),
    "certificate_issuance_date_time": ("certificateIssuanceDateTime", "2025-01-01T00:00:00Z"),
}


@pytest.fixture
def record(portal: Portal) -> str:
    """A record that Intune made."""
    id_ = portal.seed("deviceConfigurationsAllManagedDeviceCertificateStates", **RECORD)
    portal.requests()
    return id_


def test_every_writable_field_of_the_page_is_there() -> None:
    """The page lists thirteen properties; one of them is the id."""
    declared = set(STATE.args.schema.attributes) - {"adopt", "allow_write"}
    assert declared == set(CHANGES)
    assert {wire for wire, _ in CHANGES.values()} == set(RECORD)


@pytest.mark.parametrize("field", CHANGES)
def test_field_is_written_alone_and_read_back(tenant: Tenant, portal: Portal, record: str, field: str) -> None:
    """One PATCH with one property, and only with the explicit word."""
    wire, value = CHANGES[field]
    inputs = {"adopt": record, "allow_write": True, field: value}
    assert STATE.create(tenant, inputs).id == record
    ((line, body),) = portal.writes()
    assert line == f"PATCH {COLLECTION}('{record}')"
    assert {name: sent for name, sent in body.items() if name != "@odata.type"} == {wire: value}


@pytest.mark.parametrize("field", CHANGES)
def test_difference_without_allow_write_is_an_error(tenant: Tenant, portal: Portal, record: str, field: str) -> None:
    """A difference is an error that names the field."""
    with pytest.raises(AdoptionError, match=f"differs in {field}: declare what it has, or allow_write=True"):
        STATE.create(tenant, {"adopt": record, field: CHANGES[field][1]})
    assert portal.writes() == []


def test_record_is_adopted_read_and_forgotten(tenant: Tenant, portal: Portal, record: str) -> None:
    """Never created, never deleted; equal moments are equal however they are written."""
    inputs = {
        "adopt": record,
        "certificate_key_usages": 4,
        "certificate_expiration_date_time": "2026-12-31T19:02:14.94892470-05:00",
    }
    assert list(STATE.problems(inputs, {})) == []
    assert STATE.create(tenant, inputs).id == record
    values = STATE.read(tenant, record, inputs)
    assert values is not None
    assert STATE.args.schema.changed(values, inputs) == []
    STATE.delete(tenant, record, inputs)
    assert portal.writes() == []


def test_record_that_does_not_exist_cannot_be_made(tenant: Tenant, portal: Portal) -> None:
    """There is nothing to POST."""
    with pytest.raises(AdoptionError, match="there is no certificate state nowhere to adopt"):
        STATE.create(tenant, {"adopt": "nowhere"})
    assert portal.writes() == []


@pytest.mark.parametrize(
    ("manner", "error"),
    [
        ("ignored", WriteIgnored("PATCH", "", message="and ignored it")),
        ("unrouted", Rejected("PATCH", "", message="No method match route template")),
    ],
)
def test_write_without_effect_is_an_error(
    tenant: Tenant, portal: Portal, record: str, manner: str, error: GraphError
) -> None:
    """It is unknown whether the service takes such a write; that it did not is reported."""
    portal.switch(certificateStateWrites=manner)
    with pytest.raises(type(error), match=error.message):
        STATE.create(tenant, {"adopt": record, "allow_write": True, "managed_device_display_name": "Other"})


ALLOWED = {
    ("none", "pending"),
    ("pending", "issued"),
    ("pending", "failed"),
    ("pending", "revoked"),
    ("issued", "failed"),
    ("issued", "revoked"),
    ("failed", "pending"),
}
STATUSES = [one.value for one in intune.CertificateRevocationStatus]


@pytest.mark.parametrize("old", STATUSES)
@pytest.mark.parametrize("new", STATUSES)
def test_status_follows_another_or_is_refused(tenant: Tenant, portal: Portal, record: str, old: str, new: str) -> None:
    """In a preview against what was declared, in a run against what the record has."""
    portal.change(record, certificateRevokeStatus=old)
    inputs = {"adopt": record, "allow_write": True, "certificate_revoke_status": new}
    allowed = old == new or (old, new) in ALLOWED
    problems = list(STATE.problems(inputs, {"certificate_revoke_status": old}))
    assert bool(problems) is not allowed
    if allowed:
        STATE.create(tenant, inputs)
    else:
        assert f"cannot go from {old} to {new}" in problems[0].reason
        with pytest.raises(AdoptionError, match=f"cannot go from {old} to {new}"):
            STATE.create(tenant, inputs)
        assert portal.writes() == []


def test_report_reads_all_pages(sandbox: Sandbox, portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """All records, a page at a time, without writing anything."""
    for name, value in sandbox.environment.items():
        monkeypatch.setenv(name, value)
    portal.switch(pageSize=2)
    for index in range(5):
        portal.seed(
            "deviceConfigurationsAllManagedDeviceCertificateStates",
            **{**RECORD, "certificateSerialNumber": str(index)},
        )
    config = {"tenantId": sandbox.environment["AZURE_TENANT_ID"], "cloud": "sandbox"}
    found = list(intune.ManagedAllDeviceCertificateState.list(config))
    assert sorted(one["certificate_serial_number"] for one in found) == list("01234")
    assert all(one["id"] for one in found)
    assert portal.writes() == []


@pytest.mark.parametrize("id_", ["a/b", "a?b", "a#b", "a%2Fb", "a b", "a'b", "ü"])
def test_record_is_found_whatever_its_id(tenant: Tenant, portal: Portal, id_: str) -> None:
    """Intune's ids of records are documented nowhere; nothing in one may be taken for a path or a query."""
    portal.seed("deviceConfigurationsAllManagedDeviceCertificateStates", id=id_)
    assert intune.ManagedAllDeviceCertificateState.kind.create(tenant, {"adopt": id_}).id == id_
    assert {said.partition("(")[0] for said in portal.sent()} == {
        "GET /deviceManagement/deviceConfigurationsAllManagedDeviceCertificateStates"
    }
