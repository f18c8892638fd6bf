"""What can fail in a run beside a request to Graph: settings, sign-in, ownership, and what a write left behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from provider.errors.base import IntuneError


class ConfigError(IntuneError):
    """A setting is missing or contradicts another."""


class DeclarationError(IntuneError):
    """A resource class is declared wrongly: a bug of this project."""


class ProviderBug(IntuneError):
    """An error that this project did not foresee. Its text says how to report it."""

    def __str__(self) -> str:
        """Ask for the traceback that was left out."""
        return f"{super().__str__()} (a bug of this provider: run again with INTUNE_DEBUG=1 and report the traceback)"


class SignInError(IntuneError):
    """No credential gave a token, or the token is not one of the stack's tenant."""


class EngineGone(IntuneError):
    """The engine that started this run has died: nothing more is written, because nothing would record it."""


class MissingPermissions(IntuneError):
    """
    The token lacks permissions that the run needs. All of them are reported at once, before a write.

    *missing* maps the permissions of which one is needed to the resources that need it. *reason* says why this kind of
    sign-in cannot have them, where that is known. *untouched* is false where the run has written something already.
    """

    def __init__(
        self, missing: Mapping[tuple[str, ...], Sequence[str]], *, reason: str = "", untouched: bool = True
    ) -> None:
        lines = [f"{' or '.join(one)} (for {_few(resources)})" for one, resources in missing.items()]
        remedy = reason or (
            "Grant the permission and have an administrator consent, or run `pulumi config set permissionCheck off` "
            "to try without"
        )
        super().__init__(
            f"the identity that signed in lacks {'; and '.join(lines)}."
            f"{' Nothing was written.' if untouched else ''} {remedy}"
        )
        self.missing = missing


def _few(names: Sequence[str]) -> str:
    most = 5
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


class WrongTenant(IntuneError):
    """The state of a resource belongs to another tenant or cloud than the stack's config names."""


class MassAbsence(IntuneError):
    """Every object of a kind is absent at once: probably the token may not see them, so the state is kept."""


class OwnershipError(IntuneError):
    """Another resource, of this stack or another, manages the object."""


class NoSuchObject(IntuneError):
    """There is no object with the id given to get()."""


class AdoptionError(IntuneError):
    """The object to adopt does not fit the declaration, or an object that fits stands in its way."""


class ObjectReplaced(IntuneError):
    """A PATCH created a new object instead of changing the old one."""


class OutcomeUnknown(IntuneError):
    """A POST was sent, no answer came, and looking for the object did not settle whether it exists."""


class IncompleteCreate(IntuneError):
    """
    The object was created, but something beside it (an assignment, a binding) was not.

    *id* is the object's, *done* the inputs that hold already, *reason* the sentence that says what is missing, and
    *uncertain* the inputs of which it is unknown whether they hold.
    """

    def __init__(
        self,
        id: str,  # noqa: A002 - Graph's and Pulumi's word
        done: dict[str, Any],
        reason: str,
        uncertain: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(reason)
        self.id = id
        self.done = done
        self.reason = reason
        self.uncertain = dict(uncertain or {})


class IncompleteUpdate(IntuneError):
    """
    Some changes of an update were written, or may have been, and others were not.

    *written* names the fields that have their new value, *uncertain* those of which that is unknown, and *reason* is
    the sentence that says what is missing.
    """

    def __init__(self, written: Sequence[str], uncertain: Sequence[str], reason: str) -> None:
        super().__init__(reason)
        self.written = tuple(written)
        self.uncertain = tuple(uncertain)
        self.reason = reason
