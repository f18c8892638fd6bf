"""
What a person can do about an error of Graph, by what was asked for and what came back.

A remedy promises nothing that may not happen: what a request did is unknown until it is looked up, and what is deleted
is created again only where the program still declares it.
"""

from __future__ import annotations

import math
import re

_PERMISSION = re.compile(r"\b\w+\.(Read|ReadWrite|PrivilegedOperations)\.All\b")
_LOCKED, _CHANGED = 423, 412

NEEDED = "DeviceManagementConfiguration.ReadWrite.All and DeviceManagementServiceConfig.ReadWrite.All"
"""The permissions on Microsoft Graph with which everything works (docs/sign-in.md)."""

UNAUTHENTICATED = "Sign in again: Graph does not accept the token"
REJECTED = (
    "Correct what the message names, then run again; if it names nothing, ask Microsoft's support and give the "
    "request-id"
)
APPROVAL = 'Give the reason: run `pulumi config set approvalJustification "<why>"`, then run again'
IGNORED = (
    "Run `pulumi up --refresh`, which writes it again where it is still missing; if it recurs, make the change in the "
    "Intune admin center and see what it says"
)
_AGAIN = "Run again; if it recurs, check whether a proxy or a sign-in page answers in Graph's place (HTTPS_PROXY)"
_COMPARE = "run `pulumi preview --refresh --diff` to see what the tenant has"


def forbidden(quoted: str) -> str:
    """Return the remedy of a 403 whose message, as far as it is shown, is *quoted*."""
    if _PERMISSION.search(quoted):
        return (
            "Grant the identity the permission that Graph's message names (an administrator must consent), then run "
            "again"
        )
    return (
        f"Grant the identity {NEEDED} (an administrator must consent); a person also needs an Intune role, and the "
        "tenant an Intune licence; then run again"
    )


def not_found(method: str, path: str) -> str:
    """Return the remedy of a 404 that *method* got at *path*."""
    plain = path.partition("?")[0]
    if plain.endswith("/$ref"):
        return (
            "The profile or the derived credential that it refers to does not exist: check both ids, and run "
            "`pulumi refresh` if one of them is gone"
        )
    if "('" not in plain:
        return "This Graph does not have the collection: check `cloud`, and that the tenant has an Intune licence"
    if method == "POST":
        return (
            "The object is gone, or something that the request names, such as a group or a filter, does not exist: "
            "check their ids in the Intune admin center, then run again"
        )
    if method == "DELETE":
        return "It is deleted already: run `pulumi refresh`, which removes it from the state"
    return (
        "It is gone from the tenant, or its id is wrong: run `pulumi up --refresh`, and remove `adopt` from the "
        "entry first if it has one"
    )


def conflict(status: int | None) -> str:
    """Return the remedy of a 409, 412 or 423."""
    if status == _LOCKED:
        return "The object is locked: wait until the lock ends, then run again"
    if status == _CHANGED:
        return "Another client changed it meanwhile: run `pulumi up --refresh`"
    return f"Something in the tenant contradicts the request: {_COMPARE}, then correct what the message names"


def throttled(retry_after: float | None) -> str:
    """Return the remedy of a 429 that asks to wait *retry_after* seconds."""
    if not retry_after:
        return "The tenant has had too many requests, and Graph does not say for how long: run again in some minutes"
    return f"The tenant has had too many requests: run again in {math.ceil(retry_after)} s, as Graph asks"


def service_failed(method: str, path: str) -> str:
    """Return the remedy of a request that Graph took and did not answer well."""
    doubt = _doubt(method, path)
    return f"The service failed, and {doubt}" if doubt else "The service failed: run again later"


def unreachable(method: str, path: str, *, sent: bool) -> str:
    """Return the remedy of a request without an answer, which was perhaps *sent*."""
    doubt = _doubt(method, path) if sent else ""
    return f"Check the network and any proxy{f'; {doubt}' if doubt else ', then run again'}"


def unexpected(method: str) -> str:
    """Return the remedy of an answer that cannot be Graph's."""
    return _AGAIN if method == "GET" else f"The request may have taken effect: {_COMPARE}"


def _doubt(method: str, path: str) -> str:
    """Say how to go on after a write that may have taken effect; nothing for a read."""
    if method == "GET" or path.startswith("/$batch"):
        return ""
    if method == "POST" and "('" not in path:
        return (
            "the request may have taken effect: run `pulumi up` again, which looks for the object before it creates one"
        )
    return "the request may have taken effect: run the same command again, which can be repeated"
