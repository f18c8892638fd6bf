"""Creates that a killed run left pending and of which the journal of this machine says nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from provider import settings
from provider.ownership.journal import Journal
from provider.ownership.journal_entry import tenant_key
from stacks.existing.pending import name_of_resource, pending_creates


def unproven_creates(deployment: Mapping[str, Any], config: Mapping[str, str]) -> list[str]:
    """
    Return the names of the resources of a state whose create is pending and not known to the journal.

    The next update creates each of them, and a list of Graph's that is late does not show what the killed run created.
    Raises ConfigError: the stack's *config* has a mistake.
    """
    pending, _ = pending_creates(deployment)
    if not pending:
        return []
    configured = settings.read(config.get, os.environ)
    journal = Journal(configured.journal, tenant_key(configured.tenant_id, configured.cloud.name))
    try:
        resources = [one["resource"] for one in pending]
        return sorted(name_of_resource(one) for one in resources if journal.find(str(one["urn"])) is None)
    finally:
        journal.close()


def refusal(stack: str, names: Sequence[str]) -> str:
    """Say why nothing may be created in *stack*, and what to do; empty where no create is unproven."""
    if not names:
        return ""
    return (
        f"a killed run has left the create of {', '.join(names)} pending, and the journal of this machine knows "
        f"nothing of it: run `python -m stacks recover --stack {stack}`, then this again"
    )
