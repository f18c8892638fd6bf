"""
Writes docs/reference from the declarations and docstrings of `provider`: ``python -m docs.build [--check]``.

The pages are committed, so that they can be read where the code is; ``--check`` fails when they are not current.
"""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import provider
from docs import examples, operations, project, stack_schema
from docs.fields import field_docs
from provider.kinds.entity import Entity
from provider.program.resource import GraphResource
from provider.schema import (
    Arguments,
    Attribute,
    Boolean,
    Choice,
    DateTime,
    Guid,
    Integer,
    Nested,
    NestedOneOf,
    Number,
    Part,
    SetOf,
    Text,
    Url,
    Value,
)

REFERENCE = Path(__file__).parent / "reference"


def resources() -> list[type[GraphResource[Arguments]]]:
    """Return all resource classes, in the order of the alphabet."""
    public = [one for _, one in sorted(vars(provider).items())]
    return [one for one in public if isinstance(one, type) and issubclass(one, GraphResource)]


def page(resource: type[GraphResource[Arguments]]) -> str:
    """Write the page of one resource."""
    kind = resource.kind
    lines = [f"# {resource.__name__}", "", inspect.getdoc(resource) or "", ""]
    if isinstance(kind, Entity):
        lines += [f"Graph's type is `{kind.odata_type}`, its collection `{kind.collection.path}` (beta).", ""]
    lines += examples.section(resource)
    lines += ["## Inputs", "", *_table(kind.args), ""]
    for record in dict.fromkeys(_records(kind.args)):
        lines += [f"### {record.__name__}", "", inspect.getdoc(record) or "", "", *_table(record), ""]
    lines += ["## Outputs", "", "`id`, Graph's id of the object, and every input but `adopt` under its own name.", ""]
    return "\n".join(lines)


def index() -> str:
    """Write the page that leads to the others."""
    lines = ["# Reference", "", "Written by `python3 tasks.py docs` from the declarations in `provider/`.", ""]
    for resource in resources():
        summary = (inspect.getdoc(resource) or "").partition("\n")[0]
        lines.append(f"* [{resource.__name__}]({resource.__name__}.md): {summary}")
    lines += [
        "",
        "All operations of the API, each with its resource, permission and test: [operations.md](operations.md).",
    ]
    return "\n".join([*lines, ""])


def pages() -> dict[str, str]:
    """Return every page by the name of its file."""
    return {
        "README.md": index(),
        "operations.md": operations.page(),
        **{f"{one.__name__}.md": page(one) for one in resources()},
    }


def _table(cls: type[Arguments]) -> Iterator[str]:
    yield "| Field | Type | If omitted | Meaning |"
    yield "|---|---|---|---|"
    for attribute in sorted(
        cls.schema.attributes.values(), key=lambda one: (one.part is Part.DIRECTIVE, not one.required)
    ):
        meaning = " ".join(field_docs(cls)[attribute.name].split())
        only = f" Only when {attribute.allowed_when}." if attribute.allowed_when else ""
        replaces = " **A change replaces the resource.**" if attribute.create_only else ""
        kind = type_of(attribute.value)
        yield f"| `{attribute.name}` | {kind} | {_omitted(attribute)} | {meaning}{only}{replaces} |"


def type_of(value: Value) -> str:
    """Write the type of *value*, with its range or its members, as a cell of a table."""
    if isinstance(value, SetOf):
        most = f", {value.max_items} at most" if value.max_items else ""
        return f"list of {type_of(value.item)}{most}"
    if isinstance(value, NestedOneOf):
        return " or ".join(type_of(one) for one in value.records)
    if isinstance(value, Nested):
        return f"[{value.args.__name__}](#{value.args.__name__.lower()})"
    if isinstance(value, Choice):
        return f"enum: {', '.join(f'`{name}`' for name in value.names)}"
    if isinstance(value, Integer):
        return f"integer {value.minimum} to {value.maximum}"
    return next(name for cls, name in _PLAIN if isinstance(value, cls))


_PLAIN: list[tuple[type[Value], str]] = [
    (Boolean, "boolean"),
    (DateTime, "date-time (ISO 8601 with an offset)"),
    (Guid, "string: GUID"),
    (Number, "string: number"),
    (Url, "string: http(s) address"),
    (Text, "string"),
]


def _omitted(attribute: Attribute) -> str:
    if attribute.required:
        return "required"
    if attribute.part is Part.DIRECTIVE:
        return "nothing"
    if attribute.required_when is not None:
        return f"required when {attribute.required_when}"
    return "left to Intune" if attribute.server_default else "cleared, if it was declared before"


def _record(attribute: Attribute) -> Iterator[type[Arguments]]:
    value = attribute.value.item if isinstance(attribute.value, SetOf) else attribute.value
    if isinstance(value, Nested):
        yield value.args


def _records(cls: type[Arguments]) -> Iterator[type[Arguments]]:
    for attribute in cls.schema.attributes.values():
        for record in _record(attribute):
            yield record
            yield from _records(record)


def main() -> None:
    """Write the pages, or say which are not current."""
    parser = argparse.ArgumentParser(prog="python -m docs.build", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a page is not current")
    check = parser.parse_args().check
    wanted = pages()
    present = {path.name: path.read_text(encoding="utf-8") for path in REFERENCE.glob("*.md")}
    stale = sorted(name for name in wanted.keys() | present.keys() if wanted.get(name) != present.get(name))
    others = {project.FILE: project.text(resources()), **stack_schema.files(resources())}
    changed = [path for path, text in others.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if check and (stale or changed):
        names = [*stale, *(path.name for path in changed)]
        sys.exit(f"the reference is not current ({', '.join(names)}): run `python3 tasks.py docs`")
    for path in changed:
        path.write_text(others[path], encoding="utf-8", newline="\n")
    for name in [] if check else stale:
        path = REFERENCE / name
        if name in wanted:
            path.parent.mkdir(exist_ok=True)
            path.write_text(wanted[name], encoding="utf-8", newline="\n")
        else:
            path.unlink()


if __name__ == "__main__":
    main()
