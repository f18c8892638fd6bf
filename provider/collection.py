"""A collection of Graph: where it is, and what a list of it must ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_LONGEST_ID = 1024
"""Characters that an id may have: what is longer no address can carry, so it could never be asked for."""


@dataclass(frozen=True)
class Collection:
    """One collection below the version segment of Graph."""

    path: str
    """Such as ``/deviceManagement/deviceConfigurations``."""
    query: str = ""
    """The query options with which one answer has all of an object."""

    @property
    def listed(self) -> str:
        """The path that lists it."""
        return f"{self.path}?{self.query}" if self.query else self.path

    def item(self, id_: str) -> str:
        """Return the path of one object: an id in it is quoted, and a quote in the id doubled, as OData has it."""
        return f"{self.path}('{id_.replace(chr(39), chr(39) * 2)}')"

    def item_listed(self, id_: str) -> str:
        """Return the path of one object with all that a list of the collection has of it."""
        return f"{self.item(id_)}?{self.query}" if self.query else self.item(id_)


def is_object(value: Any) -> bool:
    """Tell whether *value*, a part of an answer, is an object of a collection: only with an id is it one."""
    id_ = value.get("id") if isinstance(value, dict) else None
    return isinstance(id_, str) and 0 < len(id_) <= _LONGEST_ID
