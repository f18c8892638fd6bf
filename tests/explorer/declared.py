"""What a program declares, and how an update of it is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.explorer.world import Json

PROJECT = "intune-derived-credentials"


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


def needs(entry: Entry) -> list[str]:
    """Return the names of the resources whose ids *entry* refers to."""
    return [value[1:] for value in entry.inputs.values() if isinstance(value, str) and value.startswith("$")]


def urn_of(stack: str, name: str) -> str:
    """Return the URN of the resource *name* of a stack."""
    return f"urn:pulumi:{stack}::{PROJECT}::pulumi-python:dynamic/intune:Thing::{name}"


def name_of(urn: str) -> str:
    """Return the name in a URN."""
    return urn.rpartition("::")[2]


def blank(entry: Entry, urn: str) -> Json:
    """Return the resource of a state that *entry* begins as."""
    made = {"urn": urn, "kind": entry.kind, "id": "", "inputs": {}, "outputs": {}, "needs": needs(entry)}
    return {**made, "init": False, "replacing": False, "delete": False}
