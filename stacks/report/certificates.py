"""When certificates expire, from the listing of each tenant. Only reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from provider.graph.connection import tenant_of
from provider.resources.managed_all_device_certificate_state import CERTIFICATE_STATES
from stacks import project

_EXPIRY = "certificateExpirationDateTime"


def by_month(folder: Path, tenants: Sequence[str]) -> Counter[str]:
    """Return how many certificates of *tenants* expire in each month, ``2027-03``. Raises GraphError, ConfigError."""
    months: Counter[str] = Counter()
    for name in tenants:
        tenant = tenant_of(project.config(folder, name))
        for one in tenant.pages(f"{CERTIFICATE_STATES.path}?$select=id,{_EXPIRY}"):
            month = str(one.get(_EXPIRY) or "")[:7]
            if month[:4].isdigit() and month[:4] != "0001":
                months[month] += 1
    return months
