"""
The work of this process, and its end when the engine that ordered it has died.

A killed engine leaves its plugin behind, with calls accepted and more in the queue. Nothing would record what the
plugin still writes, and the next run may have started already. So such a plugin starts no further write, waits for the
answers to the requests that were sent, and ends.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable
from typing import Any

from provider.errors import EngineGone, IntuneError, ProviderBug
from provider.plugin import host
from provider.settings import debug

_SHUTDOWN_TIMEOUT = 90.0  # seconds; longer than any request takes


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

    def serve(self, method: Callable[..., Any], *args: Any) -> Any:
        """Serve one call of the engine, which is counted; only errors meant for people leave it."""
        host.remember_resource()
        try:
            with self:
                return method(*args)
        except IntuneError as error:
            raise error from None
        except Exception as error:
            if debug(os.environ):
                raise
            raise ProviderBug(f"{type(error).__name__}: {error}") from None

    def require_engine(self) -> None:
        """Let a write pass. Raises EngineGone where the engine has died."""
        if host.engine_is_gone():
            raise EngineGone("the engine that started this run has died: nothing more is written")

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
            self._changed.wait_for(lambda: self._calls == 0, timeout=_SHUTDOWN_TIMEOUT)
        os._exit(1)  # the host's own threads would keep the process alive
