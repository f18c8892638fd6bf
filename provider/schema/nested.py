"""Values that have fields of their own, declared like those of a resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from provider.schema.arguments import Arguments
from provider.schema.values import Problem, Value, is_unknown, unexpected


class Nested(Value):
    """A value with fields of its own, declared like those of a resource."""

    def __init__(self, cls: type[Arguments]) -> None:
        self.args = cls
        self.schema = cls.schema
        self.expected = f"a record with {', '.join(self.schema.attributes)}"

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        """Say what is wrong with each of its fields."""
        if isinstance(value, Mapping):
            yield from self.schema.problems(value, path)
        elif not is_unknown(value):
            yield unexpected(path, self.expected, value)

    def canonical(self, value: Any) -> Any:
        """Make each of its fields canonical."""
        return self.schema.canonical(value) if isinstance(value, Mapping) else value

    def to_wire(self, value: Any) -> Any:
        """Translate each of its fields."""
        return self.schema.body(value)

    def from_wire(self, value: Any) -> Any:
        """Read each of its fields."""
        return self.schema.parse(value) if isinstance(value, Mapping) else value


class NestedOneOf(Value):
    """A record of one of several classes, told apart by the fields that it has."""

    def __init__(self, *classes: type[Arguments]) -> None:
        self.records = [Nested(cls) for cls in classes]
        self.expected = ", or ".join(record.expected for record in self.records)

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        """Say what is wrong with it, as a record of the class that it is most like."""
        record = self._record(value)
        if record is not None:
            yield from record.problems(value, path)
        elif not is_unknown(value):
            yield unexpected(path, self.expected, value)

    def canonical(self, value: Any) -> Any:
        """Make it canonical as what it is."""
        record = self._record(value)
        return record.canonical(value) if record is not None else value

    def _record(self, value: Any) -> Nested | None:
        if not isinstance(value, Mapping):
            return None
        return next((record for record in self.records if set(value) & set(record.schema.attributes)), None)
