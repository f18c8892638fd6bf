"""
State files in Pulumi's deployment format, version 3: what `pulumi stack export` writes and `pulumi stack import` takes.

They can hold secrets in plain text, so only their owner may read them.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from textwrap import indent

from sandbox.engine.errors import StateError
from sandbox.engine.state.resources import Json, State, from_json, now, to_json

FORMAT = 3
CREATING = "creating"
"""The type of the one pending operation that a later run does not settle by itself."""

_ENGINE = f"v{version('pulumi')}"  # the version of the SDK; a manifest must name one


@dataclass(frozen=True)
class PendingOperation:
    """An operation that was begun and of whose end nothing is known."""

    resource: State
    type: str


@dataclass
class Deployment:
    """All resources of a stack in an order in which each comes after those it needs."""

    resources: list[State] = field(default_factory=list)
    pending: list[PendingOperation] = field(default_factory=list)
    secrets_providers: Json | None = None


def load(path: Path) -> Deployment:
    """Read a state file; a missing one is an empty stack."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Deployment()
    except (OSError, ValueError) as error:
        raise StateError(f"The state file {path} cannot be read: {error}.") from None
    return read(text, f"The state file {path}")


def read(text: str, name: str) -> Deployment:
    """Read a state; *name* begins the message about one that cannot be read."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise StateError(f"{name} cannot be read: {error}.") from None
    deployment = document.get("deployment") if isinstance(document, dict) else None
    if not isinstance(deployment, dict) or document.get("version") != FORMAT:
        raise StateError(f"{name} is not a deployment of version {FORMAT}.")
    try:
        return Deployment(
            resources=[from_json(each) for each in deployment.get("resources") or []],
            pending=[
                PendingOperation(from_json(each["resource"]), each["type"])
                for each in deployment.get("pending_operations") or []
            ],
            secrets_providers=deployment.get("secrets_providers"),
        )
    except (KeyError, TypeError, AttributeError, ValueError, ArithmeticError, RecursionError) as error:
        raise StateError(f"{name} is not as the format wants it: {error}.") from None


def fragment(state: State) -> str:
    """Return one resource as text, on a line of the file."""
    return _line(to_json(state))


def operation_fragment(state: State, type_: str) -> str:
    """Return one pending operation as text, on a line of the file."""
    return _line({"resource": to_json(state), "type": type_})


def _line(document: Json) -> str:
    return " " * 12 + json.dumps(document, ensure_ascii=False)


def compose(resources: Iterable[str], operations: Iterable[str], secrets_providers: Json | None) -> str:
    """
    Return a whole file out of the texts of its parts, so that an unchanged part need not be written anew.

    The secrets provider is not ours: it tells the Pulumi CLI how to encrypt what it imports.
    """
    manifest = {"time": now(), "magic": hashlib.sha256(_ENGINE.encode()).hexdigest(), "version": _ENGINE}
    sections = [f'        "manifest": {indent(json.dumps(manifest, indent=4), " " * 8).strip()}']
    if secrets_providers is not None:
        sections.append(f'        "secrets_providers": {json.dumps(secrets_providers)}')
    for name, parts in (("resources", resources), ("pending_operations", operations)):
        if text := ",\n".join(parts):
            sections.append(f'        "{name}": [\n{text}\n        ]')
    sections.append('        "metadata": {}')
    body = ",\n".join(sections)
    return f'{{\n    "version": {FORMAT},\n    "deployment": {{\n{body}\n    }}\n}}\n'


def whole(deployment: Deployment) -> str:
    """Return the whole file of a deployment."""
    return compose(
        map(fragment, deployment.resources),
        (operation_fragment(each.resource, each.type) for each in deployment.pending),
        deployment.secrets_providers,
    )


def write(path: Path, text: str) -> None:
    """Put a file in place at once: a reader, and a run after a kill, finds the old one or the new one, whole."""
    temporary = path.with_name(f"{path.name}.tmp")  # the lock prevents other writers
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    temporary.replace(path)
