"""The record of a certificate that Intune delivered to a device."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi import Input, Output

from provider.certificate_states import STATES, CertificateRevocationStatus, CertificateStateKind
from provider.device_configuration import CONFIGURATION
from provider.resource import GraphResource
from provider.schema import Arguments, Part, optional, required
from provider.values import Choice, Flag, Integer, Moment, Text

_LARGEST = 2**31 - 1


class ManagedAllDeviceCertificateStateArgs(Arguments):
    """Inputs of `ManagedAllDeviceCertificateState`. What is not declared is left alone."""

    adopt: Input[str] = required(Text(), create_only=True)
    """The id of the record, which Intune made."""
    allow_write: bool | None = optional(Flag(), part=Part.DIRECTIVE)
    """Write what differs. Without it a difference is an error, and nothing is written."""
    certificate_revoke_status: Input[str] | None = optional(Choice(CertificateRevocationStatus), server_default=True)
    """How far its revocation has come: a member of `CertificateRevocationStatus`."""
    certificate_revoke_status_last_change_date_time: Input[str] | None = optional(Moment(), server_default=True)
    """When that changed last."""
    managed_device_display_name: Input[str] | None = optional(Text(), server_default=True)
    """The name of the device."""
    user_principal_name: Input[str] | None = optional(Text(), server_default=True)
    """The user of the device."""
    certificate_expiration_date_time: Input[str] | None = optional(Moment(), server_default=True)
    """When the certificate expires."""
    certificate_issuer_name: Input[str] | None = optional(Text(), server_default=True)
    """Who issued it."""
    certificate_thumbprint: Input[str] | None = optional(Text(), server_default=True)
    """Its thumbprint."""
    certificate_serial_number: Input[str] | None = optional(Text(), server_default=True)
    """Its serial number."""
    certificate_subject_name: Input[str] | None = optional(Text(), server_default=True)
    """Whom it names."""
    certificate_key_usages: Input[int] | None = optional(Integer(0, _LARGEST), server_default=True)
    """What its key may be used for, as a number."""
    certificate_extended_key_usages: Input[str] | None = optional(Text(), server_default=True)
    """What it may be used for."""
    certificate_issuance_date_time: Input[str] | None = optional(Moment(), server_default=True)
    """When it was issued."""


class ManagedAllDeviceCertificateState(
    GraphResource[ManagedAllDeviceCertificateStateArgs],
    kind=CertificateStateKind(
        name="certificateState",
        config_key="certificateStates",
        args=ManagedAllDeviceCertificateStateArgs,
        permissions=(CONFIGURATION,),
    ),
):
    """
    The record of a certificate that Intune delivered to a device.

    It can be adopted and watched; it is never created and never deleted. Writing it needs `allow_write`, and nothing
    is known to come of it. To read without managing, use `get` in a program, or `list` in a report.

    Graph: https://learn.microsoft.com/graph/api/intune-raimportcerts-managedalldevicecertificatestate-update
    """

    adopt: Output[str]
    certificate_revoke_status: Output[str | None]
    certificate_revoke_status_last_change_date_time: Output[str | None]
    managed_device_display_name: Output[str | None]
    user_principal_name: Output[str | None]
    certificate_expiration_date_time: Output[str | None]
    certificate_issuer_name: Output[str | None]
    certificate_thumbprint: Output[str | None]
    certificate_serial_number: Output[str | None]
    certificate_subject_name: Output[str | None]
    certificate_key_usages: Output[int | None]
    certificate_extended_key_usages: Output[str | None]
    certificate_issuance_date_time: Output[str | None]

    @classmethod
    def list(cls, config: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """
        Read all records of a tenant, a page at a time, for a report: each a dictionary of fields, and its `id`.

        *config* has the keys of a stack's config: `tenantId`, and perhaps `cloud` and `auth`. Not for programs: a
        preview would read the tenant. Raises ConfigError, SignInError or GraphError.
        """
        from provider.graph import tenant_of  # noqa: PLC0415 - a program never loads the network

        for live in tenant_of(config).client.pages(STATES.listed):
            yield {"id": live["id"], **cls.kind.args.schema.parse(live)}
