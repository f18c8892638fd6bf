"""
One list of a collection, which serves every read of a run.

It fills page by page in the background. A reader of an object waits until its page has come and no longer, so the
work on the first pages goes on while the last ones are under way.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

Json = dict[str, Any]


class Listing:
    """Every object of one collection, by id. Safe to share between threads."""

    def __init__(self, written: Iterable[str] = ()) -> None:
        """Make an empty list; the objects *written* by this run before are not taken in, for a list may be late."""
        self._changed = threading.Condition()
        self._objects: dict[str, Json] = {}
        self._written = set(written)
        self._spellings: dict[str, str] = {}
        self._followers: list[Callable[[list[Json], bool], None]] = []
        self._complete = False
        self._error: Exception | None = None

    def fill(self, pages: Iterable[list[Json]]) -> None:
        """Take in all *pages*. What goes wrong on the way is raised by `get` and by iterating, not here."""
        try:
            for page in pages:
                self._take(page)
        except Exception as error:  # noqa: BLE001 - it is raised by `get` and by iterating
            self._error = error
        with self._changed:
            self._complete = True
            for follower in self._followers:
                follower([], True)
            self._changed.notify_all()

    def follow(self, follower: Callable[[list[Json], bool], None]) -> None:
        """
        Hand every object to *follower*: those that are here now, and the others as they come.

        Its second argument says that there will be no more. It is called under the lock, so it must not wait.
        """
        with self._changed:
            follower(list(self._objects.values()), self._complete)
            self._followers.append(follower)

    def __iter__(self) -> Iterator[Json]:
        """Iterate over all objects as they are at this moment. Raises GraphError: the list could not be had."""
        with self._changed:
            self._changed.wait_for(lambda: self._complete)
            if self._error is not None:
                raise self._error
            return iter(list(self._objects.values()))

    def get(self, id_: str) -> Json | None:
        """
        Return the object, or None where the list does not have it. That alone proves no absence.

        Raises GraphError: the list broke off before the object came.
        """
        with self._changed:
            self._changed.wait_for(lambda: id_ in self._objects or id_ in self._written or self._complete)
            found = self._objects.get(id_)
            if found is None and id_ not in self._written and self._error is not None:
                raise self._error
            return found

    def forget(self, id_: str) -> None:
        """Drop an object that this run wrote, even if its page is still to come: it is read anew."""
        with self._changed:
            self._written.add(id_)
            self._objects.pop(id_, None)
            self._changed.notify_all()

    def _take(self, page: list[Json]) -> None:
        with self._changed:
            here = [self._lean(one) for one in page if "id" in one and str(one["id"]) not in self._written]
            self._objects.update({str(one["id"]): one for one in here})
            for follower in self._followers:
                follower(here, False)
            self._changed.notify_all()

    def _lean(self, value: Any) -> Any:
        """
        Return *value* as it is worth keeping for a whole run.

        A member that is null says as much as one that is not there, a context repeats the path, and most texts of a
        collection (types, descriptions, dates) are those of its other objects: one copy of each will do.
        """
        if isinstance(value, dict):
            return {
                name: self._lean(member)
                for name, member in value.items()
                if member is not None and not name.endswith("@odata.context")
            }
        if isinstance(value, list):
            return [self._lean(member) for member in value]
        return self._spellings.setdefault(value, value) if isinstance(value, str) else value
