"""
Rings: the order in which tenants are changed, and the identity of each ring.

``stacks/rings.yaml`` names every tenant in exactly one ring::

    rings:
      - name: pilot
        tenants: [contoso-test]
        identity: {INTUNE_CLIENT_ID: 3f0e1c52-7d84-4c0a-9a65-2f1b0c9d8e7a}
      - name: broad
        tenants: [contoso, "fabrikam-*"]
        max_failures: 2

Without the file there is one ring with all tenants. *identity* has variables of the environment, and no secret.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from stacks.yamlfile import Document, FileProblem, read

_KEYS = ("name", "tenants", "identity", "max_failures")
_SECRET = re.compile(r"SECRET|PASSWORD|TOKEN$|_KEY$", re.IGNORECASE)
_VARIABLE = re.compile(r"(INTUNE|AZURE|ARM)_[A-Z0-9_]+")


@dataclass(frozen=True)
class Ring:
    """Some tenants that are changed together, after the rings before have ended well."""

    name: str
    tenants: tuple[str, ...]
    identity: Mapping[str, str] = field(default_factory=dict)
    max_failures: int = 0
    """How many tenants may fail before the rings after it are not begun."""


def rings(folder: Path, tenants: Sequence[str]) -> list[Ring]:
    """
    Return the rings of *tenants*, in their order.

    Raises FileProblem: a tenant is in no ring or in several, a ring names none, or the file has a mistake.
    """
    path = folder / "rings.yaml"
    if not path.exists():
        return [Ring("all", tuple(tenants))]
    document = read(path)
    listed = document.values.get("rings")
    if not isinstance(listed, list) or not listed:
        raise FileProblem(f"{path}:1: rings: must be a list of rings, each with a name and its tenants")
    found: list[Ring] = []
    first: dict[str, str] = {}
    for index, one in enumerate(listed):
        ring = _ring(document, one, f"rings[{index}]", tenants)
        for tenant in ring.tenants:
            if first.setdefault(tenant, ring.name) != ring.name:
                raise FileProblem(f"{_place(document, f'rings[{index}]')}: {tenant} is in ring {first[tenant]} too")
        found.append(ring)
    missing = [tenant for tenant in tenants if tenant not in first]
    if missing:
        raise FileProblem(f"{path}: {', '.join(missing)}: in no ring; every tenant is in exactly one")
    return found


def _ring(document: Document, one: Any, at: str, tenants: Sequence[str]) -> Ring:
    if not isinstance(one, Mapping) or not isinstance(one.get("name"), str) or not one["name"].strip():
        raise FileProblem(f"{_place(document, at)}: {at}: must have a name and tenants")
    unknown = [key for key in one if key not in _KEYS]
    if unknown:
        raise FileProblem(f"{_place(document, f'{at}.{unknown[0]}')}: {unknown[0]}: a ring has {', '.join(_KEYS)}")
    patterns = one.get("tenants")
    if not isinstance(patterns, list) or not all(isinstance(pattern, str) for pattern in patterns):
        raise FileProblem(f"{_place(document, at)}: {at}.tenants: must be a list of tenants, or of patterns")
    for pattern in patterns:
        if not any(fnmatchcase(tenant, pattern) for tenant in tenants):
            raise FileProblem(f"{_place(document, f'{at}.tenants')}: {pattern}: there is no such tenant")
    chosen = tuple(tenant for tenant in tenants if any(fnmatchcase(tenant, pattern) for pattern in patterns))
    most = one.get("max_failures", 0)
    if not isinstance(most, int) or isinstance(most, bool) or most < 0:
        raise FileProblem(f"{_place(document, f'{at}.max_failures')}: max_failures: must be a whole number")
    return Ring(one["name"], chosen, _identity(document, one.get("identity"), at), most)


def _identity(document: Document, given: Any, at: str) -> dict[str, str]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise FileProblem(f"{_place(document, f'{at}.identity')}: identity: must be a map of variables")
    for name, value in given.items():
        place = _place(document, f"{at}.identity.{name}")
        if not _VARIABLE.fullmatch(str(name)):
            raise FileProblem(f"{place}: {name}: an identity has variables such as INTUNE_CLIENT_ID")
        if _SECRET.search(str(name)):
            raise FileProblem(
                f"{place}: {name}: is a secret, which a committed file must not have: set it where it runs"
            )
        if not isinstance(value, str):
            raise FileProblem(f"{place}: {name}: must be text")
    return dict(given)


def _place(document: Document, path: str) -> str:
    line = document.line(path)
    return f"{document.path}:{line}" if line else str(document.path)
