"""
Lists: every object on every page, whatever leads from one page to the next.

Graph hands out the address of each next page. It is followed on the stack's own cloud only, so that no token leaves
the cloud; and a list that does not come to an end is an error, not a run that never ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

from provider.errors import UnexpectedAnswer
from provider.graph.client import GraphClient
from provider.odata import is_object

Json = dict[str, Any]

_DEFAULT_PORTS = {"http": 80, "https": 443}
_IDLE_PAGES = 20
"""Pages in a row without anything new: Graph does send empty ones where it filters late, but not many."""


def pages(client: GraphClient, path: str) -> Iterator[list[Json]]:
    """
    GET a collection, page by page: every object once, though what is created meanwhile moves others a page on.

    Raises UnexpectedAnswer when a nextLink leads to another host or to a page that was read already, and when the
    pages bring nothing new any more and yet do not end.
    """
    read, ids, idle = set(), set[str](), 0
    link: str | None = path
    while link is not None:
        read.add(link)
        page = client.get(link) or {}
        before = len(ids)
        yield list(_fresh(_members(page, link), ids))
        idle = 0 if len(ids) > before else idle + 1
        link = _here(client, page.get("@odata.nextLink"))
        if link in read or (link is not None and idle == _IDLE_PAGES):
            raise UnexpectedAnswer("GET", path, message="the list does not end: its nextLink leads to nothing new")


def objects(client: GraphClient, path: str) -> Iterator[Json]:
    """GET a collection: every object on every page, once. Raises like `pages`."""
    for page in pages(client, path):
        yield from page


def _members(page: Json, path: str) -> list[Json]:
    """Return the objects of one *page* of a list. Raises UnexpectedAnswer where it is not a list of objects."""
    value = page.get("value")
    if not isinstance(value, list) or not all(is_object(member) for member in value):
        raise UnexpectedAnswer("GET", path, message="the answer is not a list of objects")
    return value


def _fresh(members: list[Json], ids: set[str]) -> Iterator[Json]:
    """Return those of *members* whose id is not among *ids*, and add it there."""
    for member in members:
        if member["id"] not in ids:
            ids.add(member["id"])
            yield member


def _here(client: GraphClient, link: object) -> str | None:
    """
    Return the *link* to a next page, if there is one, as an address of the client's own root.

    Raises UnexpectedAnswer where it leads elsewhere. Only its path and query are taken, so that the token goes to the
    stack's cloud however an HTTP library reads the rest.
    """
    if link is None:
        return None
    own = urlsplit(client.root)
    with suppress(ValueError):  # its host is not an address, or its port not a number
        parts = urlsplit(link if isinstance(link, str) else "")
        if _origin(parts) == _origin(own):
            return urlunsplit((own.scheme, own.netloc, parts.path, parts.query, ""))
    raise UnexpectedAnswer(
        "GET", str(link), message=f"the next page is not on {client.settings.cloud.graph}; no token was sent there"
    )


def _origin(address: SplitResult) -> tuple[str, str, int | None, str | None]:
    """Return what makes two addresses lead to one server: neither letter case, nor a default port, nor zeros do."""
    host = address.hostname or ""
    with suppress(ValueError):  # it is a name
        host = str(ip_address(host))
    return address.scheme, host, address.port or _DEFAULT_PORTS.get(address.scheme), address.username
