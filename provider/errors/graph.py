"""What Graph can answer, or fail to answer: one class for each way to go on."""

from __future__ import annotations

from provider.errors import remedies
from provider.errors.base import IntuneError, quote, shorten


class GraphError(IntuneError):
    """Graph answered with an error, or did not answer."""

    unanswered = ""
    """What stands in place of the status where there is none."""

    def __init__(  # noqa: PLR0913 - an error is its data
        self,
        method: str,
        path: str,
        *,
        status: int | None = None,
        code: str = "",
        message: str = "",
        request_id: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__()
        self.method = method
        self.path = path
        self.status = status
        self.code = code
        self.message = message
        self.request_id = request_id
        self.retry_after = retry_after
        self._remedy: str | None = None

    @property
    def remedy(self) -> str:
        """What a person can do about it: the usual thing for this error, unless the caller knows better and sets it."""
        return self._usual_remedy() if self._remedy is None else self._remedy

    @remedy.setter
    def remedy(self, text: str) -> None:
        self._remedy = text

    def _usual_remedy(self) -> str:
        return ""

    def __str__(self) -> str:
        """One sentence: what was asked, what came back, what to do, and the id that Microsoft's support asks for."""
        answer = " ".join(part for part in (str(self.status or self.unanswered), self.code) if part)
        came = f" → {answer}" if answer else ""
        said = f": {quote(self.message)}" if self.message else ""
        text = f"{self.method} {self.path}{came}{said}"
        if self.remedy:
            text = f"{text.rstrip('.')}. {self.remedy}"
        return shorten(f"{text} [request-id {self.request_id}]" if self.request_id else text)


class Rejected(GraphError):
    """Graph refuses the request as it stands; repeating it would change nothing."""

    def _usual_remedy(self) -> str:
        return remedies.REJECTED


class ApprovalRequired(Rejected):
    """The tenant has Multi Admin Approval: a write needs a reason, and another administrator's consent."""

    def _usual_remedy(self) -> str:
        return remedies.APPROVAL


class Unauthenticated(GraphError):
    """Graph does not accept the token."""

    def _usual_remedy(self) -> str:
        return remedies.UNAUTHENTICATED


class Forbidden(GraphError):
    """The identity that signed in may not do this."""

    def _usual_remedy(self) -> str:
        return remedies.forbidden(quote(self.message))


class NotFound(GraphError):
    """There is no such object. Success in a delete, an absence in a read, a failure everywhere else."""

    def _usual_remedy(self) -> str:
        return remedies.not_found(self.method, self.path)


class Conflict(GraphError):
    """The request contradicts something that exists already."""

    def _usual_remedy(self) -> str:
        return remedies.conflict(self.status)


class Throttled(GraphError):
    """Too many requests; *retry_after* says how many seconds Graph asks to wait, where it says so."""

    def _usual_remedy(self) -> str:
        return remedies.throttled(self.retry_after)


class ServerFault(GraphError):
    """Graph failed, or gave up waiting for the request (408, 425). The request may or may not have taken effect."""

    def _usual_remedy(self) -> str:
        return remedies.service_failed(self.method, self.path)


class Unreachable(GraphError):
    """
    No answer came, or not all of it. *sent* tells whether the request can have reached the service.

    A refused connection or an unknown host name cannot have done anything; a connection that broke may have.
    """

    unanswered = "no answer"

    def __init__(self, method: str, path: str, *, message: str, sent: bool) -> None:
        super().__init__(method, path, message=message)
        self.sent = sent

    def _usual_remedy(self) -> str:
        return remedies.unreachable(self.method, self.path, sent=self.sent)


class UnexpectedAnswer(GraphError):
    """An answer that cannot be Graph's, or that points somewhere it must not."""

    def _usual_remedy(self) -> str:
        return remedies.unexpected(self.method)


class WriteIgnored(GraphError):
    """Graph accepted a write and does not show what was written."""

    def _usual_remedy(self) -> str:
        return remedies.IGNORED


_BY_STATUS: dict[int, type[GraphError]] = {
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    410: NotFound,
    408: ServerFault,  # a gateway that stops waiting says nothing about the service behind it
    409: Conflict,
    412: Conflict,
    423: Conflict,
    425: ServerFault,
    429: Throttled,
    499: ServerFault,  # what nginx says where a connection before it was closed
}


def error_class(status: int) -> type[GraphError]:
    """Tell which class of the tree an HTTP *status* of 300 and above belongs to."""
    if status >= 500:  # noqa: PLR2004 - HTTP's own number
        return ServerFault
    if status < 400:  # noqa: PLR2004 - HTTP's own number: a redirect, which is never followed
        return UnexpectedAnswer
    return _BY_STATUS.get(status, Rejected)
