"""
The plugin: a `python -m pulumi.dynamic` process, and its methods as the engine calls them.

Dynamic providers take neither secrets nor references to resources, so values go out bare and come back marked like
what was sent.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import grpc
from pulumi.runtime.proto import provider_pb2 as proto
from pulumi.runtime.proto import provider_pb2_grpc, status_pb2

from sandbox.engine.errors import PartialFailure, PluginError, ProviderError
from sandbox.engine.processes.child import Child, OnLine
from sandbox.engine.state import urns
from sandbox.engine.state.resources import State
from sandbox.engine.state.values import Properties, from_struct, marked_like, to_plugin, to_struct

MESSAGE_OPTIONS = [("grpc.max_receive_message_length", 400 * 1024 * 1024)]
"""Messages as large as the SDK itself allows."""

_UNCERTAIN = (grpc.StatusCode.INTERNAL, grpc.StatusCode.DATA_LOSS, grpc.StatusCode.UNKNOWN)


@dataclass(frozen=True)
class Answer:
    """What a provider said of a resource: its id and outputs, and the inputs when it gave any."""

    id: str
    outputs: Properties
    inputs: Properties | None = None


@dataclass(frozen=True)
class CheckFailure:
    """An input that the provider rejects; no property means the resource as a whole."""

    property: str
    reason: str


@dataclass(frozen=True)
class ProviderDiff:
    """What a provider says of a difference; *changes* is None when it leaves the question to the engine."""

    changes: bool | None
    replace_keys: list[str] = field(default_factory=list)
    delete_before_replace: bool = False


class Plugin:
    """A configured plugin process."""

    def __init__(self, directory: Path, project: str, engine_address: str, on_line: OnLine) -> None:
        self._child = Child(
            "The plugin",
            [sys.executable, "-u", "-m", "pulumi.dynamic", engine_address],
            cwd=directory,
            env={**os.environ, "PULUMI_PROJECT": project, "PULUMI_CONFIG": "{}"},
            on_line=on_line,
        )
        port = self._child.first_line()
        if not port.isdecimal():
            said = f"it wrote {port!r} instead of a port" if port else "it wrote no port"
            raise PluginError(f"The plugin did not start: {said}, and left with code {self._child.stop()}.")
        self._child.pass_on_output()
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=MESSAGE_OPTIONS)
        self._stub = provider_pb2_grpc.ResourceProviderStub(self._channel)

    def configure(self, config: Properties) -> None:
        """Hand over the whole configuration of the stack, secrets readable."""
        with _errors():
            self._stub.Configure(
                proto.ConfigureRequest(
                    acceptSecrets=True,
                    acceptResources=True,
                    sends_old_inputs=True,
                    sends_old_inputs_to_delete=True,
                    args=to_struct(config),
                )
            )

    def close(self) -> None:
        """End the process."""
        self._channel.close()
        self._child.stop()

    def kill(self) -> None:
        """End the process at once, whatever it is doing."""
        self._child.kill()

    def check(self, urn: str, olds: Properties, news: Properties) -> tuple[Properties, list[CheckFailure]]:
        """Return the inputs as the provider would have them, and what is wrong with them."""
        with _errors():
            answer = self._stub.Check(
                proto.CheckRequest(
                    urn=urn, name=urns.name_of(urn), type=urns.type_of(urn), olds=to_plugin(olds), news=to_plugin(news)
                )
            )
        inputs = marked_like(from_struct(answer.inputs), news)
        return inputs, [CheckFailure(each.property, each.reason) for each in answer.failures]

    def diff(self, state: State, olds: Properties, outputs: Properties, news: Properties) -> ProviderDiff:
        """Return what changing a resource would mean; its old inputs and outputs need not be those of the state."""
        with _errors():
            answer = self._stub.Diff(
                proto.DiffRequest(
                    urn=state.urn,
                    name=urns.name_of(state.urn),
                    type=state.type,
                    id=state.id,
                    old_inputs=to_plugin(olds),
                    olds=to_plugin(outputs),
                    news=to_plugin(news),
                    ignoreChanges=state.ignore_changes,
                )
            )
        changes = {proto.DiffResponse.DIFF_NONE: False, proto.DiffResponse.DIFF_SOME: True}.get(answer.changes)
        return ProviderDiff(changes, list(answer.replaces), answer.deleteBeforeReplace)

    def create(self, state: State) -> Answer:
        """Create a resource."""
        with _errors(state.inputs):
            answer = self._stub.Create(
                proto.CreateRequest(
                    urn=state.urn,
                    name=urns.name_of(state.urn),
                    type=state.type,
                    properties=to_plugin(state.inputs),
                    timeout=state.custom_timeouts.get("create", 0),
                )
            )
        if not answer.id:
            raise ProviderError(f"plugin returned empty resource.ID from create '{state.urn}'", uncertain=True)
        return Answer(answer.id, marked_like(from_struct(answer.properties), state.inputs))

    def update(self, old: State, new: State) -> Answer:
        """Change a resource in place."""
        with _errors(new.inputs):
            answer = self._stub.Update(
                proto.UpdateRequest(
                    urn=new.urn,
                    name=urns.name_of(new.urn),
                    type=new.type,
                    id=old.id,
                    olds=to_plugin(old.outputs),
                    news=to_plugin(new.inputs),
                    old_inputs=to_plugin(old.inputs),
                    timeout=new.custom_timeouts.get("update", 0),
                    ignoreChanges=new.ignore_changes,
                )
            )
        return Answer(old.id, marked_like(from_struct(answer.properties), new.inputs))

    def delete(self, state: State) -> None:
        """Delete a resource."""
        with _errors():
            self._stub.Delete(
                proto.DeleteRequest(
                    urn=state.urn,
                    name=urns.name_of(state.urn),
                    type=state.type,
                    id=state.id,
                    properties=to_plugin(state.outputs),
                    old_inputs=to_plugin(state.inputs),
                    timeout=state.custom_timeouts.get("delete", 0),
                )
            )

    def read(self, state: State, known: Properties) -> Answer:
        """Return what a resource really is; an answer without id says that it is gone."""
        with _errors(known):
            answer = self._stub.Read(
                proto.ReadRequest(
                    urn=state.urn,
                    name=urns.name_of(state.urn),
                    type=state.type,
                    id=state.id,
                    properties=to_plugin(known),
                    inputs=to_plugin(state.inputs),
                    timeout=state.custom_timeouts.get("read", 0),
                )
            )
        inputs = marked_like(from_struct(answer.inputs), state.inputs) if answer.HasField("inputs") else None
        return Answer(answer.id, marked_like(from_struct(answer.properties), known), inputs)


@contextmanager
def _errors(model: Properties | None = None) -> Iterator[None]:
    """Turn an RPC error into ours; *model* shows which outputs of a partial failure are secret."""
    try:
        yield
    except grpc.RpcError as error:
        raise _translate(error, model or {}) from None


def _translate(error: grpc.RpcError, model: Properties) -> ProviderError:
    if (failed := _init_failure(error)) is not None:
        inputs = from_struct(failed.inputs) if failed.HasField("inputs") else None
        outputs = marked_like(from_struct(failed.properties), model)
        return PartialFailure(failed.id, outputs, inputs, list(failed.reasons))
    message = (error.details() or error.code().name).strip()
    if error.code() is grpc.StatusCode.UNAVAILABLE:
        return ProviderError(f"the plugin left before it answered: {message}", uncertain=True)
    return ProviderError(message, uncertain=error.code() in _UNCERTAIN)


def _init_failure(error: grpc.RpcError) -> proto.ErrorResourceInitFailed | None:
    """Find the note that the resource exists all the same; it counts only beside the code that it names itself."""
    for item in error.trailing_metadata() or ():
        if item.key == "grpc-status-details-bin":
            status = status_pb2.Status.FromString(item.value)
            for detail in status.details if status.code == error.code().value[0] else ():
                failed = proto.ErrorResourceInitFailed()
                if detail.Unpack(failed):
                    return failed
    return None
