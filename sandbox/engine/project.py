"""
Pulumi.yaml and the stack file, read from disk.

YAML here has the types of YAML 1.2, as the Pulumi CLI reads it: `yes` and `2026-01-01` are text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import yaml

from sandbox.engine.errors import ProjectError

Yaml: TypeAlias = dict[str, object]


@dataclass(frozen=True)
class Project:
    """What the engine needs to know of a project."""

    name: str
    root: Path
    stack_config_dir: str = ""
    main: str = ""
    config: Yaml = field(default_factory=dict)

    @property
    def directory(self) -> Path:
        """Where the program runs: the root, or the folder that `main` names or lies in."""
        main = self.root / self.main
        return main if main.is_dir() else main.parent

    @property
    def program(self) -> str:
        """What is run there: a folder with a __main__.py, or a file."""
        main = self.root / self.main
        return "." if main.is_dir() else main.name

    def stack_file(self, stack: str) -> Path:
        """Return where the configuration of a stack lives."""
        return self.root / self.stack_config_dir / f"Pulumi.{stack}.yaml"


def load(directory: Path) -> Project:
    """Read the Pulumi.yaml of a directory."""
    root = directory.resolve()
    path = root / "Pulumi.yaml"
    if not path.is_file():
        raise ProjectError(f"no Pulumi.yaml project file found in {root}")
    document = read(path)
    name, config = document.get("name"), document.get("config") or {}
    if not isinstance(name, str) or not name:
        raise ProjectError(f"could not read '{path}': project is missing a 'name' attribute")
    if not isinstance(config, dict):
        raise ProjectError(f"could not read '{path}': 'config' is not a map")
    if document.get("plugins") or document.get("packages"):
        raise ProjectError(f"'{path}' declares plugins or packages, which the stand-in engine does not model")
    return Project(
        name=name,
        root=root,
        stack_config_dir=str(document.get("stackConfigDir") or ""),
        main=str(document.get("main") or ""),
        config=config,
    )


@dataclass(frozen=True)
class StackFile:
    """What a stack file says; the salt belongs to a passphrase that only the Pulumi CLI is told."""

    config: Yaml
    encryption_salt: str = ""


def load_stack(path: Path) -> StackFile:
    """Read a stack file; a missing file is an empty one."""
    document = read(path) if path.is_file() else {}
    if document.get("environment"):
        raise ProjectError(f"'{path}' uses an ESC environment, which the stand-in engine does not model")
    config = document.get("config") or {}
    if not isinstance(config, dict):
        raise ProjectError(f"could not read '{path}': 'config' is not a map")
    return StackFile(config, str(document.get("encryptionsalt") or ""))


def read(path: Path) -> Yaml:
    """Read a YAML file that holds a map."""
    try:
        # The loader is a SafeLoader, only with fewer types.
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ProjectError(f"could not read '{path}': {error}") from None
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise ProjectError(f"could not read '{path}': it does not hold a map")
    return document


class _Loader(yaml.SafeLoader):
    """A loader with the scalar types of YAML 1.2's core schema."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
    ("merge", r"<<", ["<"]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first)
