"""
The names in the environment of the identity that signs in to Graph: INTUNE_…, or AZURE_… where none of those is set.

The backend of the state reads AZURE_… as well, and may live in another tenant. So Graph's identity can have names of
its own, and then it is taken from them alone: the id of one identity never goes with the secret of another.
"""

from __future__ import annotations

from collections.abc import Mapping

from provider.errors import SignInError
from provider.settings import Settings

CLIENT_ID = "CLIENT_ID"
CLIENT_SECRET = "CLIENT_SECRET"  # noqa: S105 - the name of a variable
CERTIFICATE_PATH = "CLIENT_CERTIFICATE_PATH"
CERTIFICATE_PASSWORD = "CLIENT_CERTIFICATE_PASSWORD"  # noqa: S105 - the name of a variable
TOKEN_FILE = "FEDERATED_TOKEN_FILE"  # noqa: S105 - the name of a variable

_PARTS = (CLIENT_ID, CLIENT_SECRET, CERTIFICATE_PATH, CERTIFICATE_PASSWORD, TOKEN_FILE)
_OWN, _SHARED = "INTUNE_", "AZURE_"
_TENANT_ID = "TENANT_ID"
_READS_AZURE_TENANT_ID = ("default", "environment")
"""The kinds of `auth` whose credential takes the tenant from AZURE_TENANT_ID; all others get the stack's from us."""


class Identity:
    """The parts of one identity in *environ*."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.is_own = any(environ.get(_OWN + part) for part in _PARTS)
        """Whether variables INTUNE_… name it."""

    def get(self, part: str) -> str | None:
        """Return a *part*; None where it is not set."""
        return self._environ.get(self.name(part)) or None

    def name(self, part: str) -> str:
        """Return the variable of a *part*."""
        return (_OWN if self.is_own else _SHARED) + part

    def need(self, auth: str, *parts: str) -> list[str]:
        """Return *parts* that the kind *auth* cannot do without. Raises SignInError: names those that are missing."""
        missing = [self.name(part) for part in parts if not self.get(part)]
        if not missing:
            return [self._environ[self.name(part)] for part in parts]
        alone = " (AZURE_… is not read beside INTUNE_…, which may name another identity)"
        either = f", nor {'are' if len(missing) > 1 else 'is'} the same with {_OWN} for {_SHARED}"
        raise SignInError(f"{_not_set(auth, missing)}{alone if self.is_own else either} (docs/sign-in.md)")

    def refuse_other_tenant(self, settings: Settings) -> None:
        """
        Refuse an environment that signs in elsewhere: it is the wrong shell, or the wrong stack.

        Raises SignInError: INTUNE_TENANT_ID is another tenant than the stack's, or AZURE_TENANT_ID is, where the
        credential reads that.
        """
        variable = _OWN + _TENANT_ID
        if not self._environ.get(variable):
            if self.is_own or settings.auth not in _READS_AZURE_TENANT_ID:
                return
            variable = _SHARED + _TENANT_ID
        named = self._environ.get(variable, "")
        if "-" in named and "." not in named and named.lower() != settings.tenant_id:  # with a dot it is a domain
            raise SignInError(
                f"the stack's tenantId is {settings.tenant_id}, but {variable} in the environment is {named}: "
                "select the stack of that tenant, or sign in to this one; an identity that is only for the state does "
                "not matter once INTUNE_CLIENT_ID and its secret name the one for Graph (docs/sign-in.md)"
            )


def need(environ: Mapping[str, str], auth: str, *names: str) -> list[str]:
    """Return the variables *names*, which a pipeline sets. Raises SignInError: names those that are missing."""
    missing = [name for name in names if not environ.get(name)]
    if missing:
        raise SignInError(f"{_not_set(auth, missing)} (docs/sign-in.md)")
    return [environ[name] for name in names]


def _not_set(auth: str, missing: list[str]) -> str:
    are = "are" if len(missing) > 1 else "is"
    return f"auth is {auth}, and {' and '.join(missing)} {are} not set in the environment"
