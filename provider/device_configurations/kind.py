"""The kind that every profile is which hands a derived credential to devices."""

from __future__ import annotations

from dataclasses import dataclass

from provider.device_configurations.args import DEVICE_CONFIGURATIONS, WRITE_CONFIGURATION
from provider.device_configurations.assignments import Assignments
from provider.device_configurations.credential import CredentialReference
from provider.kinds.entity import Entity
from provider.kinds.relationship import Relationship
from provider.odata import Collection


@dataclass(frozen=True, kw_only=True)
class ProfileKind(Entity):
    """A device configuration of its own type, with a reference to a credential and with assignments."""

    permissions: tuple[str, ...] = (WRITE_CONFIGURATION,)
    collection: Collection = DEVICE_CONFIGURATIONS
    relationships: tuple[Relationship, ...] = (CredentialReference(), Assignments())
