"""
The only door to the network.

Nothing outside this package imports an HTTP library or a credential, and nothing outside it learns which one is used.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping

from provider.graph.auth import Tokens
from provider.graph.client import GraphClient
from provider.graph.credentials import Login
from provider.graph.pacing import Pacer
from provider.graph.tenant import Tenant
from provider.journal import Journal
from provider.ledger import Ledger
from provider.settings import Settings, locate, read

_lock = threading.Lock()
_tenants: dict[Settings, Tenant] = {}


def connect(  # noqa: PLR0913 - whoever runs us is told and asked several things
    settings: Settings,
    notify: Callable[[str], object],
    *,
    permit: Callable[[], None] = lambda: None,
    announce: Callable[[str], object] = lambda _: None,
    ahead: Callable[[], int] = lambda: 0,
    alone: Callable[[], object] = lambda: None,
    ledger: Ledger | None = None,
    journal: Journal | None = None,
) -> Tenant:
    """
    Return the tenant of *settings*: one per process, so that all kinds share its token, its lists and its limits.

    Nothing is sent yet. *notify* is told what the client waits for, and *announce* that the quota holds the run back;
    *ahead* says how many writes will come. *permit* is asked before each write, and raises where it must not be.
    *alone* is told once, in the thread of the call, that a call goes on to send requests of its own. *ledger* and
    *journal* are those of the run.
    """
    with _lock:
        if settings not in _tenants:
            login = Login(settings, os.environ, notify)
            tokens = Tokens(settings, login.credential)
            pacer = Pacer(settings.quota_share, notify=notify, announce=announce, ahead=ahead)
            client = GraphClient(settings, tokens, notify=notify, permit=permit, pacer=pacer)
            _tenants[settings] = Tenant(client, alone, ledger=ledger, journal=journal)
        return _tenants[settings]


def tenant_of(config: Mapping[str, str]) -> Tenant:
    """
    Return the tenant of a stack's *config*, for scripts and reports.

    Raises ConfigError: a key is missing or wrong.
    """
    settings = locate(read(config.get, os.environ), os.environ)
    return connect(settings, logging.getLogger("provider").info)
