"""
What a single value may be, and how it travels between a program, the state and Graph.

Values of a declared resource, the same ones in state and in previews, are in the program's form: text, numbers, lists
and dictionaries with snake_case keys. Pure: no network, no settings.
"""

from provider.values.base import Problem, Value, contains_unknown, is_unknown, nearest, show
from provider.values.scalars import Choice, Flag, Guid, Integer, Moment, Text, Url
from provider.values.sets import Flags, SetOf

__all__ = [
    "Choice",
    "Flag",
    "Flags",
    "Guid",
    "Integer",
    "Moment",
    "Problem",
    "SetOf",
    "Text",
    "Url",
    "Value",
    "contains_unknown",
    "is_unknown",
    "nearest",
    "show",
]
