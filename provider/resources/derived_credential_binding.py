"""
The use of a derived credential by a profile that this stack does not manage: the reference from the one to the other.

A binding is nothing but the reference, so there is nothing to create twice and no object to delete. Its id is the
profile's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi import Input, Output

from provider.device_configurations.args import WRITE_CONFIGURATION
from provider.device_configurations.credential import CredentialReference, reference
from provider.device_configurations.profile_types import PROFILE_TYPE, profile, profile_listed, type_of
from provider.kinds.kind import Change, Created, Kind, Values
from provider.ownership.ledger import Claim
from provider.plugin import host
from provider.program.resource import GraphResource
from provider.schema import Arguments, Guid, required

if TYPE_CHECKING:  # a program must not load the HTTP library
    from provider.graph.tenant import Tenant

__all__ = [
    "DerivedCredentialBinding",
    "DerivedCredentialBindingArgs",
]

_FIELD = CredentialReference.field


@dataclass(frozen=True, kw_only=True)
class BindingKind(Kind):
    """The kind whose objects are references."""

    identity_field: str = "device_configuration_id"

    def claims(self, id_: str, inputs: Mapping[str, Any]) -> list[Claim]:  # noqa: ARG002 - the id says it all
        """Return the reference of the profile *id_*; the profile itself may be another resource's."""
        return [Claim(id_, CredentialReference.claim)]

    def create(self, tenant: Tenant, inputs: Values) -> Created:
        """Point the profile's reference to the credential, unless it does already."""
        id_ = str(inputs["device_configuration_id"])
        self.take(tenant, id_, inputs)
        owner = profile(id_, inputs["profile_type"])
        before = reference(tenant, owner)
        if before != inputs[_FIELD]:
            if before:
                host.warn(f"{id_} used the derived credential {before} until now")
            CredentialReference().write(tenant, owner, inputs[_FIELD])
        return Created(id_, {})

    def read(
        self, tenant: Tenant, id_: str, declared: Mapping[str, Any] | None, *, anew: bool = False
    ) -> Values | None:
        """Read where the reference points; where it is not set, there is no binding."""
        owner = profile_listed(tenant, id_) if declared is None else profile(id_, declared["profile_type"])
        target = reference(tenant, owner) if anew else CredentialReference().read(tenant, owner, {})
        if target is None:
            return None
        return {"device_configuration_id": id_, "profile_type": type_of(owner), _FIELD: target}

    def update(self, tenant: Tenant, id_: str, change: Change) -> None:
        """Point the reference to another credential."""
        CredentialReference().write(tenant, profile(id_, change.news["profile_type"]), change.news[_FIELD])

    def delete(self, tenant: Tenant, id_: str, olds: Mapping[str, Any]) -> None:
        """Remove the reference, unless the profile was bound to another credential meanwhile."""
        owner = profile(id_, olds["profile_type"])
        now = reference(tenant, owner)
        if now == olds[_FIELD]:
            CredentialReference().write(tenant, owner, None)
        elif now:
            host.warn(f"{id_} uses the derived credential {now} by now, which this binding leaves alone")


class DerivedCredentialBindingArgs(Arguments):
    """Inputs of `DerivedCredentialBinding`."""

    device_configuration_id: Input[str] = required(Guid("a device configuration"), create_only=True)
    """The profile: the id of a device configuration."""
    profile_type: Input[str] = required(PROFILE_TYPE, create_only=True)
    """What it is: a member of `DerivedCredentialProfileType`."""
    derived_credential_settings_id: Input[str] = required(Guid("a DerivedCredentialSettings"))
    """The credential it is to use: the `id` of a `DerivedCredentialSettings`."""


class DerivedCredentialBinding(
    GraphResource[DerivedCredentialBindingArgs],
    kind=BindingKind(
        name="binding",
        config_key="bindings",
        args=DerivedCredentialBindingArgs,
        permissions=(WRITE_CONFIGURATION,),
    ),
):
    """
    The use of a derived credential by a profile that this stack does not manage, such as a VPN or Wi-Fi profile.

    The profile itself is neither changed nor deleted. For one that this stack does manage, declare
    `derived_credential_settings_id` there instead.

    Graph: https://learn.microsoft.com/graph/api/intune-rapolicy-devicemanagementderivedcredentialsettings-get
    """

    device_configuration_id: Output[str]
    profile_type: Output[str]
    derived_credential_settings_id: Output[str]
