"""The open connections of a server, to end them when it stops, or when a client is to shake hands again."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Connections:
    """Safe for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._idle: set[socket.socket] = set()
        self._ending = False

    def opened(self, connection: socket.socket) -> None:
        """Remember a connection, to end it when the server stops (now, if that has begun)."""
        with self._lock:
            self._open.add(connection)
            ending = self._ending
        if ending:
            _hang_up(connection)

    def closed(self, connection: socket.socket) -> None:
        """Forget a connection."""
        with self._lock:
            self._open.discard(connection)

    @contextmanager
    def idle(self, connection: socket.socket) -> Iterator[None]:
        """Count a connection as one that waits for a request."""
        with self._lock:
            self._idle.add(connection)
        try:
            yield
        finally:
            with self._lock:
                self._idle.discard(connection)

    def forget_idle(self) -> None:
        """End the connections over TLS that wait for a request: their clients have to shake hands again."""
        with self._lock:
            waiting = [connection for connection in self._idle if isinstance(connection, ssl.SSLSocket)]
        for connection in waiting:
            _hang_up(connection)

    def end(self) -> None:
        """End all connections, and those that are opened from now on."""
        with self._lock:
            self._ending = True
            connections = list(self._open)
        for connection in connections:
            _hang_up(connection)


def _hang_up(connection: socket.socket) -> None:
    """End a connection under the feet of the thread that reads from it, TLS or not."""
    try:
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
    except OSError:
        return  # it has just ended by itself
