"""
How the tenant behaves, changeable while it runs. Most switches stand for a question that no document answers.

On the wire (`/_sandbox/settings`) the names are camelCase.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from sandbox.graph.identity import TENANT_ID
from sandbox.graph.metadata import RENEWAL_DEFAULT

SERVICE_CONFIG = "DeviceManagementServiceConfig.ReadWrite.All"
CONFIGURATION = "DeviceManagementConfiguration.ReadWrite.All"
READ_GROUPS = "Group.Read.All"
READ_SCOPE_TAGS = "DeviceManagementRBAC.Read.All"


@dataclass(frozen=True)
class Switches:
    """One setting of all switches; a change replaces it whole."""

    page_size: int = 100
    """Objects in a page, whatever `$top` asks for beyond it."""
    latency_ms: int = 0
    """Added to every request (not to the parts of a batch)."""
    quota: bool = False
    """Whether requests are counted and refused as documented."""
    one_issuer: bool = False
    """Whether a second derived credential is refused. The true answer is unknown: portal text says one per tenant."""
    approval: bool = False
    """Whether Multi Admin Approval wants a justification with every write."""
    licensed: bool = True
    """Whether the tenant has Intune at all."""
    roles: tuple[str, ...] = (SERVICE_CONFIG, CONFIGURATION, READ_GROUPS, READ_SCOPE_TAGS)
    """The permissions in the tokens that are issued from now on."""
    token_lifetime: int = 3599
    """Seconds until a token expires; negative: it has expired when it is issued."""
    token_tenant_id: str = TENANT_ID
    """The tenant that tokens claim to be of."""
    secret: str = "valid"  # noqa: S105 - a state, not a secret
    """Whether the client secret is valid, expired or revoked."""
    expand: str = "honoured"
    """Whether `$expand=assignments` of a list is honoured or ignored. Only that of a single profile was observed."""
    binding_read: str = "bare"
    """Whether a binding reads as the bare object or inside `value`: documentation and tools disagree."""
    unset_binding: str = "404"
    """How a binding that is not set reads: 404, 204 or null. Unknown."""
    create_binding: str = "accepted"
    """Whether POST of a profile takes `@odata.bind`: accepted, refused, or accepted but ignored. Unproven."""
    groups: tuple[str, ...] | None = None
    """The ids of the groups that exist; null: any group does. A profile cannot be assigned to one that does not."""
    certificate_state_writes: str = "accepted"
    """Whether PATCH of a certificate state is accepted, answered but ignored, or not routed at all. Unknown."""
    patch_reissues: str = "no"
    """
    Whether a PATCH of a derived credential makes a new instance, instead of the old one or beside it.

    Microsoft365DSC's code says that it does, and never patches; the documentation and the portal say otherwise.
    """
    renewal_default: int = RENEWAL_DEFAULT
    """What renewalThresholdPercentage becomes when create omits it. Unknown."""

    def __post_init__(self) -> None:
        """Raise ValueError for numbers that make no sense."""
        if self.page_size < 1:
            raise ValueError("a page holds at least one object")
        if self.latency_ms < 0:
            raise ValueError("a latency is not negative")

    def changed(self, values: dict[str, Any]) -> Switches:
        """Return these switches with *values* (by wire name); raises ValueError with what is wrong with one."""
        known = {_wire(each.name): each.name for each in fields(self)}
        changes: dict[str, Any] = {}
        for wire, value in values.items():
            if wire not in known:
                raise ValueError(f"there is no setting {wire}; there are {', '.join(known)}")
            changes[known[wire]] = _checked(wire, value, getattr(self, known[wire]))
        return replace(self, **changes)

    def wire(self) -> dict[str, Any]:
        """Return all switches by wire name."""
        return {_wire(each.name): getattr(self, each.name) for each in fields(self)}


_CHOICES = {
    "patchReissues": ("no", "instead", "beside"),
    "secret": ("valid", "expired", "revoked"),
    "expand": ("honoured", "ignored"),
    "bindingRead": ("bare", "value"),
    "unsetBinding": ("404", "204", "null"),
    "createBinding": ("accepted", "refused", "ignored"),
    "certificateStateWrites": ("accepted", "ignored", "unrouted"),
}
_OPTIONAL = ("groups",)
"""Lists that may be null."""


def _checked(wire: str, value: object, current: object) -> object:
    """Return *value* if it may stand where *current* stands."""
    choices = _CHOICES.get(wire)
    if choices is not None and value not in choices:
        raise ValueError(f"{wire} must be one of {', '.join(choices)}")
    if wire in _OPTIONAL and value is None:
        return None
    if isinstance(current, tuple) or wire in _OPTIONAL:
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise ValueError(f"{wire} must be a list of texts")
        return tuple(value)
    if type(value) is not type(current):
        raise ValueError(f"{wire} must be of type {type(current).__name__}")
    return value


def _wire(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


class SwitchBoard:
    """Holds the switches as they stand."""

    def __init__(self, current: Switches) -> None:
        self.current = current
