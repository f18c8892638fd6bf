"""
Reads that are late: which writes they do not show yet, and for how long.

A lag lasts for a number of reads, for a time after each write, or for whichever of the two ends first. Only reads that
a hidden write makes a difference to are counted.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field

from sandbox.graph.http.messages import Request
from sandbox.graph.tenant.store import Write


@dataclass
class Lag:
    """
    One lag.

    *path* and *host* say which reads are late. *first* is the number of the first write that is hidden. A lag of
    particular writes (*last* is the number of the last one) hides each of them; one without an end hides, of each
    object, the last write only. *deletes*: deleted objects are shown, in lists too, and nothing else is late.
    """

    path: str
    host: str | None = None
    reads: int | None = None
    milliseconds: int | None = None
    deletes: bool = False
    first: int = 0
    last: int | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @property
    def lasts(self) -> bool:
        """Whether a read may still be late."""
        return self.reads is None or self.reads > 0

    def concerns(self, request: Request) -> bool:
        """Tell whether the request is one of the reads that are late."""
        return (
            request.method == "GET"
            and self.host in (None, request.site.host)
            and re.search(self.path, request.target) is not None
        )

    def hides(self, write: Write, now: float, *, listed: bool) -> bool:
        """
        Tell whether *write* is hidden at the time *now*, in a list or by id.

        A list that is late hides creates and changes but not deletes: people have seen a deleted object still answer
        by id while the list was already without it (powershell-intune-samples#278). The other way round is for
        *deletes* to say.
        """
        if write.number < self.first or (self.last is not None and write.number > self.last):
            return False
        if self.milliseconds is not None and now >= write.at + self.milliseconds / 1000:
            return False
        return write.is_delete if self.deletes else not (listed and write.is_delete)

    def use(self) -> bool:
        """Count one late read; False if there have been enough of them."""
        with self._lock:
            if not self.lasts:
                return False
            if self.reads is not None:
                self.reads -= 1
            return True
