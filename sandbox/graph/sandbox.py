"""The sandbox as a whole: three ports, one tenant or many. `python -m sandbox.graph` runs it, or a `with` statement."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from sandbox.graph.api.quota import Quota
from sandbox.graph.api.service import GraphService
from sandbox.graph.control.faults import Faults
from sandbox.graph.control.journal import Journal
from sandbox.graph.control.service import ControlService
from sandbox.graph.dispatcher import Dispatcher, Tenants
from sandbox.graph.http.clouds import LOOPBACK, cloud_sites, loopback_graph, loopback_login
from sandbox.graph.http.tls import write_authority
from sandbox.graph.identity import CLIENT_ID, CLIENT_SECRET, MANAGED_IDENTITY_HEADER, TENANT_ID, tenant_ids
from sandbox.graph.login.grants import Grants
from sandbox.graph.login.service import IDENTITY_PATH, LoginService
from sandbox.graph.login.tokens import Tokens
from sandbox.graph.server import Endpoint, LoopbackServer
from sandbox.graph.tenant.statefile import StateFile
from sandbox.graph.tenant.store import Store
from sandbox.graph.tenant.switches import SwitchBoard, Switches
from sandbox.graph.tenant.tenant import Tenant


@dataclass
class Sandbox:
    """
    A stand-in for Microsoft Graph and the sign-in service, for as many *tenants* as are wanted.

    Use it in a `with` statement. *port*: 0 takes a free one. *clock* counts the quota and the lags, *now* dates tokens
    and objects. Each tenant has its own objects, faults, quota and switches; the token says which one is meant.
    """

    port: int = 0
    state_file: Path | None = None
    latency_ms: int = 0
    page_size: int = 100
    quota: bool = False
    one_issuer: bool = False
    approval: bool = False
    tenants: int = 1
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    _cleanup: ExitStack = field(default_factory=ExitStack, init=False, repr=False)

    graph_endpoint: str = field(default="", init=False)
    graph_tls_endpoint: str = field(default="", init=False)
    authority_host: str = field(default="", init=False)
    ca_file: str = field(default="", init=False)

    def __enter__(self) -> Sandbox:  # noqa: PYI034 - typing.Self is newer than Python 3.10
        """Start it; when this returns, it answers."""
        with ExitStack() as stack:
            self._start(stack)
            self._cleanup = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it; when this returns, its ports, threads and files are gone."""
        self._cleanup.close()

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which a client uses the loopback endpoint."""
        return {
            "INTUNE_GRAPH_ENDPOINT": self.graph_endpoint,
            "AZURE_AUTHORITY_HOST": self.authority_host,
            **self._identity,
        }

    @property
    def tls_environment(self) -> dict[str, str]:
        """The variables with which a client uses the loopback endpoint over TLS."""
        return {**self.environment, "INTUNE_GRAPH_ENDPOINT": self.graph_tls_endpoint}

    @property
    def cloud_environment(self) -> dict[str, str]:
        """The variables with which a client reaches the hosts of Microsoft's clouds through the sandbox."""
        return {"HTTPS_PROXY": self.graph_endpoint, **self._identity}

    @property
    def managed_identity_environment(self) -> dict[str, str]:
        """The variables with which a client finds the managed identity."""
        endpoint = f"{self.graph_endpoint}{IDENTITY_PATH}"
        return {"IDENTITY_ENDPOINT": endpoint, "IDENTITY_HEADER": MANAGED_IDENTITY_HEADER}

    def announcement(self) -> dict[str, Any]:
        """Return what the command line prints when it is ready."""
        return {
            "graphEndpoint": self.graph_endpoint,
            "graphTlsEndpoint": self.graph_tls_endpoint,
            "authorityHost": self.authority_host,
            "proxy": self.graph_endpoint,
            "caFile": self.ca_file,
            "tenantId": TENANT_ID,
            "tenantIds": tenant_ids(self.tenants),
            "clientId": CLIENT_ID,
            "clientSecret": CLIENT_SECRET,
            "environment": self.environment,
            "tlsEnvironment": self.tls_environment,
            "cloudEnvironment": self.cloud_environment,
            "managedIdentityEnvironment": self.managed_identity_environment,
        }

    @property
    def _identity(self) -> dict[str, str]:
        if self.tenants > 1:  # AZURE_TENANT_ID would have to be that of every stack
            own = {"INTUNE_CLIENT_ID": CLIENT_ID, "INTUNE_CLIENT_SECRET": CLIENT_SECRET}
            return {**own, "REQUESTS_CA_BUNDLE": self.ca_file}
        return {
            "AZURE_TENANT_ID": TENANT_ID,
            "AZURE_CLIENT_ID": CLIENT_ID,
            "AZURE_CLIENT_SECRET": CLIENT_SECRET,
            "REQUESTS_CA_BUNDLE": self.ca_file,
        }

    def _start(self, stack: ExitStack) -> None:
        """Take the ports, then serve; *stack* undoes it, last things first."""
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sandbox-graph-")))
        sites = cloud_sites()
        ca_file, tls = write_authority(folder, [LOOPBACK, "localhost", *sites])
        graph_server, tls_server, login_server = LoopbackServer(self.port), LoopbackServer(0), LoopbackServer(0)
        servers = (login_server, tls_server, graph_server)
        for server in servers:
            stack.callback(server.stop)
        stopping = threading.Event()
        forget = partial(_forget_idle, servers)
        dispatcher = Tenants({id_: self._dispatcher(stopping, forget, id_) for id_ in tenant_ids(self.tenants)})
        graph, over_tls = loopback_graph("http", graph_server.port), loopback_graph("https", tls_server.port)
        login = loopback_login(login_server.port, graph, over_tls)
        login_server.start(dispatcher, Endpoint(login, tls, secure=True, sites={}))
        tls_server.start(dispatcher, Endpoint(over_tls, tls, secure=True, sites={}))
        graph_server.start(dispatcher, Endpoint(graph, tls, secure=False, sites=sites))
        stack.callback(stopping.set)
        self.graph_endpoint, self.graph_tls_endpoint = graph.origin, over_tls.origin
        self.authority_host, self.ca_file = login.origin, str(ca_file)

    def _dispatcher(
        self, stopping: threading.Event, forget_connections: Callable[[], object], tenant_id: str
    ) -> Dispatcher:
        """Join the parts of one tenant."""
        switches = Switches(
            page_size=self.page_size,
            latency_ms=self.latency_ms,
            quota=self.quota,
            one_issuer=self.one_issuer,
            approval=self.approval,
            token_tenant_id=tenant_id,
        )
        board = SwitchBoard(switches)
        store = Store(self._state_file(tenant_id), self.clock)
        tenant = Tenant(store, board, self.now, id=tenant_id)
        tokens, faults, journal = Tokens(self.now, tenant_id), Faults(forget_connections), Journal()
        grants = Grants(tokens, board, self.now, tenant_id)
        return Dispatcher(
            tenant=tenant,
            graph=GraphService(tenant, tokens, Quota(self.clock)),
            login=LoginService(grants, self.now, tenant_id),
            control=ControlService(tenant, faults, journal, grants),
            faults=faults,
            journal=journal,
            stopping=stopping,
        )

    def _state_file(self, tenant_id: str) -> StateFile | None:
        """Return where the objects of a tenant are kept: those after the first have their id in the name."""
        path = self.state_file
        if path is None:
            return None
        return StateFile(path if tenant_id == TENANT_ID else path.with_stem(f"{path.stem}-{tenant_id}"))


def _forget_idle(servers: Iterable[LoopbackServer]) -> None:
    """End the connections that clients keep, for the next request to come over a new one."""
    for server in servers:
        server.connections.forget_idle()
