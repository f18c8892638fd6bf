"""Lists: pages, filters, selections, expansions, counts."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from sandbox.graph import Sandbox
from tests.sandbox.graph.clients import ANDROID, CREDENTIALS, IOS, PROFILES, STATES, Graph, said, target
from tests.sandbox_control import Portal


def names(answer: dict[str, Any]) -> list[str]:
    """Return the names of the objects in a page."""
    return [each["displayName"] for each in answer["value"]]


def pages(graph: Graph, path: str) -> list[dict[str, Any]]:
    """Read a list to its end."""
    found = [graph.get(path).json()]
    while "@odata.nextLink" in found[-1]:
        found.append(graph.get(found[-1]["@odata.nextLink"]).json())
    return found


def test_list_comes_in_pages(sandbox: Sandbox, graph: Graph, portal: Portal) -> None:
    """Each but the last has an absolute link to the next, on the same host, with the other options kept."""
    portal.switch(pageSize=2)
    for number in range(5):
        graph.profile(displayName=str(number))
    read = pages(graph, f"{PROFILES}?$expand=assignments&$count=true&$filter=not isof('microsoft.graph.x')")
    assert [names(page) for page in read] == [["0", "1"], ["2", "3"], ["4"]]
    assert all("assignments" in each for page in read for each in page["value"])
    assert [page["@odata.count"] for page in read] == [5, 5, 5]
    link = urlsplit(read[0]["@odata.nextLink"])
    assert f"{link.scheme}://{link.netloc}" == sandbox.graph_endpoint
    assert link.path == f"/beta{PROFILES}"
    assert set(parse_qs(link.query)) == {"$expand", "$count", "$filter", "$skiptoken"}
    assert "@odata.nextLink" not in read[-1]


@pytest.mark.parametrize("path", [CREDENTIALS, STATES])
def test_every_collection_has_pages(graph: Graph, portal: Portal, path: str) -> None:
    """Not the profiles alone."""
    portal.switch(pageSize=1)
    for number in range(3):
        portal.seed(path.rpartition("/")[2], displayName=str(number))
    assert [len(page["value"]) for page in pages(graph, path)] == [1, 1, 1]


def test_page_is_as_long_as_asked_but_not_longer_than_it_may_be(graph: Graph, portal: Portal) -> None:
    """`$top` bounds the page, not the list."""
    portal.switch(pageSize=3)
    for number in range(4):
        graph.credential(displayName=str(number))
    assert [len(page["value"]) for page in pages(graph, f"{CREDENTIALS}?$top=999")] == [3, 1]
    assert [len(page["value"]) for page in pages(graph, f"{CREDENTIALS}?$top=2")] == [2, 2]
    assert names(graph.get(f"{CREDENTIALS}?$skip=3").json()) == ["3"]
    assert pages(graph, f"{CREDENTIALS}?$top=0")[0]["value"] == []


def test_change_between_pages_neither_repeats_nor_hides_an_object(graph: Graph, portal: Portal) -> None:
    """A link remembers the last object and not a number of objects."""
    portal.switch(pageSize=2)
    ids = [graph.credential(displayName=str(number)) for number in range(5)]
    first = graph.get(CREDENTIALS).json()
    graph.delete(f"{CREDENTIALS}/{ids[0]}")
    graph.credential(displayName="5")
    second = graph.get(first["@odata.nextLink"]).json()
    third = graph.get(second["@odata.nextLink"]).json()
    assert names(first) + names(second) + names(third) == ["0", "1", "2", "3", "4", "5"]


@pytest.mark.parametrize("query", ["$top=x", "$top=-1", "$skip=1.5", "$skiptoken=nonsense", "$skiptoken=bm9uZQ=="])
def test_options_that_are_no_numbers_are_refused(graph: Graph, query: str) -> None:
    """400, not a guess."""
    assert graph.get(f"{CREDENTIALS}?{query}").status_code == 400


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("displayName eq 'A'", "A"),
        ("DisplayName eq 'A'", "A"),
        ("displayName eq 'O''Brien'", "O'Brien"),
        ("displayName eq 'a'", ""),
        ("description eq null", "A,B,O'Brien"),
        ("version eq 1", "A,B,O'Brien"),
        ("supportsScopeTags eq true", "A,B,O'Brien"),
        ("displayName eq 'A' or displayName eq 'B'", "A,B"),
        ("displayName eq 'A' and displayName eq 'B'", ""),
        (f"isof('microsoft.graph.{IOS}')", "B"),
        (f"not isof('microsoft.graph.{IOS}')", "A,O'Brien"),
        (f"(isof('microsoft.graph.{ANDROID}') or isof('microsoft.graph.{IOS}')) and displayName eq 'B'", "B"),
        ("isof('microsoft.graph.deviceConfiguration')", "A,B,O'Brien"),
        (f"not (isof('microsoft.graph.{ANDROID}') and displayName eq 'A')", "B,O'Brien"),
        # What is not supported filters nothing.
        ("startswith(displayName,'A')", "A,B,O'Brien"),
        ("displayName ne 'A'", "A,B,O'Brien"),
        ("displayName eq A", "A,B,O'Brien"),
        ("displayName eq 'A", "A,B,O'Brien"),
        ("displayName eq 'A' extra", "A,B,O'Brien"),
        ("(displayName eq 'A'", "A,B,O'Brien"),
        ("isof(1)", "A,B,O'Brien"),
        ("displayName eq", "A,B,O'Brien"),
        ("not", "A,B,O'Brien"),
        ("", "A,B,O'Brien"),
    ],
)
@pytest.mark.parametrize("option", ["$filter", "%24filter"])
def test_filters(graph: Graph, option: str, text: str, expected: str) -> None:
    """Some are honoured, the others ignored; `$count` agrees with the list."""
    graph.profile(displayName="A")
    graph.profile(IOS, displayName="B")
    graph.profile(displayName="O'Brien")
    query = f"{option}={quote(text)}"
    wanted = expected.split(",") if expected else []
    assert names(graph.get(f"{PROFILES}?{query}").json()) == wanted
    assert graph.get(f"{PROFILES}/$count?{query}").text == str(len(wanted))


def test_object_is_found_by_id(graph: Graph) -> None:
    """The id is not among the properties, and can be filtered by all the same."""
    keys = [graph.credential() for _ in range(2)]
    assert [each["id"] for each in graph.get(f"{CREDENTIALS}?$filter=id eq '{keys[1]}'").json()["value"]] == keys[1:]


def test_select_keeps_what_is_named(graph: Graph) -> None:
    """And the annotations; a name that does not exist selects nothing."""
    key = graph.profile()
    (shown,) = graph.get(f"{PROFILES}?$select=id,displayName,nope").json()["value"]
    assert set(shown) == {"@odata.type", "id", "displayName"}
    assert set(graph.get(f"{PROFILES}/{key}?%24select=version").json()) == {"@odata.context", "@odata.type", "version"}


@pytest.mark.parametrize("select", ["", "&$select=displayName"])
def test_assignments_are_expanded_in_lists_and_items(graph: Graph, select: str) -> None:
    """With a context of their own, and wholly or in part."""
    key = graph.profile()
    graph.post(f"{PROFILES}/{key}/assign", {"assignments": [target("allDevices")]})
    whole = graph.get(f"{PROFILES}/{key}/assignments").json()
    (listed,) = graph.get(f"{PROFILES}?$expand=assignments{select}").json()["value"]
    assert listed["assignments"] == whole["value"]
    assert listed["assignments@odata.context"] == whole["@odata.context"]
    assert ("description" in listed) is not bool(select)
    item = graph.get(f"{PROFILES}/{key}?$expand=assignments($select=id,target)").json()
    assert [set(each) for each in item["assignments"]] == [{"id", "target"}]


@pytest.mark.parametrize(
    ("path", "name"), [(PROFILES, "derivedCredentialSettings"), (PROFILES, "nope"), (CREDENTIALS, "assignments")]
)
def test_other_expansion_is_refused(graph: Graph, path: str, name: str) -> None:
    """The link to the derived credential least of all: it is not declared on the base type."""
    answer = graph.get(f"{path}?$expand={name}")
    assert answer.status_code == 400
    assert f"Could not find a property named '{name}'" in said(answer)


def test_list_says_what_it_is_and_counts_when_asked(graph: Graph) -> None:
    """The count is not there otherwise; ordering and searching are ignored."""
    graph.credential()
    plain = graph.get(f"{CREDENTIALS}?$orderby=issuer&$search=x").json()
    assert plain["@odata.context"].endswith("/beta/$metadata#deviceManagement/derivedCredentials")
    assert set(plain) == {"@odata.context", "value"}
    assert graph.get(f"{CREDENTIALS}?$count=true").json()["@odata.count"] == 1
    count = graph.get(f"{CREDENTIALS}/$count")
    assert (count.text, count.headers["Content-Type"]) == ("1", "text/plain")
