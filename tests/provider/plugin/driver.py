"""The real plugin process, driven over gRPC as the engine drives it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2, provider_pb2_grpc, status_pb2

from provider.lifecycle import make_provider
from tests.provider.plugin.processes import Cold, Start

PROJECT = "intune-derived-credentials"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"  # how the engine writes a value that is not known yet


class Engine(engine_pb2_grpc.EngineServicer):
    """The engine's side: remembers what the plugin logs."""

    def __init__(self) -> None:
        self.logs: list[engine_pb2.LogRequest] = []

    def Log(self, request: engine_pb2.LogRequest, _context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802 - gRPC
        """Remember one message."""
        self.logs.append(request)
        return empty_pb2.Empty()


class Plugin:
    """One plugin process with the resources of one kind."""

    def __init__(self, kind: str, config: Mapping[str, str], environ: Mapping[str, str], start: Start = Cold) -> None:
        self._pickle = serialize_provider(make_provider(kind))
        self.engine = Engine()
        self._server = grpc.server(ThreadPoolExecutor(4))
        engine_pb2_grpc.add_EngineServicer_to_server(self.engine, self._server)
        port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()
        self.process = start(f"127.0.0.1:{port}", {**os.environ, "PULUMI_PROJECT": PROJECT, **environ})
        self._channel = grpc.insecure_channel(f"127.0.0.1:{self.process.port()}")
        self._stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        arguments = {f"{PROJECT}:{key}": value for key, value in config.items()}
        self._stub.Configure(provider_pb2.ConfigureRequest(acceptSecrets=True, args=_struct(arguments)))

    def engine_dies(self) -> None:
        """Take the engine away, as a kill does."""
        self._server.stop(None).wait()

    def stop(self) -> str:
        """End the process and return what it wrote to stderr."""
        self._channel.close()
        stderr = self.process.stop()
        self._server.stop(None).wait()
        return stderr

    def check(
        self, news: Mapping[str, Any], olds: Mapping[str, Any] | None = None, name: str = "r"
    ) -> provider_pb2.CheckResponse:
        """Check inputs."""
        olds = self._with_provider(olds) if olds else {}
        response: provider_pb2.CheckResponse = self._stub.Check(
            provider_pb2.CheckRequest(urn=urn(name), olds=_struct(olds), news=_struct(self._with_provider(news)))
        )
        return response

    def checked(
        self, news: Mapping[str, Any], olds: Mapping[str, Any] | None = None, name: str = "r"
    ) -> dict[str, Any]:
        """Check inputs that are right, and return what the engine would keep."""
        response = self.check(news, olds, name)
        assert list(response.failures) == []
        return _plain(response.inputs)

    def diff(self, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> provider_pb2.DiffResponse:
        """Compare outputs with inputs."""
        response: provider_pb2.DiffResponse = self._stub.Diff(
            provider_pb2.DiffRequest(
                id=id_,
                urn=urn("r"),
                olds=_struct(self._with_provider(olds)),
                news=_struct(self._with_provider(news)),
            )
        )
        return response

    def create(self, inputs: Mapping[str, Any], name: str = "r") -> tuple[str, dict[str, Any]]:
        """Create a resource; return its id and outputs."""
        response = self._stub.Create(
            provider_pb2.CreateRequest(urn=urn(name), properties=_struct(self._with_provider(inputs)))
        )
        return response.id, _plain(response.properties)

    def read(
        self, id_: str, outputs: Mapping[str, Any], inputs: Mapping[str, Any]
    ) -> tuple[str, dict[str, Any], dict[str, Any]]:
        """Refresh a resource; return its id, outputs and inputs."""
        response = self._stub.Read(
            provider_pb2.ReadRequest(
                id=id_,
                urn=urn("r"),
                properties=_struct(self._with_provider(outputs)),
                inputs=_struct(self._with_provider(inputs)),
            )
        )
        return response.id, _plain(response.properties), _plain(response.inputs)

    def update(self, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any], name: str = "r") -> dict[str, Any]:
        """Update a resource; return its outputs."""
        response = self._stub.Update(
            provider_pb2.UpdateRequest(
                id=id_,
                urn=urn(name),
                olds=_struct(self._with_provider(olds)),
                news=_struct(self._with_provider(news)),
            )
        )
        return _plain(response.properties)

    def delete(self, id_: str, outputs: Mapping[str, Any]) -> None:
        """Delete a resource."""
        properties = _struct(self._with_provider(outputs))
        self._stub.Delete(provider_pb2.DeleteRequest(id=id_, urn=urn("r"), properties=properties))

    def _with_provider(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        return {**properties, "__provider": self._pickle}


class HalfDone(NamedTuple):
    """What a failed create reports of the object that it made all the same."""

    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]


def half_done(error: grpc.RpcError) -> HalfDone | None:
    """Return what a failed create made, if it made anything: the engine keeps that in the state."""
    for trailer in error.trailing_metadata() or ():
        if trailer.key == "grpc-status-details-bin":
            failed = provider_pb2.ErrorResourceInitFailed()
            status_pb2.Status.FromString(trailer.value).details[0].Unpack(failed)
            return HalfDone(failed.id, _plain(failed.inputs), _plain(failed.properties))
    return None


def urn(name: str) -> str:
    """Return the URN of a resource of that name."""
    return f"urn:pulumi:dev::{PROJECT}::pulumi-python:dynamic/intune:Thing::{name}"


def _struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    return json_format.ParseDict(dict(properties), struct_pb2.Struct())


def _plain(struct: struct_pb2.Struct) -> dict[str, Any]:
    properties: dict[str, Any] = json_format.MessageToDict(struct)
    properties.pop("__provider", None)
    return properties
