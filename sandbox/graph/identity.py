"""
Who exists in the stand-in's directory: one tenant with one application.

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
