"""
Valid inputs of any resource, derived from its declared fields: a new resource, or a new field, is covered as it stands.

A new kind of *value* is not: `_OF` must say how to make one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from provider.schema import (
    Attribute,
    Boolean,
    Choice,
    DateTime,
    Flags,
    Guid,
    Integer,
    Nested,
    NestedOneOf,
    Part,
    Schema,
    SetOf,
    Text,
    Url,
    Value,
)

Inputs = dict[str, Any]
Strategy = st.SearchStrategy[Any]
_MOST_MEMBERS = 4


def of_schema(
    schema: Schema, given: Mapping[str, Strategy] | None = None, without: frozenset[str] = frozenset()
) -> Any:
    """
    Draw what a program may declare, with its conditions kept.

    *given* are fields whose values lead somewhere (ids), each always there; *without* are left out. What tells the
    provider how to go about it (a directive) is declared only if it is *given*.
    """
    known = given or {}
    drawn = {
        name: known.get(name, of_value(one.value))
        for name, one in schema.attributes.items()
        if name in known or (name not in without and one.part is not Part.DIRECTIVE)
    }

    @st.composite
    def inputs(draw: st.DrawFn) -> Inputs:
        attributes = [schema.attributes[name] for name in drawn]
        record = {
            one.name: draw(drawn[one.name])
            for one in attributes
            if one.required or one.name in known or draw(st.booleans())
        }
        return _placed(record, attributes, lambda one: draw(drawn[one.name]))

    return inputs()


def _placed(record: Inputs, attributes: list[Attribute], draw: Callable[[Attribute], Any]) -> Inputs:
    """Add what the conditions of the fields want there, and remove what they do not."""
    for one in attributes:
        if one.required_when is not None and one.required_when.holds(record):
            record.setdefault(one.name, draw(one))
    for one in attributes:
        if one.allowed_when is not None and one.allowed_when.holds(record) is False:
            record.pop(one.name, None)
    return record


def of_value(value: Value) -> Strategy:
    """Draw valid values, in every spelling that is allowed."""
    for cls in type(value).__mro__:
        if cls in _OF:
            return _OF[cls](value)
    raise NotImplementedError(f"tests/properties/inputs.py does not know how to make a {type(value).__name__}")


def _text(value: Text) -> Strategy:
    if value.pattern.pattern != Text().pattern.pattern:
        return st.from_regex(value.pattern, fullmatch=True)
    return st.text(min_size=1, max_size=20).filter(value.accepts)


def _guid(_value: Guid) -> Strategy:
    return st.uuids(version=4).flatmap(lambda one: st.sampled_from([str(one), str(one).upper()]))


def _url(_value: Url) -> Strategy:
    host = st.from_regex(r"[a-z]{1,8}(\.[a-z]{2,5})?(:[1-9][0-9]{0,3})?", fullmatch=True)
    path = st.sampled_from(["", "/", "/a/b?c=d&e=%20#f", "/ä/'\"{}", "/?q=日本"])
    return st.tuples(st.sampled_from(["https://", "http://"]), host, path).map("".join)


def _moment(_value: DateTime) -> Strategy:
    zones = st.integers(-14 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
    moments = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=zones)  # noqa: DTZ001 - has a zone

    def spelled(moment: datetime, digits: str) -> str:
        seconds, offset = moment.strftime("%Y-%m-%dT%H:%M:%S"), moment.strftime("%z")
        zone = "Z" if offset == "+0000" else f"{offset[:3]}:{offset[3:5]}"
        return seconds + (f".{digits}" if digits else "") + zone

    return st.builds(spelled, moments, st.from_regex(r"[0-9]{0,7}", fullmatch=True))


def _integer(value: Integer) -> Strategy:
    numbers = st.integers(value.minimum, value.maximum)
    return numbers | numbers.map(float)


def _choice(value: Choice) -> Strategy:
    return st.sampled_from([name for name in value.names if name not in value.refused])


def _set_of(value: SetOf) -> Strategy:
    most = min(_MOST_MEMBERS, value.max_items or _MOST_MEMBERS)
    return st.lists(of_value(value.item), min_size=value.min_items, max_size=most, unique_by=value._identity)


def _flags(value: Flags) -> Strategy:
    together = [name for name in value._order if name != value.exclusive]
    return st.just([value.exclusive]) | st.lists(st.sampled_from(together), min_size=1, unique=True)


_OF: dict[type[Value], Callable[[Any], Strategy]] = {
    Text: _text,
    Guid: _guid,
    Url: _url,
    Boolean: lambda _value: st.booleans(),
    DateTime: _moment,
    Integer: _integer,
    Choice: _choice,
    SetOf: _set_of,
    Flags: _flags,
    Nested: lambda value: of_schema(value.schema),
    NestedOneOf: lambda value: st.one_of([of_value(record) for record in value.records]),
}


def examples(strategy: Strategy, count: int, start: int) -> list[Inputs]:
    """Draw up to *count* examples, the same ones for the same *start*."""
    drawn: list[Inputs] = []
    tried_so = settings(
        max_examples=count,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )

    @seed(start)
    @tried_so
    @given(strategy)
    def draw(inputs: Inputs) -> None:
        drawn.append(inputs)

    draw()
    return drawn
