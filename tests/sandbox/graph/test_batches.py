"""$batch: every part is a request of its own."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.sandbox.graph.clients import CREDENTIAL, CREDENTIALS, PROFILES, Graph, said
from tests.sandbox_control import Portal

JSON = {"Content-Type": "application/json"}


def batch(graph: Graph, *parts: dict[str, Any]) -> requests.Response:
    """Send a batch."""
    return graph.post("/$batch", {"requests": list(parts)})


def answers(graph: Graph, *parts: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Send a batch and return the answers by id."""
    answer = batch(graph, *parts)
    assert answer.status_code == 200, answer.text
    return {each["id"]: each for each in answer.json()["responses"]}


def read(key: object, url: str = CREDENTIALS, **members: Any) -> dict[str, Any]:
    """Write a part that reads."""
    return {"id": key, "method": "GET", "url": url, **members}


@pytest.mark.parametrize("url", [CREDENTIALS, CREDENTIALS[1:], f"/beta{CREDENTIALS}", f"{CREDENTIALS[1:]}/"])
def test_url_of_a_part_has_several_forms(graph: Graph, url: str) -> None:
    """With or without the slash and the version; with a trailing slash."""
    graph.credential()
    body = answers(graph, read("1", url))["1"]["body"]
    assert len(body["value"]) == 1
    assert body["@odata.context"].startswith(graph.base)


def test_part_can_do_everything(graph: Graph) -> None:
    """Create, change, read, count, delete; each answer has status, headers and, if there is one, a body."""
    write = {"id": "a", "method": "POST", "url": CREDENTIALS, "headers": JSON, "body": CREDENTIAL}
    created = answers(graph, write)["a"]
    assert created["status"] == 201
    assert created["headers"]["Content-Type"].startswith("application/json")
    key = created["body"]["id"]
    change = {"id": 1, "method": "PATCH", "url": f"{CREDENTIALS}/{key}", "headers": JSON, "body": {"displayName": "N"}}
    again = {"id": 2, "method": "patch", "url": f"{CREDENTIALS}/{key}", "headers": JSON, "body": {"displayName": "M"}}
    count = read(3, f"{CREDENTIALS}/$count")
    gone = {"id": 4, "method": "DELETE", "url": f"{CREDENTIALS}/{key}"}
    done = answers(graph, change, again, count, gone)
    assert sorted((done[each]["status"], "body" in done[each]) for each in "12") == [(200, True), (204, False)]
    assert (done["3"]["status"], done["3"]["body"]) == (200, 1)
    assert "body" not in done["4"]
    assert graph.get(CREDENTIALS).json()["value"] == []


def test_answers_come_in_another_order(graph: Graph) -> None:
    """By id is the only way to tell them apart; numbers are taken for ids, and answered as text."""
    order = [each["id"] for each in batch(graph, *(read(number) for number in range(5))).json()["responses"]]
    assert sorted(order) == ["0", "1", "2", "3", "4"]
    assert order != sorted(order)


def test_part_fails_alone(graph: Graph) -> None:
    """The batch itself is 200."""
    done = answers(graph, read("bad", "/nowhere"), read("none", f"{PROFILES}/x"), read("good"))
    assert {key: each["status"] for key, each in done.items()} == {"bad": 400, "none": 404, "good": 200}
    assert done["none"]["body"]["error"]["code"] == "ResourceNotFound"


def test_parts_are_signed_in_by_the_batch_or_by_themselves(graph: Graph) -> None:
    """A part's own header wins; a batch without a token is refused as a whole."""
    done = answers(graph, read("a"), read("b", headers={"Authorization": "Bearer x"}))
    assert (done["a"]["status"], done["b"]["status"]) == (200, 401)
    graph.session.headers.pop("Authorization")
    assert batch(graph, read("a")).status_code == 401


def test_part_waits_for_those_it_depends_on(graph: Graph) -> None:
    """If one of them fails, it is not tried: 424, and so on down the line."""
    write = {"method": "POST", "url": CREDENTIALS, "headers": JSON, "body": CREDENTIAL}
    done = answers(
        graph,
        read(1, "/nowhere"),
        {**write, "id": "2", "dependsOn": ["1"]},
        {**write, "id": "3", "dependsOn": ["2"]},
        {**write, "id": "4"},
        read("5", dependsOn=["4"]),
    )
    assert [done[str(key)]["status"] for key in range(1, 6)] == [400, 424, 424, 201, 200]
    assert done["2"]["body"]["error"]["code"] == "FailedDependency"
    assert len(done["5"]["body"]["value"]) == 1


def test_faults_and_the_journal_see_the_parts(graph: Graph, portal: Portal) -> None:
    """A part is throttled alone, with its own Retry-After, inside a 200."""
    portal.requests()
    portal.fault(path=r"derivedCredentials/x", status=429, headers={"Retry-After": "7"})
    done = answers(graph, read("a"), read("b", f"{CREDENTIALS}/x"))
    assert done["a"]["status"] == 200
    assert (done["b"]["status"], done["b"]["headers"]["Retry-After"]) == (429, "7")
    seen = [(each["path"], each["batchPart"], each["status"]) for each in portal.requests()]
    assert seen == [
        (f"/beta{CREDENTIALS}", "a", 200),
        (f"/beta{CREDENTIALS}/x", "b", 429),
        ("/beta/$batch", None, 200),
    ]


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ([read(number) for number in range(21)], "Number of requests inside batch exceeds the limit of 20."),
        ([read("1"), read(1)], "Request Id : 1 has to be unique in a batch."),
        ([read("")], "needs an id"),
        ([read(None)], "needs an id"),
        ([read(True)], "needs an id"),
        ([read("1", dependsOn="2")], "Invalid batch payload format."),
        ([read("1", headers=["x"])], "Invalid batch payload format."),
        ([read("1", dependsOn=["2"]), read("2")], "depends on a request that does not precede it"),
        ([{"id": "1", "url": CREDENTIALS}], "needs a method and a url"),
        ([read("1", "https://graph.microsoft.com/beta/x")], "needs a relative url"),
        ([read("1", "/$batch")], "needs a relative url"),
        ([{"id": "1", "method": "POST", "url": CREDENTIALS}], "does not contain Content-Type header or body"),
        (
            [{"id": "1", "method": "POST", "url": CREDENTIALS, "body": CREDENTIAL}],
            "does not contain Content-Type header or body",
        ),
        (["x"], "Invalid batch payload format."),
        ([], "Invalid batch payload format."),
    ],
)
def test_batch_that_is_none_is_refused_as_a_whole(graph: Graph, parts: list[Any], text: str) -> None:
    """And nothing of it is done."""
    write = {"id": "w", "method": "POST", "url": CREDENTIALS, "headers": JSON, "body": CREDENTIAL}
    answer = graph.post("/$batch", {"requests": [write, *parts] if parts else []})
    assert answer.status_code == 400
    assert text in said(answer)
    assert graph.get(f"{CREDENTIALS}/$count").text == "0"


def test_fraction_stays_a_fraction(graph: Graph) -> None:
    """20.0 is no more an Int32 in a part than in a request of its own."""
    threshold = {**CREDENTIAL, "renewalThresholdPercentage": 20.0}
    part = {"id": "1", "method": "POST", "url": CREDENTIALS, "headers": JSON, "body": threshold}
    assert answers(graph, part)["1"]["status"] == 400


def test_batch_is_sent_to_the_root_and_nowhere_else(graph: Graph) -> None:
    """Percent-encoded or not."""
    body = {"requests": [read("1")]}
    assert graph.post("/%24batch", body).ok
    assert graph.post("/deviceManagement/$batch", body).status_code == 400


def test_twenty_is_not_too_many(graph: Graph) -> None:
    """The limit is a limit and not the first number beyond it."""
    assert len(answers(graph, *(read(number) for number in range(20)))) == 20
