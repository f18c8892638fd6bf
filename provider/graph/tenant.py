"""
One tenant as one run sees it: its client, its lists, and who owns what.

The first read of a collection lists it once (`provider.graph.listing`); every later read, every look for an object to
adopt and every search for a duplicate is served from that list. What this run writes is dropped from it and asked for
anew. All of it dies with the process, so a run never sees another run's memory.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

from provider.errors import MissingPermissions, NotFound, UnexpectedAnswer, WriteIgnored
from provider.graph import batch, paging
from provider.graph.absence import Absences
from provider.graph.client import GraphClient
from provider.graph.coalescing import SharedReads
from provider.graph.host import Host
from provider.graph.listing import Listing
from provider.odata import Answer, Collection, is_object

Json = dict[str, Any]
_T = TypeVar("_T")

_BACKGROUND_THREADS = 8
"""
Requests in the background at once. While one page of a hundred is under way, the five batches that the page before it
gave rise to are too, and at times another list with its own.
"""


class _Promise:
    """A value that is computed once, by the first who asks; the others wait for it, and share its failure."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._value: list[Any] = []
        self._error: Exception | None = None

    def get(self, compute: Callable[[], Any]) -> Any:
        with self._lock:
            if self._error is not None:
                raise self._error
            if not self._value:
                try:
                    self._value.append(compute())
                except Exception as error:
                    self._error = error
                    raise
            return self._value[0]

    def kept(self, use: Callable[[Any], None]) -> None:
        """Hand the value to *use*, if there is one already."""
        with self._lock:
            for value in self._value:
                use(value)


class Tenant:
    """
    What one run shares about one tenant. Safe to share between threads.

    *host* is the process around it, and *background* does what is done in the background.
    """

    def __init__(self, client: GraphClient, host: Host | None = None, *, background: Executor | None = None) -> None:
        host = host or Host()
        self.client = client
        self.ledger = host.ledger
        self.journal = host.journal
        self.absences = Absences(client)
        self._on_first_own_request = host.on_first_own_request
        self._lock = threading.Lock()
        self._promises: dict[Hashable, _Promise] = {}
        self._written: defaultdict[str, set[str]] = defaultdict(set)
        self._executor = background or ThreadPoolExecutor(_BACKGROUND_THREADS, thread_name_prefix="graph")
        self._shared = SharedReads(client, self.in_background)

    def in_background(self, task: Callable[[], _T]) -> Future[_T]:
        """
        Do *task* in the background, in the context of the call that it is for.

        It must not wait for another such task: both might wait for one place.
        """
        return self._executor.submit(copy_context().run, task)

    def get_batched(self, path: str) -> Future[Answer]:
        """
        GET *path* in the background, in one `$batch` with what others ask for at the same time.

        Not to be waited for in the background: see `in_background`.
        """
        self.own_request_starts()
        return self._shared.ask(path)

    def get_batched_later(self, path: str) -> Callable[[], Answer]:
        """GET *path* in the next batch that leaves; return how to wait for the answer, by itself if no other leaves."""
        answer = self._shared.ask_later(path)

        def wait() -> Answer:
            self._shared.send()
            return answer.result()

        return wait

    def own_request_starts(self) -> None:
        """Note that the call at hand is going to wait for requests of its own: others should not wait for it."""
        self.once(("own request",), self._on_first_own_request)

    def has_permissions(self, needs: Iterable[tuple[str, ...]]) -> bool:
        """Tell whether the token has one of the permissions of each member of *needs*."""
        granted = self.client.permissions()
        return all(granted.intersection(permissions) for permissions in needs)

    def require_permissions(self, needs: Mapping[str, tuple[str, ...]]) -> None:
        """
        Make sure that the token may do what the run is about to do.

        *needs* maps resources to the permissions of which each needs one.
        Raises MissingPermissions: lists what is missing.
        """
        granted = self.client.permissions()
        missing: dict[tuple[str, ...], list[str]] = {}
        for resource, permissions in needs.items():
            if not granted.intersection(permissions):
                missing.setdefault(permissions, []).append(resource)
        if missing:
            raise MissingPermissions(missing, reason=self.client.why_not(), untouched=not self.client.has_written)

    def once(self, key: Hashable, compute: Callable[[], _T]) -> _T:
        """Return what *compute* returns, computing it only for the first caller with this *key*."""
        with self._lock:
            promise = self._promises.setdefault(key, _Promise())
        value: _T = promise.get(compute)
        return value

    def listing(self, collection: Collection) -> Listing:
        """Return the list of *collection*. It is asked for once in a run, and says itself if it could not be had."""
        return self.once(("listing", collection.path), lambda: self._list(collection))

    def _list(self, collection: Collection) -> Listing:
        with self._lock:
            listing = Listing(self._written[collection.path])
        self.in_background(lambda: listing.fill(paging.pages(self.client, collection.listed)))
        return listing

    def pages(self, path: str) -> Iterator[Json]:
        """GET a collection now: every object on every page, once. Raises UnexpectedAnswer: the list is not one."""
        return paging.objects(self.client, path)

    def get_each(self, paths: Sequence[str]) -> dict[str, Answer]:
        """GET every path, in as few requests as `$batch` allows: its JSON, None if it is empty, or its error."""
        return batch.get_each(self.client, paths)

    def find(self, path: str) -> Json | None:
        """
        Ask for one object now; None where Graph says 404, and an error where it says anything else.

        Raises UnexpectedAnswer: what came back has no id, so it is no object.
        """
        self.own_request_starts()
        try:
            found = self.client.get(path)
        except NotFound:
            return None
        if found is None or not is_object(found):
            raise UnexpectedAnswer("GET", path, message="the answer is no object")
        return found

    def forget(self, collection: Collection, id_: str) -> None:
        """Drop the object *id_*, which this run writes, from the list of *collection*, whenever that is made."""
        with self._lock:
            self._written[collection.path].add(id_)
            promise = self._promises.get(("listing", collection.path))
        if promise is not None:
            promise.kept(lambda listing: listing.forget(id_))

    def eventually(self, probe: Callable[[], _T | None]) -> _T | None:
        """
        Return the first answer of *probe* that is not None, asking again while Graph catches up with a write.

        Returns None when the deadline for that has passed (`Settings.consistency`).
        """
        return self.client.poll(probe, self.client.settings.consistency_timeout)

    def confirm(self, shows: Callable[[], bool], ignored: WriteIgnored) -> None:
        """
        Make sure that Graph *shows* what it has accepted, asking again while it catches up with a write.

        Raises *ignored*: it does not, in all the time that it is given for that (`Settings.consistency`).
        """
        if self.eventually(lambda: True if shows() else None) is None:
            raise ignored
