"""
Reads that threads ask for one by one, in batches that they share.

Reads that come while enough batches are under way wait for the next one: the busier a run, the fuller its batches. A
single read is sent at once, as a plain GET.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from itertools import islice

from provider.errors import GraphError
from provider.graph.batch import get_each
from provider.graph.client import GraphClient
from provider.odata import LARGEST_BATCH, Answer

_AT_ONCE = 2
"""Batches under way at once. With more, each carries fewer reads; with one, a read that misses it waits longer."""


class SharedReads:
    """
    The reads that wait for a batch of *client*. Safe to share between threads.

    *start* does a task in the background.
    """

    def __init__(self, client: GraphClient, start: Callable[[Callable[[], None]], object]) -> None:
        self._client = client
        self._start = start
        self._lock = threading.Lock()
        self._senders = 0
        self._waiting: dict[str, Future[Answer]] = {}

    def ask(self, path: str) -> Future[Answer]:
        """GET *path* in the background."""
        answer = self.ask_later(path)
        self.send()
        return answer

    def ask_later(self, path: str) -> Future[Answer]:
        """GET *path* in the next batch that leaves, whatever that is for; at the latest at the next `send`."""
        with self._lock:
            return self._waiting.setdefault(path, Future())

    def send(self) -> None:
        """Let a batch leave with what waits."""
        with self._lock:
            if self._waiting and self._senders < _AT_ONCE:
                self._senders += 1
                self._start(self._send)

    def _send(self) -> None:
        while asked := self._take():
            try:
                answers = self._get(list(asked))
            except Exception as error:  # noqa: BLE001 - it is raised where the answer is waited for
                for future in asked.values():
                    future.set_exception(error)
            else:
                for path, future in asked.items():
                    future.set_result(answers[path])

    def _take(self) -> dict[str, Future[Answer]]:
        """Take what one batch can carry; where nothing waits, one sender less is at work."""
        with self._lock:
            paths = list(islice(self._waiting, LARGEST_BATCH))
            if not paths:
                self._senders -= 1
            return {path: self._waiting.pop(path) for path in paths}

    def _get(self, paths: list[str]) -> dict[str, Answer]:
        try:
            return get_each(self._client, paths) if len(paths) > 1 else {paths[0]: self._client.get(paths[0])}
        except GraphError as error:
            return dict.fromkeys(paths, error)
