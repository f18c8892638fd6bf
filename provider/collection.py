"""A collection of Graph: where it is, and what a list of it must ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


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
    return isinstance(value, dict) and isinstance(value.get("id"), str) and value["id"] != ""
