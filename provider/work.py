"""
The work of this process, and its end when the engine that ordered it has died.

A killed engine leaves its plugin behind, with calls accepted and more in the queue. Whatever it still wrote, nobody
would learn of: the state knows nothing of it, and the next run, which may have started already, would meet it. So an
orphan starts no further write, lets the requests that are out come back, and ends.
"""

from __future__ import annotations

import atexit
import functools
import os
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from provider import host
from provider.errors import Abandoned, Defect, IntuneError
from provider.settings import debug

_F = TypeVar("_F", bound=Callable[..., Any])

_LONGEST_GOODBYE = 90.0  # seconds; longer than any request takes


class Work:
    """Counts the calls that are being served. Safe to share between threads."""

    def __init__(self) -> None:
        self._calls = 0
        self._changed = threading.Condition()
        self._watching = False

    def __enter__(self) -> None:
        """Begin one call."""
        with self._changed:
            self._calls += 1

    def __exit__(self, *_: object) -> None:
        """End one call."""
        with self._changed:
            self._calls -= 1
            self._changed.notify_all()

    def serves(self, method: _F) -> _F:
        """Wrap a *method* that the engine calls: it is counted, and only errors meant for people leave it."""

        @functools.wraps(method)
        def call(*args: Any) -> Any:
            host.begin_call()
            try:
                with self:
                    return method(*args)
            except IntuneError as error:
                raise error from None
            except Exception as error:
                if debug(os.environ):
                    raise
                raise Defect(f"{type(error).__name__}: {error}") from None

        return call  # type: ignore[return-value]  # the same signature, by construction

    def permit(self) -> None:
        """Let a write pass. Raises Abandoned where the engine has died."""
        if host.engine_is_gone():
            raise Abandoned("the engine that started this run has died: nothing more is written")

    def end_with_the_engine(self, ended_well: Callable[[], object]) -> None:
        """
        End this process when its engine dies, as soon as no call is being served.

        Where the engine ends it, as it does at the end of a run, *ended_well* is called last.
        """
        with self._changed:
            if not self._watching:
                self._watching = host.watch_engine(self._end)
                if self._watching:
                    atexit.register(lambda: None if host.engine_is_gone() else ended_well())

    def _end(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._calls == 0, timeout=_LONGEST_GOODBYE)
        os._exit(1)  # the host's own threads would keep the process alive
