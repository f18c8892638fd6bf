"""Reads Pulumi.yaml and a stack file, for commands that look at a tenant without an engine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml


class ProjectError(Exception):
    """The project or its stack file cannot be read; the text says what to do."""


def config(folder: Path, stack: str, file: Path | None = None) -> dict[str, str]:
    """
    Return the plain values of a stack's config by their keys without the project's name, and the project's defaults.

    Encrypted values and maps are left out: what says which tenant it is and how to sign in is plain text. *file* is
    the stack file, where it is not the one that Pulumi.yaml names.

    Raises ProjectError: a file is missing or is not what it should be.
    """
    path, name = stack_file(folder, stack, file)
    declared, values = _mapping(folder / "Pulumi.yaml").get("config"), _mapping(path).get("config")
    found: dict[str, str] = {}
    for key, value in (declared if isinstance(declared, Mapping) else {}).items():
        given = value.get("value", value.get("default")) if isinstance(value, Mapping) else value
        found.update({str(key).removeprefix(f"{name}:"): given} if isinstance(given, str) else {})
    for key, value in (values if isinstance(values, Mapping) else {}).items():
        namespace, _, own = str(key).rpartition(":")
        if namespace in {name, f"{name}:config"} and isinstance(value, str):
            found[own] = value
    return found


def _mapping(path: Path) -> Mapping[str, Any]:
    try:
        # Without types every scalar is text, as the provider has it: `on` stays "on".
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - makes no objects
    except FileNotFoundError:
        raise ProjectError(f"there is no {path}: give --cwd, the folder of Pulumi.yaml, or --config-file") from None
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ProjectError(f"{path} cannot be read: {' '.join(str(error).split())}") from None
    if not isinstance(document, Mapping):
        raise ProjectError(f"{path} is not a YAML map: see stacks/Pulumi.contoso.yaml")
    return document


def name(folder: Path) -> str:
    """Return the name of the project. Raises ProjectError, as `config` does."""
    return str(_mapping(folder / "Pulumi.yaml").get("name", ""))


def stack_file(folder: Path, stack: str, file: Path | None = None) -> tuple[Path, str]:
    """Return where the stack file is, and the name of the project. Raises ProjectError, as `config` does."""
    project = _mapping(folder / "Pulumi.yaml")
    where = folder / str(project.get("stackConfigDir") or "")
    return near(file or where / f"Pulumi.{stack.rpartition('/')[2]}.yaml"), str(project.get("name", ""))


def near(path: Path) -> Path:
    """Return *path* as seen from the folder at hand, if it is below it: shorter to read."""
    try:
        return path.absolute().relative_to(Path.cwd())
    except ValueError:
        return path
