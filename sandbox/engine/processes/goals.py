"""
What the program asks for: resource registrations and reads, out of the messages of the SDK.

Whatever a message asks that the stand-in does not do is refused here, by name, before anything happens.
"""

from __future__ import annotations

import os
import re
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from pulumi.runtime.proto import resource_pb2, source_pb2

from sandbox.engine.errors import Unsupported
from sandbox.engine.state import urns
from sandbox.engine.state.aliases import Alias, alias_of
from sandbox.engine.state.resources import State
from sandbox.engine.state.values import Properties, from_struct, whole


@dataclass(eq=False, kw_only=True)
class Goal:
    """A registration, and the place for its reply."""

    type: str
    name: str
    custom: bool
    parent: str = ""
    inputs: Properties = field(default_factory=dict)
    protect: bool | None = None
    retain_on_delete: bool | None = None
    delete_before_replace: bool | None = None
    dependencies: list[str] = field(default_factory=list)
    property_dependencies: dict[str, list[str]] = field(default_factory=dict)
    ignore_changes: list[str] = field(default_factory=list)
    replace_on_changes: list[str] = field(default_factory=list)
    additional_secret_outputs: list[str] = field(default_factory=list)
    hide_diff: list[str] = field(default_factory=list)
    aliases: list[Alias] = field(default_factory=list)
    custom_timeouts: dict[str, float] = field(default_factory=dict)
    source_position: str = ""
    stack_trace: list[dict[str, str]] = field(default_factory=list)
    skipped: bool = False
    """Whether the run must not create the resource: the program then knows nothing of its outputs."""
    reply: Future[State] = field(default_factory=Future)

    def inherit(self, parent: Goal) -> None:
        """Take over what a parent decides for its children."""
        if self.protect is None:
            self.protect = parent.protect
        if self.retain_on_delete is None:
            self.retain_on_delete = parent.retain_on_delete

    def state(self, urn: str, provider: str, old: State | None) -> State:
        """Return the resource as it is to become."""
        return State(
            urn=urn,
            custom=self.custom,
            type=self.type,
            inputs=self.inputs,
            parent=self.parent,
            protect=bool(self.protect),
            dependencies=self.dependencies,
            provider=provider,
            property_dependencies=self.property_dependencies,
            additional_secret_outputs=self.additional_secret_outputs,
            aliases=[old.urn] if old is not None and old.urn != urn else [],
            custom_timeouts=self.custom_timeouts,
            retain_on_delete=bool(self.retain_on_delete),
            created=old.created if old else "",
            modified=old.modified if old else "",
            source_position=self.source_position,
            stack_trace=self.stack_trace,
            ignore_changes=self.ignore_changes,
            hide_diff=self.hide_diff,
            replace_on_changes=self.replace_on_changes,
        )


@dataclass(eq=False, kw_only=True)
class ReadRequest:
    """A read of a resource that lives elsewhere, and the place for its reply."""

    id: str
    type: str
    name: str
    parent: str
    inputs: Properties
    dependencies: list[str]
    additional_secret_outputs: list[str]
    source_position: str = ""
    stack_trace: list[dict[str, str]] = field(default_factory=list)
    reply: Future[State] = field(default_factory=Future)

    def state(self, urn: str, provider: str) -> State:
        """Return the resource as it is known before the read."""
        return State(
            urn=urn,
            custom=True,
            id=self.id,
            type=self.type,
            inputs=self.inputs,
            parent=self.parent,
            external=True,
            dependencies=self.dependencies,
            provider=provider,
            additional_secret_outputs=self.additional_secret_outputs,
            source_position=self.source_position,
            stack_trace=self.stack_trace,
        )


@dataclass(eq=False)
class Outputs:
    """The outputs of a component or of the stack, which come after its registration."""

    urn: str
    outputs: Properties
    reply: Future[None] = field(default_factory=Future)


def goal_of(request: resource_pb2.RegisterResourceRequest, root: Path) -> Goal:
    """Read a registration."""
    _refuse(request)
    inputs = from_struct(request.object)
    dependencies = {key: sorted(each.urns) for key, each in request.propertyDependencies.items()}
    before_replace = request.deleteBeforeReplaceDefined or request.deleteBeforeReplace
    return Goal(
        type=request.type,
        name=request.name,
        custom=request.custom,
        parent=request.parent,
        inputs=inputs,
        protect=request.protect if request.HasField("protect") else None,
        retain_on_delete=request.retainOnDelete if request.HasField("retainOnDelete") else None,
        delete_before_replace=request.deleteBeforeReplace if before_replace else None,
        dependencies=sorted(request.dependencies),
        property_dependencies={key: dependencies.get(key, []) for key in inputs.keys() | dependencies.keys()},
        ignore_changes=list(request.ignoreChanges),
        replace_on_changes=list(request.replaceOnChanges),
        additional_secret_outputs=list(request.additionalSecretOutputs),
        hide_diff=list(request.hideDiffs),
        aliases=[*(Alias(urn=urn) for urn in request.aliasURNs), *map(alias_of, request.aliases)],
        custom_timeouts=_timeouts(request.customTimeouts),
        source_position=_position(request.sourcePosition, root),
        stack_trace=_trace(request.stackTrace, root),
    )


def read_request_of(request: resource_pb2.ReadResourceRequest, root: Path) -> ReadRequest:
    """Read the request to look a resource up."""
    subject = f"The read of '{request.name}'"
    _refuse_type(subject, request.type)
    if request.provider:
        raise Unsupported(f"{subject} uses an explicit provider, which the stand-in engine does not model.")
    return ReadRequest(
        id=request.id,
        type=request.type,
        name=request.name,
        parent=request.parent,
        inputs=from_struct(request.properties),
        dependencies=sorted(request.dependencies),
        additional_secret_outputs=list(request.additionalSecretOutputs),
        source_position=_position(request.sourcePosition, root),
        stack_trace=_trace(request.stackTrace, root),
    )


def _refuse(request: resource_pb2.RegisterResourceRequest) -> None:
    subject = f"Resource '{request.name}'"
    if request.custom or request.remote:
        _refuse_type(subject, request.type)
    hooks = request.hooks
    for used, what in (
        (request.remote, "is a remote component"),
        (request.importId, "uses import_"),
        (request.provider, "uses an explicit provider"),
        (request.packageRef, "comes from a parameterized package"),
        (request.transforms, "uses transforms"),
        (request.state_migrations, "uses state migrations"),
        (request.deletedWith, "uses deleted_with"),
        (request.replace_with, "uses replace_with"),
        (request.HasField("replacement_trigger"), "uses replacement_trigger"),
        (any(names for _, names in hooks.ListFields()), "uses hooks"),
    ):
        if used:
            raise Unsupported(f"{subject} {what}, which the stand-in engine does not model.")


def _refuse_type(subject: str, type_: str) -> None:
    if urns.package_of(type_) != urns.DYNAMIC_PACKAGE:
        raise Unsupported(
            f"{subject} has type {type_}; the stand-in engine models only Python dynamic resources and components."
        )


_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}


def _timeouts(timeouts: resource_pb2.RegisterResourceRequest.CustomTimeouts) -> dict[str, float]:
    """Return timeouts in seconds; they come as Go writes durations: 1h30m, 90s."""
    seconds = {}
    for action in ("create", "update", "delete", "read"):
        if text := getattr(timeouts, action):
            parts = re.findall(r"(\d+(?:\.\d*)?|\.\d+)(h|ms|us|µs|ns|m|s)", text)
            if "".join(number + unit for number, unit in parts) != text:
                raise Unsupported(f"The timeout {text!r} is not a duration such as 90s or 1h30m.")
            seconds[action] = whole(sum(float(number) * _UNITS[unit] for number, unit in parts))
    return seconds


def _trace(trace: source_pb2.StackTrace, root: Path) -> list[dict[str, str]]:
    positions = [_position(frame.pc, root) for frame in trace.frames]
    return [{"sourcePosition": position} if position else {} for position in positions]


def _position(position: source_pb2.SourcePosition, root: Path) -> str:
    """Return a place in the source; the SDK says nothing for code that has no file."""
    file = _relative(position.uri, root) if position.uri else ""
    return f"project:///{file}#{position.line}" if file else ""


@lru_cache(maxsize=1024)
def _relative(uri: str, root: Path) -> str:
    """Return a file relative to the project; few files appear in many positions."""
    path = urlsplit(uri).path
    try:
        return Path(os.path.relpath(url2pathname(path), root)).as_posix()
    except ValueError:  # another drive
        return ""
