"""
Records of certificates that Intune delivered: adopted, read, and changed only by those who insist.

Intune makes these records; no documentation says that writing one has any effect on a device or a certification
authority, and no public tool writes one. So they are never created and never deleted, a write needs an explicit word,
and what was written is read back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from provider import host
from provider.collection import Collection
from provider.errors import AdoptionError, UnexpectedAnswer
from provider.kind import Change, Created, Kind, Values
from provider.values import Problem

if TYPE_CHECKING:  # a program must not load the HTTP library
    from provider.graph.tenant import Tenant

STATES = Collection("/deviceManagement/deviceConfigurationsAllManagedDeviceCertificateStates")
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
is final: a record that calls a revoked certificate valid again would be a lie.
"""


@dataclass(frozen=True, kw_only=True)
class CertificateStateKind(Kind):
    """The kind whose objects are records that somebody else makes."""

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
        live = tenant.find(STATES.item(id_))
        if live is None and not anew:
            live = tenant.listing(STATES).get(id_)  # a 404 alone proves no absence
        return None if live is None else {"adopt": id_, **self.args.schema.parse(live)}

    def update(self, tenant: Tenant, id_: str, change: Change) -> None:
        """Change the record, if that is allowed."""
        live = self.read(tenant, id_, None) or {}
        names = [name for name in change.names if name in change.news]
        self._write(tenant, id_, live, change.news, names)

    def delete(self, tenant: Tenant, id_: str, olds: Mapping[str, Any]) -> None:  # noqa: ARG002 - nothing is deleted
        """Forget the record: it is Intune's."""
        host.status("left as it is")

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
        tenant.client.patch(STATES.item(id_), {"@odata.type": _ODATA_TYPE, **self.args.schema.body(inputs, names)})
        tenant.forget(STATES, id_)

        def shows() -> bool | None:
            now = self.read(tenant, id_, None) or {}
            return None if self.args.schema.changed(now, {**now, **{name: inputs[name] for name in names}}) else True

        if tenant.eventually(shows) is None:
            raise UnexpectedAnswer(
                "PATCH",
                STATES.item(id_),
                message=f"Graph accepted {', '.join(names)} and ignored it: such a record cannot be changed this way",
            )


def _impossible(old: Any, new: Any) -> str:
    """Say why status *new* cannot follow *old*; empty where it can, or where one is unknown or not declared."""
    if not isinstance(old, str) or not isinstance(new, str) or old == new:
        return ""
    if old not in _FOLLOWS or new in _FOLLOWS[old]:
        return ""
    following = " or ".join(sorted(_FOLLOWS[old])) or "nothing"
    return f"cannot go from {old} to {new}: {old} is followed by {following}"
