"""
What a program declares, translated into what the engine carries, and checked in the program.

Only the program knows which values are secrets: the plugin gets all of them in the clear. So the values are checked
here, where an error may show those that are not secret, and once more in the plugin, which shows none. Outputs are
checked as soon as they are known; their resource is registered after that.
"""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

import pulumi

from provider.program.ending import refuse, refuse_late
from provider.schema import OUTPUT_AS_TEXT, Arguments, Problem, Schema, contains_unknown, is_output_as_text

_PLAIN = (bool, int, float, str, type(pulumi.UNKNOWN), type(None))


def checked(what: str, schema: Schema, args: Any) -> dict[str, Any]:
    """
    Return the fields of *args* as the engine carries them, for *what*, which is a resource as an error names it.

    Raises pulumi.RunError: the fields have problems, listed all at once.
    """
    if not isinstance(args, Arguments | Mapping):
        raise pulumi.RunError(f"{what}: give it its arguments, not {type(args).__name__}")
    inputs = Inputs(what, schema)
    fields = inputs.plain(args, "")
    problems = [*inputs.problems, *schema.problems(_known(fields))]
    if problems:
        refuse(what, problems)
    return inputs.after_check(fields)


class Inputs:
    """The inputs of one resource, on their way from the program to the engine."""

    def __init__(self, what: str, schema: Schema) -> None:
        self.problems: list[Problem] = []
        self._what = what
        self._schema = schema

    def plain(self, value: Any, path: str) -> Any:
        """Turn what a program writes (argument classes, enums, tuples) into what the engine carries."""
        if isinstance(value, Arguments):
            value = {name: getattr(value, name) for name in value.schema.attributes}
            value = {name: one for name, one in value.items() if one is not None}
        elif inspect.isawaitable(value) and not isinstance(value, pulumi.Output):
            value = pulumi.Output.from_input(value)
        if isinstance(value, pulumi.Output):
            return value.apply(lambda known: self.plain(known, path))
        if isinstance(value, Mapping):
            return {key: self.plain(one, _join(path, key)) for key, one in value.items() if self._is_name(key, path)}
        if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray):
            return [self.plain(one, f"{path}[{index}]") for index, one in enumerate(value)]
        return self._single(value.value if isinstance(value, Enum) else value, path)

    def after_check(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Return *fields* with outputs that have their values when all fields of the resource have been checked."""
        whole = {name: pulumi.Output.from_input(value) for name, value in fields.items() if any(_outputs(value))}
        if not whole:
            return fields
        check = asyncio.ensure_future(self._check(fields, whole))

        async def hold(value: Any) -> Any:
            await check
            return value

        return {name: _each_output(value, hold) for name, value in fields.items()}

    async def _check(self, fields: Mapping[str, Any], whole: Mapping[str, pulumi.Output[Any]]) -> None:
        known = {name: await _value(output) for name, output in whole.items()}
        problems = [*self.problems, *self._schema.problems({**fields, **known})]
        if problems:
            secret = {name for name, output in whole.items() if await output.is_secret()}
            refuse_late(self._what, [one.without_value() if _field(one) in secret else one for one in problems])

    def _single(self, value: Any, path: str) -> Any:
        if not isinstance(value, str):
            return value if isinstance(value, _PLAIN) else self._refused(path, _not_carried(value))
        if is_output_as_text(value):
            return self._refused(path, OUTPUT_AS_TEXT)
        try:
            return value.encode("utf-16", "surrogatepass").decode("utf-16")  # "\ud83d\udd10" is one character
        except UnicodeDecodeError:
            return value  # which the schema refuses

    def _is_name(self, key: Any, path: str) -> bool:
        if not isinstance(key, str):
            self._refused(path or "the arguments", f"has the key {key!r}; keys are names of fields, which are text")
        return isinstance(key, str)

    def _refused(self, path: str, reason: str) -> Any:
        self.problems.append(Problem(path, reason))
        return pulumi.UNKNOWN  # nothing more is to be said of it


def _not_carried(value: Any) -> str:
    kind = type(value).__name__
    if isinstance(value, pulumi.Resource):
        return f"is a resource, a {kind}; give the output of it that is meant, such as its id"
    if isinstance(value, Iterable) and not isinstance(value, bytes | bytearray):
        return f"is a {kind}, whose order or content is not fixed; write a list, such as list(…) or sorted(…) of it"
    return f"is a {kind}, which Pulumi cannot carry; give text, a number, true or false, a list or a dictionary"


def _known(value: Any) -> Any:
    """Return *value* with an unknown in the place of each output."""
    if isinstance(value, pulumi.Output):
        return pulumi.UNKNOWN
    if isinstance(value, dict):
        return {name: _known(one) for name, one in value.items()}
    return [_known(one) for one in value] if isinstance(value, list) else value


def _outputs(value: Any) -> Iterator[bool]:
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _outputs(one)
    else:
        yield isinstance(value, pulumi.Output)


def _each_output(value: Any, hold: Any) -> Any:
    """Return *value* with each output held; the outputs stay where they are, so a preview knows all else."""
    if isinstance(value, pulumi.Output):
        return value.apply(hold, run_with_unknowns=True)
    if isinstance(value, dict):
        return {name: _each_output(one, hold) for name, one in value.items()}
    return [_each_output(one, hold) for one in value] if isinstance(value, list) else value


async def _value(output: pulumi.Output[Any]) -> Any:
    value = await output.future(with_unknowns=True)
    return value if await output.is_known() or contains_unknown(value) else pulumi.UNKNOWN


def _field(problem: Problem) -> str:
    return re.split(r"[.\[]", problem.path, maxsplit=1)[0]


def _join(path: str, name: Any) -> str:
    return f"{path}.{name}" if path else str(name)
