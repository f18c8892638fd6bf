"""Tenants, connected to: one per process and settings, so that all kinds share its token, its lists and its limits."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Mapping

from provider.graph.client import GraphClient
from provider.graph.credentials import CredentialFactory
from provider.graph.host import Host
from provider.graph.rate_limit import RateLimiter
from provider.graph.tenant import Tenant
from provider.graph.tokens import Tokens
from provider.settings import Settings, locate, read

_lock = threading.Lock()
_tenants: dict[Settings, Tenant] = {}


def connect(settings: Settings, host: Host) -> Tenant:
    """Return the tenant of *settings*, for *host*, which runs this process. Nothing is sent yet."""
    with _lock:
        if settings not in _tenants:
            tokens = Tokens(settings, CredentialFactory(settings, os.environ, host.show_status).credential)
            rate_limiter = RateLimiter(
                settings.quota_share,
                notify=host.show_status,
                announce=host.log_for_run,
                writes_ahead=host.writes_ahead,
            )
            client = GraphClient(
                settings, tokens, notify=host.show_status, before_write=host.before_write, rate_limiter=rate_limiter
            )
            _tenants[settings] = Tenant(client, host)
        return _tenants[settings]


def forget() -> None:
    """Forget all tenants, as a new process would know none: for tests that run several in one process."""
    with _lock:
        _tenants.clear()


def tenant_of(config: Mapping[str, str]) -> Tenant:
    """
    Return the tenant of a stack's *config*, for scripts and reports.

    Raises ConfigError: a key is missing or wrong.
    """
    return connect(locate(read(config.get, os.environ), os.environ), _Script())


class _Script(Host):
    """A script or a report: what the client waits for goes to the log."""

    def show_status(self, message: str) -> None:
        """Log it."""
        logging.getLogger("provider").info(message)
