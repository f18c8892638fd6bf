"""When certificates expire, from the listing of each tenant. Only reads."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from provider.graph.connection import tenant_of
from provider.resources.managed_all_device_certificate_state import CERTIFICATE_STATES
from stacks import project

_EXPIRY = "certificateExpirationDateTime"


def by_month(folder: Path, identities: Mapping[str, Mapping[str, str]]) -> Counter[str]:
    """
    Return how many certificates of the tenants expire in each month, ``2027-03``.

    *identities* has for each tenant the variables with which its ring signs in. Raises GraphError, ConfigError.
    """
    months: Counter[str] = Counter()
    for name, identity in identities.items():
        with _variables(identity):
            tenant = tenant_of(project.config(folder, name))
            for one in tenant.pages(f"{CERTIFICATE_STATES.path}?$select=id,{_EXPIRY}"):
                month = str(one.get(_EXPIRY) or "")[:7]
                if month[:4].isdigit() and month[:4] != "0001":
                    months[month] += 1
    return months


@contextmanager
def _variables(identity: Mapping[str, str]) -> Iterator[None]:
    """Have the variables of *identity* in the environment, and what was there before again in the end."""
    before = {name: os.environ.get(name) for name in identity}
    os.environ.update(identity)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
