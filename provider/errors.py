"""
The errors a person running the provider can meet.

::

    IntuneError               str() is one sentence a person can act on
    ├─ Abandoned              the engine that started this run has died
    ├─ ConfigError            a setting is missing or contradicts another; names what to set
    ├─ DeclarationError       a resource class is declared wrongly: a bug of this project, met at import
    ├─ Defect                 anything nobody foresaw: a bug of this project, met at run time
    ├─ SignInError            no token, or one of another tenant
    ├─ Unauthorized           the token lacks permissions that the run needs
    ├─ Vanished               there is no object with the id given to get()
    ├─ AdoptionError          the object to adopt does not fit, or one that fits stands in the way
    ├─ Reissued               a PATCH made a new object instead of changing the old one
    ├─ OutcomeUnknown         a POST was sent, no answer came, and looking did not settle it
    ├─ IncompleteCreate       the object exists, but an assignment or a binding of it could not be written
    └─ GraphError             Graph answered with an error, or did not answer
       ├─ Rejected       400 405 406 415 422 and every 4xx without a class of its own
       │  └─ ApprovalRequired 400 of a tenant with Multi Admin Approval
       ├─ Unauthenticated 401 ├─ Forbidden 403    ├─ NotFound 404 410   ├─ Conflict 409 412 423
       ├─ Throttled      429  ├─ ServerFault 5xx
       ├─ Unreachable         no answer: DNS, TLS, a refused or broken connection, a timeout
       └─ UnexpectedAnswer    an answer that is not Graph's: a redirect, HTML with a 200, a foreign nextLink

Why an own tree: nothing outside `provider.graph` may know the HTTP library, and the engine shows an exception's class
and text to the user as they are. Bad *input* is no exception at all: it is a CheckFailure, which is data.

The text of an error never holds a token, and never more than 256 characters of an answer: answers can hold
anything, and what is shown ends in CI logs and pull requests.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

LONGEST_QUOTE = 256
"""How many characters of an answer an error may quote."""

LONGEST_LINE = 1300
"""How many characters the text of an error may have, whatever names are in it: gRPC carries it as a header."""


_TOKEN = re.compile(r"eyJ[\w-]{8,}(\.[\w-]*)+")


def quote(text: str) -> str:
    """Make one line of *text*, cut to LONGEST_QUOTE characters, and without any token that somebody echoed into it."""
    line = _TOKEN.sub("…", " ".join(text.split()))
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…"


def _line(text: str) -> str:
    """Leave the middle out of *text* where it is longer than LONGEST_LINE: what to do stands at the end."""
    half = LONGEST_LINE // 2 - 2
    return text if len(text) <= LONGEST_LINE else f"{text[:half]} … {text[-half:]}"


class IntuneError(Exception):
    """The family: everything this provider raises on purpose."""

    def __str__(self) -> str:
        """One line, of a length that can be read and carried."""
        return _line(super().__str__())

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Print as ``NotFound: …`` in a traceback, without the module path that says nothing to a user."""
        super().__init_subclass__(**kwargs)
        cls.__module__ = "builtins"


class ConfigError(IntuneError):
    """A setting is missing or contradicts another."""


class DeclarationError(IntuneError):
    """A resource class is declared wrongly: a bug of this project."""


class Defect(IntuneError):
    """Something nobody foresaw. Its text says how to report it."""

    def __str__(self) -> str:
        """Ask for the traceback that was left out."""
        return f"{super().__str__()} (a bug of this provider: run again with INTUNE_DEBUG=1 and report the traceback)"


class SignInError(IntuneError):
    """No token could be had, or the token is not one of the stack's tenant."""


class Abandoned(IntuneError):
    """The engine that started this run has died: nothing more is written, for nobody would learn of it."""


class Unauthorized(IntuneError):
    """
    The token lacks permissions that the run needs. Told before the first write, all at once.

    *missing* maps the permissions of which one is needed to the resources that need it.
    """

    def __init__(self, missing: Mapping[tuple[str, ...], Sequence[str]]) -> None:
        lines = [f"{' or '.join(one)} (for {_few(resources)})" for one, resources in missing.items()]
        super().__init__(
            f"the identity that signed in lacks {'; and '.join(lines)}. Nothing was written. Grant the permission and "
            "have an administrator consent, or run `pulumi config set permissionCheck off` to try without"
        )
        self.missing = missing


def _few(names: Sequence[str]) -> str:
    most = 5
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


class Vanished(IntuneError):
    """There is no object with the id given to get()."""


class AdoptionError(IntuneError):
    """The object to adopt does not fit the declaration, or an object that fits stands in its way."""


class Reissued(IntuneError):
    """A PATCH made a new object instead of changing the old one."""


class OutcomeUnknown(IntuneError):
    """A POST was sent, no answer came, and looking for the object did not settle whether it exists."""


class IncompleteCreate(IntuneError):
    """
    The object was created, but something beside it (an assignment, a binding) was not.

    *id* is the object's, *done* the inputs that hold already, *reason* the sentence that says what is missing.
    """

    def __init__(self, id: str, done: dict[str, Any], reason: str) -> None:  # noqa: A002 - Graph's and Pulumi's word
        super().__init__(reason)
        self.id = id
        self.done = done
        self.reason = reason


class GraphError(IntuneError):
    """Graph answered with an error, or did not answer."""

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

    unanswered = ""
    """What stands in place of the status where there is none."""
    remedy = ""
    """What a person can do about it; a class says it once for all its errors."""

    def __str__(self) -> str:
        """One sentence: what was asked, what came back, what to do, and the id that Microsoft's support asks for."""
        answer = " ".join(part for part in (str(self.status or self.unanswered), self.code) if part)
        came = f" → {answer}" if answer else ""
        said = f": {quote(self.message)}" if self.message else ""
        text = f"{self.method} {self.path}{came}{said}"
        if self.remedy:
            text = f"{text.rstrip('.')}. {self.remedy}"
        return _line(f"{text} [request-id {self.request_id}]" if self.request_id else text)


class Rejected(GraphError):
    """Graph refuses the request as it stands; repeating it would change nothing."""


class ApprovalRequired(Rejected):
    """The tenant has Multi Admin Approval: a write needs a reason, and another administrator's consent."""

    remedy = 'Give the reason: run `pulumi config set approvalJustification "<why>"`, then run again'


class Unauthenticated(GraphError):
    """Graph does not accept the token."""

    remedy = "Sign in again: the token was refused twice"


class Forbidden(GraphError):
    """The identity that signed in may not do this."""

    remedy = "Grant the identity the permission named above (an administrator must consent), then run again"


class NotFound(GraphError):
    """There is no such object. Success in a delete, 'gone' in a read, a failure everywhere else."""

    remedy = "It is gone from the tenant: run `pulumi up --refresh`, which makes it again"


class Conflict(GraphError):
    """The request contradicts something that is there already."""


class Throttled(GraphError):
    """Too many requests; *retry_after* says how many seconds Graph wants to be left alone, where it says so."""

    remedy = "The tenant's quota is spent: wait a minute and run again; nothing was lost"


class ServerFault(GraphError):
    """Graph failed. The request may or may not have taken effect."""

    remedy = "The service failed: run again; what was done already is recognised"


class Unreachable(GraphError):
    """
    No answer came. *sent* tells whether the request can have reached the service.

    A refused connection or an unknown host name cannot have done anything; a connection that broke may have.
    """

    unanswered = "no answer"
    remedy = "Check the network and any proxy, then run again; what was done already is recognised"

    def __init__(self, method: str, path: str, *, message: str, sent: bool) -> None:
        super().__init__(method, path, message=message)
        self.sent = sent


class UnexpectedAnswer(GraphError):
    """An answer that cannot be Graph's, or that points somewhere it must not."""


_BY_STATUS: dict[int, type[GraphError]] = {
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    410: NotFound,
    409: Conflict,
    412: Conflict,
    423: Conflict,
    429: Throttled,
}


def error_class(status: int) -> type[GraphError]:
    """Tell which class of the tree an HTTP *status* of 300 and above belongs to."""
    if status >= 500:  # noqa: PLR2004 - HTTP's own number
        return ServerFault
    if status < 400:  # noqa: PLR2004 - HTTP's own number: a redirect, which is never followed
        return UnexpectedAnswer
    return _BY_STATUS.get(status, Rejected)
