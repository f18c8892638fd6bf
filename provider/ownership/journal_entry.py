"""One create in the journal of this machine, and the digests in it: no value of a declaration is written down."""

from __future__ import annotations

import hashlib
import json
from typing import Any, NamedTuple


class Entry(NamedTuple):
    """One create."""

    urn: str
    kind: str
    name: str
    """Digest of its display name."""
    fields: tuple[str, ...]
    """The declared fields that the body had."""
    body: str
    """Digest of their values."""
    before: tuple[str, ...]
    """The ids of the objects of that name and kind that existed before."""
    began: float
    """When the POST was about to be sent: seconds since the epoch, by this machine's clock."""
    run: str = ""
    """The lock of the process that was about to send it: see `provider.ownership.machine`."""
    id: str = ""
    """The id of what was created; empty while that is not known."""
    settled: bool = False
    """The state has the id: the entry proves nothing any more, and only says for which resource it was created."""

    @property
    def stack(self) -> str:
        """The stack and the project of its resource."""
        return stack_of(self.urn)

    def as_settled(self) -> Entry:
        """Return it as it is once the state has the id: without digests, by which nothing is recognised any more."""
        return self._replace(name="", fields=(), body="", before=(), settled=True)


def tenant_key(tenant_id: str, cloud: str) -> str:
    """Return what the journal calls the tenant of a stack."""
    return f"{tenant_id}@{cloud}"


def stack_of(urn: str) -> str:
    """Return the stack and the project of the resource *urn*, as its URN has them."""
    return "::".join(urn.split("::")[:2])


def digest(value: Any) -> str:
    """Return a digest of *value*, a part of a declaration, from which it cannot be read back."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def row_of(entry: Entry) -> tuple[Any, ...]:
    """Return *entry* as a row of the database."""
    return tuple(entry._replace(fields=json.dumps(entry.fields), before=json.dumps(entry.before)))  # type: ignore[arg-type]


def entry_of(row: tuple[Any, ...]) -> Entry:
    """Return the entry that a row of the database is."""
    entry = Entry(*row)
    fields, before = (tuple(json.loads(str(text))) for text in (entry.fields, entry.before))
    return entry._replace(fields=fields, before=before, settled=bool(entry.settled))
