"""The store as one request reads it: from before the writes that lags hide from it."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.graph.tenant.lags import Lag
from sandbox.graph.tenant.store import Record, Store, Write


class View:
    """What one request reads. Each of the *lags* that makes a difference to it is used once, however many objects."""

    def __init__(self, store: Store, lags: Sequence[Lag] = ()) -> None:
        self.written: list[int] = []
        """The numbers of the writes that the request has made itself."""
        self._store = store
        self._lags = lags
        self._used: list[Lag] = []

    def get(self, collection: str, key: str) -> Record | None:
        """Return the object, if there is (or, late, was) one."""
        return self._seen(collection, key.lower(), listed=False)

    def all(self, collection: str) -> list[Record]:
        """Return all objects of a collection in the order of their creation."""
        if not self._lags:
            return self._store.look_all(collection)
        keys = [*(record.id for record in self._store.look_all(collection)), *self._store.look_deleted(collection)]
        seen = (self._seen(collection, key, listed=True) for key in dict.fromkeys(keys))
        return sorted((record for record in seen if record is not None), key=lambda record: record.sequence)

    def _seen(self, collection: str, key: str, *, listed: bool) -> Record | None:
        record, write = self._store.look(collection, key)
        while write is not None:
            lag = self._hiding(write, listed=listed)
            if lag is None:
                break
            record, write = write.before, write.previous if lag.last is not None else None
        return record

    def _hiding(self, write: Write, *, listed: bool) -> Lag | None:
        now = self._store.clock()
        return next((lag for lag in self._lags if lag.hides(write, now, listed=listed) and self._uses(lag)), None)

    def _uses(self, lag: Lag) -> bool:
        """Use *lag* for this read, unless it is used up."""
        if not any(lag is used for used in self._used):
            if not lag.use():
                return False
            self._used.append(lag)
        return True
