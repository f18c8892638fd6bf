"""
What a declared field means, and how its value travels between a program, the state and Graph.

Values of a declared resource, the same ones in state and in previews, are in the program's form: text, numbers, lists
and dictionaries with snake_case keys. Pure: no network, no settings.
"""

from provider.schema.arguments import Arguments, Schema, optional, required
from provider.schema.fields import Attribute, Part, When
from provider.schema.nested import Nested, NestedOneOf
from provider.schema.scalars import Boolean, Choice, DateTime, Integer
from provider.schema.sets import Flags, SetOf
from provider.schema.texts import OUTPUT_AS_TEXT, Guid, Number, Text, Url, is_output_as_text, not_text
from provider.schema.values import Problem, Value, contains_unknown, is_unknown, nearest, show, unexpected

__all__ = [
    "OUTPUT_AS_TEXT",
    "Arguments",
    "Attribute",
    "Boolean",
    "Choice",
    "DateTime",
    "Flags",
    "Guid",
    "Integer",
    "Nested",
    "NestedOneOf",
    "Number",
    "Part",
    "Problem",
    "Schema",
    "SetOf",
    "Text",
    "Url",
    "Value",
    "When",
    "contains_unknown",
    "is_output_as_text",
    "is_unknown",
    "nearest",
    "not_text",
    "optional",
    "required",
    "show",
    "unexpected",
]
