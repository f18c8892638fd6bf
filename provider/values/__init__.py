"""
What a single value may be, and how it travels between a program, the state and Graph.

Values of a declared resource, the same ones in state and in previews, are in the program's form: text, numbers, lists
and dictionaries with snake_case keys. Pure: no network, no settings.
"""

from provider.values.base import Problem, Value, contains_unknown, is_unknown, nearest, show, unexpected
from provider.values.scalars import Choice, Flag, Integer, Moment
from provider.values.sets import Flags, SetOf
from provider.values.texts import OUTPUT_AS_TEXT, Guid, Number, Text, Url, is_output_as_text, not_text

__all__ = [
    "OUTPUT_AS_TEXT",
    "Choice",
    "Flag",
    "Flags",
    "Guid",
    "Integer",
    "Moment",
    "Number",
    "Problem",
    "SetOf",
    "Text",
    "Url",
    "Value",
    "contains_unknown",
    "is_output_as_text",
    "is_unknown",
    "nearest",
    "not_text",
    "show",
    "unexpected",
]
