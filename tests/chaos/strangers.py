"""
Objects that are in a tenant before the stack: some have the names, and even the fields, of what it will declare.

None of them is the stack's, and equal fields prove nothing: a declared entry whose name one of them has must be
refused, with its id, and none of them may be changed, deleted or brought into the state.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from tests.chaos.matrix import GROUP
from tests.chaos.play import PROFILE_TYPES, SETTINGS
from tests.sandbox_control import Portal

COUNT = 20
_NAMESAKES = 6
"""How many have a declared name, at most a third of those that are declared."""
_ASSIGNED = [{"target": {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": GROUP}}]


class Strangers:
    """What others have put into one tenant."""

    def __init__(self, kind: str, portal: Portal, credential: str, names: Sequence[str], chance: random.Random) -> None:
        self._kind = kind
        self._portal = portal
        self._credential = credential
        taken = chance.sample(names, min(_NAMESAKES, len(names) // 3))
        self.named = {name: self._same_kind(name, chance) for name in taken}
        """The id of the object that has a declared name."""
        for number in range(COUNT - len(taken)):
            self._other(f"Theirs {number}" if number % 2 else chance.choice(names), chance)
        self._before = {one["id"]: one for one in portal.objects()}

    def __contains__(self, id_: str) -> bool:
        """Tell whether an object was there before the stack."""
        return id_ in self._before

    def taken(self, managed: Collection[str]) -> list[str]:
        """Say which of them were touched, or are among the ids that are *managed* now."""
        now = {one["id"]: one for one in self._portal.objects()}
        touched = {
            id_: "changed" if id_ in now else "deleted" for id_, one in self._before.items() if now.get(id_) != one
        }
        touched |= {id_: "in the state" for id_ in managed if id_ in self._before}
        return [f"{self._kind} {self._before[id_].get('displayName')} {id_}: {how}" for id_, how in touched.items()]

    def _same_kind(self, name: str, chance: random.Random) -> str:
        """Put a namesake there: equal in all fields, unfinished as a killed run leaves it, or different."""
        likeness = chance.choice(("equal", "unfinished", "different"))
        if self._kind == "derivedCredential":
            different = {"helpUrl": "https://theirs.example"} if likeness == "different" else {}
            return self._portal.seed("derivedCredentials", **{**SETTINGS, "displayName": name, **different})
        fields: dict[str, dict[str, Any]] = {
            "equal": {"derivedCredentialSettings": self._credential, "assignments": _ASSIGNED},
            "unfinished": {},
            "different": {"description": "Theirs"},
        }
        return self._profile(PROFILE_TYPES[self._kind], name, fields[likeness])

    def _other(self, name: str, chance: random.Random) -> None:
        """Put an object there that is no namesake: a profile of another type, or of a name that is not declared."""
        types = [one for kind, one in PROFILE_TYPES.items() if kind != self._kind or name.startswith("Theirs")]
        self._profile(chance.choice([*types, "#microsoft.graph.iosVpnConfiguration"]), name, {})

    def _profile(self, odata_type: str, name: str, fields: Mapping[str, Any]) -> str:
        properties = {"@odata.type": odata_type, "displayName": name, **fields}
        return self._portal.seed("deviceConfigurations", **properties)
