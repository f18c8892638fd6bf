# ruff: noqa: N802 - the method names are the protocol's
"""
The engine's side of the conversation with the program: Pulumi's resource monitor.

The monitor only translates. Requests go into the inbox of the operation, in the order in which they come, and each
waits for its reply. A request that is refused gets none: the program is interrupted while it waits, and has nothing
to complain about.
"""

from __future__ import annotations

from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn, TypeVar

import grpc
from google.protobuf import empty_pb2
from google.protobuf.message import Message
from pulumi.runtime.proto import resource_pb2 as proto
from pulumi.runtime.proto.resource_pb2_grpc import ResourceMonitorServicer

from sandbox.engine.errors import EngineError, Unsupported
from sandbox.engine.processes.goals import Outputs, goal_of, read_request_of
from sandbox.engine.processes.inbox import Inbox, ProgramDone, Refusal
from sandbox.engine.state.values import from_struct, to_struct

Answered = TypeVar("Answered")

_FEATURES = (
    proto.RESOURCE_MONITOR_FEATURE_SECRETS,
    proto.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
    proto.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
    # Without it the SDK works out old URNs itself, and in another way than the engine.
    proto.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
    # These are refused, but by a sentence of ours: without the feature the SDK would blame an old CLI.
    proto.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
    proto.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
    proto.RESOURCE_MONITOR_FEATURE_TRANSFORMS,
    proto.RESOURCE_MONITOR_FEATURE_INVOKE_TRANSFORMS,
    proto.RESOURCE_MONITOR_FEATURE_PARAMETERIZATION,
    proto.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
    proto.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS,
    proto.RESOURCE_MONITOR_FEATURE_STATE_MIGRATIONS,
)


@dataclass(frozen=True)
class RunInfo:
    """What a program may know about the run it is part of."""

    project: str
    stack: str
    root: Path
    config: dict[str, str] = field(default_factory=dict)
    preview: bool = False
    parallel: int = 1
    organization: str = "organization"


class Monitor(ResourceMonitorServicer):
    """The resource monitor of one run."""

    def __init__(self, run: RunInfo, inbox: Inbox) -> None:
        self._run = run
        self._inbox = inbox
        self._waiting: set[Future[object]] = set()
        self._shutdown: Future[None] = Future()

    def let_go(self) -> None:
        """Tell a program that has registered everything that it may end."""
        if not self._shutdown.done():
            self._shutdown.set_result(None)

    def abandon(self) -> None:
        """End every wait for a reply."""
        for future in list(self._waiting):
            future.cancel()

    def _await(self, future: Future[Answered], context: grpc.ServicerContext) -> Answered:
        """Wait for a reply, or for the end of the run or of the caller."""
        waiting: Future[object] = future  # type: ignore[assignment]  # only cancelled through this name
        self._waiting.add(waiting)

        def give_up() -> None:
            future.cancel()

        if not context.add_callback(give_up):
            give_up()
        try:
            return future.result()
        except CancelledError:
            context.abort(grpc.StatusCode.UNAVAILABLE, "The engine has ended.")
        finally:
            self._waiting.discard(waiting)

    def _refuse(self, error: EngineError, context: grpc.ServicerContext) -> NoReturn:
        self._inbox.put(Refusal(error))
        never: Future[NoReturn] = Future()
        self._await(never, context)

    def _unmodelled(self, what: str, context: grpc.ServicerContext) -> NoReturn:
        self._refuse(Unsupported(f"The program {what}, which the stand-in engine does not model."), context)

    def GetDeploymentInfo(self, _request: empty_pb2.Empty, _context: grpc.ServicerContext) -> proto.DeploymentInfo:
        """Tell what run this is and what the monitor understands."""
        return proto.DeploymentInfo(
            project=self._run.project,
            stack=self._run.stack,
            organization=self._run.organization,
            config=self._run.config,
            dryRun=self._run.preview,
            parallel=self._run.parallel,
            supportedFeatures=_FEATURES,
        )

    def RegisterResource(
        self, request: proto.RegisterResourceRequest, context: grpc.ServicerContext
    ) -> proto.RegisterResourceResponse:
        """Bring a resource to its goal, and tell what it became."""
        try:
            goal = goal_of(request, self._run.root)
        except EngineError as error:
            self._refuse(error, context)
        self._inbox.put(goal)
        state = self._await(goal.reply, context)
        # The outputs of a component come later; those of the last run could name resources that are not there yet.
        outputs = state.outputs if goal.custom else {}
        return proto.RegisterResourceResponse(
            urn=state.urn, id=state.id, object=to_struct(outputs), unknown=goal.skipped
        )

    def ReadResource(
        self, request: proto.ReadResourceRequest, context: grpc.ServicerContext
    ) -> proto.ReadResourceResponse:
        """Read a resource that the stack does not manage."""
        try:
            read = read_request_of(request, self._run.root)
        except EngineError as error:
            self._refuse(error, context)
        self._inbox.put(read)
        state = self._await(read.reply, context)
        return proto.ReadResourceResponse(urn=state.urn, id=state.id, properties=to_struct(state.outputs))

    def RegisterResourceOutputs(
        self, request: proto.RegisterResourceOutputsRequest, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """Take the outputs of a component or of the stack."""
        outputs = Outputs(request.urn, from_struct(request.outputs))
        self._inbox.put(outputs)
        self._await(outputs.reply, context)
        return empty_pb2.Empty()

    def SignalAndWaitForShutdown(self, _request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Keep the program until its resources are done with."""
        self._inbox.put(ProgramDone())
        self._await(self._shutdown, context)
        return empty_pb2.Empty()

    def Invoke(self, request: proto.ResourceInvokeRequest, context: grpc.ServicerContext) -> NoReturn:
        """Refuse function calls."""
        self._unmodelled(f"calls the function {request.tok}", context)

    def Call(self, request: proto.ResourceCallRequest, context: grpc.ServicerContext) -> NoReturn:
        """Refuse method calls."""
        self._unmodelled(f"calls the method {request.tok}", context)

    def ExistsResource(self, _request: Message, context: grpc.ServicerContext) -> NoReturn:
        """Refuse to look whether a resource exists."""
        self._unmodelled("asks whether a resource exists", context)

    def RegisterPackage(self, request: proto.RegisterPackageRequest, context: grpc.ServicerContext) -> NoReturn:
        """Refuse packages."""
        self._unmodelled(f"uses the package {request.name}", context)

    def RegisterStackTransform(self, _request: Message, context: grpc.ServicerContext) -> NoReturn:
        """Refuse transforms."""
        self._unmodelled("registers a transform of the stack", context)

    def RegisterStackInvokeTransform(self, _request: Message, context: grpc.ServicerContext) -> NoReturn:
        """Refuse transforms of function calls."""
        self._unmodelled("registers an invoke transform", context)

    def RegisterResourceHook(self, _request: Message, context: grpc.ServicerContext) -> NoReturn:
        """Refuse hooks."""
        self._unmodelled("registers a resource hook", context)

    def RegisterErrorHook(self, _request: Message, context: grpc.ServicerContext) -> NoReturn:
        """Refuse error hooks."""
        self._unmodelled("registers an error hook", context)
