"""
A manifest for each tenant, for the Pulumi Kubernetes Operator: the order of the rings is that of prerequisites.

Held to stack.schema.json, which is of the operator itself. The operator never asks: use it where `up` without a person
is meant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator

from stacks.fleet.rings import Ring
from stacks.yamlfile import FileProblem

Json = dict[str, Any]
_SCHEMA = Path(__file__).with_name("stack.schema.json")
_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
_LONGEST = 42
"""Characters of a name: a rule of the operator that its schema cannot say."""
_CLIENT_IDS = ("INTUNE_CLIENT_ID", "AZURE_CLIENT_ID")
_DAY = 86_400


@dataclass(frozen=True)
class Place:
    """Where the operator finds what."""

    project: str
    repository: str
    branch: str
    backend: str
    namespace: str
    image: str
    secrets_provider: str = ""


def manifests(rings: Sequence[Ring], place: Place, *, drift: bool = False) -> dict[str, list[Json]]:
    """
    Return the documents of each file, by its path: one file for a tenant, and one for the accounts of the rings.

    With *drift* each tenant has a second object that only looks. Raises FileProblem: no object can have that name.
    """
    files: dict[str, list[Json]] = {"service-accounts.yaml": [one for ring in rings for one in _accounts(ring, place)]}
    before: tuple[str, ...] = ()
    for ring in rings:
        for tenant in ring.tenants:
            stacks = [_stack(tenant, ring, place, before)]
            if drift:
                stacks.append(_drift(stacks[0]))
            for one in stacks:
                _require_valid(one)
            files[f"{tenant}.yaml"] = stacks
        before = ring.tenants
    return files


def problems(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a manifest, with the path of each."""
    for wrong in _validator().iter_errors(manifest):
        yield f"{'.'.join(map(str, wrong.absolute_path)) or 'manifest'}: {wrong.message}"
    name = str((manifest.get("metadata") or {}).get("name", ""))
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        yield f"{name}: the name of an object has at most {_LONGEST} small letters, digits, dots and hyphens"


@cache
def _validator() -> Draft7Validator:
    return Draft7Validator(json.loads(_SCHEMA.read_text(encoding="utf-8")))


def _require_valid(manifest: Json) -> None:
    found = list(problems(manifest))
    if found:
        raise FileProblem(f"no manifest can be made: {'; '.join(found)}")


def _stack(tenant: str, ring: Ring, place: Place, before: Sequence[str]) -> Json:
    pod = {
        "metadata": {"labels": {"azure.workload.identity/use": "true"}},
        # A pod that asks for no storage is evicted first, and an interrupted update leaves a lock.
        "spec": {
            "containers": [
                {"name": "pulumi", "resources": {"requests": {"ephemeral-storage": "2Gi", "memory": "512Mi"}}}
            ]
        },
    }
    identity = {name: {"type": "Literal", "literal": {"value": value}} for name, value in ring.identity.items()}
    spec: Json = {
        "stack": f"organization/{place.project}/{tenant}",
        "projectRepo": place.repository,
        "branch": place.branch,
        "shallow": True,
        "backend": place.backend,
        "serviceAccountName": _account(ring),
        "useLocalStackOnly": True,  # a typing error must not make a stack
        "refresh": False,
        "destroyOnFinalize": False,  # deleting this object must not delete what a tenant has
        "workspaceReclaimPolicy": "Delete",
        "resyncFrequencySeconds": _DAY,
        "workspaceTemplate": {"spec": {"image": place.image, "podTemplate": pod}},
    }
    if place.secrets_provider:
        spec["secretsProvider"] = place.secrets_provider
    if identity:
        spec["envRefs"] = identity
    if before:
        spec["prerequisites"] = [{"name": one, "requirement": {"succeededWithinDuration": "24h"}} for one in before]
    metadata = {"name": tenant, "namespace": place.namespace, "labels": {"intune/ring": ring.name}}
    return {"apiVersion": "pulumi.com/v1", "kind": "Stack", "metadata": metadata, "spec": spec}


def _drift(stack: Json) -> Json:
    """Return the object that only looks, every day, and never updates."""
    spec = {**stack["spec"], "preview": True, "refresh": True, "continueResyncOnCommitMatch": True}
    spec.pop("prerequisites", None)
    name = f"{stack['metadata']['name']}-drift"
    return {**stack, "metadata": {**stack["metadata"], "name": name}, "spec": spec}


def _account(ring: Ring) -> str:
    return f"intune-{ring.name}"


def _accounts(ring: Ring, place: Place) -> Iterator[Json]:
    """Yield the account of a ring: it signs in as the ring's application, and may ask who calls a workspace."""
    client = next((ring.identity[name] for name in _CLIENT_IDS if name in ring.identity), "")
    annotations = {"azure.workload.identity/client-id": client} if client else {}
    name = _account(ring)
    metadata = {"name": name, "namespace": place.namespace, "annotations": annotations}
    yield {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}
    yield {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": f"{place.namespace}:{name}:system:auth-delegator"},
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": "system:auth-delegator",
        },
        "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": place.namespace}],
    }
