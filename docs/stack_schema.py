"""
The JSON Schema of stack files and baselines, made of the declarations, for editors and for `check`.

Draft 7, because yaml-language-server reads no newer one. It says what a schema can say; the program judges the rest
(names that do not exist, two objects of one name, the order of entries).
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from docs.examples import EXAMPLES, PROJECT
from docs.fields import field_docs
from provider.program.resource import GraphResource
from provider.schema import (
    Arguments,
    Attribute,
    Boolean,
    Choice,
    DateTime,
    Flags,
    Guid,
    Integer,
    Nested,
    NestedOneOf,
    Number,
    SetOf,
    Text,
    Url,
    Value,
    When,
)
from provider.settings import AUTH_METHODS, CLOUDS
from stacks.maps import BASELINES, CREDENTIAL_NAME, OPTIONS, RENAMED_FROM, SETTINGS_ID
from stacks.naming import FILTER, GROUP, SCOPE_TAGS, WORDS
from stacks.options import OptionsArgs

Json = dict[str, Any]
Resources = Sequence[type[GraphResource[Arguments]]]

_FOLDER = Path(__file__).parents[1] / "stacks"
STACK, BASELINE = _FOLDER / "stack.schema.json", _FOLDER / "baseline.schema.json"
_DRAFT = "http://json-schema.org/draft-07/schema#"
_NULL: Json = {"type": "null"}
_NAME: Json = {"type": "string", "pattern": r"\S"}
_KEY: Json = {"type": ["string", "number", "boolean"], "description": "The key of an entry."}
_GUID = r"[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}"
_SECURE: Json = {
    "type": "object",
    "properties": {"secure": {"type": "string"}},
    "required": ["secure"],
    "additionalProperties": False,
    "description": "A value that `pulumi config set --secret` has encrypted.",
}


def files(resources: Resources) -> dict[Path, str]:
    """Return the text of both schemas, by file."""
    declared = [one for one in resources if one.kind.config_key]
    return {STACK: _text(_stack(declared)), BASELINE: _text(_baseline(declared))}


def _text(schema: Json) -> str:
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def _stack(resources: Resources) -> Json:
    """Return the schema of a stack file; other namespaces than this project's are open."""
    config: Json = {f"{PROJECT}:{key}": _or_secure(one) for key, one in _settings().items()}
    config.update({f"{PROJECT}:{key}": _or_secure({"$ref": f"#/definitions/{key}"}) for key in _keys(resources)})
    return {
        "$schema": _DRAFT,
        "title": "A stack of intune-derived-credentials",
        "description": "One tenant: Pulumi.<stack>.yaml.",
        "type": "object",
        "properties": {
            "config": {
                "type": ["object", "null"],
                "properties": config,
                "patternProperties": {f"^(?!{PROJECT}:)[^:]+:": {}},
                "additionalProperties": False,
                "if": {"not": {"required": [f"{PROJECT}:{BASELINES}"]}},
                "then": {"properties": {f"{PROJECT}:{one.kind.config_key}": _complete(one) for one in resources}},
            },
            **{key: {"type": "string"} for key in ("secretsprovider", "encryptedkey", "encryptionsalt")},
            "environment": {},
        },
        "additionalProperties": False,
        "definitions": _definitions(resources),
    }


def _baseline(resources: Resources) -> Json:
    maps = {key: {"$ref": f"stack.schema.json#/definitions/{key}"} for key in _keys(resources)}
    return {
        "$schema": _DRAFT,
        "title": "A baseline",
        "description": "What several stacks have in common; a stack file names it in `baselines`.",
        "type": ["object", "null"],
        "properties": {BASELINES: _names_of_baselines(), **maps},
        "additionalProperties": False,
    }


def _keys(resources: Resources) -> list[str]:
    return [one.kind.config_key for one in resources]


def _settings() -> Json:
    on_off: Json = {"enum": ["on", "off", True, False]}
    share: Json = {"anyOf": [{"enum": ["off", False]}, {"type": "string"}, {"type": "integer"}]}
    return {
        "tenantId": {"type": "string", "pattern": f"^{_GUID}$", "description": "The Entra tenant of this stack."},
        "cloud": {"enum": list(CLOUDS), "description": "Where the tenant lives."},
        "auth": {"enum": list(AUTH_METHODS), "description": "How to sign in: docs/sign-in.md."},
        "permissionCheck": {**on_off, "description": "Compare the token's permissions before the first write."},
        "quotaShare": {**share, "description": "The per cent of Graph's write quota that a run may use, or off."},
        "approvalJustification": {"type": "string", "description": "The reason that Multi Admin Approval wants."},
        BASELINES: _names_of_baselines(),
    }


def _names_of_baselines() -> Json:
    return {
        "type": ["array", "null"],
        "items": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$"},
        "description": "Files of stacks/baselines; a later one wins over an earlier one, and the stack file over all.",
        "examples": [["standard"]],
    }


def _or_secure(schema: Json) -> Json:
    return {"anyOf": [schema, _SECURE]}


def _definitions(resources: Resources) -> Json:
    found: Json = {one.kind.config_key: _map(one) for one in resources}
    records = {record for one in [*(one.kind.args for one in resources), OptionsArgs] for record in _records(one)}
    for record in sorted(records, key=lambda one: one.__name__):
        found[record.__name__] = _object(record, _words_of_record(record))
    found[OptionsArgs.__name__] = _object(OptionsArgs, {})
    return found


def _map(resource: type[GraphResource[Arguments]]) -> Json:
    """Return the schema of one map; with a baseline below it an entry need not be complete."""
    args = resource.kind.args
    words: Json = {
        RENAMED_FROM: {"anyOf": [_KEY, {"type": "array", "items": _KEY, "minItems": 1}]},
        OPTIONS: {"anyOf": [{"$ref": f"#/definitions/{OptionsArgs.__name__}"}, _NULL]},
    }
    words[RENAMED_FROM]["description"] = "The key, or keys, that the entry had before."
    if SETTINGS_ID in args.schema.attributes:
        words[CREDENTIAL_NAME] = {**_KEY, "description": "The key of an entry of derivedCredentials."}
    if WORDS[SCOPE_TAGS].field in args.schema.attributes:
        words[SCOPE_TAGS] = _word({"type": "array", "items": _NAME, "minItems": 1}, "Scope tags by name.")
    entry = _object(args, words)
    entry["description"] = (inspect.getdoc(resource) or "").partition("\n")[0]
    entry["examples"] = [EXAMPLES[resource.__name__]] if resource.__name__ in EXAMPLES else []
    return {"type": ["object", "null"], "additionalProperties": {"anyOf": [entry, _NULL]}}


def _complete(resource: type[GraphResource[Arguments]]) -> Json:
    """Return what a map must have beside its definition where no baseline is below it: each entry is complete."""
    fields = resource.kind.args.schema.attributes
    words = [SCOPE_TAGS, CREDENTIAL_NAME]
    needed: list[Json] = [
        {"anyOf": [{"required": [name]}, *({"required": [word]} for word in _standing_for(name, words))]}
        for name, field in fields.items()
        if field.required
    ]
    entry = {"type": "object", "allOf": [*needed, *_conditions(fields, dict.fromkeys(words), of_entry=False)]}
    return _or_secure({"type": ["object", "null"], "additionalProperties": entry})


def _words_of_record(record: type[Arguments]) -> Json:
    schema = record.schema.attributes
    texts = {GROUP: "The group, by name.", FILTER: "The assignment filter, by name."}
    return {word: _word(_NAME, said) for word, said in texts.items() if WORDS[word].field in schema}


def _word(schema: Json, said: str) -> Json:
    return {**schema, "description": f"{said} `python -m stacks names` looks up its id."}


def _object(args: type[Arguments], words: Mapping[str, Any]) -> Json:
    """Return the schema of a record. What an entry must have is not in it, for a baseline may give that."""
    docs, fields = field_docs(args), args.schema.attributes
    of_entry = RENAMED_FROM in words
    properties: Json = {}
    for name, field in fields.items():
        schema = value_schema(field.value)
        schema = schema if field.required and not of_entry else _or_unset(field, schema)
        properties[name] = {**schema, "description": " ".join(docs.get(name, "").split())}
    made: Json = {"type": "object", "properties": {**properties, **words}, "additionalProperties": False}
    conditions = list(_conditions(fields, words, of_entry=of_entry))
    if conditions:
        made["allOf"] = conditions
    needed = [name for name, field in fields.items() if field.required]
    return made if of_entry or not needed else {**made, "required": needed}


def _or_unset(field: Attribute, schema: Json) -> Json:
    """Allow what says that the field is not set, too."""
    value = field.value
    unset: list[Any] = [None]
    unset += [""] if isinstance(value, Text) and value.empty_unset else []
    unset += [value.unset] if isinstance(value, Choice) and value.unset is not None else []
    return {"anyOf": [schema, {"enum": unset}]}


def _conditions(fields: Mapping[str, Attribute], words: Mapping[str, Any], *, of_entry: bool) -> Iterator[Json]:
    """Yield what must hold together: conditions of the declaration, and a name that excludes the id it stands for."""
    for word, of in WORDS.items():
        if word in words:
            yield {"not": {"required": [word, of.field]}}
    if CREDENTIAL_NAME in words:
        yield {"not": {"required": [CREDENTIAL_NAME, SETTINGS_ID]}}
    if of_entry:
        return  # a baseline may give the other field
    for name, field in fields.items():
        given = {"anyOf": [_given(field), *({"required": [word]} for word in _standing_for(name, words))]}
        if field.required_when is not None:
            yield {"if": _when(field.required_when, fields, words), "then": given}
        if field.allowed_when is not None:
            yield {"if": given, "then": _when(field.allowed_when, fields, words)}


def _standing_for(field: str, words: Iterable[str]) -> list[str]:
    """Return those of *words* that stand for the id that *field* takes."""
    named = {CREDENTIAL_NAME: SETTINGS_ID, **{word: of.field for word, of in WORDS.items()}}
    return [word for word in words if named.get(word) == field]


def _given(field: Attribute) -> Json:
    return {"required": [field.name], "properties": {field.name: value_schema(field.value)}}


def _when(condition: When, fields: Mapping[str, Attribute], words: Mapping[str, Any]) -> Json:
    if condition.values:
        return {"required": [condition.field], "properties": {condition.field: {"enum": list(condition.values)}}}
    return {
        "anyOf": [
            _given(fields[condition.field]),
            *({"required": [word]} for word in _standing_for(condition.field, words)),
        ]
    }


def _records(args: type[Arguments]) -> Iterator[type[Arguments]]:
    for attribute in args.schema.attributes.values():
        value = attribute.value.item if isinstance(attribute.value, SetOf) else attribute.value
        nested = value.records if isinstance(value, NestedOneOf) else [value] if isinstance(value, Nested) else []
        for one in nested:
            yield one.args
            yield from _records(one.args)


def value_schema(value: Value) -> Json:
    """Return the schema of one value."""
    if isinstance(value, NestedOneOf):
        return {"anyOf": [value_schema(one) for one in value.records]}
    if isinstance(value, Nested):
        return {"$ref": f"#/definitions/{value.args.__name__}"}
    if isinstance(value, SetOf):
        return _list(value)
    if isinstance(value, Choice):
        return {"enum": [name for name in value.names if name not in value.refused]}
    if isinstance(value, Integer):
        return {"type": "integer", "minimum": value.minimum, "maximum": value.maximum}
    return dict(next(schema for cls, schema in _PLAIN if isinstance(value, cls))) or _pattern(value)


def _list(value: SetOf) -> Json:
    schema: Json = {"type": "array", "items": value_schema(value.item)}
    schema.update({"minItems": value.min_items} if value.min_items else {})
    schema.update({"maxItems": value.max_items} if value.max_items is not None else {})
    if isinstance(value, Flags):
        alone = {"contains": {"const": value.exclusive}}
        schema.update({"uniqueItems": True, "if": alone, "then": {"maxItems": 1}})
    return schema


def _pattern(value: Value) -> Json:
    pattern = value.pattern.pattern if isinstance(value, Text) else ""
    return {"type": "string", "pattern": r"\S" if pattern == r"(?s).*\S.*" else f"^(?:{pattern})$"}


_PLAIN: list[tuple[type[Value], Json]] = [
    (Boolean, {"type": "boolean"}),
    (DateTime, {"type": "string", "pattern": r"^\s*\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d"}),
    (Guid, {"type": "string", "pattern": rf"^\s*(\{{\s*{_GUID}\s*\}}|{_GUID})\s*$"}),
    (Number, {"anyOf": [_NAME, {"type": "integer", "minimum": 0}]}),
    (Url, {"type": "string", "pattern": r"^[hH][tT][tT][pP][sS]?://[^\s]+$"}),
    (Text, {}),
]
