"""One list for a whole run: it serves what has come, and says what went wrong to those who need the rest."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from provider.errors import Forbidden
from provider.graph.listing import Listing

SECONDS = 20  # for what happens at once, on a machine that is very busy


def test_object_is_there_as_soon_as_its_page_is() -> None:
    """Who needs the first page does not wait for the second."""
    more = threading.Event()

    def pages() -> Iterator[list[dict[str, Any]]]:
        yield [{"id": "first"}]
        assert more.wait(SECONDS)
        yield [{"id": "second"}]

    listing = Listing()
    with ThreadPoolExecutor(2) as pool:
        pool.submit(listing.fill, pages())
        assert listing.get("first") == {"id": "first"}
        waiting = pool.submit(listing.get, "second")
        assert not waiting.done()
        more.set()
        assert waiting.result(SECONDS) == {"id": "second"}
        assert list(listing) == [{"id": "first"}, {"id": "second"}]
        assert listing.get("third") is None


def test_list_that_breaks_off_keeps_what_came() -> None:
    """Objects that came are served; that another is not there cannot be said, so it is not."""

    def pages() -> Iterator[list[dict[str, Any]]]:
        yield [{"id": "first"}]
        raise Forbidden("GET", "/things", status=403)

    listing = Listing()
    listing.fill(pages())
    assert listing.get("first") == {"id": "first"}
    with pytest.raises(Forbidden):
        listing.get("second")
    with pytest.raises(Forbidden):
        list(listing)


def test_object_written_before_its_page_came_is_not_taken_from_it() -> None:
    """A page that was under way during the write may show the object as it was."""
    listing = Listing()
    listing.forget("written")
    assert listing.get("written") is None
    listing.fill([[{"id": "written"}, {"id": "kept"}]])
    assert [one["id"] for one in listing] == ["kept"]
    assert listing.get("written") is None


def test_followers_see_every_object_once_and_the_end() -> None:
    """Those that are there already and those to come, whenever the following begins."""
    seen: list[tuple[list[str], bool]] = []

    def follow(objects: list[dict[str, Any]], complete: bool) -> None:  # noqa: FBT001 - as the listing calls it
        seen.append(([one["id"] for one in objects], complete))

    def pages() -> Iterator[list[dict[str, Any]]]:
        yield [{"id": "a"}]
        listing.follow(follow)
        yield [{"id": "b"}]

    listing = Listing()
    listing.fill(pages())
    assert seen == [(["a"], False), (["b"], False), ([], True)]
    seen.clear()
    listing.follow(follow)
    assert seen == [(["a", "b"], True)]


def test_nulls_and_contexts_are_not_kept() -> None:
    """Nulls and contexts go, and equal texts are one text: a list lives as long as the run."""
    type_ = str(b"#microsoft.graph.thing", "ascii")
    other = str(b"#microsoft.graph.thing", "ascii")
    assert type_ is not other
    listing = Listing()
    page: list[dict[str, Any]] = [
        {"id": "1", "@odata.type": type_, "description": None, "parts@odata.context": "x", "parts": [{"a": None}]},
        {"id": "2", "@odata.type": other, "size": 0, "parts@odata.nextLink": "y"},
    ]
    listing.fill([page])
    first, second = listing
    assert first == {"id": "1", "@odata.type": type_, "parts": [{}]}
    assert second == {"id": "2", "@odata.type": type_, "size": 0, "parts@odata.nextLink": "y"}
    assert first["@odata.type"] is second["@odata.type"]
