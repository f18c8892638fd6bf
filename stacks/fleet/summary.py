"""What many tenants have in common: the same difference in many is one line, and so is the same failure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sized
from typing import NamedTuple

from stacks.digest import Difference

_OWN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\bpid \d+|\d{4}-\d\d-\d\dT[\d:.]+Z?")
"""What tells two failures of one cause apart: ids of tenants and requests, processes, moments."""
_RANK = ("replace", "create-replacement", "delete-replaced", "delete", "update", "create")
_MOST_NAMED = 4


class Group(NamedTuple):
    """One line: what, and in which tenants."""

    text: str
    tenants: list[str]
    difference: Difference | None = None
    """What differs; None for a failure."""

    def line(self) -> str:
        """Return the line of a summary."""
        named = ", ".join(self.tenants[:_MOST_NAMED])
        more = f" and {len(self.tenants) - _MOST_NAMED} more" if len(self.tenants) > _MOST_NAMED else ""
        return f"{many(self.tenants)}: {self.text}  ({named}{more})"


def many(tenants: Sized) -> str:
    """Return how many tenants there are, in words."""
    return f"{len(tenants)} tenant{'s' if len(tenants) != 1 else ''}"


def reasons(found: Mapping[str, str]) -> list[str]:
    """Return a line for each reason of *found*, by tenant, with all tenants that were selected for it."""
    grouped: dict[str, list[str]] = {}
    for tenant, reason in found.items():
        grouped.setdefault(reason, []).append(tenant)
    return [f"{many(tenants)}, {reason}: {', '.join(tenants)}" for reason, tenants in grouped.items()]


def differences(found: Mapping[str, list[Difference]]) -> list[Group]:
    """Group *found*, by tenant, by what differs: what is riskiest first, then what most tenants have."""
    groups: dict[Difference, list[str]] = {}
    for tenant, several in found.items():
        for one in several:
            groups.setdefault(one, []).append(tenant)
    ranked = sorted(groups.items(), key=lambda item: (rank(item[0].op), -len(item[1]), item[0]))
    return [Group(str(one), tenants, one) for one, tenants in ranked]


def failures(found: Mapping[str, list[str]]) -> list[Group]:
    """Group the errors of tenants by their text; the tenant's own name and ids do not tell them apart."""
    groups: dict[str, tuple[str, list[str]]] = {}
    for tenant, errors in found.items():
        text = errors[0] if errors else "the engine has said nothing"
        key = re.sub(rf"(?<![\w-]){re.escape(tenant)}(?![\w-])", "<tenant>", _OWN.sub("…", text))
        groups.setdefault(key, (text, []))[1].append(tenant)
    return [Group(text if len(tenants) == 1 else key, tenants) for key, (text, tenants) in groups.items()]


def rank(op: str) -> int:
    """Return the place of *op* by its risk: the smaller, the riskier."""
    return _RANK.index(op) if op in _RANK else len(_RANK)
