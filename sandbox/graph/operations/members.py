"""What the routes of a plain collection do alike: list, count, show one, and find what a change is about."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.graph.errors import NotFound
from sandbox.graph.http.messages import Response
from sandbox.graph.operations import answers
from sandbox.graph.tenant.store import Change, Record
from sandbox.graph.tenant.tenant import Call


@dataclass(frozen=True)
class Members:
    """The members of a *collection*, which its errors call *noun*."""

    collection: str
    noun: str

    def missing(self, key: str) -> NotFound:
        """Say that there is no such member."""
        return NotFound(f"{self.noun} not found: {key}")

    def index(self, call: Call) -> Response:
        """List them."""
        return answers.listing(call, self.collection)

    def count(self, call: Call) -> Response:
        """Count them."""
        return answers.count(call, self.collection)

    def show(self, call: Call) -> Response:
        """Get one."""
        record = call.view.get(self.collection, call.keys["id"])
        if record is None:
            raise self.missing(call.keys["id"])
        return answers.item(call, self.collection, record)

    def held(self, change: Change, key: str) -> Record:
        """Return the member that a change is about."""
        record = change.get(self.collection, key)
        if record is None:
            raise self.missing(key)
        return record
