"""
Generated inputs, through check, diff and create of the real plugin process.

What is refused must be refused by check failures: never a traceback, and never a request to Graph.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from typing import Any

import grpc
from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2

from provider import errors
from provider.kinds.kind import Kind, kinds
from sandbox.graph import Sandbox
from tests.fuzz.values import is_secret, spoiled, strange
from tests.properties.inputs import examples, of_schema
from tests.provider.plugin.driver import UNKNOWN, Plugin, urn
from tests.sandbox_control import Portal

_QUICK = {"INTUNE_RETRY_TIMEOUT": "0.1", "INTUNE_CONSISTENCY_TIMEOUT": "0.1", "INTUNE_JOURNAL": "off"}
_SAMPLES = 30
FAMILY = {name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, errors.IntuneError)}


class Finding(Exception):  # noqa: N818 - what was found
    """Something that must never happen, with the input that makes it happen."""


def fuzz_inputs(count: int, start: int) -> Counter[str]:
    """Try *count* inputs; return how many were refused, accepted, made and told off. Raises Finding."""
    chance = random.Random(start)  # noqa: S311 - no secret
    seen: Counter[str] = Counter()
    with Sandbox() as sandbox:
        portal = Portal(sandbox.graph_endpoint)
        config = {"tenantId": sandbox.environment["AZURE_TENANT_ID"], "cloud": "sandbox", "quotaShare": "off"}
        every = kinds()
        for index, kind in enumerate(every):
            plugin = _Raw(kind.name, config, {**sandbox.environment, **_QUICK})
            mine = count // len(every) + (index < count % len(every))
            _fuzz_kind(plugin, kind, mine, portal, chance, seen)
            said = plugin.stop()
            if said:
                raise Finding(f"{kind.name} wrote to stderr: {said[:2000]}")
        portal.close()
    return seen


def _fuzz_kind(  # noqa: PLR0913, PLR0917 - all of it is the trial
    plugin: _Raw, kind: Kind, count: int, portal: Portal, chance: random.Random, seen: Counter[str]
) -> None:
    valid = examples(of_schema(kind.args.schema), _SAMPLES, chance.randrange(2**32))
    accepted = []
    portal.requests()
    for index in range(count):
        inputs = _generated(chance, valid)
        refused = plugin.failures(inputs, chance.choice([{}, chance.choice(valid), _generated(chance, valid)]), index)
        seen["refused" if refused else "accepted"] += 1
        if not refused and not _unknown(inputs):
            accepted.append(inputs)
    asked = portal.requests()
    if asked:
        raise Finding(f"{kind.name}: check or diff asked Graph: {asked[:3]}")
    for index, inputs in enumerate(accepted):
        seen[plugin.made(inputs, index)] += 1


def _generated(chance: random.Random, valid: list[dict[str, Any]]) -> dict[str, Any]:
    """Return valid inputs with some parts spoiled; at times nothing is, at times everything."""
    inputs: Any = chance.choice(valid)
    for _ in range(chance.choice([0, 1, 1, 1, 2, 4])):
        inputs = spoiled(inputs, chance, strange(chance))
    return inputs if isinstance(inputs, dict) and not is_secret(inputs) else {chance.choice(sorted(valid[0])): inputs}


class _Raw(Plugin):
    """The plugin, given what a JSON document cannot hold as well."""

    def failures(self, news: Mapping[str, Any], olds: Mapping[str, Any], index: int) -> bool:
        """Check and compare; tell whether the inputs were refused."""
        try:
            request = provider_pb2.CheckRequest(
                urn=urn(f"r{index}"), olds=self._raw(olds) if olds else None, news=self._raw(news)
            )
            response = self._stub.Check(request)
            self._stub.Diff(
                provider_pb2.DiffRequest(
                    id=f"x{index}", urn=urn(f"r{index}"), olds=self._raw(olds), news=response.inputs
                )
            )
        except grpc.RpcError as error:
            if str(error.details()).startswith("AdoptionError: "):  # the inputs name another object than the state's
                return True
            raise Finding(f"{str(error.details())[:2000]}\nnews {news!r:.2000}\nolds {olds!r:.2000}") from None
        if any(not failure.reason.strip() for failure in response.failures):
            raise Finding(f"a failure without a reason: {news!r:.2000}")
        return bool(response.failures)

    def made(self, inputs: Mapping[str, Any], index: int) -> str:
        """Create; say whether it was made, or told off in a sentence."""
        try:
            self._stub.Create(provider_pb2.CreateRequest(urn=urn(f"r{index}"), properties=self._raw(inputs)))
        except grpc.RpcError as error:
            said = str(error.details()).strip()
            name = said.partition(":")[0]
            if name not in FAMILY or name == "ProviderBug" or "Traceback" in said:
                raise Finding(f"{said[:2000]}\ninputs {inputs!r:.2000}") from None
            return "told off"
        return "made"

    def _raw(self, properties: Mapping[str, Any]) -> struct_pb2.Struct:
        return _value({**properties, "__provider": self._pickle}).struct_value


def _value(value: Any) -> struct_pb2.Value:
    """Make Protobuf's value, which can be any double."""
    if value is None:
        return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
    if isinstance(value, bool):
        return struct_pb2.Value(bool_value=value)
    if isinstance(value, int | float):
        return struct_pb2.Value(number_value=value)
    if isinstance(value, str):
        return struct_pb2.Value(string_value=value)
    if isinstance(value, dict):
        fields = {name: _value(one) for name, one in value.items()}
        return struct_pb2.Value(struct_value=struct_pb2.Struct(fields=fields))
    return struct_pb2.Value(list_value=struct_pb2.ListValue(values=[_value(one) for one in value]))


def _unknown(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_unknown(one) for one in value.values())
    return any(_unknown(one) for one in value) if isinstance(value, list) else value == UNKNOWN
