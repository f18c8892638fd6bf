"""Lists of several pages: all of them are read, and none that is elsewhere."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from provider.errors import UnexpectedAnswer
from provider.graph import paging
from provider.graph.client import GraphClient
from tests.provider.samples import BODY, SETTINGS
from tests.sandbox_control import Portal


def test_all_pages_are_read(client: GraphClient, portal: Portal) -> None:
    """A list has as many objects as the tenant, however many pages they fill."""
    portal.switch(pageSize=2)
    for index in range(5):
        client.post(SETTINGS, {**BODY, "displayName": str(index)})
    portal.requests()
    assert sorted(one["displayName"] for one in paging.objects(client, SETTINGS)) == list("01234")
    assert len(portal.sent()) == 3


@pytest.mark.parametrize(
    "link",
    [
        "https://graph.evil.example/beta/x",
        "http://127.0.0.1:9/beta/x",
        "//evil.example/x",
        "https://HOST/beta/x",
        "http://HOST@evil.example/beta/x",
        "http://evil.example@HOST/beta/x",
        "http://evil.example\\@HOST/beta/x",
        "http://HOST.evil.example/beta/x",
        "http://127.0.0.1:port/beta/x",
        "http://127.0.0.1/beta/x",
        "http://[::1/beta/x",
        "/beta/x",
        "",
        7,
    ],
)
def test_next_page_elsewhere_gets_no_token(client: GraphClient, portal: Portal, link: object) -> None:
    """A nextLink is followed only on the stack's own cloud, and what is no address is not followed at all."""
    link = link.replace("HOST", urlsplit(client.root).netloc) if isinstance(link, str) else link
    portal.fault(path="derivedCredentials", status=200, body={"value": [], "@odata.nextLink": link})
    with pytest.raises(UnexpectedAnswer, match="no token was sent there"):
        list(paging.objects(client, SETTINGS))


@pytest.mark.parametrize(
    ("root", "link"),
    [
        ("https://graph.microsoft.com/beta", "https://graph.microsoft.com:443/beta/x?$skiptoken=a"),
        ("https://graph.microsoft.com/beta", "HTTPS://Graph.Microsoft.COM/beta/x?$skiptoken=a#fragment"),
        ("https://graph.microsoft.com:443/beta", "https://graph.microsoft.com/beta/x?$skiptoken=a"),
        ("http://127.0.0.1/beta", "http://127.0.0.1:80/beta/x?$skiptoken=a"),
        ("http://[::1]:8080/beta", "http://[0:0:0:0:0:0:0:1]:8080/beta/x?$skiptoken=a"),
        ("https://[2001:db8::a]/beta", "https://[2001:DB8:0::A]:443/beta/x?$skiptoken=a"),
    ],
)
def test_next_page_is_compared_as_an_address(client: GraphClient, root: str, link: str) -> None:
    """A gateway may name the port or write the host in capitals: it is the same cloud, and asked as it always is."""
    client.root = root
    assert paging._here(client, link) == f"{root}/x?$skiptoken=a"


def test_next_page_in_another_spelling_is_read(client: GraphClient, portal: Portal) -> None:
    """All pages count, and a page that was read is known again however it is spelled."""
    link = f"{client.root}{SETTINGS}?$skiptoken=1".replace("http:", "HTTP:")
    portal.fault(path="derivedCredentials", status=200, body={"value": [{"id": "1"}], "@odata.nextLink": link})
    portal.fault(path="skiptoken", status=200, body={"value": [{"id": "2"}]})
    assert [one["id"] for one in paging.objects(client, SETTINGS)] == ["1", "2"]
    portal.fault(path="derivedCredentials", times=9, status=200, body={"value": [], "@odata.nextLink": link})
    with pytest.raises(UnexpectedAnswer, match="the list does not end"):
        list(paging.objects(client, SETTINGS))


def test_pages_that_lead_in_a_circle_end(client: GraphClient, portal: Portal) -> None:
    """A link to a page that was read is not read again."""
    link = f"{client.root}{SETTINGS}?$skiptoken=1"
    portal.fault(path="derivedCredentials", times=9, status=200, body={"value": [], "@odata.nextLink": link})
    with pytest.raises(UnexpectedAnswer, match="the list does not end"):
        list(paging.objects(client, SETTINGS))
    assert len(portal.sent()) == 2
