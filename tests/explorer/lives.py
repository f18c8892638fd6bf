"""
The lives that are explored: a stack as it is, and what is then declared.

Each is one credential with two bound, assigned profiles beside a stranger's, or as much of it as the story needs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tests.explorer.declared import Entry
from tests.explorer.graph import Graph
from tests.explorer.world import PROFILES, World

IOS = "#microsoft.graph.iosDerivedCredentialAuthenticationConfiguration"
_EVERYONE = [{"target": "allDevicesAssignmentTarget"}]

Program = tuple[Entry, ...]


@dataclass(frozen=True)
class Life:
    """A stack that is at *before* and is brought to *after*, in any of the orders that dependencies allow."""

    name: str
    before: Program
    after: Program
    orders: tuple[Program, ...] = ()
    """The same as *after*, registered in another order or otherwise declared."""
    refresh: bool = False


def credential(name: str = "c", *, issuer: str = "purebred", text: str = "C", aliases: Sequence[str] = ()) -> Entry:
    """Declare a credential."""
    inputs = {"display_name": text, "issuer": issuer, "notification_types": ["email"], "help_url": "https://a.example/"}
    return Entry(name, "derivedCredential", inputs, tuple(aliases))


def profile(name: str, text: str, *, aliases: Sequence[str] = (), **more: Any) -> Entry:
    """Declare a profile that is bound to the credential and assigned to all devices."""
    inputs = {
        "display_name": text,
        "description": "old",
        "derived_credential_settings_id": "$c",
        "assignments": _EVERYONE,
        **more,
    }
    return Entry(name, "iosProfile", {key: one for key, one in inputs.items() if one is not None}, tuple(aliases))


def binding(name: str, profile_id: str) -> Entry:
    """Declare the use of the credential by a profile of somebody else."""
    inputs = {
        "device_configuration_id": profile_id,
        "profile_type": "iosVpnConfiguration",
        "derived_credential_settings_id": "$c",
    }
    return Entry(name, "binding", inputs)


STRANGERS = "00000000-0000-4000-8000-000000000001"
"""The id of the stranger's profile, which is in each world first."""


def begin() -> World:
    """Return a tenant that has nothing but a stranger's profile."""
    world = World()
    Graph(world, "11111111-1111-4111-8111-111111111111").appear(
        PROFILES, "#microsoft.graph.iosVpnConfiguration", {"displayName": "VPN", "description": "of a stranger"}
    )
    return world


_C, _P, _Q = credential(), profile("p", "P"), profile("q", "Q")
_THREE = (_C, _P, _Q)
_EDITED = (
    credential(text="C2"),
    profile("p", "P", description="new", assignments=[{"target": "allLicensedUsersAssignmentTarget"}]),
    _Q,
)
_RENEWED = credential(issuer="intercede")
_MOVED = replace(profile("r", "P"), aliases=("p",))
_LATER = profile("q", "Q", description="new")
_OLD = profile("p", "P old")
_NEWCOMER = profile("n", "P")

LIVES = {
    life.name: life
    for life in (
        Life("create", (), _THREE, ((_C, _Q, _P),)),
        Life("update", _THREE, _EDITED, (tuple(_EDITED[number] for number in (0, 2, 1)),)),
        Life("replace", _THREE, (_RENEWED, _P, _Q), ((_RENEWED, _Q, _P),)),
        Life("rename", _THREE, (_C, _MOVED, _LATER), ((_C, profile("r", "P"), _LATER),)),
        Life(
            "rename and replace",
            (_C, _P),
            (
                credential("d", issuer="intercede", aliases=["c"]),
                profile("p", "P", derived_credential_settings_id="$d"),
            ),
        ),
        Life("newcomer", (_C, _P), (_C, _OLD, _NEWCOMER), ((_C, _NEWCOMER, _OLD),)),
        Life("swap", _THREE, (_C, profile("p", "Q"), profile("q", "P")), ((_C, profile("q", "P"), profile("p", "Q")),)),
        Life("delete", _THREE, (_C, _Q)),
        Life("destroy", (_C, _P), ()),
        Life("binding", (_C,), (_C, binding("b", STRANGERS))),
        Life("refresh", _THREE, _THREE, refresh=True),
    )
}

Build = Callable[[], World]
