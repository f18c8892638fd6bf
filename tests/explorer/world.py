"""
Everything that outlives a run: tenants, states, the journal, the clock, and what people were told.

A world is plain data, so that it can be copied, compared and kept by the thousand.
"""

from __future__ import annotations

import json
import pickle
import re
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

Json = dict[str, Any]

CREDENTIALS = "derivedCredentials"
PROFILES = "deviceConfigurations"
HOME = "11111111-1111-4111-8111-111111111111"
"""The tenant of the stacks."""
ELSEWHERE = "22222222-2222-4222-8222-222222222222"
"""The tenant that a stack's config names by mistake."""
OURS = "one"
"""The stack whose life is explored; also who made an object."""
SECOND = "two"
"""A second stack of the same tenant."""
STRANGER = "stranger"
"""A person in the admin center."""

_RUN = re.compile(r"^run \d+$")
_RECENT = 35.0
"""Seconds after which it does not matter when a journal was written."""
_ID = re.compile(r"0{8}-0000-4000-8000-[0-9]{12}")


@dataclass
class World:
    """One moment between two runs, or inside one."""

    objects: dict[str, dict[str, Json]] = field(default_factory=lambda: {HOME: {}, ELSEWHERE: {}})
    """By tenant, by id: collection, type, body, assignments, binding, by (who made it)."""
    late: list[Json] = field(default_factory=list)
    """Reads that still show a moment before a write."""
    states: dict[str, Json] = field(default_factory=lambda: {OURS: empty_state(), SECOND: empty_state()})
    journal: list[list[Any]] = field(default_factory=list)
    """The rows of the machine's journal."""
    clock: float = 1000.0
    ids: int = 0
    runs: int = 0
    said: list[str] = field(default_factory=list)
    """Ids of objects that an error or a warning named, and names of which it is unknown whether they were created."""
    harm: list[str] = field(default_factory=list)
    """What a stack did to objects that it did not make."""
    doubt: set[str] = field(default_factory=set)
    """Names of objects whose POST was sent, and not answered with success."""
    drifted: list[str] = field(default_factory=list)
    """Ids of objects that a person changed or deleted, or that an error said to refresh: a refresh tells the state."""

    def new_id(self) -> str:
        """Return an id that no object had before."""
        self.ids += 1
        return f"00000000-0000-4000-8000-{self.ids:012d}"

    def copy(self) -> World:
        """Return a world that can go another way."""
        made: World = pickle.loads(pickle.dumps(self, -1))  # noqa: S301 - written a moment ago, here
        return made

    def exact(self) -> str:
        """Return a digest of the world as it is, for comparing moments of one run."""
        moment = (self.objects, self.late, self.states, self.said, self.drifted, self.harm, sorted(self.doubt))
        return blake2b(pickle.dumps(moment, -1), digest_size=12).hexdigest()

    def canonical(self) -> str:
        """Return a digest in which ids and clocks do not count: equal worlds have equal futures."""
        named = [(tenant, sorted(objects.items(), key=_anonymous)) for tenant, objects in self.objects.items()]
        late = [{**one, "until": one["until"] - self.clock} for one in self.late]
        moment = [
            named,
            self.states,
            late,
            sorted(self.said),
            sorted(self.drifted),
            self.harm,
            sorted(self.doubt),
            self._journal(),
        ]
        names: dict[str, str] = {}
        text = _ID.sub(lambda found: names.setdefault(found[0], f"#{len(names)}"), json.dumps(moment, sort_keys=True))
        return blake2b(text.encode(), digest_size=12).hexdigest()

    def _journal(self) -> list[list[Any]]:
        """Return the rows of the journal, with their age in steps that matter."""
        return [
            [_age(self.clock - value) if isinstance(value, float) else _RUN.sub("", str(value)) for value in row]
            for row in self.journal
        ]

    def _stray(self) -> set[str]:
        """Return the ids of our objects of a name in doubt that are in no state: what such an error is about."""
        named = {id_: one["body"]["displayName"] for each in self.objects.values() for id_, one in each.items()}
        return {id_ for id_ in self._unknown() if named[id_] in self.doubt}

    def _unknown(self) -> set[str]:
        """Return the ids of our objects that are in no state."""
        known = {one["id"] for state in self.states.values() for one in state["resources"]}
        ours = ((id_, one) for each in self.objects.values() for id_, one in each.items() if one["by"] == OURS)
        return {id_ for id_, _ in ours if id_ not in known}

    def note(self, text: str) -> None:
        """Remember which objects *text*, that people were told, names. That one is gone does not help to find it."""
        if "may have taken effect: run `pulumi up --refresh`" in text:
            self.drifted.extend(_ID.findall(text))
        if re.search(r"is gone|no longer exists|was gone", text):
            return
        if "unknown whether another object of this name" in text:
            self.said.extend(sorted(self._unknown() - set(self.said)))
        if "unknown whether" in text:
            self.said.extend(sorted(self.doubt - set(self.said)))
            self.said.extend(sorted(self._stray() - set(self.said)))
        self.said.extend(id_ for id_ in _ID.findall(text) if id_ not in self.said)


def empty_state() -> Json:
    """Return the state of a stack that was never updated."""
    return {"resources": [], "pending": []}


def _age(seconds: float) -> str:
    return f"{seconds // 5}" if seconds < _RECENT else "old"


def _anonymous(item: tuple[str, Json]) -> str:
    return _ID.sub("#", json.dumps(item[1], sort_keys=True))
