"""The journal's entries in memory: each way to find one agrees with the others after every change."""

from __future__ import annotations

import pytest

from provider.ownership.journal_entry import Entry
from provider.ownership.journal_index import JournalIndex

INTENT = Entry("a", "iosProfile", "", (), "", (), 1000.0)
CREATED = INTENT._replace(id="1")
SETTLED = CREATED._replace(settled=True)
OTHER = Entry("b", "iosProfile", "", (), "", (), 1000.0, id="2")


@pytest.mark.parametrize(
    ("entries", "of_1", "opened"),
    [
        ([], [], []),
        ([INTENT], [], [INTENT]),
        ([INTENT, CREATED], [CREATED], [CREATED]),
        ([INTENT, CREATED, SETTLED], [SETTLED], []),
        ([SETTLED, CREATED._replace(id="3")], [], [CREATED._replace(id="3")]),
        ([SETTLED, OTHER._replace(id="1")], [SETTLED, OTHER._replace(id="1")], [OTHER._replace(id="1")]),
        ([SETTLED, OTHER], [SETTLED], [OTHER]),
    ],
)
def test_entry_takes_the_place_of_an_older_one_of_its_resource(
    entries: list[Entry], of_1: list[Entry], opened: list[Entry]
) -> None:
    """By the URN, by the id of the object, and among those that no state was seen to have."""
    index = JournalIndex(entries)
    assert index.all() == list({entry.urn: entry for entry in entries}.values())
    assert (index.of("1"), index.open()) == (of_1, opened)
    assert [index.get(entry.urn) for entry in index.all()] == index.all()


@pytest.mark.parametrize("entry", [INTENT, CREATED, SETTLED])
def test_removed_entry_is_found_in_no_way(entry: Entry) -> None:
    """A second removal says that there was none."""
    index = JournalIndex([entry, OTHER])
    assert index.remove("a")
    assert not index.remove("a")
    assert index.get("a") is None
    assert (index.of(entry.id), index.open(), index.all()) == ([], [OTHER], [OTHER])
