"""
Lists: every object on every page, whatever leads from one page to the next.

Graph hands out the address of each next page. It is followed on the stack's own cloud only, so that no token goes
astray; and a list that does not come to an end is an error, not a run that never ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from provider.collection import is_object
from provider.errors import UnexpectedAnswer

if TYPE_CHECKING:  # the client offers this module's function as one of its verbs
    from provider.graph.client import GraphClient

Json = dict[str, Any]

_IDLE_PAGES = 20
"""Pages in a row without anything new: Graph does send empty ones where it filters late, but not many."""


def pages(client: GraphClient, path: str) -> Iterator[list[Json]]:
    """
    GET a collection, page by page: every object once, though what is made meanwhile moves others a page on.

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
            raise UnexpectedAnswer("GET", path, message="the pages of the list lead in a circle")


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
    """Return the *link* to a next page, if there is one. Raises UnexpectedAnswer where it leads elsewhere."""
    if link is None or (isinstance(link, str) and urlsplit(link)[:2] == urlsplit(client.root)[:2]):
        return link
    raise UnexpectedAnswer(
        "GET", str(link), message=f"the next page is not on {client.settings.cloud.graph}; no token was sent there"
    )
