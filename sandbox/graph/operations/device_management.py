"""The singleton above everything: /deviceManagement, with the older form of the derived-credential settings."""

from __future__ import annotations

from http import HTTPStatus

from sandbox.graph.http.messages import Response
from sandbox.graph.operations import answers
from sandbox.graph.tenant.tenant import Call


def show(call: Call) -> Response:
    """
    Get it.

    `settings` still carries its own enumeration of issuers (with a capital C in entrustDataCard). Nothing documents
    that it mirrors the derived credentials, so it does not.
    """
    settings = {"derivedCredentialProvider": "notConfigured", "derivedCredentialUrl": None}
    root = {"id": call.tenant.id, "subscriptionState": "active", "settings": settings}
    return Response.of(HTTPStatus.OK, {**answers.context(call, "deviceManagement"), **root})
