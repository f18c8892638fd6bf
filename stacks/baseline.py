"""
Baselines: what many stacks have in common, in ``stacks/baselines/<name>.yaml``, below what each stack file says.

A baseline has the maps of a stack file, without the project's name before them, and may name baselines of its own::

    baselines: [standard]
    androidProfiles:
      mail:
        display_name: Android - derived credential for mail

They are merged by map, entry and field: a later baseline of the list wins over an earlier one, and the stack file over
all. A list is taken whole, and so is a field with fields of its own. ``null`` removes an entry or a field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from provider.schema import Problem, nearest
from stacks.maps import BASELINES, CONFIG_MAPS
from stacks.yamlfile import Document, FileProblem, read

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass
class Merged:
    """The maps of a stack, and where each of their values comes from."""

    entries: dict[str, Any]
    """By map and key."""
    sources: dict[str, Document | None] = field(default_factory=dict)
    """By the path of an entry or a field, ``androidProfiles.mail.description``: its baseline, or None for the file."""
    problems: list[str] = field(default_factory=list)
    document: Document | None = None
    """The stack file, where it is known: for the places of its values alone."""

    def place(self, path: str) -> str:
        """Return ``file:line`` of the value at *path*, or of what is nearest around it; empty if it is unknown."""
        at = path
        while at and at not in self.sources:
            at = at[: max(at.rfind("."), at.rfind("["), 0)]
        source = self.sources.get(at) or (self.document if at in self.sources else None)
        line = source.line(path) if source else None
        return f"{source.path.as_posix()}:{line}" if source and line else ""

    def placed(self, problem: Problem) -> str:
        """Return *problem* as one line, with the file and line that it is about, where they are known."""
        place = self.place(problem.path)
        return f"{problem} ({place})" if place else str(problem)


def merge(own: Mapping[str, Any], names: Any, folder: Path) -> Merged:
    """
    Put what a stack file says, *own*, over the baselines called *names* in *folder*.

    Problems are returned, not raised.
    """
    merged = Merged({})
    for baseline in _in_order(names, folder, merged.problems):
        for key, named in baseline.values.items():
            if key != BASELINES:
                _put(merged, key, named, baseline)
    for key, named in own.items():
        _put(merged, key, named, None)
    merged.entries = {key: merged.entries[key] for key in CONFIG_MAPS if key in merged.entries}
    return merged


def _put(merged: Merged, key: str, named: Any, source: Document | None) -> None:
    """Put the map *key* of one file over what is there; *source* is the baseline, or None for the stack file."""
    below = merged.entries.setdefault(key, {})
    if named is None:  # the key without a value: nothing is said
        return
    if not isinstance(named, Mapping) or not isinstance(below, dict):
        merged.entries[key] = named  # one of the mistakes that the program reports
        merged.sources[key] = source
        return
    for name, entry in named.items():
        at = f"{key}.{name}"
        if entry is None and source is None and name not in below:
            removes = "is null, which removes an entry of a baseline"
            merged.problems.append(f"{at}: {removes}, and no baseline has it; remove the line")
        _put_entry(below, name, entry)
        for path in (at, *(f"{at}.{word}" for word in (entry if isinstance(entry, Mapping) else ()))):
            merged.sources[path] = source


def _put_entry(below: dict[str, Any], name: str, entry: Any) -> None:
    """Put one entry over what *below* has of it; null removes it, or one of its fields."""
    if entry is None:
        below.pop(name, None)
    elif isinstance(entry, Mapping) and isinstance(below.get(name), Mapping):
        removed = {word for word, value in entry.items() if value is None}
        below[name] = {word: value for word, value in {**below[name], **entry}.items() if word not in removed}
    else:
        below[name] = dict(entry) if isinstance(entry, Mapping) else entry


def _in_order(names: Any, folder: Path, problems: list[str]) -> list[Document]:
    """Return the baselines called *names* and those that they name, each once and after those that it names."""
    done: dict[str, Document | None] = {}

    def visit(name: str, way: Sequence[str], where: str) -> None:
        if name in way:
            problems.append(f"{where}: leads back to itself: {' → '.join([*way[way.index(name) :], name])}; remove one")
        elif name not in done:
            done[name] = None
            try:
                document = _baseline(name, folder, where, problems)
            except FileProblem as problem:
                problems.append(str(problem))
                return
            for inner, place in _names(document.values.get(BASELINES), str(document.path), problems):
                visit(inner, [*way, name], place)
            del done[name]
            done[name] = document

    for name, place in _names(names, "", problems):
        visit(name, [], place)
    return [document for document in done.values() if document is not None]


def _names(value: Any, file: str, problems: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the names of a list of baselines, each with the place that it has in *file*."""
    start = f"{file}: {BASELINES}" if file else BASELINES
    if value is None:
        return
    if not isinstance(value, list):
        problems.append(f"{start}: must be a list of names, such as [standard]")
        return
    for index, name in enumerate(value):
        if isinstance(name, str) and _NAME.fullmatch(name):
            yield name, f"{start}[{index}]"
        else:
            problems.append(f"{start}[{index}]: must be the name of a baseline: letters, digits, dots, dashes")


def _baseline(name: str, folder: Path, where: str, problems: list[str]) -> Document:
    path = folder / f"{name}.yaml"
    if not path.exists():
        known = sorted(one.stem for one in folder.glob("*.yaml"))
        hint = nearest(name, known) or (f"; there are {', '.join(known)}" if known else "; there is none yet")
        raise FileProblem(f"{where}: there is no {path.as_posix()}{hint}")
    document = read(path)
    for key, value in document.values.items():
        place = f"{path.as_posix()}:{document.line(key) or 1}"
        if key not in (*CONFIG_MAPS, BASELINES):
            short = key.rpartition(":")[2]
            hint = f"; write {short}" if short in CONFIG_MAPS else nearest(key, tuple(CONFIG_MAPS)) or "; remove it"
            problems.append(f"{place}: {key}: is not a map of a baseline{hint}")
        elif value is not None and key != BASELINES and not isinstance(value, Mapping):
            problems.append(f"{place}: {key}: must be a map from resource names to their fields")
    maps = {key: one for key, one in document.values.items() if key in CONFIG_MAPS and isinstance(one, dict)}
    return Document(path, {**maps, BASELINES: document.values.get(BASELINES)}, document.lines)
