"""
Makes stacks/kubernetes/stack.schema.json of the definition of `Stack` in the Pulumi Kubernetes Operator.

    python -m docs.operator_schema pulumi.com_stacks.yaml v2.9.0

The file is deploy/crds/pulumi.com_stacks.yaml of a tag of pulumi/pulumi-kubernetes-operator, which is under the Apache
License 2.0. Descriptions, the status and the parts of pods are left out. The API server drops unknown fields without a
word; here they are mistakes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml

_OUT = Path(__file__).resolve().parents[1] / "stacks" / "kubernetes" / "stack.schema.json"
_PRESERVES, _INT_OR_TEXT = "x-kubernetes-preserve-unknown-fields", "x-kubernetes-int-or-string"
_OF_PODS = ("podTemplate", "resources", "envFrom", "env", "serviceTemplate")


def strict(node: Any) -> Any:
    """Return a schema without descriptions, in which fields that it does not name are mistakes."""
    if isinstance(node, list):
        return [strict(one) for one in node]
    if not isinstance(node, dict):
        return node
    if node.get(_INT_OR_TEXT):
        return {"type": ["integer", "string"]}
    made = {key: strict(value) for key, value in node.items() if key != "description" and not key.startswith("x-")}
    properties = node.get("properties")
    if isinstance(properties, dict):
        made["properties"] = {
            name: {"type": strict(one).get("type", "object")} if name in _OF_PODS else strict(one)
            for name, one in properties.items()
        }
        if not node.get(_PRESERVES):
            made["additionalProperties"] = False
    return made


def schema(definition: Any, tag: str) -> dict[str, Any]:
    """Return the schema of a manifest, of the version that the operator stores."""
    (version,) = [one for one in definition["spec"]["versions"] if one["name"] == "v1"]
    made: dict[str, Any] = strict(version["schema"]["openAPIV3Schema"])
    made["properties"].pop("status", None)
    made["properties"]["metadata"] = {"type": "object"}
    about = f"Stack of pulumi/pulumi-kubernetes-operator {tag}, Apache License 2.0; made by docs/operator_schema.py."
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": about}
    return {**head, **made, "required": ["apiVersion", "kind", "metadata", "spec"]}


def main() -> None:
    """Write the file."""
    definition = yaml.safe_load(Path(sys.argv[1]).read_text(encoding="utf-8"))
    text = json.dumps(schema(definition, sys.argv[2]), separators=(",", ":"), sort_keys=True)
    _OUT.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
