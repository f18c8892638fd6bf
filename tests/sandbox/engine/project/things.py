"""
A kind of resource for tests: a thing is a file in the folder `world` of the project.

What a thing is asked to be also says how its provider is to behave: see `Thing`.
"""

from __future__ import annotations

import inspect
import itertools
import json
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import grpc
import pulumi
from google.protobuf import any_pb2, struct_pb2
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)
from pulumi.runtime.proto import provider_pb2, status_pb2

WORLD = Path("world")
CALLS = Path("calls")
REPLACING = ("shelf", "edition")


class ThingProvider(ResourceProvider):
    """Keeps things in the folder `world`, and a log of what it did to them."""

    serialize_as_secret_always = False

    def __init__(self) -> None:
        super().__init__()
        self._greeting = ""

    def __reduce__(self) -> tuple[Any, ...]:
        return _provider, ()

    def configure(self, req: ConfigureRequest) -> None:
        """Remember the greeting, which every thing has among its outputs."""
        sys.tracebacklimit = 0  # the host would put a traceback into every message
        self._greeting = req.config.require("greeting")

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Want a name, and no whole number that looks like a fraction."""
        _call("check", olds, news)
        inputs = {key: _whole(value) for key, value in news.items() if value is not None and key != "__provider"}
        failures = [] if inputs.get("name") else [CheckFailure("name", "is required")]
        if inputs.get("name") == "bad":
            failures.append(CheckFailure("", "is bad altogether"))
        return CheckResult(inputs, failures)

    def diff(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Leave it to the engine to say what differs, but not what must be replaced."""
        _call("diff", id_, olds, news)
        names = (olds.keys() | news.keys()) - {"__provider", "serial", "greeting"}
        changed = {name for name in names if _whole(olds.get(name)) != _whole(news.get(name))}
        replaces = [name for name in REPLACING if name in changed]
        if not changed:
            return DiffResult(changes=False)
        return DiffResult(changes=None, replaces=replaces or None, delete_before_replace="shelf" in replaces)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Make a file; ids are never used again."""
        _call("create", props)
        self._begin("create", props)
        for number in itertools.count(1):
            id_ = f"{props['name']}-{number}"
            if not (WORLD / f"{id_}.gone").exists() and not (WORLD / id_).exists():
                break
        outputs = self._write("create", id_, props)
        return CreateResult(id_, outputs)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read the file; a thing that was never ours must be there."""
        _call("read", id_, props)
        path = WORLD / id_
        if not path.exists():
            if "serial" in props:
                return ReadResult(None, {})
            raise LookupError(f"there is no {id_}")
        live = json.loads(path.read_text(encoding="utf-8"))
        self._begin("read", live)
        _log("read", id_)
        if live.get("ill"):
            _fail_partly(id_, self._outputs(id_, live), live["ill"])
        return ReadResult(id_, self._outputs(id_, live), inputs=dict(live))

    def update(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Write the file anew."""
        _call("update", id_, olds, news)
        self._begin("update", news)
        return UpdateResult(self._write("update", id_, news))

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        """Put the file out of sight; what it says now decides how that goes."""
        _call("delete", id_, props)
        self._begin("delete", json.loads((WORLD / id_).read_text(encoding="utf-8")))
        _log("delete", id_)
        (WORLD / id_).rename(WORLD / f"{id_}.gone")

    def _begin(self, method: str, props: Mapping[str, Any]) -> None:
        if props.get("gate"):
            _pass_gate(int(props["gate"]))
        if props.get("fails") == method:
            raise RuntimeError(f"cannot {method} it")

    def _write(self, method: str, id_: str, props: Mapping[str, Any]) -> dict[str, Any]:
        WORLD.mkdir(exist_ok=True)
        inputs = {key: _whole(value) for key, value in props.items() if key != "__provider"}
        (WORLD / id_).write_text(json.dumps(inputs), encoding="utf-8")
        _log(method, id_)
        outputs = self._outputs(id_, inputs)
        if inputs.get("sick"):
            _fail_partly(id_, outputs, inputs["sick"])
        return outputs

    def _outputs(self, id_: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        return {**inputs, "serial": id_, "greeting": self._greeting}


class Thing(Resource, module="demo", name="Thing"):
    """
    A thing.

    A change of `shelf` replaces it, deleting it first; a change of `edition` replaces it, deleting it last. `fails`
    names the method that fails. `sick` gives the reasons for which the thing exists but is not well after a write,
    `ill` those that a read finds, and `gate` the port of somebody who decides when its methods may go on.
    """

    name: pulumi.Output[str]
    serial: pulumi.Output[str]
    greeting: pulumi.Output[str]

    def __init__(self, name_: str, opts: pulumi.ResourceOptions | None = None, **props: Any) -> None:
        super().__init__(ThingProvider(), name_, {"serial": None, "greeting": None, **props}, opts)


def _provider() -> ThingProvider:
    return ThingProvider()


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _log(method: str, id_: str) -> None:
    WORLD.mkdir(exist_ok=True)
    # One write of a short line is whole, whatever other threads write.
    with (WORLD / "log").open("a", encoding="utf-8") as log:
        log.write(f"{method} {id_}\n")


def _call(method: str, *given: Any) -> None:
    """
    Note a call: its method, the name of the resource that the engine asks for, and all that it was given.

    It is in a place of its own, since a preview is to leave no world behind.
    """
    name = _request().urn.rpartition("::")[2]
    told = [
        {key: each[key] for key in each if key != "__provider"} if isinstance(each, dict) else each for each in given
    ]
    text = json.dumps(told, default=lambda _: "[unknown]", sort_keys=True)
    with CALLS.open("a", encoding="utf-8") as calls:
        calls.write(f"{method} {name} {text}\n")


def _pass_gate(port: int) -> None:
    """Knock, say who we are, and wait until the other side hangs up."""
    with socket.create_connection(("127.0.0.1", port)) as knock:
        knock.sendall(f"{os.getpid()}\n".encode())
        knock.recv(1)


def _frame() -> Mapping[str, Any]:
    """Return the variables of the host's method that called the provider: it hands neither URN nor context on."""
    frame = inspect.currentframe()
    while frame is not None and not hasattr(frame.f_locals.get("context"), "set_trailing_metadata"):
        frame = frame.f_back
    assert frame is not None
    return frame.f_locals


def _request() -> Any:
    return _frame()["request"]


def _fail_partly(id_: str, outputs: Mapping[str, Any], reasons: Sequence[str]) -> None:
    """Fail so that the engine knows that the thing exists: the host has no word for it, but its gRPC context has."""
    frame = _frame()
    request, context = frame["request"], frame["context"]
    sent = request.properties if hasattr(request, "properties") else request.news
    properties, inputs = struct_pb2.Struct(), struct_pb2.Struct()
    properties.update({**outputs, "__provider": sent["__provider"]})
    inputs.update({key: sent[key] for key in sent if key not in ("serial", "greeting")})
    failed = provider_pb2.ErrorResourceInitFailed(id=id_, properties=properties, inputs=inputs, reasons=reasons)
    detail = any_pb2.Any()
    detail.Pack(failed)
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message="it is not well", details=[detail])
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    raise RuntimeError("it is not well")
