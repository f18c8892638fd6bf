"""
Derived-credential settings, changed through a profile that uses them.

The settings are one object of the tenant, however many profiles lead to it. Through a profile it can be changed, and
neither created nor deleted. No other client is known to use these routes, so every write is read back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi import Input, Output

from provider.device_configurations.args import WRITE_CONFIGURATION
from provider.device_configurations.credential import DERIVED_CREDENTIALS, NAVIGATION, reference
from provider.device_configurations.profile_types import PROFILE_TYPE, profile, profile_listed
from provider.errors import AdoptionError, NoSuchObject, NotFound, WriteIgnored
from provider.kinds.kind import Change, Created, Kind, Values
from provider.kinds.relationship import ObjectRef
from provider.plugin import host
from provider.program.resource import GraphResource
from provider.resources.derived_credential_settings import DerivedCredentialIssuer, DerivedCredentialNotificationType
from provider.schema import Arguments, Choice, Flags, Guid, Integer, Text, Url, optional, required

if TYPE_CHECKING:  # a program must not load the HTTP library
    from provider.graph.tenant import Tenant

__all__ = [
    "DeviceConfigurationDerivedCredentialSettings",
    "DeviceConfigurationDerivedCredentialSettingsArgs",
]

_ISSUER = "issuer"
_WHERE = ("device_configuration_id", "profile_type")
_ODATA_TYPE = "#microsoft.graph.deviceManagementDerivedCredentialSettings"


@dataclass(frozen=True, kw_only=True)
class ScopedSettingsKind(Kind):
    """The kind whose objects are the settings behind a profile. The id is that of the settings."""

    identity_field: str = "device_configuration_id"

    def create(self, tenant: Tenant, inputs: Values) -> Created:
        """Use the settings that the profile uses, and change what differs."""
        id_ = reference(tenant, _owner(tenant, inputs))
        if id_ is None:
            raise AdoptionError(
                f"{inputs['device_configuration_id']} uses no derived credential: bind it to one first "
                "(DerivedCredentialBinding, or derived_credential_settings_id of the profile)"
            )
        self.take(tenant, id_, inputs)
        live = tenant.find(DERIVED_CREDENTIALS.item(id_))
        if live is None:
            raise AdoptionError(
                f"{inputs['device_configuration_id']} uses the settings {id_}, which do not exist: bind it to others"
            )
        parsed = self.args.schema.parse(live)
        self._write(tenant, id_, inputs, self._differing(parsed, inputs))
        return Created(id_, self.args.schema.chosen(parsed, inputs))

    def read(
        self, tenant: Tenant, id_: str, declared: Mapping[str, Any] | None, *, anew: bool = False
    ) -> Values | None:
        """Read the settings; they are absent from here when the profile leads to others, or to none, or is deleted."""
        if declared is not None and self._target(tenant, declared) != id_:
            return None
        live = (None if anew else tenant.listing(DERIVED_CREDENTIALS).get(id_)) or tenant.find(
            DERIVED_CREDENTIALS.item(id_)
        )
        where = {name: declared[name] for name in _WHERE if name in declared} if declared is not None else {}
        return None if live is None else {**where, **self.args.schema.parse(live)}

    def _target(self, tenant: Tenant, declared: Mapping[str, Any]) -> str | None:
        """Return the settings that the profile leads to; None where it leads to none, or does not exist."""
        try:
            return reference(tenant, _owner(tenant, declared))
        except NoSuchObject:
            return None

    def update(self, tenant: Tenant, id_: str, change: Change) -> None:
        """Change the settings through the profile, if it still leads to them."""
        if reference(tenant, _owner(tenant, change.news)) != id_:
            raise AdoptionError(
                f"{change.news['device_configuration_id']} does not use the settings {id_} any more: "
                "run `pulumi up --refresh`"
            )
        names = [name for name in change.names if name in change.news]
        if _ISSUER in names and self._live(tenant, id_).get(_ISSUER) == change.news[_ISSUER]:
            names.remove(_ISSUER)  # declared now, and not before: nothing changes
        self._write(tenant, id_, change.news, names)

    def delete(self, tenant: Tenant, id_: str, olds: Mapping[str, Any]) -> None:  # noqa: ARG002 - nothing is deleted
        """Forget the settings: they are the tenant's, and other profiles use them."""
        host.show_status("left as they are")

    def _live(self, tenant: Tenant, id_: str) -> Values:
        live = tenant.find(DERIVED_CREDENTIALS.item(id_))
        if live is None:
            raise NotFound(
                "GET", DERIVED_CREDENTIALS.item(id_), status=404, message="the profile's settings do not exist"
            )
        return self.args.schema.parse(live)

    def _differing(self, live: Values, inputs: Values) -> list[str]:
        declared = {name: value for name, value in inputs.items() if name not in _WHERE}
        known = {name: live[name] for name in declared if name in live}
        return self.args.schema.changed(known, declared)

    def _write(self, tenant: Tenant, id_: str, inputs: Values, names: Sequence[str]) -> None:
        if _ISSUER in names:
            raise AdoptionError(
                f"the settings {id_} have another issuer than {inputs[_ISSUER]}, and Graph cannot change it: declare "
                "the issuer they have, or replace them with DerivedCredentialSettings"
            )
        if not names:
            return
        path = f"{self._route(inputs)}/{NAVIGATION}"
        tenant.client.patch(path, {"@odata.type": _ODATA_TYPE, **self.args.schema.body(inputs, names)})
        tenant.forget(DERIVED_CREDENTIALS, id_)

        def shows() -> bool:
            live = self.args.schema.parse(tenant.find(DERIVED_CREDENTIALS.item(id_)) or {})
            return not self._differing(live, {name: inputs[name] for name in names})

        ignored = "Graph accepted the change but the settings do not show it"
        tenant.confirm(shows, WriteIgnored("PATCH", path, message=ignored))

    def _route(self, inputs: Values) -> str:
        """Return the path of the profile: cast to its type where that is declared, else bare."""
        owner = profile(str(inputs["device_configuration_id"]), str(inputs.get("profile_type", "")))
        return owner.cast_path if "profile_type" in inputs else owner.path


def _owner(tenant: Tenant, inputs: Mapping[str, Any]) -> ObjectRef:
    """Return the profile as its reference must be read: through its type, declared or listed."""
    id_ = str(inputs["device_configuration_id"])
    declared = inputs.get("profile_type")
    return profile(id_, declared) if declared else profile_listed(tenant, id_)


class DeviceConfigurationDerivedCredentialSettingsArgs(Arguments):
    """Inputs of `DeviceConfigurationDerivedCredentialSettings`. What is not declared is left alone."""

    device_configuration_id: Input[str] = required(Guid("a device configuration"), create_only=True)
    """The profile that uses the settings: the id of a device configuration."""
    profile_type: Input[str] | None = optional(PROFILE_TYPE, create_only=True)
    """
    What the profile is, a member of `DerivedCredentialProfileType`: the route then goes through that type.

    Omitted, the bare route of the documentation is used.
    """
    display_name: Input[str] | None = optional(Text(), server_default=True)
    """The name that administrators see."""
    issuer: Input[str] | None = optional(Choice(DerivedCredentialIssuer), server_default=True)
    """The issuer that the settings must have. It cannot be changed; another one is an error."""
    notification_types: Input[Sequence[Input[str]]] | None = optional(
        Flags(DerivedCredentialNotificationType, exclusive=DerivedCredentialNotificationType.NONE),
        wire="notificationType",
        server_default=True,
    )
    """How users are told to fetch a credential: members of `DerivedCredentialNotificationType`."""
    help_url: Input[str] | None = optional(Url(), server_default=True)
    """The page that users are shown as they fetch a credential."""
    renewal_threshold_percentage: Input[int] | None = optional(Integer(1, 99), server_default=True)
    """The percentage of a credential's lifetime that is left when the device begins to renew it."""


class DeviceConfigurationDerivedCredentialSettings(
    GraphResource[DeviceConfigurationDerivedCredentialSettingsArgs],
    kind=ScopedSettingsKind(
        name="scopedSettings",
        config_key="scopedSettings",
        args=DeviceConfigurationDerivedCredentialSettingsArgs,
        permissions=(WRITE_CONFIGURATION,),
    ),
):
    """
    Derived-credential settings, changed through a profile that uses them.

    Prefer `DerivedCredentialSettings`, which manages the settings by themselves, from their creation on. This resource
    is for an identity that is scoped to a profile, or for a stack that owns the profile and not the settings. It takes
    the settings over when it is created and forgets them when it is deleted; declaring both resources for the same
    settings is refused.

    Graph: https://learn.microsoft.com/graph/api/intune-shared-devicemanagementderivedcredentialsettings-update
    """

    device_configuration_id: Output[str]
    profile_type: Output[str | None]
    display_name: Output[str | None]
    issuer: Output[str | None]
    notification_types: Output[Sequence[str] | None]
    help_url: Output[str | None]
    renewal_threshold_percentage: Output[int | None]
