"""
Who exists in the stand-in's directory: tenants with one application.

All are constants so that a stack file and a script can name them. The secrets are not secret: they open nothing
but a process that listens on this machine.
"""

from __future__ import annotations

TENANT_ID = "5a9db0c5-0000-4000-8000-00000000000a"
CLIENT_ID = "5a9db0c5-0000-4000-8000-00000000000b"
USER_ID = "5a9db0c5-0000-4000-8000-00000000000c"
CLIENT_SECRET = "sandbox-not-a-secret"  # noqa: S105 - obviously fake, and printed at start on purpose
MANAGED_IDENTITY_HEADER = "sandbox-not-a-secret-either"
USER_NAME = "admin@sandbox.invalid"


def tenant_ids(number: int) -> list[str]:
    """Return the ids of *number* tenants: TENANT_ID is the first."""
    return [TENANT_ID, *(f"5a9db0c5-0000-4000-9000-{one:012x}" for one in range(1, number))]
