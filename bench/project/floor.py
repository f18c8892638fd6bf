"""
The floor of the bench: a dynamic provider that does nothing.

What a run with it takes is the engine's, the SDK's and Python's own time; no provider can be faster.
"""

from __future__ import annotations

import uuid
from typing import Any

from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class Nothing(ResourceProvider):
    """Says yes to everything. Everything that it need not have is the SDK's default."""

    serialize_as_secret_always = False  # as ours: see pulumi/pulumi's tests of dynamic providers

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Make up an id."""
        return CreateResult(str(uuid.uuid4()), props)


class Credential(Resource, module="floor", name="Credential"):
    """What stands for the credential."""


class Profile(Resource, module="floor", name="Profile"):
    """What stands for a profile."""


def credential(name: str, fields: dict[str, Any]) -> Credential:
    """Declare the credential."""
    return Credential(Nothing(), name, fields)


def profile(name: str, fields: dict[str, Any]) -> Profile:
    """Declare a profile."""
    return Profile(Nothing(), name, fields)
