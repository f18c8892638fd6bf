"""What a stack declares, as its files say it: for commands that look at it without an engine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stacks import baseline, naming, project
from stacks.files.stack_file import StackFile
from stacks.keys import unknown_keys
from stacks.maps import BASELINES, CONFIG_MAPS
from stacks.mistakes import problems_of

Json = dict[str, Any]


@dataclass(frozen=True)
class Declared:
    """The maps of a stack."""

    file: StackFile
    merged: baseline.Merged
    """Over their baselines, with names."""
    names: naming.Names
    ids: Json
    """The maps with ids in the place of names."""
    mistakes: list[str]


def declared(folder: Path, stack: str, config_file: Path | None = None) -> Declared:
    """
    Read what *stack* declares, from the files of the project in *folder*.

    Encrypted values stay as they are. Raises FileProblem, ProjectError: a file cannot be read.
    """
    path, name = project.stack_file(folder, stack, config_file)
    file = StackFile.read(path, name)
    own = {key: value for key, value in file.maps(tuple(CONFIG_MAPS)).items() if not _is_encrypted(value)}
    shared = file.maps((BASELINES,)).get(BASELINES)
    merged = baseline.merge(own, shared, project.near(folder / "stacks" / "baselines"))
    merged.document = file.document.within(f"config.{name}:")
    known = naming.load(project.near(folder / "stacks" / "names") / f"{stack.rpartition('/')[2]}.yaml")
    tenant_id = project.config(folder, stack, config_file).get("tenantId", "")
    ids, problems = naming.resolve(merged.entries, known, tenant_id)
    mistakes = [*unknown_keys(file.document.values.get("config") or {}, name), *merged.problems, *map(str, problems)]
    mistakes += map(merged.placed, problems_of(ids))
    return Declared(file, merged, known, ids, mistakes)


def _is_encrypted(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"secure"}
