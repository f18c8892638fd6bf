"""What declared fields mean: problems, differences, bodies."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

import pulumi
import pytest
from pulumi import Input

from provider.errors import DeclarationError
from provider.schema import Arguments, Choice, Guid, Integer, Nested, Part, SetOf, Text, When, optional, required

UNKNOWN = type(pulumi.UNKNOWN)()


class Access(str, Enum):
    """An enum for these tests."""

    ALL = "all"
    SOME = "some"


class PackageArgs(Arguments):
    """A record inside another."""

    package_id: Input[str] = required(Text())


class FilterType(str, Enum):
    """Another, without the word that Graph has for neither."""

    INCLUDE = "include"


class ExportedArgs(Arguments):
    """Fields that exports write where they are not set."""

    description: Input[str] | None = optional(Text(empty_unset=True))
    filter_id: Input[str] | None = optional(Guid("a filter", zeros_unset=True), required_when=When("filter_type"))
    filter_type: Input[str] | None = optional(Choice(FilterType, unset="none"), required_when=When("filter_id"))
    title: Input[str] = required(Text(empty_unset=True))


class ThingArgs(Arguments):
    """One field of each sort."""

    display_name: Input[str] = required(Text())
    colour: Input[str] = required(Text(), create_only=True)
    help_url: Input[str] | None = optional(Text())
    percentage: Input[int] | None = optional(Integer(1, 99), server_default=True)
    min_os_version: Input[str] | None = optional(Text(), wire="minOSVersion")
    access: Input[str] | None = optional(Choice(Access))
    packages: Input[Sequence[Input[PackageArgs]]] | None = optional(
        SetOf(Nested(PackageArgs), max_items=3), allowed_when=When("access", ("some",))
    )
    filter_id: Input[str] | None = optional(Text(), required_when=When("filter_type"))
    filter_type: Input[str] | None = optional(Text(), required_when=When("filter_id"))
    friends: Input[Sequence[Input[str]]] | None = optional(SetOf(Text()), part=Part.RELATIONSHIP)
    adopt: str | None = optional(Text(), part=Part.DIRECTIVE)


SCHEMA = ThingArgs.schema
GOOD: dict[str, Any] = {"display_name": "N", "colour": "red"}


def problems(record: dict[str, Any]) -> dict[str, str]:
    """Map each path to what is said of it."""
    return {problem.path: problem.reason for problem in SCHEMA.problems(record)}


def test_good_fields_have_no_problems() -> None:
    """The required fields alone are enough, and None is the same as omitted."""
    assert problems(GOOD) == {}
    assert problems({**GOOD, "help_url": None}) == {}


def test_all_problems_of_a_record_are_reported_at_once() -> None:
    """Missing, unknown and wrong fields, at every depth, in one go."""
    bad = {"displayName": "N", "percentage": 0, "access": "some", "packages": [{"package_id": ""}, {"id": "x"}], "x": 1}
    assert set(problems(bad)) == {
        "displayName",
        "x",
        "display_name",
        "colour",
        "percentage",
        "packages[0].package_id",
        "packages[1].id",
        "packages[1].package_id",
    }
    assert problems(bad)["displayName"].endswith('did you mean "display_name"?')
    assert problems(bad)["x"] == "is not a field here; remove it"


@pytest.mark.parametrize(
    ("fields", "path", "said"),
    [
        ({"packages": [{"package_id": "a"}]}, "packages", "only when access is some"),
        ({"packages": [{"package_id": "a"}], "access": "all"}, "packages", "remove it or change access"),
        ({"filter_id": "f"}, "filter_type", "is required when filter_id is given"),
        ({"filter_type": "f"}, "filter_id", "is required when filter_type is given"),
        ({"packages": "a", "access": "some"}, "packages", "must be a list of at most 3"),
        ({"packages": ["a"], "access": "some"}, "packages[0]", "must be a record with package_id"),
    ],
)
def test_conditions_between_fields(fields: dict[str, Any], path: str, said: str) -> None:
    """A field that needs or excludes another says so."""
    assert said in problems({**GOOD, **fields})[path]


EXPORTED = ExportedArgs.schema
ZEROS = "00000000-0000-0000-0000-000000000000"
GUID = "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01"


def test_way_of_exports_to_write_unset_is_unset() -> None:
    """Empty text, an id of zeros and `none` are what exports of Intune have; none of them is sent, compared or kept."""
    fields = {"title": "T", "description": "", "filter_id": ZEROS, "filter_type": "none"}
    assert list(EXPORTED.problems(fields)) == []
    assert EXPORTED.canonical(fields) == {"title": "T"}


@pytest.mark.parametrize(
    ("fields", "path", "said"),
    [
        (
            {"filter_id": ZEROS, "filter_type": "include"},
            "filter_id",
            f'not "{ZEROS}", which says that none is set: give it, or leave both out',
        ),
        ({"filter_id": GUID, "filter_type": "none"}, "filter_type", 'not "none", which says that none is set: give it'),
        ({"title": ""}, "title", "must be text that is not blank"),
    ],
)
def test_half_of_unset_is_a_problem(fields: dict[str, Any], path: str, said: str) -> None:
    """One of two fields that belong together is no less missing; and a required field is never unset."""
    (problem,) = EXPORTED.problems({"title": "T", **fields})
    assert problem.path == path
    assert said in problem.reason
    assert "none" not in problem.without_value().reason


def test_name_inside_of_a_value_is_a_part_of_it() -> None:
    """Where the value may be a secret, so may the name be; the name of a field of the resource is not."""
    found = SCHEMA.problems({**GOOD, "access": "some", "canary": 1, "packages": [{"package_id": "a", "canary": 1}]})
    hidden = {problem.without_value().path: problem.without_value().reason for problem in found}
    assert hidden == {"canary": "is not a field here; remove it", "packages[0]": "has a field that does not exist"}


def test_condition_on_an_unknown_field_waits() -> None:
    """Whether packages may be given cannot be told before the access is known."""
    assert problems({**GOOD, "access": UNKNOWN, "packages": [{"package_id": "a"}]}) == {}


@pytest.mark.parametrize(
    ("olds", "news", "changed"),
    [
        ({}, {}, []),
        ({"help_url": "a"}, {"help_url": "b"}, ["help_url"]),
        ({}, {"help_url": "b"}, ["help_url"]),
        ({"help_url": "a"}, {}, ["help_url"]),
        ({"percentage": 20}, {}, []),
        ({"percentage": 20.0}, {"percentage": 20}, []),
        ({"friends": ["a", "b"]}, {"friends": ["b", "a"]}, []),
        ({"friends": ["a"]}, {"friends": []}, ["friends"]),
        ({"friends": ["a"]}, {}, ["friends"]),
        ({"adopt": "x"}, {}, []),
        ({"adopt": "x"}, {"adopt": "y"}, []),
        ({"help_url": "a"}, {"help_url": UNKNOWN}, ["help_url"]),
        ({"friends": ["a"]}, {"friends": ["a", UNKNOWN]}, ["friends"]),
        ({"colour": "red", "__provider": "x"}, {"colour": "blue", "__provider": "y"}, ["colour"]),
    ],
)
def test_three_states_of_a_field(olds: dict[str, Any], news: dict[str, Any], changed: list[str]) -> None:
    """Given is compared, omitted with a server default is left alone, omitted otherwise is cleared."""
    assert SCHEMA.changed({**GOOD, **olds}, {**GOOD, **news}) == changed


def test_body_has_only_what_is_declared() -> None:
    """Wire names, no None, no relationship, no directive."""
    fields = {**GOOD, "min_os_version": "10", "friends": ["a"], "adopt": "x", "help_url": None, "percentage": 20.0}
    body = SCHEMA.body(fields)
    assert body == {"displayName": "N", "colour": "red", "minOSVersion": "10", "percentage": 20}
    assert isinstance(body["percentage"], int)


def test_partial_body_clears_what_is_gone() -> None:
    """Text is cleared with null, a list with the empty list; what did not change is not mentioned."""
    assert SCHEMA.body(GOOD, ["help_url", "packages", "friends"]) == {"helpUrl": None, "packages": ()}
    assert SCHEMA.body({**GOOD, "help_url": "a"}, ["help_url"]) == {"helpUrl": "a"}


def test_parsing_ignores_what_is_not_declared() -> None:
    """Read-only and unknown properties, nulls and relationships do not become fields."""
    wire = {
        "@odata.type": "#x",
        "displayName": "N",
        "version": 7,
        "helpUrl": None,
        "packages": [{"@odata.type": "x", "packageId": "a"}],
        "friends": ["a"],
    }
    assert SCHEMA.parse(wire) == {"display_name": "N", "packages": [{"package_id": "a"}]}


def test_reordered_set_is_spelled_as_before() -> None:
    """The engine compares inputs to the letter: what only moved must not look changed."""
    before = {**GOOD, "friends": ["b", "a"], "percentage": 20.0}
    after = SCHEMA.canonical({**GOOD, "friends": ["a", "b"], "percentage": 20}, like=before)
    assert after == before
    assert SCHEMA.canonical({**GOOD, "friends": ["b", "a"]}, like={})["friends"] == ["a", "b"]


def test_missing_required_argument_is_a_check_failure_not_a_traceback() -> None:
    """A program that forgets a field learns of it beside all other problems."""
    assert ThingArgs(colour="red").display_name is None  # type: ignore[call-arg]


def test_field_must_be_declared() -> None:
    """A plain annotation is a mistake of the resource's author, met at import."""
    with pytest.raises(DeclarationError, match=r"Careless\.name: declare it with required"):

        class Careless(Arguments):
            name: str = ""


def test_condition_must_name_a_field() -> None:
    """So is a condition on a field that does not exist."""
    with pytest.raises(DeclarationError, match="there is no field nme"):

        class Careless(Arguments):
            other: str | None = optional(Text(), allowed_when=When("nme"))
