"""The names of groups, assignment filters and scope tags, looked up in a tenant. Only reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from provider.errors import GraphError, NotFound
from stacks.files.edit import dump
from stacks.naming import TENANT_ID, WORDS, Names, Word

if TYPE_CHECKING:
    from provider.graph.tenant import Tenant

_SELECT = "$select=id,displayName"
_LISTS = {
    "filters": "/deviceManagement/assignmentFilters",
    "scope_tags": "/deviceManagement/roleScopeTags",
}
"""What Intune keeps, and is listed whole: it ignores filters that it does not support. Groups are asked for by name."""
_GROUPS = "/groups"
_MOST_CANDIDATES = 5
_SECTIONS: dict[str, Word] = {word.section: word for word in WORDS.values()}


@dataclass
class Found:
    """What became of some names."""

    ids: dict[str, dict[str, str]] = field(default_factory=lambda: {section: {} for section in _SECTIONS})
    """By section and name."""
    problems: list[str] = field(default_factory=list)
    """Names that nothing has, or several things have, each with what may be meant."""


def look_up(tenant: Tenant, names: Iterable[tuple[str, str]]) -> Found:
    """
    Return the ids of *names*, each with its section.

    Raises GraphError: the tenant did not answer, or this identity may not read there.
    """
    wanted: dict[str, list[str]] = {section: [] for section in _SECTIONS}
    for section, name in names:
        wanted[section] += [] if name in wanted[section] else [name]
    found = Found()
    for section, path in _LISTS.items():
        if wanted[section]:
            listed = list(tenant.pages(f"{path}?{_SELECT}"))
            _match(found, section, wanted[section], listed, listed)
    paths = {name: _by_name(name) for name in wanted["groups"]}
    answers = tenant.get_each(list(paths.values())) if paths else {}
    for name, path in paths.items():
        exact = _members(answers[path])
        near = [] if any(one.get("displayName") == name for one in exact) else _near(tenant, name)
        _match(found, "groups", [name], exact, near)
    for section, ids in found.ids.items():
        found.ids[section] = dict(sorted(ids.items()))
    return found


def text(stack: str, tenant_id: str, ids: Mapping[str, Mapping[str, str]]) -> str:
    """Return the names file of *stack*."""
    head = f"# Written by `python -m stacks names --stack {stack}`. Commit it: previews read the ids from here.\n"
    return head + dump({TENANT_ID: tenant_id, **{section: dict(ids[section]) for section in ids}})


def changed(tenant: Tenant, names: Names) -> Iterator[str]:
    """Say which of *names* no longer hold: what has the id is called otherwise, or was deleted."""
    paths = {
        (section, name): f"{_LISTS.get(section, _GROUPS)}/{quote(id_)}?{_SELECT}"
        for section, ids in names.ids.items()
        for name, id_ in ids.items()
    }
    answers = tenant.get_each(list(dict.fromkeys(paths.values()))) if paths else {}
    for (section, name), path in paths.items():
        answer, id_ = answers[path], names.ids[section][name]
        noun = f'the {_SECTIONS[section].noun} "{name}" ({id_})'
        if isinstance(answer, NotFound):
            yield f"{noun} was deleted"
        elif isinstance(answer, GraphError):
            raise answer
        elif (answer or {}).get("displayName") != name:
            yield f'{noun} is called "{(answer or {}).get("displayName")}" now'


def _match(found: Found, section: str, names: list[str], listed: list[Any], near: list[Any]) -> None:
    noun = _SECTIONS[section].noun
    for name in names:
        ids = sorted(str(one["id"]) for one in listed if one.get("displayName") == name)
        if len(ids) == 1:
            found.ids[section][name] = ids[0].lower()
        elif ids:
            field_ = _SECTIONS[section].field
            found.problems.append(f'{len(ids)} {noun}s are called "{name}" ({", ".join(ids)}): write {field_} instead')
        else:
            close = [f'"{one.get("displayName")}"' for one in _closest(name, near)]
            hint = f"; there are {', '.join(close)}" if close else ""
            found.problems.append(f'no {noun} is called "{name}"{hint}')


def _closest(name: str, listed: list[Any]) -> list[Any]:
    from difflib import SequenceMatcher  # noqa: PLC0415 - only for a mistake

    def likeness(one: Any) -> float:
        return -SequenceMatcher(None, name.lower(), str(one.get("displayName")).lower()).ratio()

    return sorted(listed, key=likeness)[:_MOST_CANDIDATES]


def _by_name(name: str) -> str:
    literal = quote(name.replace("'", "''"), safe="")
    return f"{_GROUPS}?$filter=displayName%20eq%20%27{literal}%27&{_SELECT}"


def _near(tenant: Tenant, name: str) -> list[Any]:
    """Return groups whose names begin as *name* does."""
    start = quote(name.split(maxsplit=1)[0].replace("'", "''"), safe="") if name.split() else ""
    answer = tenant.client.get(f"{_GROUPS}?$filter=startswith(displayName,%27{start}%27)&{_SELECT}&$top=50")
    return _members(answer)


def _members(answer: Any) -> list[Any]:
    if isinstance(answer, GraphError):
        raise answer
    members = (answer or {}).get("value")
    return [one for one in members if isinstance(one, dict) and "id" in one] if isinstance(members, list) else []
