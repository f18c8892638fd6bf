"""Rules over all resources: the next one is covered on the day it is added."""

from __future__ import annotations

import inspect
from enum import Enum
from typing import Any

import pytest

import provider
from docs.fields import field_docs
from provider.errors import DeclarationError
from provider.kinds.entity import Entity
from provider.kinds.kind import Kind, kinds, register
from provider.program.resource import GraphResource
from provider.schema import Arguments, Choice, Flags, Part, SetOf

PUBLIC: list[Any] = [one for name, one in vars(provider).items() if isinstance(one, type) and name[0] != "_"]
RESOURCES = [one for one in PUBLIC if issubclass(one, GraphResource)]
ARGUMENTS = [one for one in PUBLIC if issubclass(one, Arguments)]


def test_every_kind_is_public() -> None:
    """A kind without a public resource class could not be declared."""
    assert {resource.kind.name for resource in RESOURCES} == {kind.name for kind in kinds()}


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_name_is_one_kinds_only(kind: Kind) -> None:
    """It stands in states: a second kind of that name would get the first one's objects."""
    with pytest.raises(DeclarationError, match=f"two resources are of kind {kind.name}"):
        register(kind)


@pytest.mark.parametrize("resource", RESOURCES)
def test_type_tokens_are_graphs_own_names(resource: type[GraphResource[Arguments]]) -> None:
    """``intune:<Class>``: it stands in every URN, and a search for Graph's name finds it."""
    assert resource._resource_type_name == f"dynamic/intune:{resource.__name__}"
    if isinstance(resource.kind, Entity):
        wire = resource.kind.odata_type.removeprefix("#microsoft.graph.").removeprefix("deviceManagement")
        assert wire.lower() == resource.__name__.lower()


@pytest.mark.parametrize("resource", RESOURCES)
def test_outputs_are_the_declared_fields(resource: type[GraphResource[Arguments]]) -> None:
    """The annotations that editors read name exactly the fields that a program gets back."""
    ours = [cls for cls in resource.__mro__ if cls.__module__.startswith("provider.") and cls is not GraphResource]
    annotated = {name for cls in ours for name in inspect.get_annotations(cls)}
    fields = resource.kind.args.schema.attributes.values()
    assert annotated == {field.name for field in fields if field.part is not Part.DIRECTIVE}


@pytest.mark.parametrize("resource", RESOURCES)
def test_arguments_are_called_after_the_resource(resource: type[GraphResource[Arguments]]) -> None:
    """``X`` takes ``XArgs``, and both are public."""
    assert resource.kind.args.__name__ == f"{resource.__name__}Args"
    assert resource.kind.args in PUBLIC


@pytest.mark.parametrize("args", ARGUMENTS)
def test_optional_fields_are_annotated_as_optional(args: type[Arguments]) -> None:
    """What a type checker thinks is required is what the schema requires."""
    annotations = {name: text for cls in args.__mro__ for name, text in inspect.get_annotations(cls).items()}
    for attribute in args.schema.attributes.values():
        assert annotations[attribute.name].endswith("| None") is not attribute.required, attribute.name


@pytest.mark.parametrize("args", ARGUMENTS)
def test_every_field_is_documented(args: type[Arguments]) -> None:
    """A string below each field says what it means; editors and the reference show it."""
    assert set(field_docs(args)) == set(args.schema.attributes)


def test_public_names_are_resources_arguments_and_enums() -> None:
    """Nothing else that a resource module defines gets out, and each says what it is."""
    for one in PUBLIC:
        assert issubclass(one, GraphResource | Arguments | Enum)
        assert one.__doc__


def test_every_enum_of_a_field_is_public() -> None:
    """A program can spell every member through the package."""
    published = {tuple(member.value for member in one) for one in PUBLIC if hasattr(one, "__members__")}
    for args in ARGUMENTS:
        for attribute in args.schema.attributes.values():
            value = attribute.value
            choice = value.item if isinstance(value, SetOf | Flags) else value
            if isinstance(choice, Choice):
                assert tuple(choice.names) in published, attribute.name
