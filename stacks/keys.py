"""Which keys a stack's config may have. What stands under a misspelled key would be deleted from the tenant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from provider import settings
from provider.schema import nearest, not_text
from stacks.maps import BASELINES, CONFIG_MAPS

_SHARED_WORDS = {"tenantId", "cloud", "auth"}
"""Settings that providers of Pulumi's registry have too, such as azuread:tenantId; they may come from a shared file."""

_ALIKE = 0.8
"""How alike two namespaces are, of 1, where one is probably the other misspelled."""


def unknown_keys(config: Iterable[str], project: str) -> Iterator[str]:
    """Say which keys of the *config*, each ``project:key``, are unknown, or known in another namespace."""
    known = (*settings.KEYS, BASELINES, *CONFIG_MAPS)
    for full in config:
        namespace, _, key = full.partition(":")
        if namespace == project:
            if key not in known:
                hint = nearest(key, known) or f"; the keys are {', '.join(known)}"
                yield f"{key}: is not a setting of this project{hint}"
        elif _is_meant(namespace, key, project):
            yield f'{full}: has the namespace "{namespace}", which is not this project; write {project}:{key}'


def _is_meant(namespace: str, key: str, project: str) -> bool:
    """Tell whether *key* was probably to be one of this *project*."""
    alike = difflib.SequenceMatcher(None, namespace.lower(), project.lower()).ratio() >= _ALIKE
    return alike or key in CONFIG_MAPS or (key in settings.KEYS and key not in _SHARED_WORDS)


def unusable_key(key: str) -> str:
    """Say why an entry cannot be called *key*; empty if it can."""
    if not key.strip():
        return "has an entry with an empty key; give it a name, which is its name in Pulumi's state"
    if key == "<nil>" or not_text(key):
        return f'has the key "{key}", which YAML made of something else; write the key in quotes'
    return ""
