"""Creates that a killed run left pending and of which the journal of this machine says nothing."""

from __future__ import annotations

import os
from pathlib import Path

from provider import settings
from provider.ownership.journal import Journal
from provider.ownership.journal_entry import tenant_key
from stacks import project
from stacks.engine import Engine
from stacks.existing.pending import name_of_resource, pending_creates


def why_not_create(engine: Engine, config_file: Path | None = None) -> str:
    """
    Return why nothing may be created in the stack of *engine*, and what to do; empty where it may.

    The next update creates what is pending, and a list of Graph's that is late does not show what the killed run
    created. Raises EngineError, ProjectError, ConfigError: the state or the stack's config cannot be read.
    """
    pending, _ = pending_creates(engine.export(empty=True)["deployment"])
    if not pending:
        return ""
    config = project.config(engine.folder, engine.stack, config_file)
    configured = settings.read(config.get, os.environ)
    journal = Journal(configured.journal, tenant_key(configured.tenant_id, configured.cloud.name))
    try:
        resources = [one["resource"] for one in pending]
        names = sorted(name_of_resource(one) for one in resources if journal.find(str(one["urn"])) is None)
    finally:
        journal.close()
    if not names:
        return ""
    return (
        f"a killed run has left the create of {', '.join(names)} pending, and the journal of this machine knows "
        f"nothing of it: run `python -m stacks recover --stack {engine.stack}`, then this again"
    )
