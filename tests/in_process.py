"""
The plugin's own servicer, called inside this process: a run costs milliseconds, and waiting costs nothing.

Everything is what a plugin process runs, from Pulumi's servicer to the HTTP that reaches the sandbox. Left out are the
gRPC socket, the time that passes while the provider waits, and the end of the process when its engine dies.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import replace
from typing import Any, NoReturn

import grpc
from google.protobuf import json_format
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime.proto import provider_pb2, status_pb2

from provider import lifecycle
from provider.graph import connection
from provider.graph.client import GraphClient
from provider.graph.credentials import CredentialFactory
from provider.graph.host import Host
from provider.graph.tenant import Tenant
from provider.graph.tokens import Tokens
from provider.plugin import host
from provider.settings import Cloud, Settings, locate, read
from sandbox.graph import Sandbox
from tests.dynamic_host import host_module
from tests.provider.plugin.driver import PROJECT, Plugin
from tests.provider_logger import provider_logger


class Told(Exception):  # noqa: N818 - what the engine is told
    """A call that failed: with *error*, and with the id and the inputs of a half-done create, if it was one."""

    def __init__(self, error: BaseException, half_done: tuple[str, dict[str, Any]] | None) -> None:
        super().__init__(f"{type(error).__name__}: {error}")
        self.error = error
        self.half_done = half_done


class _Context:
    """The part of gRPC's context that the host uses."""

    def __init__(self) -> None:
        self._trailers: tuple[tuple[str, bytes], ...] = ()

    def set_trailing_metadata(self, trailers: tuple[tuple[str, bytes], ...]) -> None:
        self._trailers = trailers

    def abort(self, _code: grpc.StatusCode, _details: str) -> NoReturn:
        error = sys.exc_info()[1]
        assert error is not None
        raise Told(error, self._half_done()) from error

    def _half_done(self) -> tuple[str, dict[str, Any]] | None:
        for _, value in self._trailers:
            failed = provider_pb2.ErrorResourceInitFailed()
            status_pb2.Status.FromString(value).details[0].Unpack(failed)
            inputs = json_format.MessageToDict(failed.inputs)
            return failed.id, {name: one for name, one in inputs.items() if name != "__provider"}
        return None


class _Direct:
    """Calls the servicer as its gRPC stub would."""

    def __init__(self, servicer: Any) -> None:
        self._servicer = servicer

    def __getattr__(self, verb: str) -> Callable[[Any], Any]:
        # In a context of its own, as in a thread of the host's pool: nothing of a call is left for the next.
        return lambda request: copy_context().run(getattr(self._servicer, verb), request, _Context())


class Inside(Plugin):
    """The plugin of one kind, in this process."""

    def __init__(self, kind: str, servicer: Any) -> None:
        self._pickle = serialize_provider(lifecycle.make_provider(kind))
        self._stub = _Direct(servicer)  # type: ignore[assignment]  # it calls, as a stub does


class Runs:
    """Runs of a stack against one sandbox. In each, the provider has forgotten the one before."""

    def __init__(self, sandbox: Sandbox, config: Mapping[str, str]) -> None:
        self._settings = locate(read(config.get, os.environ), os.environ)
        self._tokens = Tokens(self._settings, CredentialFactory(self._settings, os.environ, print).credential)
        self._host = host_module()
        self._servicer = self._host.DynamicResourceProviderServicer()
        self._servicer._config = {f"{PROJECT}:{key}": value for key, value in config.items()}
        self.endpoint = sandbox.graph_endpoint
        """Where Graph is: the sandbox, unless somebody is put in between."""

    @contextmanager
    def run(self) -> Iterator[Callable[[str], Inside]]:
        """Begin a run; get a plugin for each kind in it."""
        client = self._client(replace(self._settings, cloud=self._cloud()))
        os.environ["INTUNE_GRAPH_ENDPOINT"] = self.endpoint
        connection.forget()
        lifecycle.process.reset()
        run = lifecycle.process.run
        journal = run.journal(client.settings, print)
        connection._tenants[client.settings] = Tenant(client, Host(run.ledger, journal))
        try:
            yield lambda kind: Inside(kind, self._servicer)
        finally:
            client.close()
            journal.close()

    def _client(self, settings: Settings) -> GraphClient:
        now = [0.0]

        def sleep(seconds: float) -> None:
            now[0] += seconds

        return GraphClient(settings, self._tokens, clock=lambda: now[0], sleep=sleep, jitter=lambda: 0.5)

    def _cloud(self) -> Cloud:
        return replace(self._settings.cloud, graph=self.endpoint)


@contextmanager
def runs(sandbox: Sandbox, environ: Mapping[str, str]) -> Iterator[Runs]:
    """
    Make runs possible in this process, with *environ* in its environment meanwhile.

    Tracebacks are on, so that an unexpected error arrives as what it is. The engine's address is one where nothing
    listens: an engine that was never there is never missed.
    """
    before, arguments = dict(os.environ), sys.argv
    os.environ.update({**sandbox.environment, "INTUNE_DEBUG": "1", "PULUMI_PROJECT": PROJECT, **environ})
    with provider_logger(), socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        sys.argv = [*arguments, f"127.0.0.1:{unused.getsockname()[1]}"]
        ours, host._engine = host._engine, host._Engine()
        try:
            yield Runs(sandbox, {"tenantId": sandbox.environment["AZURE_TENANT_ID"], "cloud": "sandbox"})
        finally:
            host._engine._connection().close()
            host._engine = ours
            lifecycle.process.reset()
            sys.argv = arguments
            os.environ.clear()
            os.environ.update(before)
            connection.forget()
