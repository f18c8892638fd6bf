"""
What Graph keeps beside every object of a list, read by `$batch`.

The first who asks for one gets all of them under way: a batch leaves as soon as the list has objects enough for it, so
that requests grow with pages and not with objects, and the first batches run while the last pages are still to come.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING, Generic, TypeVar

from provider.errors import GraphError
from provider.kinds.relationship import Json, ObjectRef
from provider.odata import LARGEST_BATCH, Answer

if TYPE_CHECKING:  # a program must not load the HTTP library
    from provider.graph.tenant import Tenant

_T = TypeVar("_T")


class Prefetch(Generic[_T]):
    """
    One thing beside each listed object of the type of *example*.

    *path* is where it is read, *read* makes it of an answer there, or raises, and *wanted* tells of which listed
    objects it must be asked for at all. Only what *read* returns is kept.
    """

    def __init__(
        self,
        tenant: Tenant,
        example: ObjectRef,
        path: Callable[[ObjectRef], str],
        read: Callable[[Answer, str], _T],
        wanted: Callable[[Json], bool] = lambda _listed: True,
    ) -> None:
        self._tenant = tenant
        self._example = example
        self._path = path
        self._read = read
        self._wanted = wanted
        self._waiting: list[str] = []
        self._batch: Future[dict[str, _T | GraphError]] = Future()
        self._batches: dict[str, Future[dict[str, _T | GraphError]]] = {}
        tenant.listing(example.collection).follow(self._take)

    def get(self, id_: str) -> _T:
        """Return what Graph keeps beside the object *id_*. Raises GraphError: Graph did not say."""
        listed = self._tenant.listing(self._example.collection).get(id_)
        if listed is None or id_ not in self._batches:  # not of the list, or written since: asked for alone
            path = self._path(replace(self._example, id=id_))
            return self._read(self._tenant.get_batched(path).result(), path)
        found = self._batches[id_].result()[id_]
        if isinstance(found, GraphError):
            raise found
        return found

    def _take(self, objects: list[Json], complete: bool) -> None:  # noqa: FBT001 - as the listing calls it
        for one in objects:
            if one.get("@odata.type") == self._example.odata_type and self._wanted(one):
                self._waiting.append(id_ := str(one["id"]))
                self._batches[id_] = self._batch
                if len(self._waiting) == LARGEST_BATCH:
                    self._send()
        if complete and self._waiting:
            self._send()

    def _send(self) -> None:
        ids, batch = self._waiting, self._batch
        self._waiting, self._batch = [], Future()

        def ask() -> None:
            try:
                batch.set_result(self._ask(ids))
            except Exception as error:  # noqa: BLE001 - it is raised where the answer is waited for
                batch.set_exception(error)

        self._tenant.in_background(ask)

    def _ask(self, ids: list[str]) -> dict[str, _T | GraphError]:
        paths = {id_: self._path(replace(self._example, id=id_)) for id_ in ids}
        answers = self._tenant.get_each(list(paths.values()))
        found: dict[str, _T | GraphError] = {}
        for id_, path in paths.items():
            try:
                found[id_] = self._read(answers[path], path)
            except GraphError as error:
                found[id_] = error
        return found
