"""
What each kind of resource needs around it, and what somebody else can do to it behind a stack's back.

An `Entity` needs nothing but credentials to refer to, so a new one is at home here already. Other kinds have a scene
of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from provider.kinds.entity import Entity
from provider.kinds.kind import Kind
from provider.schema import Part
from tests.properties.inputs import Inputs, Strategy, of_schema
from tests.sandbox_control import Portal

GRAPH = "#microsoft.graph."
_SETTINGS = {"issuer": "purebred", "notificationType": "email"}
_CREDENTIAL = "derived_credential_settings_id"


class Scene:
    """The surroundings of a kind that makes its own objects."""

    held = frozenset[str]()
    """Fields that are not changed by hand."""

    def __init__(self, kind: Kind, portal: Portal) -> None:
        self.kind = kind
        self._portal = portal
        self._portal.clear()
        self.credentials = [self._credential(f"Settings {tag}") for tag in "AB"]
        self.seed()
        self.strangers = portal.objects()

    def seed(self) -> None:
        """Make what the kind leads to."""

    def inputs(self) -> Strategy:
        """Draw what a program may declare here."""
        drawn: Strategy = of_schema(self.kind.args.schema, self.given())
        return drawn

    def given(self) -> dict[str, Strategy]:
        """Return the fields that lead somewhere."""
        there = {_CREDENTIAL: st.sampled_from(self.credentials)}
        return {name: one for name, one in there.items() if name in self.kind.args.schema.attributes}

    def object_of(self, id_: str, inputs: Mapping[str, Any]) -> dict[str, Any] | None:  # noqa: ARG002 - for the others
        """Return the object that shows the declared fields, as it is in the tenant; None where it is gone."""
        return next((one for one in self._portal.objects() if one["id"] == id_), None)

    def ours(self) -> list[str]:
        """Return the ids of all objects that a stack made."""
        before = {one["id"] for one in self.strangers}
        return [one["id"] for one in self._portal.objects() if one["id"] not in before]

    def drift(self, id_: str, inputs: Inputs, other: Inputs) -> None:
        """Change the declared fields to those of *other*, by hand."""
        target = self.object_of(id_, inputs)
        names = {name for name in other if name in inputs and name not in self.held}
        if target is not None and names:
            self._portal.change(target["id"], **self._by_hand(other, names))

    def delete_elsewhere(self, id_: str, inputs: Inputs) -> None:
        """Take the object away."""
        if self.object_of(id_, inputs) is not None:
            self._portal.remove(id_)

    def _by_hand(self, values: Inputs, names: set[str]) -> dict[str, Any]:
        attributes = self.kind.args.schema.attributes
        wire = self.kind.args.schema.body(values, [name for name in names if attributes[name].part is Part.BODY])
        if _CREDENTIAL in names and isinstance(self.kind, Entity):
            wire["derivedCredentialSettings"] = values[_CREDENTIAL]
        if "assignments" in names:
            wire["assignments"] = [{"target": target_of(one)} for one in values["assignments"]]
        return wire

    def _credential(self, name: str) -> str:
        return self._portal.seed("derivedCredentials", displayName=name, **_SETTINGS)

    def _profile(self, type_: str, credential: str | None = None) -> str:
        bound = {"derivedCredentialSettings": credential} if credential else {}
        type_name = {"@odata.type": GRAPH + type_}
        return self._portal.seed("deviceConfigurations", **type_name, displayName="Somebody's", **bound)


class _Binding(Scene):
    """Profiles of somebody else, which are bound to nothing yet."""

    held = frozenset({"device_configuration_id", "profile_type"})

    def seed(self) -> None:
        types = ("iosVpnConfiguration", "androidDeviceOwnerEnterpriseWiFiConfiguration")
        self._profiles = {self._profile(type_): type_ for type_ in types}
        self._by_others: set[str] = set()

    def inputs(self) -> Strategy:
        def typed(inputs: Inputs) -> Inputs:
            return {**inputs, "profile_type": self._profiles[inputs["device_configuration_id"]]}

        return super().inputs().map(typed)

    def given(self) -> dict[str, Strategy]:
        return {**super().given(), "device_configuration_id": st.sampled_from(sorted(self._profiles))}

    def drift(self, id_: str, inputs: Inputs, other: Inputs) -> None:  # noqa: ARG002 - the profile is the id
        self._by_others.add(id_)
        self._portal.change(id_, derivedCredentialSettings=other[_CREDENTIAL])

    def delete_elsewhere(self, id_: str, inputs: Inputs) -> None:  # noqa: ARG002 - the profile is the id
        self._portal.change(id_, derivedCredentialSettings=None)

    def ours(self) -> list[str]:
        """Leave out what somebody bound by hand: a delete leaves it as it is."""
        bound = {one["id"] for one in self._portal.objects() if one.get("derivedCredentialSettings")}
        return sorted(bound & self._profiles.keys() - self._by_others)


class _Scoped(Scene):
    """Profiles of somebody else, each bound to settings of its own."""

    held = frozenset({"device_configuration_id", "profile_type", "issuer"})

    def seed(self) -> None:
        self._profiles = {
            self._profile("iosVpnConfiguration", self.credentials[0]): "iosVpnConfiguration",
            self._profile("iosEasEmailProfileConfiguration", self.credentials[1]): None,
        }

    def inputs(self) -> Strategy:
        def typed(inputs: Inputs) -> Inputs:
            type_ = self._profiles[inputs["device_configuration_id"]]
            fitting = {**inputs, "issuer": _SETTINGS["issuer"]} if "issuer" in inputs else dict(inputs)
            fitting.pop("profile_type", None)
            return {**fitting, "profile_type": type_} if type_ else fitting

        return super().inputs().map(typed)

    def given(self) -> dict[str, Strategy]:
        return {**super().given(), "device_configuration_id": st.sampled_from(sorted(self._profiles))}

    def object_of(self, id_: str, inputs: Mapping[str, Any]) -> dict[str, Any] | None:
        found = super().object_of(id_, inputs)
        profile = super().object_of(inputs["device_configuration_id"], inputs)
        return found if profile is not None and profile["derivedCredentialSettings"] == id_ else None

    def delete_elsewhere(self, id_: str, inputs: Inputs) -> None:
        """Let the profile lead to the other settings."""
        other = next(one for one in self.credentials if one != id_)
        self._portal.change(inputs["device_configuration_id"], derivedCredentialSettings=other)

    def ours(self) -> list[str]:
        return []


class _CertificateState(Scene):
    """Two records of Intune's, of which one is adopted. Their status has an order, and is declared as it is."""

    held = frozenset({"adopt", "certificate_revoke_status"})

    def seed(self) -> None:
        collection = "deviceConfigurationsAllManagedDeviceCertificateStates"
        self._records = [self._portal.seed(collection, certificateRevokeStatus="pending") for _ in range(2)]

    def inputs(self) -> Strategy:
        def fitting(inputs: Inputs) -> Inputs:
            return (
                {**inputs, "certificate_revoke_status": "pending"} if "certificate_revoke_status" in inputs else inputs
            )

        return super().inputs().map(fitting)

    def given(self) -> dict[str, Strategy]:
        return {"adopt": st.sampled_from(self._records), "allow_write": st.just(True)}

    def delete_elsewhere(self, id_: str, inputs: Inputs) -> None:
        """This is impossible: Intune creates these records, and a stack cannot."""

    def ours(self) -> list[str]:
        return []


_SCENES = {"binding": _Binding, "scopedSettings": _Scoped, "certificateState": _CertificateState}


def scene_of(kind: Kind, portal: Portal) -> Scene:
    """Empty the tenant and make what *kind* needs there."""
    if kind.name not in _SCENES and not isinstance(kind, Entity):
        raise NotImplementedError(f"tests/properties/scenes.py does not know what {kind.name} needs around it")
    return _SCENES.get(kind.name, Scene)(kind, portal)


def target_of(assignment: Mapping[str, Any]) -> dict[str, Any]:
    """Write the target of a declared assignment as Graph has it."""
    filter_ = "deviceAndAppManagementAssignmentFilter"
    wire = {"@odata.type": GRAPH + assignment["target"]}
    names = {
        "group_id": "groupId",
        "collection_id": "collectionId",
        "device_and_app_management_assignment_filter_id": f"{filter_}Id",
        "device_and_app_management_assignment_filter_type": f"{filter_}Type",
    }
    return {**wire, **{names[name]: value for name, value in assignment.items() if name in names}}
