"""
Names for people: the groups, assignment filters and scope tags that a stack file calls by name.

A stack file may say ``group: Intune - Android corporate-owned`` where an id is wanted. What the names mean in a tenant
is in ``stacks/names/<stack>.yaml``, which `python -m stacks names` writes and which is committed: so a preview needs
no network, and the provider sees ids only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pulumi

from provider.schema import Problem, nearest
from stacks.yamlfile import FileProblem, read

GROUP, FILTER, SCOPE_TAGS = "group", "filter", "scope_tags"
"""The words that take a name: the first two in an assignment, the third in an entry."""

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TENANT_ID = "tenant_id"


class Word(NamedTuple):
    """A word of a stack file that takes a name in the place of an id."""

    field: str
    """The field that takes the id."""
    section: str
    """The map of the names file."""
    noun: str


WORDS = {
    GROUP: Word("group_id", "groups", "group"),
    FILTER: Word("device_and_app_management_assignment_filter_id", "filters", "assignment filter"),
    SCOPE_TAGS: Word("role_scope_tag_ids", "scope_tags", "scope tag"),
}


@dataclass(frozen=True)
class Names:
    """The ids of names, as a names file has them."""

    path: Path
    ids: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By section and name."""
    tenant_id: str = ""
    exists: bool = False


def load(path: Path) -> Names:
    """Read a names file; one that does not exist has no names. Raises FileProblem: it is not what it should be."""
    if not path.exists():
        return Names(path)
    document = read(path)
    ids: dict[str, dict[str, str]] = {}
    for word in WORDS.values():
        section = document.values.get(word.section) or {}
        if not isinstance(section, Mapping):
            line = document.line(word.section)
            remedy = "delete the file, then run `python -m stacks names`"
            raise FileProblem(f"{path}:{line}: {word.section}: must be a map from names to ids: {remedy}")
        ids[word.section] = {str(name): str(id_) for name, id_ in section.items()}
    return Names(path, ids, str(document.values.get(TENANT_ID) or ""), exists=True)


def load_all(folder: Path) -> dict[str, str]:
    """Return the names of all ids in the names files of *folder*. Raises FileProblem: one is not what it should be."""
    known = [load(path) for path in sorted(folder.glob("*.yaml"))]
    return {id_: name for one in known for section in one.ids.values() for name, id_ in section.items()}


def with_names(said: str, names: Mapping[str, str]) -> str:
    """Return *said* with the name beside each GUID in it that has one."""
    return _GUID.sub(lambda found: f"{found[0]} ({names[found[0]]})" if found[0] in names else found[0], said)


def named(entries: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each name that *entries* use, with its section."""
    for _, record, word in _records(entries):
        given = record[word]
        for name in given if isinstance(given, list) else [given]:
            if isinstance(name, str):
                yield WORDS[word].section, name


def resolve(entries: Mapping[str, Any], names: Names, tenant_id: str) -> tuple[dict[str, Any], list[Problem]]:
    """Return *entries* with ids in the place of names, and what is wrong. What was not found is unknown then."""
    result = _copy(entries)
    problems: list[Problem] = []
    used = False
    for path, record, word in list(_records(result)):
        used = True
        given, target = record.pop(word), WORDS[word]
        if target.field in record:
            problems.append(Problem(f"{path}.{word}", f"cannot be combined with {target.field}; keep one of them"))
            continue
        if word == SCOPE_TAGS:
            record[target.field] = _ids_of_list(given, f"{path}.{word}", target, names, problems)
        else:
            record[target.field] = _id(given, f"{path}.{word}", target, names, problems)
    if used and names.exists and names.tenant_id.lower() != tenant_id.lower():
        there = names.tenant_id or "no tenant"
        problems.insert(0, Problem(str(names.path), f"has the names of {there}, not of {tenant_id}; {_again(names)}"))
    return result, problems


def _ids_of_list(given: Any, path: str, word: Word, names: Names, problems: list[Problem]) -> Any:
    if not isinstance(given, list):
        problems.append(Problem(path, "must be a list of names, such as [Default]"))
        return pulumi.UNKNOWN
    return [_id(one, f"{path}[{index}]", word, names, problems) for index, one in enumerate(given)]


def _id(name: Any, path: str, word: Word, names: Names, problems: list[Problem]) -> Any:
    known = names.ids.get(word.section, {})
    if isinstance(name, str) and name in known:
        return known[name]
    if not isinstance(name, str) or not name.strip():
        said = f"must be the name of a {word.noun}"
        problems.append(Problem(path, said, (path, said)))
    else:
        hint = nearest(name, tuple(known))
        said = f"is not in {names.path.as_posix()}{hint}"
        remedy = f"; {_again(names)}"
        problems.append(Problem(path, f'"{name}" {said}{remedy}', (path, f"is a name that is not there{remedy}")))
    return pulumi.UNKNOWN


def _again(names: Names) -> str:
    return f"run `python -m stacks names --stack {names.path.stem}` and commit the file"


def _records(entries: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield each place of *entries* that has one of the words: its path, the map that has it, and the word."""
    for key, named_ in entries.items():
        for name, entry in named_.items() if isinstance(named_, Mapping) else ():
            if not isinstance(entry, dict):
                continue
            path = f"{key}.{name}"
            if SCOPE_TAGS in entry:
                yield path, entry, SCOPE_TAGS
            members = entry.get("assignments")
            for index, member in enumerate(members if isinstance(members, list) else ()):
                for word in (GROUP, FILTER):
                    if isinstance(member, dict) and word in member:
                        yield f"{path}.assignments[{index}]", member, word


def _copy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _copy(member) for key, member in value.items()}
    return [_copy(member) for member in value] if isinstance(value, list) else value
