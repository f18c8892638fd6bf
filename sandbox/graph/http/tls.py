"""A throw-away certificate authority, and the one certificate with every name the sandbox answers to."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import trustme


class Certificates(NamedTuple):
    """What a server speaks TLS with: as a rule the *trusted* context."""

    names: tuple[str, ...]
    trusted: ssl.SSLContext

    def untrusted(self) -> ssl.SSLContext:
        """Return a context whose certificate has the right names, by an authority that no client trusts."""
        return _untrusted(self.names)


def write_authority(folder: Path, names: Iterable[str]) -> tuple[Path, Certificates]:
    """Make an authority; return the file that clients have to trust, and what a server of *names* speaks TLS with."""
    authority = trustme.CA(organization_name="Sandbox of intune-derived-credentials")
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    names = tuple(names)
    return ca_file, Certificates(names, _context(authority, names))


@cache
def _untrusted(names: tuple[str, ...]) -> ssl.SSLContext:
    """Make the context when it is first needed: keys take time, and few tests need these."""
    return _context(trustme.CA(organization_name="Unknown to the clients of the sandbox"), names)


def _context(authority: trustme.CA, names: tuple[str, ...]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context
