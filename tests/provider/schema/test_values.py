"""What single values may be, and how they travel."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pulumi
import pytest

from provider.schema import (
    Choice,
    DateTime,
    Flags,
    Guid,
    Integer,
    Number,
    SetOf,
    Text,
    Url,
    Value,
    contains_unknown,
    show,
)


class Colour(str, Enum):
    """An enum for these tests."""

    NONE = "none"
    RED = "red"
    BLUE_GREEN = "blueGreen"


UNKNOWN = type(pulumi.UNKNOWN)()
GUID = "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01"
ZEROS = "00000000-0000-0000-0000-000000000000"


def reasons(value: Value, given: Any) -> list[str]:
    """Say what is wrong, each as ``path: reason``."""
    return [str(problem) for problem in value.problems(given, "field")]


@pytest.mark.parametrize(
    ("value", "given"),
    [
        (Text(), "x"),
        (Text(), " x "),
        (Guid("a thing"), GUID),
        (Guid("a thing"), GUID.upper()),
        (Guid("a thing"), f"{{{GUID}}}"),
        (Guid("a thing"), GUID.replace("-", "")),
        (Guid("a thing"), f" {GUID}\n"),
        (Number("a tag"), "0"),
        (Number("a tag"), 7),
        (Number("a tag"), 7.0),
        (DateTime(), "2026-11-21 08:00:00 +0000 UTC"),
        (Text(), "2026-01-31"),
        (Text(), "\U0001f510"),
        (Url(), "https://help.contoso.example/a?b=c#d"),
        (Url(), "http://[2001:db8::1]:8080/"),
        (Integer(1, 99), 1),
        (Integer(1, 99), 99.0),
        (Choice(Colour), "blueGreen"),
        (SetOf(Text()), []),
        (SetOf(Text()), ("a", "b")),
        (Flags(Colour, exclusive=Colour.NONE), ["red", "blueGreen"]),
        (Flags(Colour, exclusive=Colour.NONE), ["none"]),
    ],
)
def test_valid_values_have_no_problems(value: Value, given: Any) -> None:
    """What Graph would take is accepted."""
    assert reasons(value, given) == []


@pytest.mark.parametrize(
    ("value", "given", "said"),
    [
        (Text(), "", "must be text that is not blank"),
        (Text(), " \n", "must be text that is not blank"),
        (Text(), 7, "write it in quotes"),
        (Text(), True, "write it in quotes"),
        (Text(), ["x"], 'not ["x"]'),
        (Guid("an Entra group"), "Finance", "the id of an Entra group"),
        (Guid("an Entra group"), GUID + "0", "a GUID like"),
        (Guid("an Entra group"), ZEROS, "zeros mean that none is set: leave field out, or give the id"),
        (Guid("an Entra group"), ZEROS.replace("-", ""), "zeros mean that none is set"),
        (Guid("an Entra group"), f"{{{GUID}", "give the id, not the name"),
        (Guid("an Entra group"), "", "the id of an Entra group"),
        (Number("a tag"), True, "the id of a tag, a whole number in quotes, not true"),
        (Number("a tag"), 1.5, "write it in quotes; `pulumi config set` needs --type string"),
        (Number("a tag"), -1, "a whole number"),
        (Number("a tag"), float("nan"), "a whole number"),
        (Number("a tag"), float("inf"), "a whole number"),
        (Number("a tag"), "", "a whole number"),
        (Text(), 7, "`pulumi config set` needs --type string"),
        (Text(), "2026-01-31 00:00:00 +0000 UTC", 'write it in quotes: "2026-01-31"'),
        (Text(), "2026-01-31 08:30:00.5 +0100 CET", 'write it in quotes: "2026-01-31T08:30:00Z"'),
        (Guid("g"), "2026-01-31 00:00:00 +0000 UTC", "is a date or a time"),
        (Text(), "of Calling __str__ on an Output[T] is not supported.", "pulumi.Output.format("),
        (Url(), "https://<pulumi.output.Output object at 0x7f>", "pulumi.Output.concat("),
        (Text(), "a lock: \ud83d", "write the character itself"),
        (Url(), "", "leave it out if there is none"),
        (Url(), "ftp://x.example", "begins with https:// or http://"),
        (Url(), "help.contoso.example", "begins with https:// or http://"),
        (Url(), "https://", "begins with https:// or http://"),
        (Url(), "https://a b.example", "begins with https:// or http://"),
        (Url(), "https://[::1", "begins with https:// or http://"),
        (Integer(1, 99), 0, "from 1 to 99, not 0"),
        (Integer(1, 99), 100.0, "from 1 to 99"),
        (Integer(1, 99), 20.5, "a whole number"),
        (Integer(1, 99), "20", "write it without quotes"),
        (Integer(1, 99), "x", 'not "x"'),
        (Integer(1, 99), True, "not true"),
        (Integer(1, 99), float("nan"), "a whole number"),
        (Integer(1, 99), float("inf"), "a whole number"),
        (Choice(Colour), "Red", 'did you mean "red"?'),
        (Choice(Colour), "blue_green", 'did you mean "blueGreen"?'),
        (Choice(Colour), "xyzzy", "must be one of none, red, blueGreen"),
        (Choice(Colour), None, "must be one of"),
        (SetOf(Text()), "a", 'put it in brackets: ["a"]'),
        (SetOf(Text()), {"a": 1}, "must be a list"),
        (SetOf(Text(), min_items=1), [], "must have at least 1 member"),
        (SetOf(Text(), max_items=2), ["a", "b", "c"], "takes 2 at most; remove some"),
        (SetOf(Text()), ["a", 7], "field[1]: must be text"),
        (SetOf(Text()), ["a", "b", "a"], "field[2]: is the same as field[0]; remove one"),
        (SetOf(Number("a tag")), ["7", 7], "field[1]: is the same as field[0]"),
        (SetOf(Guid("g")), [GUID, GUID.upper()], "field[1]: is the same as field[0]"),
        (Flags(Colour, exclusive=Colour.NONE), [], "write [none] for none"),
        (Flags(Colour, exclusive=Colour.NONE), ["none", "red"], '"none" cannot be combined with other members'),
        (Flags(Colour, exclusive=Colour.NONE), "red", 'put it in brackets: ["red"]'),
        (Flags(Colour, exclusive=Colour.NONE), ["red", "red"], "is the same as"),
    ],
)
def test_problems_name_the_path_and_the_remedy(value: Value, given: Any, said: str) -> None:
    """Exactly one problem is reported, and it says how to mend it."""
    (reason,) = reasons(value, given)
    assert reason.startswith("field")
    assert said in reason


@pytest.mark.parametrize(
    ("value", "given"),
    [
        (Text(), 4711),
        (Text("[a-z]+", "small letters"), "CANARY"),
        (Text(), "2026-01-31 00:00:00 +0000 UTC"),
        (Guid("g"), "CANARY"),
        (Guid("g"), ZEROS),
        (Number("a tag"), 47.11),
        (Url(), "CANARY"),
        (Integer(1, 99), 4711),
        (Choice(Colour), "blu_green"),
        (Choice(Colour, {Colour.RED: "it is out of fashion"}), "red"),
        (DateTime(), "CANARY"),
        (SetOf(Text()), "CANARY"),
        (Flags(Colour, exclusive=Colour.NONE), ["none", "blueGreen"]),
    ],
)
def test_problem_without_its_value_shows_no_part_of_it(value: Value, given: Any) -> None:
    """The value may be a secret: what is said of it is then the same for every value of that kind of mistake."""
    (problem,) = value.problems(given, "field")
    hidden = problem.without_value()
    assert hidden.path == "field"
    assert hidden.reason
    assert hidden.without_value() == hidden
    rest = hidden.reason.replace(value.expected, "")
    assert not any(part in rest for part in ("CANARY", "4711", "47.11", "2026", "blu", "fashion", ZEROS, '"none"'))


def test_all_problems_of_a_list_are_reported_at_once() -> None:
    """A list with three bad members and one duplicate has four problems."""
    assert len(reasons(SetOf(Text(), max_items=4), ["", 7, "a", "a", None])) == 5


@pytest.mark.parametrize(
    "value",
    [Text(), Guid("g"), Url(), Integer(1, 99), Choice(Colour), SetOf(Text()), Flags(Colour, exclusive=Colour.NONE)],
)
def test_unknown_values_are_not_validated(value: Value) -> None:
    """During a preview a value may not exist yet; saying that it is invalid would be wrong."""
    assert reasons(value, UNKNOWN) == []


def test_unknown_members_are_not_validated_and_equal_nothing() -> None:
    """A list with an unknown member keeps its order and is never a duplicate of anything."""
    given = ["b", UNKNOWN, UNKNOWN, "a"]
    assert reasons(SetOf(Text()), given) == []
    assert SetOf(Text()).canonical(given) == given
    assert contains_unknown({"a": [given]})


@pytest.mark.parametrize(
    ("value", "given", "canonical"),
    [
        (Integer(1, 99), 20.0, 20),
        (Integer(1, 99), 20.5, 20.5),
        (Integer(1, 99), "x", "x"),
        (Guid("g"), GUID.upper(), GUID),
        (Guid("g"), f" {{{GUID.replace('-', '').upper()}}} ", GUID),
        (Guid("g"), "Finance", "finance"),
        (Number("a tag"), 7.0, "7"),
        (Number("a tag"), "7", "7"),
        (Number("a tag"), True, True),
        (Number("a tag"), float("inf"), float("inf")),
        (DateTime(), "2026-11-21 09:00:00.250 +0100 CET", "2026-11-21T08:00:00.25Z"),
        (SetOf(Text()), ("b", "a"), ["a", "b"]),
        (SetOf(Text()), "b", "b"),
        (SetOf(Integer(1, 9)), [2.0, 1], [1, 2]),
    ],
)
def test_canonical_is_one_spelling_and_total(value: Value, given: Any, canonical: Any) -> None:
    """Equal values get one spelling; what is no value of the kind comes back as it is."""
    result = value.canonical(given)
    assert result == canonical
    assert type(result) is type(canonical)


@pytest.mark.parametrize(
    ("wire", "value"),
    [
        ("companyPortal,email", ["companyPortal", "email"]),
        ("email, companyPortal", ["companyPortal", "email"]),
        ("none", ["none"]),
        ("carrierPigeon,email", ["carrierPigeon", "email"]),
        ("", []),
        (None, None),
    ],
)
def test_flags_are_read_from_one_string(wire: str | None, value: list[str] | None) -> None:
    """Order and blanks mean nothing, and an unknown member is kept."""
    assert Flags(Colour, exclusive=Colour.NONE).from_wire(wire) == value


def test_flags_are_written_in_the_order_of_the_schema() -> None:
    """Graph's own order, without blanks, whatever the program's order is."""
    assert Flags(Colour, exclusive=Colour.NONE).to_wire(["blueGreen", "red"]) == "red,blueGreen"


def test_null_list_reads_as_empty() -> None:
    """OData knows no null collection; a server that sends one means none."""
    assert SetOf(Text()).from_wire(None) == []


def test_value_is_shown_as_yaml_has_it_and_short() -> None:
    """An error quotes what is wrong, and a long one only so far that it can be recognised."""
    assert show({"a": ["ä", True, None]}) == '{"a": ["ä", true, null]}'
    assert show([UNKNOWN]) == '["…"]'
    assert show("half \ud83d") == '"half \\ud83d"'
    assert show("x" * 58) == '"' + "x" * 58 + '"'
    assert show("x" * 59) == '"' + "x" * 58 + "…"
