"""The tenant a request acts on, and one call to an operation."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

from sandbox.graph.http.messages import Request
from sandbox.graph.identity import TENANT_ID
from sandbox.graph.tenant.store import Change, Record, Store
from sandbox.graph.tenant.switches import SwitchBoard, Switches
from sandbox.graph.tenant.view import View


@dataclass
class Tenant:
    """Objects, switches and the wall clock *now*, in seconds since the epoch."""

    store: Store
    board: SwitchBoard
    now: Callable[[], float]
    patches: Iterator[int] = field(default_factory=itertools.count)
    """Numbers the answers to PATCH: half of them have a body."""
    deletes: Iterator[int] = field(default_factory=itertools.count)
    id: str = TENANT_ID

    @property
    def switches(self) -> Switches:
        """The switches as they stand."""
        return self.board.current

    def timestamp(self) -> str:
        """Write the time as Intune does: in UTC, with seven digits of a second."""
        now = self.now()
        whole = datetime.fromtimestamp(int(now), timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
        return f"{whole}.{int(now % 1 * 10_000_000):07d}Z"

    def touched(self, record: Record) -> Record:
        """Return a profile as just modified: one version on."""
        now = {"version": record.properties["version"] + 1, "lastModifiedDateTime": self.timestamp()}
        return replace(record, properties={**record.properties, **now})

    def new_id(self) -> str:
        """Return an id for a new object."""
        return str(uuid.uuid4())


@dataclass
class Call:
    """A request that has passed every gate, on its way to an operation. *keys*: the variables of the route."""

    request: Request
    keys: dict[str, str]
    tenant: Tenant
    view: View

    @property
    def base(self) -> str:
        """The start of every URL in the answer: on the origin that the request came to."""
        return f"{self.request.site.origin}/beta"

    @contextmanager
    def change(self) -> Iterator[Change]:
        """Change objects, as `Store.change` does, and remember which writes that were."""
        with self.tenant.store.change() as change:
            yield change
        self.view.written += change.numbers
