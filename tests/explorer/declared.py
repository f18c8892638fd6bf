"""What a program declares, and how an update of it is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Entry:
    """One resource of a program. An input that is `$name` is the id of the resource *name*."""

    name: str
    kind: str
    inputs: Mapping[str, Any]
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Options:
    """How an update is run."""

    refresh: bool = False
    replace: str = ""
    target: str = ""
    accept_absence: bool = False
    """Whether the environment says that all objects of a kind were really deleted."""
    steps: str = ""
    """Whether resources that do not wait for each other go one by one, "at once", or "at once, backwards"."""
