"""A throw-away certificate authority, and the one certificate with every name the sandbox answers to."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from pathlib import Path

import trustme


def write_authority(folder: Path, names: Iterable[str]) -> tuple[Path, ssl.SSLContext]:
    """Make an authority; return the file that clients have to trust, and what a server of *names* speaks TLS with."""
    authority = trustme.CA(organization_name="Sandbox of intune-derived-credentials")
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return ca_file, context
