"""A collection of Graph: where it is, and what a list of it must ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote as percent_encode

from provider.errors import GraphError

Answer = dict[str, Any] | GraphError | None
"""What came of one read of several: its JSON, None where it is empty, or its error."""

LARGEST_BATCH = 20
"""Parts that one `$batch` may have."""

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
        """Return the path of one object."""
        return f"{self.path}({quoted(id_)})"

    def item_listed(self, id_: str) -> str:
        """Return the path of one object with all that a list of the collection has of it."""
        return f"{self.item(id_)}?{self.query}" if self.query else self.item(id_)


def quoted(id_: str) -> str:
    """Write *id_* into a path: in quotes, a quote in it doubled, as OData has it; no part of it is a path."""
    return f"'{percent_encode(id_.replace(chr(39), chr(39) * 2), safe=chr(39))}'"


def is_object(value: Any) -> bool:
    """Tell whether *value*, a part of an answer, is an object of a collection: only with an id is it one."""
    id_ = value.get("id") if isinstance(value, dict) else None
    return isinstance(id_, str) and 0 < len(id_) <= _LONGEST_ID
