"""Objects of a tenant, written as entries: with keys made of their names, and references to the credentials beside."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from stacks.existing.inventory import Existing, Json
from stacks.maps import CREDENTIAL_NAME, CREDENTIALS, SETTINGS_ID

_LONGEST = 60
_UNSAFE = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Entry:
    """One object, and the entry that declares it."""

    object: Existing
    name: str
    """The key of the entry."""
    declared: Json
    """What the entry says."""


def entries(
    objects: Iterable[Existing], taken: Mapping[str, Collection[str]], credentials: Mapping[str, str]
) -> list[Entry]:
    """
    Return an entry for each of *objects*, which are sorted.

    *taken* are the keys that each map has already. *credentials* are the entries of `derivedCredentials` by the id of
    their objects: one that is declared is referred to by its key.
    """
    used = {key: set(names) for key, names in taken.items()}
    known = dict(credentials)
    result: list[Entry] = []
    for one in sorted(objects, key=lambda one: one.key != CREDENTIALS):
        name = _unused(slug(one.name) or one.key.lower(), used.setdefault(one.key, set()))
        used[one.key].add(name)
        if one.key == CREDENTIALS:
            known[one.id] = name
        result.append(Entry(one, name, _referring(one.fields, known)))
    return result


def slug(name: str) -> str:
    """Return *name* as a key: lower-case letters and digits with dashes between."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _UNSAFE.sub("-", plain).strip("-")[:_LONGEST].strip("-")


def _unused(name: str, used: Collection[str]) -> str:
    number, candidate = 1, name
    while candidate in used:
        number += 1
        candidate = f"{name}-{number}"
    return candidate


def _referring(fields: Json, credentials: Mapping[str, str]) -> Json:
    """Name the entry of the credential in the place of its id, if there is one."""
    target = fields.get(SETTINGS_ID)
    if target not in credentials:
        return fields
    return {
        (CREDENTIAL_NAME if name == SETTINGS_ID else name): credentials.get(value, value)
        if name == SETTINGS_ID
        else value
        for name, value in fields.items()
    }
