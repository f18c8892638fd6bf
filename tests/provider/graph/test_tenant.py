"""One tenant as one run sees it: one list for all, one failure for all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from provider.errors import Forbidden
from provider.graph.client import GraphClient
from provider.graph.host import Host
from provider.graph.tenant import Tenant
from provider.odata import Collection
from tests.provider.conftest import Clock
from tests.sandbox_control import Portal

SETTINGS = "/deviceManagement/derivedCredentials"
CREDENTIALS = Collection(SETTINGS)


def seed(portal: Portal, name: str) -> str:
    """Put derived-credential settings into the tenant."""
    return portal.seed("derivedCredentials", displayName=name, issuer="purebred", notificationType="email")


def test_one_list_serves_everybody(client: GraphClient, portal: Portal) -> None:
    """A hundred reads from thirty-two threads cost one request."""
    ids = [seed(portal, str(index)) for index in range(100)]
    tenant = Tenant(client)
    with ThreadPoolExecutor(32) as pool:
        found = list(pool.map(lambda id_: tenant.listing(CREDENTIALS).get(id_), ids))
    assert [one["displayName"] for one in found if one] == [str(index) for index in range(100)]
    assert portal.sent() == [f"GET {SETTINGS}"]


def test_one_failure_serves_everybody(client: GraphClient, portal: Portal) -> None:
    """A list that may not be read is asked for once, not once per resource."""
    portal.switch(roles=["User.Read"])
    tenant = Tenant(client)
    for _ in range(3):
        with pytest.raises(Forbidden):
            list(tenant.listing(CREDENTIALS))
    assert portal.sent() == [f"GET {SETTINGS}"]


def test_written_object_is_dropped_from_the_list(client: GraphClient, portal: Portal) -> None:
    """It is asked for anew when it is needed; a list that was never made is not made for that."""
    kept, written = seed(portal, "kept"), seed(portal, "written")
    tenant = Tenant(client)
    tenant.forget(CREDENTIALS, written)
    assert portal.sent() == []
    listing = tenant.listing(CREDENTIALS)
    tenant.forget(CREDENTIALS, written)
    assert listing.get(written) is None
    assert [one["id"] for one in listing] == [kept]


def test_own_request_is_told_once_and_only_where_no_list_answers(client: GraphClient, portal: Portal) -> None:
    """The host is told so once: in a run that only reads lists, more threads would be in each other's way."""
    told: list[str] = []

    class Told(Host):
        def on_first_own_request(self) -> None:
            told.append("own request")

    id_ = seed(portal, "one")
    tenant = Tenant(client, Told())
    assert tenant.listing(CREDENTIALS).get(id_)
    assert told == []
    tenant.find(CREDENTIALS.item(id_))
    tenant.get_batched(CREDENTIALS.item(id_)).result()
    assert told == ["own request"]


def test_waiting_for_graph_ends(client: GraphClient, clock: Clock, told: list[str]) -> None:
    """What never appears is waited for until the deadline, in growing steps, and the wait is reported."""
    answers = iter([None, None, "there"])
    assert Tenant(client).eventually(lambda: next(answers)) == "there"
    assert clock.naps == [0.5, 1.0]
    clock.naps.clear()
    assert Tenant(client).eventually(lambda: None) is None
    assert sum(clock.naps) == pytest.approx(client.settings.consistency_timeout)
    assert set(told) == {"waiting for Graph to show what was written"}
