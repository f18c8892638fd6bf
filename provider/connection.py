"""
The way from a call of the engine to the tenant: with the token, the lists and the limits that all calls share.

`provider.graph`, and with it the HTTP library, is loaded by the first call that needs it: a preview never does.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from provider import host, settings
from provider.kind import Kind
from provider.run import Run, name_of
from provider.settings import Settings
from provider.work import Work

if TYPE_CHECKING:  # a program must not load the HTTP library
    from provider.graph.tenant import Tenant


def tenant(configured: Settings, run: Run, work: Work) -> Tenant:
    """
    Return the tenant of the stack, signed in to.

    Raises SignInError: in full for the first call of the run, and for the others that it was said.
    """
    from provider.graph import connect  # noqa: PLC0415 - see above

    located = settings.locate(configured, os.environ)
    found = connect(
        located,
        host.status,
        permit=work.permit,
        announce=host.announce,
        ahead=run.ahead,
        # More threads than these four only help calls that wait for Graph; to all others they are in the way.
        alone=lambda: host.widen(located.threads),
        ledger=run.ledger,
        journal=run.journal(configured, host.announce),
    )
    found.client.sign_in()
    return found


def writer(configured: Settings, run: Run, work: Work, kind: Kind) -> Tenant:
    """
    Return the tenant for a write to an object of *kind*.

    Raises Unauthorized: the token lacks a permission that this write needs, or another one of the run.
    """
    found = tenant(configured, run, work)
    found.go_alone()
    run.writes(host.urn())
    if found.client.settings.permission_check and not found.may(run.permissions() | {kind.permissions}):
        found.authorize({name_of(host.urn()) or kind.name: kind.permissions} | run.needs())
    return found
