"""
The provider under exploration, in this process: the one place that knows how it is built.

A `Process` is what one plugin process remembers. Several can be in being at once, and one of them acts at a time.
Differences between one commit of the provider and another are found out here and nowhere else.
"""

from __future__ import annotations

import importlib
import inspect
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from contextvars import copy_context
from pathlib import Path as File
from types import SimpleNamespace
from typing import Any

from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime.proto import engine_pb2

import provider
from provider import lifecycle, settings
from provider.errors import IntuneError
from provider.graph import client as client_module
from provider.graph.client import GraphClient
from provider.graph.tenant import Tenant
from tests.explorer import memory
from tests.explorer.calls import Context, servicer_module
from tests.explorer.declared import PROJECT
from tests.explorer.wire import Wire
from tests.explorer.world import World


def _module(*names: str) -> Any:
    """Return the first module of *names* that this commit of the provider has; None if it has none of them."""
    for name in names:
        with suppress(ModuleNotFoundError):
            return importlib.import_module(name)
    return None


host, resource = (
    _module("provider.plugin.host", "provider.host"),
    _module("provider.program.resource", "provider.resource"),
)
connection = _module("provider.graph.connection", "provider.graph")
run_module, work_module = (
    _module("provider.plugin.run", "provider.run"),
    _module("provider.plugin.engine_watch", "provider.work"),
)
process_module, host_class = _module("provider.plugin.process"), _module("provider.graph.host")
journal_module, journal_file = _module("provider.ownership.journal"), _module("provider.ownership.journal_file")

_PERMISSIONS = frozenset({"DeviceManagementServiceConfig.ReadWrite.All", "DeviceManagementConfiguration.ReadWrite.All"})

DELETES_BEFORE_REPLACING = "delete_before_replace" in inspect.getsource(resource)
"""Whether every resource is declared `delete_before_replace`."""
HAS_JOURNAL = journal_module is not None
"""Whether runs leave a journal on the machine."""

assert provider.__file__ is not None
ROOT = os.path.dirname(os.path.dirname(provider.__file__))  # noqa: PTH120 - a text is wanted
"""The checkout whose provider is explored."""


class _AtOnce:
    """Does background work at once, in the thread that hands it in: nothing is left to chance."""

    def submit(self, task: Callable[..., Any], *args: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(task(*args))
        except Exception as error:  # noqa: BLE001 - it is raised where the answer is waited for
            done.set_exception(error)
        return done


class _Alone:
    """Reads that are shared with no other thread: each goes alone, as such reads do."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client
        self._waiting: dict[str, Future[Any]] = {}

    def ask(self, path: str) -> Future[Any]:
        """Answer at once."""
        asked = self.ask_later(path)
        self.send()
        return asked

    def ask_later(self, path: str) -> Future[Any]:
        """Answer when `send` is called."""
        return self._waiting.setdefault(path, Future())

    def send(self) -> None:
        """Answer all that was asked."""
        while self._waiting:
            path, asked = self._waiting.popitem()
            asked.set_result(self._answer(path))

    def _answer(self, path: str) -> Any:
        try:
            return self._client.get(path)
        except IntuneError as error:
            return error


class _Engine:
    """The engine's log, and its life."""

    def __init__(self, say: Callable[[str], object]) -> None:
        self._say = say
        self.gone = SimpleNamespace(is_set=lambda: False, wait=lambda: None)

    def log(self, request: Any) -> bool:
        if request.severity >= engine_pb2.WARNING:
            self._say(request.message)
        return True

    def watch(self) -> None:
        """Watch nothing."""


class Machine:
    """What processes of one machine share: the journal. It is kept in memory, and its rows in the world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        if HAS_JOURNAL:
            self._connection.execute(journal_file._SCHEMA)
        for row in world.journal:
            self._connection.execute(f"INSERT INTO creates VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608

    def end(self) -> None:
        """Keep what is written."""
        if HAS_JOURNAL:
            self._world.journal = [list(row) for row in self._connection.execute("SELECT * FROM creates ORDER BY urn")]
        self._connection.close()

    def journal(self, chosen: settings.Settings, say: Callable[[str], object]) -> Any:
        """Return the journal as a process of this machine sees it."""
        tenant = f"{chosen.tenant_id}@{chosen.cloud.name}"
        made = journal_module.Journal("in memory", tenant, say, clock=lambda: self._world.clock)
        made._file._connection = self._connection
        made._file._path = lambda: File("/")
        self._world.runs += 1
        name = f"run {self._world.runs}"
        made._run_name, made._file.hold = name, lambda: name
        return made


class Process:
    """One plugin process of a stack: what it remembers, and the calls that the engine makes."""

    def __init__(self, wire: Wire, config: Mapping[str, str], say: Callable[[str], object], machine: Machine) -> None:
        self._servicer = _HOST.DynamicResourceProviderServicer()
        self._servicer._config = {f"{PROJECT}:{key}": value for key, value in config.items()}
        chosen = settings.read(config.get, os.environ)
        made = process_module.Process() if process_module is not None else None
        run = made.run if made is not None else run_module.Run()
        work = made.work if made is not None else work_module.Work()
        work._watching = True
        shared: dict[str, Any] = {}
        if HAS_JOURNAL:
            journal = machine.journal(chosen, say)
            run._journals[f"{chosen.tenant_id}@{chosen.cloud.name}"] = journal
            shared = {"host": host_class.Host(run.ledger, journal), "background": _AtOnce()}
        self._run = run
        self._remembered: list[tuple[Any, str, Any]] = [
            (connection, "_tenants", {chosen: _tenant(chosen, wire, shared)}),
            *([(lifecycle, "process", made)] if made else [(lifecycle, "_run", run), (lifecycle, "_work", work)]),
        ]
        self._globals = [*self._remembered, (host, "_engine", _Engine(say)), (_HOST, "_PROVIDER_CACHE", {})]

    @contextmanager
    def _acting(self) -> Iterator[None]:
        """Let this process be the one that the modules' globals belong to."""
        before = [(module, name, getattr(module, name)) for module, name, _ in self._globals]
        for module, name, value in self._globals:
            setattr(module, name, value)
        try:
            yield
        finally:
            for module, name, value in before:
                setattr(module, name, value)

    def call(self, verb: str, kind: str, request: Any) -> Any:
        """Make one call of the engine. Raises Failed."""
        for name in ("olds", "news", "properties", "inputs"):
            if name in request.DESCRIPTOR.fields_by_name and request.HasField(name):
                getattr(request, name).update({"__provider": _pickle(kind)})
        with self._acting():
            return copy_context().run(getattr(self._servicer, verb), request, Context())

    def end_well(self) -> None:
        """End as a process does that the engine ends: a killed one does nothing any more."""
        settle = getattr(self._run, "ended_well", None) or getattr(self._run, "settle", None)
        if settle is not None:
            settle()

    def memory(self) -> str:
        """Return a digest of what this process remembers."""
        return memory.digest(value for _, _, value in self._remembered)


def _tenant(chosen: settings.Settings, wire: Wire, shared: Mapping[str, Any]) -> Tenant:
    now = [wire.world.clock]

    def sleep(seconds: float) -> None:
        now[0] += seconds
        wire.world.clock = now[0]

    tokens: Any = SimpleNamespace(
        token=lambda: "token",
        permissions=lambda: _PERMISSIONS,
        why_not=lambda: "",
        renew=lambda **_: None,
        close=lambda: None,
    )
    # A session of the HTTP library would load certificates for connections that there never are.
    ours = vars(client_module)["Sessions"]
    client_module.Sessions = lambda *_: SimpleNamespace(mine=lambda: wire, close=lambda: None)  # type: ignore[attr-defined,assignment]
    try:
        client = GraphClient(chosen, tokens, clock=lambda: now[0], sleep=sleep, jitter=lambda: 0.5)
    finally:
        client_module.Sessions = ours  # type: ignore[attr-defined]
    tenant = Tenant(client, **shared)
    for name in ("_executor", "_aside"):
        setattr(tenant, name, _AtOnce())
    tenant._shared = _Alone(client)  # type: ignore[assignment]
    return tenant


_pickles: dict[str, str] = {}


def _pickle(kind: str) -> str:
    if kind not in _pickles:
        _pickles[kind] = serialize_provider(lifecycle.make_provider(kind))
    return _pickles[kind]


_HOST = servicer_module()
