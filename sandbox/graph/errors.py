# ruff: noqa: N818 - errors say what happened, as the service does: NotFound, TooManyRequests
"""
The errors of the service, in Graph's words.

::

    ServiceError              status, code, message; rendered by `body`
    ├─ flat: the gateway and the OData layer speak
    │  ├─ BadRequest      400 ├─ NoSegment       400 ├─ NoRoute         400
    │  ├─ ModelViolation  400 └─ Unauthenticated 401
    └─ IntuneError            Intune speaks: the message is itself a JSON text, ending in Intune's own ids and URL
       ├─ Refused         400 ├─ Forbidden       403 ├─ NotFound        404
       └─ Conflict        409 └─ TooManyRequests 429

Operations raise; only the service renders. The outer shape is that of https://learn.microsoft.com/graph/errors; the
codes and texts are ones that people have met and reported (the threads are named beside them).
"""

from __future__ import annotations

import json
from typing import Any, ClassVar

NO_OPERATION = "00000000-0000-0000-0000-000000000000"
"""What Intune puts where an operation id would stand."""

_SERVICE = "/DeviceConfiguration/StatelessDeviceConfigurationFEService"
"""What Intune calls the service behind these paths; its own texts name it."""


def without_version(path: str) -> str:
    """Return a path as Intune sees it: without the version of Graph."""
    return "/" + path.strip("/").partition("/")[2]


class ServiceError(Exception):
    """The family: an answer that is an error."""

    status: ClassVar[int]
    code: ClassVar[str]
    repeats_message: ClassVar[bool] = False
    """Intune's OData layer says the same once more inside innerError (OpenIntuneBaseline#207)."""

    def __init__(self, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.headers = headers or {}

    def text(self, request_id: str, path: str) -> str:  # noqa: ARG002 - Intune's texts end in both
        """Return the value of `error.message`."""
        return self.message

    def body(self, *, request_id: str, client_request_id: str, date: str, path: str) -> dict[str, Any]:
        """Build the JSON of the answer; *date* has Graph's form, without a time zone."""
        text = self.text(request_id, path)
        inner = {"date": date, "request-id": request_id, "client-request-id": client_request_id}
        if self.repeats_message:
            inner = {"message": text, **inner}
        return {"error": {"code": self.code, "message": text, "innerError": inner}}


class BadRequest(ServiceError):
    """Graph itself does not understand the request."""

    status = 400
    code = "BadRequest"


class UnsupportedQuery(BadRequest):
    """Entra does not answer such a query, or not without a header."""

    code = "Request_UnsupportedQuery"


class NoSegment(BadRequest):
    """The path has a segment that the model lacks (powershell-intune-samples#124)."""

    def __init__(self, segment: str) -> None:
        super().__init__(f"Resource not found for the segment '{segment}'.")


class NoRoute(ServiceError):
    """The model has the path, but Intune serves no such route (microsoft-graph-docs#5919, IntuneManagement#114)."""

    status = 400
    code = "No method match route template"

    def __init__(self, template: str, method: str, path: str) -> None:
        super().__init__(
            f"No OData route exists that match template {template} with http verb {method} for request "
            f"{_SERVICE}{without_version(path)}."
        )


class ModelViolation(ServiceError):
    """The body does not fit the model."""

    status = 400
    code = "ModelValidationFailure"
    repeats_message = True


class Unauthenticated(ServiceError):
    """The token is missing, malformed, expired, or meant for somebody else."""

    status = 401
    code = "InvalidAuthenticationToken"


class IntuneError(ServiceError):
    """An error of Intune behind Graph: what stands in `message` is JSON inside a string."""

    def text(self, request_id: str, path: str) -> str:
        """Wrap the sentence as Intune does (IntuneCD#217, IntuneDocumentation#39)."""
        url = f"https://fef.sandbox.invalid{_SERVICE}{without_version(path)}?api-version=5026-01-01"
        nested = {
            "_version": 3,
            "Message": (
                f"{self.message} - Operation ID (for customer support): {NO_OPERATION} - "
                f"Activity ID: {request_id} - Url: {url}"
            ),
            "CustomApiErrorPhrase": "",
            "RetryAfter": None,
            "ErrorSourceService": "",
            "HttpHeaders": "{}",
        }
        return json.dumps(nested, indent=2).replace("\n", "\r\n")


class Refused(IntuneError):
    """Intune understands the request and refuses it."""

    status = 400
    code = "BadRequest"


class Forbidden(IntuneError):
    """The token lacks every permission that would do (Intune-ACSC#14)."""

    status = 403
    code = "Forbidden"

    def __init__(self, permissions: tuple[str, ...]) -> None:
        super().__init__(
            "Application is not authorized to perform this operation. "
            f"Application must have one of the following scopes: {', '.join(permissions)}"
        )


class NotFound(IntuneError):
    """There is no such object (Microsoft365DSC#3970)."""

    status = 404
    code = "ResourceNotFound"


class Conflict(IntuneError):
    """The request contradicts what exists."""

    status = 409
    code = "Conflict"


class TooManyRequests(IntuneError):
    """The quota is used up; *seconds* until a slot frees."""

    status = 429
    code = "TooManyRequests"

    def __init__(self, seconds: int) -> None:
        super().__init__("Too many requests.", {"Retry-After": str(seconds)})
