"""
Old names of resources: what an alias of the program leaves open comes from the resource as it is declared now.

A child follows its parent's alias without one of its own, and so does its name when it begins with the parent's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pulumi.runtime.proto import alias_pb2

from sandbox.engine.errors import EngineError
from sandbox.engine.state import urns


@dataclass(frozen=True)
class Alias:
    """An old name as the program gives it: a whole URN, or the parts that were different."""

    urn: str = ""
    name: str = ""
    type: str = ""
    parent: str = ""
    no_parent: bool = False
    project: str = ""
    stack: str = ""


@dataclass(frozen=True)
class Subject:
    """A resource as it is called now; *old_parent* is the old URN of its parent, if the parent has another now."""

    name: str
    type: str
    parent: str
    old_parent: str
    project: str
    stack: str


def alias_of(message: alias_pb2.Alias) -> Alias:
    """Read an alias out of a message of the SDK; raise an EngineError when a string is no URN."""
    if message.WhichOneof("alias") != "spec":
        if not urns.is_urn(message.urn):
            raise EngineError(f"invalid alias URN: invalid URN {message.urn!r}; give a name as pulumi.Alias(name=…)")
        return Alias(urn=message.urn)
    spec = message.spec
    if spec.parentUrn and not urns.is_urn(spec.parentUrn):
        raise EngineError(f"invalid parent alias URN: invalid URN {spec.parentUrn!r}")
    return Alias(
        name=spec.name,
        type=spec.type,
        parent=spec.parentUrn,
        no_parent=spec.noParent,
        project=spec.project,
        stack=spec.stack,
    )


def old_urns(subject: Subject, aliases: Iterable[Alias], old_names: dict[str, str]) -> list[str]:
    """Return the URNs that a resource may have had, its own aliases first; *old_names* are those found for others."""
    own = [_collapsed(subject, alias, old_names) for alias in aliases]
    found = dict.fromkeys(own)
    if subject.old_parent:
        found[_inherited(subject, subject.type, subject.name)] = None
        found.update(dict.fromkeys(_inherited(subject, urns.type_of(urn), urns.name_of(urn)) for urn in own))
    return list(found)


def _collapsed(subject: Subject, alias: Alias, old_names: dict[str, str]) -> str:
    if alias.urn:
        return alias.urn
    parent = old_names.get(alias.parent, alias.parent) if alias.parent else subject.parent
    type_, name = alias.type or subject.type, alias.name or subject.name
    if alias.no_parent or not parent or urns.is_stack(parent):
        return urns.make(alias.stack or subject.stack, alias.project or subject.project, type_, name)
    return f"{parent.rpartition('::')[0]}${type_}::{name}"


def _inherited(subject: Subject, type_: str, name: str) -> str:
    prefix = urns.name_of(subject.parent)
    if name.startswith(prefix):
        name = urns.name_of(subject.old_parent) + name[len(prefix) :]
    return urns.make(subject.stack, subject.project, type_, name, subject.old_parent)
