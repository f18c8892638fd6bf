"""The state in which the creates of a killed run are settled: pure, and written by `stacks.engine`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from stacks.existing.pending import PROVIDER, SECRET, SIGNATURE, Finding, Json, has_secret


def recovered(document: Mapping[str, Any], findings: list[Finding], computed: Mapping[str, Any]) -> Json:
    """
    Return the state *document* with what was found, and without pending operations.

    *computed* are the outputs that every resource has beside its fields. Raises ValueError: a resource that one of
    them needs is not in the state.
    """
    result: Json = deepcopy(dict(document))
    deployment = result["deployment"]
    resources: list[Json] = deployment.setdefault("resources", []) or []
    deployment["resources"] = resources
    for one in _in_order([one for one in findings if one.chosen is not None], resources):
        resource = _resource(one, computed)
        # One that was deleted to make way for this one stands before what depends on it: this one takes its place.
        way = [n for n, each in enumerate(resources) if each["urn"] == one.urn and each.get("pendingReplacement")]
        if way:
            resources[way[0]] = resource
        else:
            resources.append(resource)
    deployment.pop("pending_operations", None)
    return result


def _in_order(findings: list[Finding], resources: list[Json]) -> Iterator[Finding]:
    """Return *findings* so that each comes after those that it needs."""
    there = {str(one["urn"]) for one in resources}
    left = list(findings)
    while left:
        ready = [one for one in left if _needs(one.operation["resource"]) <= there]
        if not ready:
            missing = sorted(_needs(left[0].operation["resource"]) - there)
            raise ValueError(f"{left[0].urn} needs {missing[0]}, which is not in the state")
        yield from ready
        there |= {one.urn for one in ready}
        left = [one for one in left if one not in ready]


def _needs(resource: Mapping[str, Any]) -> set[str]:
    """Return the URNs of all that *resource* refers to."""
    lists = [resource.get("dependencies") or [], *(resource.get("propertyDependencies") or {}).values()]
    urns = {str(urn) for one in lists for urn in one or []}
    provider = str(resource.get("provider") or "").rpartition("::")[0]
    return urns | {one for one in (str(resource.get("parent") or ""), provider) if one}


def _resource(finding: Finding, computed: Mapping[str, Any]) -> Json:
    """Return the pending resource as a refresh would have written it: with the values of the tenant."""
    resource, chosen = finding.operation["resource"], finding.chosen
    declared = resource.get("inputs") or {}
    values = {} if chosen is None else chosen.values
    inputs = {name: _hidden(value) if has_secret(declared.get(name)) else value for name, value in values.items()}
    inputs.update({PROVIDER: declared[PROVIDER]} if PROVIDER in declared else {})
    outputs = {**(chosen.chosen if chosen else {}), **inputs, **computed}
    return {**resource, "custom": True, "id": chosen and chosen.id, "inputs": inputs, "outputs": outputs}


def _hidden(value: Any) -> Json:
    """Mark *value* as a secret; the engine encrypts it as it takes the state in."""
    return {SIGNATURE: SECRET, "plaintext": json.dumps(value)}
