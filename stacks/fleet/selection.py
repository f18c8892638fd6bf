"""Which tenants a command is about, and why."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from stacks.fleet import git
from stacks.fleet.rings import Ring
from stacks.maps import BASELINES
from stacks.yamlfile import FileProblem, read

_START, _END = "Pulumi.", ".yaml"
_OF_ALL = ("provider/", "__main__.py", "Pulumi.yaml", "requirements.txt")
"""What a change of may change every tenant."""


@dataclass(frozen=True)
class Selected:
    """One tenant, its ring, and why it is chosen."""

    tenant: str
    ring: Ring
    reason: str


def tenants(folder: Path) -> list[str]:
    """Return the tenants that have a stack file in *folder*, in the order of the alphabet."""
    names = (path.name for path in folder.glob(f"{_START}*{_END}"))
    return sorted(name[len(_START) : -len(_END)] for name in names)


def select(
    all_rings: Sequence[Ring],
    patterns: Sequence[str],
    ring_names: Sequence[str],
    reasons: Mapping[str, str] | None = None,
) -> list[Selected]:
    """
    Return the tenants of the rings *ring_names* (all, if empty) that match *patterns*, in the order of the rings.

    A pattern that begins with ``!`` takes tenants out. *reasons*, if given, are the only tenants that may be chosen.
    Raises FileProblem: a ring does not exist, or a pattern matches nothing.
    """
    known = [ring.name for ring in all_rings]
    for name in ring_names:
        if name not in known:
            raise FileProblem(f"--ring {name}: there is no such ring; there are {', '.join(known)}")
    wanted = [one for one in patterns if not one.startswith("!")]
    unwanted = [one[1:] for one in patterns if one.startswith("!")]
    every = [tenant for ring in all_rings for tenant in ring.tenants]
    for pattern in [*wanted, *unwanted]:
        if not any(fnmatchcase(tenant, pattern) for tenant in every):
            raise FileProblem(f"--tenants {pattern}: no tenant matches; there are {', '.join(every) or 'none'}")
    found = []
    for ring in all_rings:
        for tenant in ring.tenants if not ring_names or ring.name in ring_names else ():
            match = next((one for one in wanted if fnmatchcase(tenant, one)), "")
            if (wanted and not match) or any(fnmatchcase(tenant, one) for one in unwanted):
                continue
            if reasons is None or tenant in reasons:
                reason = (reasons or {}).get(tenant) or (f"matches {match}" if match else f"ring {ring.name}")
                found.append(Selected(tenant, ring, reason))
    return found


def shard(selected: Sequence[Selected], part: str) -> list[Selected]:
    """Return the part ``N/K`` of *selected*: the same in every job. Raises FileProblem: it is no such part."""
    found = re.fullmatch(r"([1-9]\d*)/([1-9]\d*)", part, re.ASCII)
    if not found or int(found[1]) > int(found[2]):
        raise FileProblem(f"--shard {part}: must be N/K, the N-th of K parts, such as 2/5")
    return list(selected[int(found[1]) - 1 :: int(found[2])])


def changed(folder: Path, base: str) -> dict[str, str]:
    """
    Return the tenants that a change since *base* may touch, each with the file that does.

    *folder* is that of the stack files. Raises FileProblem: git does not know *base*.
    """
    files, every = git.changed(folder.parent, base), tenants(folder)
    users = _users_of_baselines(folder)
    found: dict[str, str] = {}
    for file in files:
        name = file.rpartition("/")[2]
        inside = file.startswith(f"{folder.name}/")
        if inside and name.startswith(_START) and name.endswith(_END):
            touched = [name[len(_START) : -len(_END)]]
        elif file.startswith(f"{folder.name}/names/"):
            touched = [name.removesuffix(_END)]
        elif file.startswith(f"{folder.name}/{BASELINES}/"):
            touched = users.get(name.removesuffix(_END), [])
        elif file.startswith(_OF_ALL) or (inside and file.endswith(".py")):
            touched = every
        else:
            touched = []
        for tenant in touched:
            found.setdefault(tenant, f"{file} has changed since {base}")
    return {tenant: reason for tenant, reason in found.items() if tenant in every}


def _users_of_baselines(folder: Path) -> dict[str, list[str]]:
    """Return the tenants that each baseline reaches, by its name, over baselines that name others."""
    inner = {path.stem: _named(path, BASELINES) for path in (folder / BASELINES).glob("*.yaml")}
    users: dict[str, list[str]] = {}
    for tenant in tenants(folder):
        waiting, seen = _named(folder / f"{_START}{tenant}{_END}", f":{BASELINES}"), set[str]()
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += inner.get(name, [])
                users.setdefault(name, []).append(tenant)
    return users


def _named(path: Path, key: str) -> list[str]:
    """Return the baselines that a file names; what is wrong with it, its own preview says."""
    try:
        values = read(path).values
    except FileProblem:
        return []
    config = values.get("config")
    found = config if key.startswith(":") and isinstance(config, dict) else values
    names = next((value for one, value in found.items() if one == key or one.endswith(key)), None)
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
