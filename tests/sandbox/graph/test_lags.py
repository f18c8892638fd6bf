"""Reads that are late: by themselves, after a fault, by number and by time, and deletes that are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox.graph import Sandbox
from tests.sandbox.graph.clients import ANDROID, CREDENTIAL, CREDENTIALS, PROFILES, Graph, connect, target
from tests.sandbox_control import Portal

CREATE: dict[str, Any] = {"method": "POST", "path": "derivedCredentials$"}
FAULTS: list[dict[str, Any]] = [
    {"status": 503, "when": "after"},
    {"status": 408, "when": "after"},
    {"drop": "after"},
    {"garbled": "after"},
    {"garbled": "body"},
    {"cut": "after"},
    {"delayMs": 1},
]


class Clock:
    """Time that passes only when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def timed(clock: Clock) -> Iterator[tuple[Graph, Portal]]:
    """A client and the portal of a sandbox whose lags go by that clock."""
    with Sandbox(clock=clock) as sandbox:
        graph, portal = connect(sandbox), Portal(sandbox.graph_endpoint)
        yield graph, portal
        graph.close()
        portal.close()


def attempt(graph: Graph, method: str, path: str, body: Any = None) -> int | None:
    """Send a request and read the answer; return its status, or None if it did not arrive whole."""
    try:
        return graph.call(method, path, body).status_code
    except requests.RequestException:
        return None


def listed(graph: Graph) -> int:
    """Return how many derived credentials the list has."""
    return len(graph.get(CREDENTIALS).json()["value"])


def test_new_object_is_not_there_yet(graph: Graph, portal: Portal) -> None:
    """To as many reads as the fault says, whether it was armed before or after the write."""
    portal.fault(path="derivedCredentials", lagReads=2)
    key = graph.credential()
    assert [graph.get(f"{CREDENTIALS}/{key}").status_code for _ in range(3)] == [404, 404, 200]
    portal.fault(path="derivedCredentials", lagReads=2)
    assert [len(graph.get(CREDENTIALS).json()["value"]) for _ in range(3)] == [0, 0, 1]


def test_changed_object_is_still_the_old_one(graph: Graph, portal: Portal) -> None:
    """In lists and by id, its assignments and its link included."""
    key = graph.profile(displayName="Old")
    portal.fault(path=".", lagReads=2)
    graph.patch(f"{PROFILES}/{key}", {"@odata.type": f"#microsoft.graph.{ANDROID}", "displayName": "New"})
    assert graph.get(f"{PROFILES}/{key}").json()["displayName"] == "Old"
    assert [each["displayName"] for each in graph.get(PROFILES).json()["value"]] == ["Old"]
    assert graph.get(f"{PROFILES}/{key}").json()["displayName"] == "New"
    graph.post(f"{PROFILES}/{key}/assign", {"assignments": [target("allDevices")]})
    portal.fault(path=".", lagReads=1)
    assert [len(graph.get(f"{PROFILES}/{key}/assignments").json()["value"]) for _ in range(2)] == [0, 1]


def test_deleted_object_still_answers_by_id(graph: Graph, portal: Portal) -> None:
    """But it is no longer in the list: that is the way people have seen it."""
    key = graph.credential()
    graph.delete(f"{CREDENTIALS}/{key}")
    portal.fault(path="derivedCredentials", lagReads=1)
    assert graph.get(CREDENTIALS).json()["value"] == []
    assert [graph.get(f"{CREDENTIALS}/{key}").status_code for _ in range(2)] == [200, 404]


def test_read_that_has_nothing_to_do_with_the_write_does_not_count(graph: Graph, portal: Portal) -> None:
    """Nor does one before there was any write, nor a write itself."""
    other = graph.credential()
    graph.credential()
    portal.fault(path=".", lagReads=1)
    assert graph.get(f"{CREDENTIALS}/{other}").status_code == 200
    assert graph.get(PROFILES).ok
    assert portal.faults_left()[0]["times"] == 1
    key = graph.credential()
    assert graph.get(f"{CREDENTIALS}/{key}").status_code == 404
    assert portal.faults_left() == []


def test_change_in_the_portal_does_not_lag(graph: Graph, portal: Portal) -> None:
    """It happened long ago, as far as a client is concerned."""
    key = portal.seed("derivedCredentials", displayName="Old")
    portal.change(key, displayName="New")
    portal.fault(path=".", lagReads=1)
    assert graph.get(f"{CREDENTIALS}/{key}").json()["displayName"] == "New"
    graph.patch(f"{CREDENTIALS}/{key}", {"displayName": "Newer"})
    portal.change(key, displayName="Newest")
    assert graph.get(f"{CREDENTIALS}/{key}").json()["displayName"] == "Newest"
    portal.remove(key)
    assert graph.get(f"{CREDENTIALS}/{key}").status_code == 404


def test_parts_of_a_batch_lag_like_other_reads(graph: Graph, portal: Portal) -> None:
    """Each counts as one."""
    key = graph.credential()
    portal.fault(path=f"derivedCredentials/{key}", lagReads=1)
    part = {"method": "GET", "url": f"{CREDENTIALS}/{key}"}
    answers = graph.post("/$batch", {"requests": [{**part, "id": "1"}, {**part, "id": "2"}]}).json()["responses"]
    assert sorted((each["id"], each["status"]) for each in answers) == [("1", 404), ("2", 200)]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_write_under_a_fault_is_late_in_all_reads_that_show_it(
    graph: Graph, portal: Portal, fault: dict[str, Any]
) -> None:
    """In the list and by id, as often as the fault says, whatever the fault is; other reads do not count."""
    portal.fault(**CREATE, **fault, lagReads=3)
    attempt(graph, "POST", CREDENTIALS, CREDENTIAL)
    key = portal.objects()[0]["id"]
    assert graph.get(PROFILES).ok
    assert [each["times"] for each in portal.faults_left()] == [3]
    assert listed(graph) == 0
    assert graph.get(f"{CREDENTIALS}/{key}").status_code == 404
    assert [listed(graph), listed(graph)] == [0, 1]
    assert portal.faults_left() == []


def test_write_that_did_not_happen_is_not_late(graph: Graph, portal: Portal) -> None:
    """A fault before the effect leaves nothing to hide: the same request, sent again, is seen at once."""
    portal.fault(**CREATE, status=503, lagReads=5)
    assert attempt(graph, "POST", CREDENTIALS, CREDENTIAL) == 503
    assert portal.faults_left() == []
    graph.credential()
    assert listed(graph) == 1


def test_write_that_succeeds_can_be_late_alone(graph: Graph, portal: Portal) -> None:
    """A lag whose method writes is about that write: those before and after are seen."""
    graph.credential()
    portal.fault(method="POST", path="derivedCredentials$", lagReads=2)
    graph.credential()
    graph.credential()
    assert [listed(graph) for _ in range(3)] == [2, 2, 3]


def test_several_writes_under_one_fault_are_late(graph: Graph, portal: Portal) -> None:
    """Three posts with one lag each: a list that three of them make a difference to counts for all three."""
    portal.fault(**CREATE, drop="after", times=3, lagReads=1)
    for _ in range(3):
        assert attempt(graph, "POST", CREDENTIALS, CREDENTIAL) is None
    assert [listed(graph) for _ in range(2)] == [0, 3]


def test_late_changes_of_one_object_are_seen_as_before_the_first(graph: Graph, portal: Portal) -> None:
    """A PATCH that is sent again and again, each time with an effect and without an answer."""
    key = graph.credential(displayName="Old")
    portal.fault(method="PATCH", path=".", drop="after", times=2, lagReads=1)
    for name in ("New", "Newer"):
        assert attempt(graph, "PATCH", f"{CREDENTIALS}/{key}", {"displayName": name}) is None
    assert [graph.get(f"{CREDENTIALS}/{key}").json()["displayName"] for _ in range(2)] == ["Old", "Newer"]


def test_lag_by_time_ends_with_its_time(timed: tuple[Graph, Portal], clock: Clock) -> None:
    """After a fault or by itself, counted from each write; reads do not use it up."""
    graph, portal = timed
    portal.fault(**CREATE, status=503, when="after", lagMs=500)
    attempt(graph, "POST", CREDENTIALS, CREDENTIAL)
    assert [listed(graph) for _ in range(5)] == [0] * 5
    clock.now += 0.5
    assert listed(graph) == 1
    portal.fault(path="derivedCredentials", lagMs=500)
    graph.credential()
    clock.now += 0.4
    graph.credential()
    assert listed(graph) == 1
    clock.now += 0.1
    assert listed(graph) == 2
    clock.now += 0.4
    assert listed(graph) == 3


def test_lag_by_number_and_time_ends_with_the_first_of_them(timed: tuple[Graph, Portal], clock: Clock) -> None:
    """Both bounds hold."""
    graph, portal = timed
    portal.fault(**CREATE, drop="after", lagReads=2, lagMs=500, times=2)
    attempt(graph, "POST", CREDENTIALS, CREDENTIAL)
    assert [listed(graph) for _ in range(3)] == [0, 0, 1]
    attempt(graph, "POST", CREDENTIALS, CREDENTIAL)
    assert listed(graph) == 1
    clock.now += 0.5
    assert listed(graph) == 2


@pytest.mark.parametrize("carried", [False, True])
def test_late_delete_is_listed_and_answered(graph: Graph, portal: Portal, *, carried: bool) -> None:
    """In its place in the list, by itself or after a fault; creates are not late with it."""
    keys = [graph.credential() for _ in range(3)]
    if carried:
        portal.fault(method="DELETE", path=".", drop="after", lagDeletes=2)
    else:
        portal.fault(path="derivedCredentials", lagDeletes=2)
    attempt(graph, "DELETE", f"{CREDENTIALS}/{keys[1]}")
    keys.append(graph.credential())
    assert [each["id"] for each in graph.get(CREDENTIALS).json()["value"]] == keys
    assert [graph.get(f"{CREDENTIALS}/{keys[1]}").status_code for _ in range(2)] == [200, 404]
    assert listed(graph) == 3


def test_late_delete_by_time_ends_with_its_time(timed: tuple[Graph, Portal], clock: Clock) -> None:
    """However often it is read."""
    graph, portal = timed
    key = graph.credential()
    portal.fault(path="derivedCredentials", lagDeletesMs=500)
    graph.delete(f"{CREDENTIALS}/{key}")
    assert [listed(graph) for _ in range(4)] == [1] * 4
    clock.now += 0.5
    assert (listed(graph), graph.get(f"{CREDENTIALS}/{key}").status_code) == (0, 404)


def test_delete_without_an_answer_is_late_in_both_ways(graph: Graph, portal: Portal) -> None:
    """`lagReads` has it still answer by id, `lagDeletes` has it still listed: each has its own number."""
    key = graph.credential()
    portal.fault(method="DELETE", path=".", status=500, when="after", lagReads=1, lagDeletes=1)
    assert attempt(graph, "DELETE", f"{CREDENTIALS}/{key}") == 500
    assert [graph.get(f"{CREDENTIALS}/{key}").status_code, listed(graph), listed(graph)] == [200, 1, 0]


def test_late_reads_meet_other_faults_too(graph: Graph, portal: Portal) -> None:
    """A lag takes no other fault's turn, whichever was armed first."""
    portal.fault(path="derivedCredentials$", lagReads=2)
    portal.fault(method="GET", path="derivedCredentials$", status=502)
    graph.credential()
    assert attempt(graph, "GET", CREDENTIALS) == 502
    assert [listed(graph) for _ in range(3)] == [0, 0, 1]


def test_lags_end_with_the_faults(graph: Graph, portal: Portal) -> None:
    """Those that a fault has left behind, too."""
    portal.fault(**CREATE, drop="after", lagReads=9)
    attempt(graph, "POST", CREDENTIALS, CREDENTIAL)
    assert listed(graph) == 0
    portal.no_faults()
    assert listed(graph) == 1


def test_read_that_several_writes_make_a_difference_to_counts_once(graph: Graph, portal: Portal) -> None:
    """A list is one read, however many objects it lacks."""
    portal.fault(path="derivedCredentials", lagReads=1)
    for _ in range(2):
        graph.credential()
    assert [listed(graph) for _ in range(2)] == [0, 2]


def test_lag_of_a_host_is_for_its_reads_only(graph: Graph, portal: Portal) -> None:
    """As any fault that names a host."""
    portal.fault(path=".", host="graph.microsoft.us", lagReads=1)
    graph.credential()
    assert listed(graph) == 1
    portal.fault(path=".", host="127.0.0.1", lagReads=1)
    assert [listed(graph) for _ in range(2)] == [0, 1]
