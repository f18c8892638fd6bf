"""The part of Pulumi.yaml that follows from the resources: one map for each that a stack file can declare."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Sequence
from pathlib import Path

from provider.program.resource import GraphResource
from provider.schema import Arguments

FILE = Path(__file__).parents[1] / "Pulumi.yaml"
_MARK = (
    "  # The maps of a stack file, written by `python3 tasks.py docs` from the resources. Beside its fields, an entry\n"
    "  # may have renamed_from, its old key, and options: protect, retain_on_delete, ignore_changes, depends_on.\n"
)

Resources = Sequence[type[GraphResource[Arguments]]]


def text(resources: Resources) -> str:
    """Return Pulumi.yaml with the maps of *resources* and no others."""
    head = FILE.read_text(encoding="utf-8").partition(_MARK)[0]
    return head + _MARK + "".join(map(_map, resources))


def _map(resource: type[GraphResource[Arguments]]) -> str:
    if not resource.kind.config_key:
        return ""
    summary = (inspect.getdoc(resource) or "").partition("\n")[0]
    said = f"By resource name: {summary} The fields are those of {resource.kind.args.__name__} (docs/reference)."
    lines = textwrap.wrap(said, 92, break_on_hyphens=False)
    return "".join(
        [
            f"  {resource.kind.config_key}:\n    type: object\n    default: {{}}\n    description: >-\n",
            *(f"      {line}\n" for line in lines),
        ]
    )
