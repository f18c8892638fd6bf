"""A 409 to a create: Graph takes no second one, or none for a reason of its own."""

from __future__ import annotations

import pytest

from provider.errors import AdoptionError, Conflict
from provider.graph.tenant import Tenant
from provider.kinds.kind import kind_called
from tests.sandbox_control import Portal

CREDENTIAL = kind_called("derivedCredential")
INPUTS = {"display_name": "C", "issuer": "purebred", "notification_types": ["email"]}
FAULT = {"method": "POST", "path": "derivedCredentials$", "status": 409}


def test_conflict_with_nothing_is_told_as_it_is(tenant: Tenant, portal: Portal) -> None:
    """There is no object to name, so Graph's own words must do."""
    portal.fault(**FAULT, body={"error": {"code": "Conflict", "message": "not today"}})
    with pytest.raises(Conflict, match="409 Conflict: not today"):
        CREDENTIAL.create(tenant, INPUTS)
    assert len([said for said, _ in portal.writes() if said.startswith("POST")]) == 1


def test_conflict_names_what_is_there(tenant: Tenant, portal: Portal) -> None:
    """And how to manage it here."""
    id_ = portal.seed("derivedCredentials", displayName="Other", issuer="purebred", notificationType="email")
    portal.fault(**FAULT)
    with pytest.raises(AdoptionError, match=rf'"Other" \({id_}\): .*keep its key .* declare adopt with its id'):
        CREDENTIAL.create(tenant, INPUTS)
