"""The schema of stack files and the program agree on what is right and wrong, wherever a schema can say it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from referencing import Registry, Resource

from docs.stack_schema import BASELINE, STACK
from provider.schema import Choice, Integer, Nested, NestedOneOf, SetOf
from stacks import baseline, naming
from stacks.mistakes import problems_of
from stacks.tenant import CONFIG_MAPS
from tests.properties.inputs import Inputs, examples, of_schema

PROJECT = "intune-derived-credentials"
NAMES = naming.Names(
    Path("names/dev.yaml"),
    {
        "groups": {"Pilot": "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01"},
        "filters": {"Rugged": "6b1e7d02-52a9-4f7e-8f0d-9c1d5f5a3b10"},
        "scope_tags": {"Helpdesk": "7"},
    },
)
EACH = 25
"""Files of each map that are right, and as many again that are wrong."""

Change = Callable[[Inputs, random.Random], None]


def _validator(path: Path) -> Draft7Validator:
    texts = {one.name: json.loads(one.read_text(encoding="utf-8")) for one in (STACK, BASELINE)}
    resources = [(name, Resource.from_contents(text)) for name, text in texts.items()]
    return Draft7Validator(texts[path.name], registry=Registry().with_resources(resources))


VALIDATOR = _validator(STACK)


def _by_schema(key: str, named: Any) -> list[str]:
    return [one.message[:200] for one in VALIDATOR.iter_errors({"config": {f"{PROJECT}:{key}": named}})]


def _by_program(key: str, named: Any) -> list[str]:
    merged = baseline.merge({key: json.loads(json.dumps(named))}, None, Path("baselines"))
    entries, problems = naming.resolve(merged.entries, NAMES, "")
    return [*merged.problems, *map(str, problems), *map(str, problems_of(entries))]


def _entries(key: str) -> list[Inputs]:
    return examples(of_schema(CONFIG_MAPS[key].kind.args.schema), EACH, start=5)


# ------------------------------------------------------------------------------- what makes a file wrong


def _misspelled(entry: Inputs, chance: random.Random) -> None:
    name = chance.choice(sorted(entry))
    entry[f"{name}s_"] = entry.pop(name)


def _of_wrong_type(entry: Inputs, chance: random.Random) -> None:
    entry[chance.choice(sorted(entry))] = chance.choice([{"a": 1}, [[]], [{"b": None}], True, 1.5])


def _beyond_its_range(entry: Inputs, chance: random.Random) -> None:
    entry["renewal_threshold_percentage"] = chance.choice([0, 100, -1, "20", 20.5])


def _no_guid(entry: Inputs, chance: random.Random) -> None:
    entry["assignments"] = [{"target": "groupAssignmentTarget", "group_id": chance.choice(["Pilot", "", "0f3c", 7])}]


def _no_member(entry: Inputs, chance: random.Random) -> None:
    entry["issuer"] = chance.choice(["Purebred", "entrust", "", "unknownFutureValue", 3])


def _without_a_required_field(entry: Inputs, _: random.Random) -> None:
    entry.pop("display_name", None)
    entry.pop("device_configuration_id", None)


def _none_beside_another(entry: Inputs, chance: random.Random) -> None:
    entry["notification_types"] = ["none", chance.choice(["email", "companyPortal"])]


def _name_beside_its_id(entry: Inputs, _: random.Random) -> None:
    entry["role_scope_tag_ids"], entry["scope_tags"] = ["7"], ["Helpdesk"]


def _group_without_need(entry: Inputs, chance: random.Random) -> None:
    target = chance.choice(["allDevicesAssignmentTarget", "allLicensedUsersAssignmentTarget"])
    entry["assignments"] = [{"target": target, "group": "Pilot"}]


def _target_without_a_group(entry: Inputs, chance: random.Random) -> None:
    entry["assignments"] = [{"target": chance.choice(["groupAssignmentTarget", "exclusionGroupAssignmentTarget"])}]


def _unknown_option(entry: Inputs, chance: random.Random) -> None:
    entry["options"] = chance.choice([{"protected": True}, {"protect": "yes"}, {"ignore_changes": "a"}, []])


WRONG: list[Change] = [
    _misspelled,
    _of_wrong_type,
    _beyond_its_range,
    _no_guid,
    _no_member,
    _without_a_required_field,
    _none_beside_another,
    _name_beside_its_id,
    _group_without_need,
    _target_without_a_group,
    _unknown_option,
]


@pytest.mark.parametrize("key", CONFIG_MAPS)
def test_generated_file_is_right_for_both(key: str) -> None:
    """Each valid declaration, in any spelling that the program takes."""
    for entry in _entries(key):
        for named in ({"one": entry}, {"one": {**entry, "options": {"protect": True}, "renamed_from": ["two", 3]}}):
            assert not _by_program(key, named), named
            assert not _by_schema(key, named), named


@pytest.mark.parametrize("key", CONFIG_MAPS)
def test_generated_mistake_is_wrong_for_both(key: str) -> None:
    """The program is the judge; what it refuses in these ways the schema refuses too, and the other way round."""
    chance = random.Random(key)  # noqa: S311 - the same mistakes each time
    refused = 0
    for entry in _entries(key):
        change = chance.choice(WRONG)
        change(entry, chance)
        program, schema = _by_program(key, {"one": entry}), _by_schema(key, {"one": entry})
        assert bool(program) == bool(schema), (change.__name__, entry, program, schema)
        refused += bool(program)
    assert refused > EACH // 2


@pytest.mark.parametrize(
    ("change", "key"),
    [(change, key) for change in WRONG for key in ("derivedCredentials", "androidProfiles")],
    ids=lambda one: one if isinstance(one, str) else one.__name__.lstrip("_"),
)
def test_schema_and_program_judge_mistakes_alike(change: Change, key: str) -> None:
    """Every kind of mistake, on maps that have such fields and on maps that do not."""
    chance = random.Random(1)  # noqa: S311 - the same mistakes each time
    for entry in _entries(key)[:6]:
        change(entry, chance)
        program, schema = _by_program(key, {"one": entry}), _by_schema(key, {"one": entry})
        assert program, (change.__name__, entry)
        assert schema, (change.__name__, entry, program)


@pytest.mark.parametrize(
    "named",
    [
        {"one": {"display_name": "A", "scope_tags": ["Helpdesk"]}},
        {"one": {"display_name": "A", "assignments": [{"target": "groupAssignmentTarget", "group": "Pilot"}]}},
        {
            "one": {
                "display_name": "A",
                "assignments": [
                    {
                        "target": "allDevicesAssignmentTarget",
                        "filter": "Rugged",
                        "device_and_app_management_assignment_filter_type": "include",
                    }
                ],
            }
        },
        None,
    ],
)
def test_name_in_the_place_of_an_id_is_right_for_both(named: Any) -> None:
    """What `python -m stacks names` has looked up."""
    assert not _by_program("iosProfiles", named)
    assert not _by_schema("iosProfiles", named)


@pytest.mark.parametrize(
    "config",
    [
        {"derivedCredentiels": {}},
        {"tenantId": "contoso"},
        {"cloud": "gcc"},
        {"baselines": "standard"},
        {"baselines": ["../secret"]},
        {"androidProfiles": []},
    ],
)
def test_wrong_setting_is_refused_by_the_schema(config: Inputs) -> None:
    """Misspelled keys and settings: the program refuses each of them too, which other tests show."""
    assert not VALIDATOR.is_valid({"config": {f"{PROJECT}:{key}": value for key, value in config.items()}})


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"config": {"aws:region": "eu-west-1", f"{PROJECT}:derivedCredentials": {"secure": "v1:abc"}}},
        {"encryptionsalt": "v1:abc", "config": None},
        {"config": {f"{PROJECT}:baselines": ["standard"], f"{PROJECT}:androidProfiles": {"mail": {}, "old": None}}},
    ],
)
def test_file_with_what_pulumi_writes_is_right(document: Inputs) -> None:
    """Other namespaces, encrypted values, and entries that a baseline completes."""
    assert not list(VALIDATOR.iter_errors(document))


def test_baseline_has_the_maps_of_a_stack_file() -> None:
    """The same entries, without the project's name, and none need be complete."""
    validator = _validator(BASELINE)
    assert validator.is_valid({"baselines": ["standard"], "androidProfiles": {"mail": {"description": "Mail"}}})
    assert not validator.is_valid({f"{PROJECT}:androidProfiles": {}})
    assert not validator.is_valid({"androidProfiles": {"mail": {"descriptoin": "Mail"}}})


@pytest.mark.parametrize("key", CONFIG_MAPS)
def test_schema_describes_each_field(key: str) -> None:
    """An editor shows for each field what it is for, and each enum and range as the declaration has it."""
    definitions = json.loads(STACK.read_text(encoding="utf-8"))["definitions"]
    fields = definitions[key]["additionalProperties"]["anyOf"][0]["properties"]
    for name, field in CONFIG_MAPS[key].kind.args.schema.attributes.items():
        assert fields[name]["description"], name
        text = json.dumps(fields[name])
        if isinstance(field.value, Choice):
            assert all(f'"{one}"' in text for one in field.value.names if one not in field.value.refused)
        if isinstance(field.value, Integer):
            assert f'"maximum": {field.value.maximum}' in text
        item = field.value.item if isinstance(field.value, SetOf) else field.value
        if isinstance(item, Nested | NestedOneOf):
            assert "#/definitions/" in text
