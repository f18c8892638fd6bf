"""Pulumi.yaml and the stack file, read from disk."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from sandbox.engine.errors import ProjectError
from sandbox.engine.project.yamlfile import read

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")

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
        """Where the program runs: the root, or the folder that `main` names or is in."""
        main = self.root / self.main
        return main if main.is_dir() else main.parent

    @property
    def program(self) -> str:
        """What is run there: a folder with a __main__.py, or a file."""
        main = self.root / self.main
        return "." if main.is_dir() else main.name

    def stack_file(self, stack: str) -> Path:
        """Return where the configuration of a stack lives; raise `ProjectError` for a name that no stack can have."""
        if not _NAME.fullmatch(stack):
            raise ProjectError(
                f"'{stack}' is no name for a stack: it may only contain alphanumerics, hyphens, underscores and periods"
            )
        return self.root / self.stack_config_dir / f"Pulumi.{stack}.yaml"


def load(directory: Path) -> Project:
    """Read the Pulumi.yaml of a directory."""
    root = directory.resolve()
    path = root / "Pulumi.yaml"
    if not path.is_file():
        raise ProjectError(f"no Pulumi.yaml project file found in {root}")
    document = read(path)
    name, config, runtime = document.get("name"), document.get("config") or {}, document.get("runtime")
    if not isinstance(name, str) or not name:
        raise ProjectError(f"could not read '{path}': project is missing a 'name' attribute")
    if not _NAME.fullmatch(name):
        raise ProjectError(
            f"could not read '{path}': a project name may only contain alphanumerics, hyphens, underscores, and periods"
        )
    if (runtime.get("name") if isinstance(runtime, dict) else runtime) != "python":
        raise ProjectError(f"'{path}' wants another runtime than python, which the stand-in engine does not model")
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
    document = read(path) if path.exists() else {}
    if document.get("environment"):
        raise ProjectError(f"'{path}' uses an ESC environment, which the stand-in engine does not model")
    config = document.get("config") or {}
    if not isinstance(config, dict):
        raise ProjectError(f"could not read '{path}': 'config' is not a map")
    return StackFile(config, str(document.get("encryptionsalt") or ""))
