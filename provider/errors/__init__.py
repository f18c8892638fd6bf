"""
The errors a person running the provider can meet.

::

    IntuneError               str() is one sentence a person can act on
    ├─ EngineGone              the engine that started this run has died
    ├─ ConfigError            a setting is missing or contradicts another; names what to set
    ├─ DeclarationError       a resource class is declared wrongly: a bug of this project, met at import
    ├─ ProviderBug                 an error that was not foreseen: a bug of this project, met at run time
    ├─ SignInError            no token, or one of another tenant
    ├─ MissingPermissions           the token lacks permissions that the run needs
    ├─ WrongTenant            the state is one of another tenant than the stack's
    ├─ MassAbsence            every object of a kind is absent at once, which is not believed
    ├─ OwnershipError         another resource manages the object
    ├─ NoSuchObject               there is no object with the id given to get()
    ├─ AdoptionError          the object to adopt does not fit, or one that fits stands in the way
    ├─ ObjectReplaced               a PATCH created a new object instead of changing the old one
    ├─ OutcomeUnknown         a POST was sent, no answer came, and looking did not settle it
    ├─ IncompleteCreate       the object exists, but an assignment or a binding of it could not be written
    ├─ IncompleteUpdate       some changes of an update were written, and others were not
    └─ GraphError             Graph answered with an error, or did not answer
       ├─ Rejected       400 405 406 415 422 and every 4xx without a class of its own
       │  └─ ApprovalRequired 400 of a tenant with Multi Admin Approval
       ├─ Unauthenticated 401 ├─ Forbidden 403    ├─ NotFound 404 410   ├─ Conflict 409 412 423
       ├─ Throttled      429  ├─ ServerFault 5xx 408 425: the request may have taken effect
       ├─ Unreachable         no answer: DNS, TLS, a refused or broken connection, a timeout
       ├─ UnexpectedAnswer    an answer that is not Graph's: a redirect, HTML with a 200, a foreign nextLink
       └─ WriteIgnored        Graph accepted a write and does not show what was written

Why an own tree: nothing outside `provider.graph` may know the HTTP library, and the engine shows an exception's class
and text to the user as they are. Bad *input* is no exception at all: it is a CheckFailure, which is data.

The text of an error never holds a token, and never more than 256 characters of an answer: answers can hold
anything, and what is shown ends in CI logs and pull requests.
"""

from provider.errors.base import LONGEST_LINE, LONGEST_QUOTE, IntuneError, quote
from provider.errors.graph import (
    ApprovalRequired,
    Conflict,
    Forbidden,
    GraphError,
    NotFound,
    Rejected,
    ServerFault,
    Throttled,
    Unauthenticated,
    UnexpectedAnswer,
    Unreachable,
    WriteIgnored,
    error_class,
)
from provider.errors.run import (
    AdoptionError,
    ConfigError,
    DeclarationError,
    EngineGone,
    IncompleteCreate,
    IncompleteUpdate,
    MassAbsence,
    MissingPermissions,
    NoSuchObject,
    ObjectReplaced,
    OutcomeUnknown,
    OwnershipError,
    ProviderBug,
    SignInError,
    WrongTenant,
)

__all__ = [
    "LONGEST_LINE",
    "LONGEST_QUOTE",
    "AdoptionError",
    "ApprovalRequired",
    "ConfigError",
    "Conflict",
    "DeclarationError",
    "EngineGone",
    "Forbidden",
    "GraphError",
    "IncompleteCreate",
    "IncompleteUpdate",
    "IntuneError",
    "MassAbsence",
    "MissingPermissions",
    "NoSuchObject",
    "NotFound",
    "ObjectReplaced",
    "OutcomeUnknown",
    "OwnershipError",
    "ProviderBug",
    "Rejected",
    "ServerFault",
    "SignInError",
    "Throttled",
    "Unauthenticated",
    "UnexpectedAnswer",
    "Unreachable",
    "WriteIgnored",
    "WrongTenant",
    "error_class",
    "quote",
]
