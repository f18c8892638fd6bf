"""Calls of the engine as Pulumi's servicer gets them, without a socket: requests, answers, errors."""

from __future__ import annotations

import sys
from collections.abc import Coroutine, Mapping
from types import ModuleType, SimpleNamespace
from typing import Any, NoReturn

from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2, status_pb2

from provider import errors
from tests.dynamic_host import host_module
from tests.explorer.world import Json

_PROVIDER_BUG: type[Exception] = vars(errors).get("ProviderBug") or vars(errors)["Defect"]
"""Earlier commits of the provider called it a defect."""


class Refused(Exception):  # noqa: N818 - what the engine says
    """The engine cannot do what is asked, or the provider found mistakes in the inputs."""


class Failed(Exception):  # noqa: N818 - what the engine is told
    """A call that failed, with the object and the outputs of a half-done create or update, if it was one."""

    def __init__(self, error: BaseException, half_done: tuple[str, Json] | None) -> None:
        super().__init__(f"{type(error).__name__}: {error}")
        self.error = error
        self.half_done = half_done
        self.is_defect = isinstance(error, _PROVIDER_BUG) or not isinstance(error, errors.IntuneError | Refused)
        """Whether it is a mistake of the provider, and no sentence for people."""


class Context:
    """The part of gRPC's context that the host uses."""

    def __init__(self) -> None:
        self._trailers: tuple[tuple[str, bytes], ...] = ()

    def set_trailing_metadata(self, trailers: tuple[tuple[str, bytes], ...]) -> None:
        """Keep what the answer ends with."""
        self._trailers = trailers

    def abort(self, _code: object, _details: str) -> NoReturn:
        """End the call. Raises Failed."""
        error = sys.exc_info()[1]
        assert error is not None
        raise Failed(error, self._half_done()) from error

    def _half_done(self) -> tuple[str, Json] | None:
        for _, value in self._trailers:
            failed = provider_pb2.ErrorResourceInitFailed()
            status_pb2.Status.FromString(value).details[0].Unpack(failed)
            return failed.id, plain(failed.properties)
        return None


def struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    """Write *values* as the engine sends them."""
    made = struct_pb2.Struct()
    made.update(values)
    return made


def plain(values: struct_pb2.Struct) -> Json:
    """Read what the engine is sent."""
    return {name: _plain(value) for name, value in values.fields.items() if name != "__provider"}


def _plain(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return {name: _plain(one) for name, one in value.struct_value.fields.items()}
    if kind == "list_value":
        return [_plain(one) for one in value.list_value.values]
    if kind == "number_value" and value.number_value.is_integer():
        return int(value.number_value)
    return getattr(value, kind) if kind and kind != "null_value" else None


def servicer_module() -> ModuleType:
    """Load Pulumi's host for calls in this process."""
    module = host_module()
    # An event loop for each answer would take a fifth of the time; what is serialised here waits for nothing.
    module.__dict__["asyncio"] = SimpleNamespace(new_event_loop=_AtOnce)
    return module


class _AtOnce:
    """An event loop for what never waits."""

    def run_until_complete(self, coroutine: Coroutine[Any, None, Any]) -> Any:
        """Return what *coroutine* returns."""
        try:
            coroutine.send(None)
        except StopIteration as end:
            return end.value
        raise AssertionError("it waits for something")

    def close(self) -> None:
        """Close nothing."""
