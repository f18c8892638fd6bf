"""
Things that go wrong on purpose, a given number of times.

A fault is at most one of these, each before or after the request has taken effect:

- `status`: an answer of its own;
- `drop`: the connection is closed without an answer;
- `garbled`: noise instead of an answer, or (`body`) in the middle of one: over TLS a record that cannot be decrypted;
- `cut`: a success whose body breaks off.

`delayMs` delays any of them, or the right answer; with `when: after` the request has taken effect by then.
`certificate` is different: not a request fails but the handshakes of the next connections. With `lagReads`, `lagMs`,
`lagDeletes` or `lagDeletesMs` reads are late: by themselves those that the path matches; beside another fault, or a
method that writes, all reads that the write makes a difference to. The first fault that matches a request is used, and
every lag.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence

from sandbox.graph.control.fault import Fault
from sandbox.graph.http.clouds import Site
from sandbox.graph.http.messages import Request
from sandbox.graph.tenant.lags import Lag


class Faults:
    """The faults that are still to come. *forget_connections* ends those that are kept, for the next to be new ones."""

    def __init__(self, forget_connections: Callable[[], object]) -> None:
        self._forget_connections = forget_connections
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def arm(self, fault: Fault, latest: int) -> None:
        """Add a fault. *latest*: the number of the last write, which is the first that a lag of its own hides."""
        if fault.is_lag:
            fault.lags = [*_lags(fault, fault.path, latest, None)]
        with self._lock:
            self._faults.append(fault)
        if fault.begun:
            self._forget_connections()

    def take(self, request: Request) -> Fault | None:
        """Use up one of the times of the first fault that matches."""
        with self._lock:
            fault = next((fault for fault in self._faults if fault.strikes(request)), None)
            if fault is not None:
                fault.times -= 1
            return fault

    def lags(self, request: Request) -> list[Lag]:
        """Return those that make this request late."""
        with self._lock:
            return [lag for fault in self._faults for lag in fault.lags if lag.lasts and lag.concerns(request)]

    def written(self, fault: Fault, numbers: Sequence[int]) -> None:
        """Let reads be late that show the writes with these *numbers*, if the *fault* that happened to them says so."""
        lags = [*_lags(fault, "", numbers[0], numbers[-1])] if numbers else []
        if lags:
            with self._lock:
                self._faults.append(fault.only_lags(lags))

    def answered(self, request: Request) -> None:
        """Let wrong certificates be shown from now on where that was to begin after *request*."""
        with self._lock:
            beginning = [fault for fault in self._faults if fault.begins_after(request)]
            for fault in beginning:
                fault.begun = True
        if beginning:
            self._forget_connections()

    def handshake(self, site: Site) -> bool:
        """Tell whether a client that connects to *site* is to be shown a wrong certificate, and count it."""
        with self._lock:
            fault = next((fault for fault in self._faults if fault.spoils(site)), None)
            if fault is not None:
                fault.times -= 1
            return fault is not None

    def awaits_handshake(self, site: Site) -> bool:
        """Tell whether the next connection to *site* is to be shown a wrong certificate."""
        with self._lock:
            return any(fault.spoils(site) for fault in self._faults)

    def pending(self) -> list[Fault]:
        """Return those that can still happen."""
        with self._lock:
            return [fault for fault in self._faults if fault.left]

    def clear(self) -> None:
        """Forget all of them."""
        with self._lock:
            self._faults.clear()


def _lags(fault: Fault, path: str, first: int, last: int | None) -> Iterator[Lag]:
    """Make the lags that *fault* says, for reads of *path* and the writes from *first* to *last*."""
    host = fault.host if last is None else None
    if fault.lagReads or fault.lagMs:
        yield Lag(path, host, fault.lagReads, fault.lagMs, first=first, last=last)
    if fault.lagDeletes or fault.lagDeletesMs:
        yield Lag(path, host, fault.lagDeletes, fault.lagDeletesMs, deletes=True, first=first, last=last)
