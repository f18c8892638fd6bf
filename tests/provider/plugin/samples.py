"""What the tests of the plugin declare and seed, and what the engine is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import pytest

CREDENTIAL: dict[str, Any] = {
    "display_name": "N",
    "issuer": "purebred",
    "notification_types": ["companyPortal", "email"],
    "help_url": "https://a.example",
    "renewal_threshold_percentage": 30,
}
PROFILE: dict[str, Any] = {"display_name": "P", "assignments": [{"target": "allDevicesAssignmentTarget"}]}
MISSING = "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e09"
WIRE = {"displayName": "N", "issuer": "purebred", "notificationType": "email"}
LIVES = {"tenant_id": "5a9db0c5-0000-4000-8000-00000000000a", "cloud": "sandbox"}
"""The outputs that say where an object lives."""


def told(call: Callable[[], object]) -> str:
    """Return what the engine is told when *call* fails."""
    with pytest.raises(grpc.RpcError) as caught:
        call()
    return str(caught.value.details()).rstrip("\n")
