"""A gate that holds methods of things up, so that tests see what happens meanwhile without waiting for time."""

from __future__ import annotations

import socket
from types import TracebackType


class Gate:
    """Listens on a port that things are told; a caller waits until the test lets it pass."""

    def __init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0))
        self._door.settimeout(30)
        self._waiting: list[socket.socket] = []
        self.pids: set[int] = set()
        self.port: int = self._door.getsockname()[1]

    def __enter__(self) -> Gate:  # noqa: PYI034 - typing has no Self before Python 3.11
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.open()

    def wait(self) -> int:
        """Wait until somebody knocks; return the id of the process."""
        knock, _ = self._door.accept()
        with knock.makefile(encoding="utf-8") as said:
            pid = int(said.readline())
        self._waiting.append(knock)
        self.pids.add(pid)
        return pid

    def anybody(self) -> bool:
        """Tell whether somebody else knocks within a moment."""
        self._door.settimeout(0.2)
        try:
            self.wait()
        except TimeoutError:
            return False
        finally:
            self._door.settimeout(30)
        return True

    def let_pass(self) -> None:
        """Let the one pass who has waited longest."""
        self._waiting.pop(0).close()

    def open(self) -> None:
        """Let everybody pass, now and from now on."""
        self._door.close()
        while self._waiting:
            self.let_pass()
