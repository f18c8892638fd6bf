# ruff: noqa: N802 - the method names are the protocol's
"""The local port on which the program and the plugin find the engine: the resource monitor, and the engine's log."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2 as proto
from pulumi.runtime.proto.engine_pb2_grpc import EngineServicer, add_EngineServicer_to_server
from pulumi.runtime.proto.resource_pb2_grpc import add_ResourceMonitorServicer_to_server

from sandbox.engine.events import Diagnostic, Listener, Severity
from sandbox.engine.processes.inbox import Inbox
from sandbox.engine.processes.monitor import Monitor, RunInfo
from sandbox.engine.processes.plugin import MESSAGE_OPTIONS

_SEVERITIES = {
    proto.INFO: Severity.INFO,
    proto.WARNING: Severity.WARNING,
    proto.ERROR: Severity.ERROR,
}


class Server:
    """Both services of one run, listening."""

    def __init__(self, run: RunInfo, inbox: Inbox, listener: Listener) -> None:
        self.monitor = Monitor(run, inbox)
        # A program has at most four calls per parallel step in the air; the rest is for messages.
        self._server = grpc.server(ThreadPoolExecutor(4 * run.parallel + 32), options=MESSAGE_OPTIONS)
        add_ResourceMonitorServicer_to_server(self.monitor, self._server)
        add_EngineServicer_to_server(Log(listener), self._server)
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def close(self) -> None:
        """Stop listening."""
        self.monitor.let_go()
        stopped = self._server.stop(grace=None)
        self.monitor.abandon()
        stopped.wait()


class Log(EngineServicer):
    """The engine service, of which programs and plugins use the log."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._root_resource = ""

    def Log(self, request: proto.LogRequest, _context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Pass on a message; the SDK's debugging messages are not shown."""
        severity = _SEVERITIES.get(request.severity)
        if severity is not None:
            ephemeral = request.ephemeral
            self._listener(
                Diagnostic(severity, request.message, request.urn, stream=request.streamId, ephemeral=ephemeral)
            )
        return empty_pb2.Empty()

    def GetRootResource(
        self, _request: proto.GetRootResourceRequest, _context: grpc.ServicerContext
    ) -> proto.GetRootResourceResponse:
        """Tell what resource is the root."""
        return proto.GetRootResourceResponse(urn=self._root_resource)

    def SetRootResource(
        self, request: proto.SetRootResourceRequest, _context: grpc.ServicerContext
    ) -> proto.SetRootResourceResponse:
        """Remember what resource is the root."""
        self._root_resource = request.urn
        return proto.SetRootResourceResponse()

    def RequirePulumiVersion(
        self, _request: proto.RequirePulumiVersionRequest, _context: grpc.ServicerContext
    ) -> proto.RequirePulumiVersionResponse:
        """Accept any version: the stand-in has none."""
        return proto.RequirePulumiVersionResponse()
