"""
The way from a call of the engine to the tenant: with the token, the lists and the limits that all calls share.

`provider.graph`, and with it the HTTP library, is loaded by the first call that needs it: a preview never does.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from provider import settings
from provider.plugin import host
from provider.plugin.process import Process
from provider.plugin.run import name_of
from provider.settings import Settings

if TYPE_CHECKING:  # a program must not load the HTTP library
    from provider.graph.tenant import Tenant


def tenant(configured: Settings, process: Process) -> Tenant:
    """
    Return the tenant of the stack, signed in to.

    Raises SignInError: in full for the first call of the run, and for the others that it was said.
    """
    from provider.graph import connection  # noqa: PLC0415 - see above
    from provider.graph.host import Host  # noqa: PLC0415

    run, located = process.run, settings.locate(configured, os.environ)

    class Plugin(Host):
        """The process that the engine started."""

        def show_status(self, message: str) -> None:
            host.show_status(message)

        def log_for_run(self, message: str) -> None:
            host.log_for_run(message)

        def before_write(self) -> None:
            process.work.require_engine()

        def writes_ahead(self) -> int:
            return run.writes_ahead()

        def on_first_own_request(self) -> None:
            # More threads than these four only help calls that wait for Graph; to all others they are in the way.
            host.widen_pool(located.threads)

    found = connection.connect(located, Plugin(run.ledger, run.journal(configured, host.log_for_run)))
    found.client.sign_in()
    return found


def writer(configured: Settings, process: Process, kind: str, permissions: tuple[str, ...]) -> Tenant:
    """
    Return the tenant for a write to an object of *kind*, which needs one of *permissions*.

    Raises MissingPermissions: the token lacks a permission that this write needs, or another one of the run.
    """
    found, run = tenant(configured, process), process.run
    found.own_request_starts()
    run.writes(host.current_urn())
    if found.client.settings.permission_check and not found.has_permissions(run.permissions() | {permissions}):
        found.require_permissions({name_of(host.current_urn()) or kind: permissions} | run.needs())
    return found
