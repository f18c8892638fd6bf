"""
Records of certificates that Intune delivered: adopted, read, and changed only with `allow_write`.

Intune makes these records; no documentation says that writing one has any effect on a device or a certification
authority, and no public tool writes one. So they are never created and never deleted, a write needs an explicit word,
and what was written is read back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from pulumi import Input, Output

from provider.device_configurations.args import WRITE_CONFIGURATION
from provider.errors import AdoptionError, WriteIgnored
from provider.kinds.kind import Change, Created, Kind, Values
from provider.odata import Collection
from provider.plugin import host
from provider.program.resource import GraphResource
from provider.schema import Arguments, Boolean, Choice, DateTime, Integer, Part, Problem, Text, optional, required

if TYPE_CHECKING:  # a program must not load the HTTP library
    from provider.graph.tenant import Tenant

__all__ = [
    "CertificateRevocationStatus",
    "ManagedAllDeviceCertificateState",
    "ManagedAllDeviceCertificateStateArgs",
]

CERTIFICATE_STATES = Collection("/deviceManagement/deviceConfigurationsAllManagedDeviceCertificateStates")
_ODATA_TYPE = "#microsoft.graph.managedAllDeviceCertificateState"
_STATUS = "certificate_revoke_status"


class CertificateRevocationStatus(str, Enum):
    """How far the revocation of a certificate has come."""

    NONE = "none"
    PENDING = "pending"
    ISSUED = "issued"
    FAILED = "failed"
    REVOKED = "revoked"


_FOLLOWS = {
    "none": {"pending"},
    "pending": {"issued", "failed", "revoked"},
    "issued": {"failed", "revoked"},
    "failed": {"pending"},
    "revoked": set[str](),
}
"""
What may follow each status. Graph documents none of it; this is the order in which a revocation happens, and its end
is final: a record that calls a revoked certificate valid again would be false.
"""


@dataclass(frozen=True, kw_only=True)
class CertificateStateKind(Kind):
    """The kind whose objects are records that Intune creates."""

    identity_field: str = "adopt"

    def problems(self, inputs: Values, olds: Values) -> Iterator[Problem]:
        """Add the statuses that cannot follow each other."""
        yield from super().problems(inputs, olds)
        reason = _impossible(olds.get(_STATUS), inputs.get(_STATUS))
        if reason:
            yield Problem(_STATUS, reason, (_STATUS, "cannot follow the status that the record has; declare another"))

    def create(self, tenant: Tenant, inputs: Values) -> Created:
        """Adopt the record, and change what differs, if that is allowed."""
        id_ = str(inputs["adopt"])
        live = self.read(tenant, id_, None)
        if live is None:
            raise AdoptionError(f"there is no certificate state {id_} to adopt: correct the id; none can be created")
        self.take(tenant, id_, inputs)
        known = {name: live[name] for name in inputs if name in live}
        self._write(tenant, id_, live, inputs, self.args.schema.changed(known, inputs))
        return Created(id_, self.args.schema.chosen(live, inputs))

    def read(
        self,
        tenant: Tenant,
        id_: str,
        declared: Mapping[str, Any] | None,  # noqa: ARG002 - all of it is read at once
        *,
        anew: bool = False,
    ) -> Values | None:
        """Read the record by its id: the collection has one for every certificate of every device."""
        live = tenant.find(CERTIFICATE_STATES.item(id_))
        if live is None and not anew:
            live = tenant.listing(CERTIFICATE_STATES).get(id_)  # a 404 alone proves no absence
        return None if live is None else {"adopt": id_, **self.args.schema.parse(live)}

    def update(self, tenant: Tenant, id_: str, change: Change) -> None:
        """Change the record, if that is allowed."""
        live = self.read(tenant, id_, None) or {}
        names = [name for name in change.names if name in change.news]
        self._write(tenant, id_, live, change.news, names)

    def delete(self, tenant: Tenant, id_: str, olds: Mapping[str, Any]) -> None:  # noqa: ARG002 - nothing is deleted
        """Forget the record: it is Intune's."""
        host.show_status("left as it is")

    def _write(self, tenant: Tenant, id_: str, live: Values, inputs: Values, changed: Sequence[str]) -> None:
        names = [name for name in changed if name != "adopt"]
        if not names:
            return
        if not inputs.get("allow_write"):
            raise AdoptionError(
                f"the certificate state {id_} differs in {', '.join(names)}: declare what it has, or allow_write=True "
                "to write a record that Intune keeps"
            )
        reason = _impossible(live.get(_STATUS), inputs.get(_STATUS))
        if reason:
            raise AdoptionError(f"the certificate state {id_}: {_STATUS} {reason}")
        tenant.client.patch(
            CERTIFICATE_STATES.item(id_), {"@odata.type": _ODATA_TYPE, **self.args.schema.body(inputs, names)}
        )
        tenant.forget(CERTIFICATE_STATES, id_)

        def shows() -> bool:
            now = self.read(tenant, id_, None) or {}
            return not self.args.schema.changed(now, {**now, **{name: inputs[name] for name in names}})

        ignored = f"Graph accepted {', '.join(names)} and ignored it: such a record cannot be changed this way"
        tenant.confirm(shows, WriteIgnored("PATCH", CERTIFICATE_STATES.item(id_), message=ignored))


def _impossible(old: Any, new: Any) -> str:
    """Say why status *new* cannot follow *old*; empty where it can, or where one is unknown or not declared."""
    if not isinstance(old, str) or not isinstance(new, str) or old == new:
        return ""
    if old not in _FOLLOWS or new in _FOLLOWS[old]:
        return ""
    following = " or ".join(sorted(_FOLLOWS[old])) or "nothing"
    return f"cannot go from {old} to {new}: {old} is followed by {following}"


_LARGEST = 2**31 - 1


class ManagedAllDeviceCertificateStateArgs(Arguments):
    """Inputs of `ManagedAllDeviceCertificateState`. What is not declared is left alone."""

    adopt: Input[str] = required(Text(), create_only=True)
    """The id of the record, which Intune created."""
    allow_write: bool | None = optional(Boolean(), part=Part.DIRECTIVE)
    """Write what differs. Without it a difference is an error, and nothing is written."""
    certificate_revoke_status: Input[str] | None = optional(Choice(CertificateRevocationStatus), server_default=True)
    """How far its revocation has come: a member of `CertificateRevocationStatus`."""
    certificate_revoke_status_last_change_date_time: Input[str] | None = optional(DateTime(), server_default=True)
    """When that changed last."""
    managed_device_display_name: Input[str] | None = optional(Text(), server_default=True)
    """The name of the device."""
    user_principal_name: Input[str] | None = optional(Text(), server_default=True)
    """The user of the device."""
    certificate_expiration_date_time: Input[str] | None = optional(DateTime(), server_default=True)
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
    certificate_issuance_date_time: Input[str] | None = optional(DateTime(), server_default=True)
    """When it was issued."""


class ManagedAllDeviceCertificateState(
    GraphResource[ManagedAllDeviceCertificateStateArgs],
    kind=CertificateStateKind(
        name="certificateState",
        config_key="certificateStates",
        args=ManagedAllDeviceCertificateStateArgs,
        permissions=(WRITE_CONFIGURATION,),
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
        from provider.graph.connection import tenant_of  # noqa: PLC0415 - a program never loads the network

        for live in tenant_of(config).pages(CERTIFICATE_STATES.listed):
            yield {"id": live["id"], **cls.kind.args.schema.parse(live)}
