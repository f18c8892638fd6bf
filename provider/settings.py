"""
What the provider needs to know before it can speak to a tenant: out of the stack's config and the environment.

Stack config says *which* tenant and cloud, and is written into the state. The environment says *who* signs in, and
never reaches the state: no setting of this module is a secret, and no secret is a setting.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from provider.errors import ConfigError

_GUID = re.compile(r"(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}

SANDBOX = "sandbox"
"""The cloud that is a process on this machine (`python -m sandbox.graph`)."""


@dataclass(frozen=True)
class Cloud:
    """Where one deployment of Microsoft Graph lives. Tokens of one are worth nothing at another."""

    name: str
    graph: str
    """Scheme and host of Graph, without a path."""
    authority: str
    """Scheme and host of the sign-in service."""
    exchange: str = "api://AzureADTokenExchange"
    """The audience of a foreign token that the sign-in service takes in exchange for one of its own."""

    @property
    def scope(self) -> str:
        """What a token is asked for: everything the identity was granted on this Graph."""
        return f"{self.graph}/.default"

    @property
    def is_sandbox(self) -> bool:
        """Tell whether this is the stand-in on loopback."""
        return self.name == SANDBOX


# Hosts: https://learn.microsoft.com/graph/deployments. Authorities: azure.identity.AzureAuthorityHosts. Exchange:
# https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations
CLOUDS = {
    cloud.name: cloud
    for cloud in (
        Cloud("public", "https://graph.microsoft.com", "https://login.microsoftonline.com"),
        Cloud(
            "usgov",
            "https://graph.microsoft.us",
            "https://login.microsoftonline.us",
            "api://AzureADTokenExchangeUSGov",
        ),
        Cloud(
            "usgovdod",
            "https://dod-graph.microsoft.us",
            "https://login.microsoftonline.us",
            "api://AzureADTokenExchangeUSGov",
        ),
        Cloud(
            "china",
            "https://microsoftgraph.chinacloudapi.cn",
            "https://login.chinacloudapi.cn",
            "api://AzureADTokenExchangeChina",
        ),
        Cloud(SANDBOX, "", ""),  # its addresses are in the environment: see `locate`
    )
}

_AIR_GAPPED = {"usnat", "ussec", "usnatgov", "ussecgov", "eaglex", "scloud", "ex", "rx"}
"""Names by which tools call the clouds of the US intelligence community."""

AUTH_METHODS = (
    "default",
    "azureCli",
    "environment",
    "clientSecret",
    "clientCertificate",
    "managedIdentity",
    "workloadIdentity",
    "azurePipelines",
    "githubOidc",
    "interactive",
    "deviceCode",
)
"""The ways to sign in; `provider.graph.credentials` says what each needs."""

KEYS = ("tenantId", "cloud", "auth", "permissionCheck", "quotaShare", "approvalJustification")
"""The keys of stack config that `read` looks up; Pulumi.yaml gives each its type and meaning."""


@dataclass(frozen=True)
class Settings:
    """Everything that two calls of the provider must agree on to share a client, a token and a list."""

    tenant_id: str
    cloud: Cloud
    auth: str = "default"
    """How to sign in: a member of AUTH_METHODS."""
    permission_check: bool = True
    """Compare the token's permissions with what the run is about to do, before the first write."""
    approval_justification: str = ""
    """Sent with every write: tenants with Multi Admin Approval want a reason."""
    quota_share: float = 1.0
    """The part of Graph's quota that this stack's runs may use; 0 leaves the throttling to Graph."""
    threads: int = 32
    """Calls of the engine served at once."""
    retry_timeout: float = 300.0
    """Seconds that the retries of one request may take together."""
    request_timeout: float = 60.0
    """Seconds that Graph may be silent before a request counts as unanswered."""
    consistency_timeout: float = 30.0
    """Seconds that Graph is given to show what was written to it."""
    debug: bool = False
    """Show tracebacks of errors, and log requests (never tokens, never bodies) to stderr."""
    journal: str = ""
    """The folder of the journal of creates; empty for the usual one, and "off" for none."""
    accept_absence: bool = False
    """Believe that no object of a kind exists any more, instead of taking it for a token that may not see them."""


def read(config: Callable[[str], Any], environ: Mapping[str, str]) -> Settings:
    """
    Read the settings of a stack.

    *config* looks up a key of the project's stack config; all its values are text, as the dynamic host has them.

    Raises ConfigError: names the key, and the command that sets it.
    """
    tenant_id = str(config("tenantId") or "").strip().lower()
    if not _GUID.fullmatch(tenant_id):
        problem = f'tenantId is "{tenant_id}", which is not a GUID' if tenant_id else "tenantId is not set"
        raise ConfigError(f"{problem}: run `pulumi config set tenantId <the Entra tenant's id>`")
    return Settings(
        tenant_id=tenant_id,
        cloud=_cloud(str(config("cloud") or "public")),
        auth=_one_of("auth", str(config("auth") or "default"), AUTH_METHODS),
        permission_check=_one_of("permissionCheck", str(config("permissionCheck") or "on"), ("on", "off")) == "on",
        approval_justification=str(config("approvalJustification") or ""),
        quota_share=_share(str(config("quotaShare") or "100")),
        threads=int(_number(environ, "INTUNE_THREADS", 32)),
        retry_timeout=_number(environ, "INTUNE_RETRY_TIMEOUT", 300.0),
        request_timeout=_number(environ, "INTUNE_REQUEST_TIMEOUT", 60.0),
        consistency_timeout=_number(environ, "INTUNE_CONSISTENCY_TIMEOUT", 30.0),
        debug=debug(environ),
        journal=environ.get("INTUNE_JOURNAL", "").strip(),
        accept_absence=_is_set(environ, "INTUNE_ACCEPT_ABSENCE"),
    )


def entries(config: Callable[[str], Any], key: str) -> list[str]:
    """Return the names of the entries of the map *key* of the config; what is wrong with it, the program reports."""
    try:
        found = json.loads(config(key) or "{}") if key else {}
    except ValueError:
        return []
    return list(found) if isinstance(found, dict) else []


def debug(environ: Mapping[str, str]) -> bool:
    """Tell whether INTUNE_DEBUG is set."""
    return _is_set(environ, "INTUNE_DEBUG")


def _is_set(environ: Mapping[str, str], variable: str) -> bool:
    """Tell whether the switch *variable* is on: everything but nothing and 0 is."""
    return environ.get(variable, "").strip() not in {"", "0"}


def locate(settings: Settings, environ: Mapping[str, str]) -> Settings:
    """
    Fill in where the sandbox listens, if that is the cloud. Asked for only when something is to be sent.

    Raises ConfigError: the environment does not say, or says another machine.
    """
    if not settings.cloud.is_sandbox:
        return settings
    graph = _loopback(environ, "INTUNE_GRAPH_ENDPOINT", ("http", "https"))
    authority = _loopback(environ, "AZURE_AUTHORITY_HOST", ("https",))  # azure-identity takes no other
    return replace(settings, cloud=Cloud(SANDBOX, graph, authority))


def _cloud(name: str) -> Cloud:
    if name.lower() in _AIR_GAPPED:
        raise ConfigError(
            f'cloud is "{name}": Graph has no derived credentials in the air-gapped clouds (their beta metadata lacks '
            "the types), so there is nothing this project could manage there"
        )
    return CLOUDS[_one_of("cloud", name, tuple(CLOUDS))]


def _one_of(key: str, value: str, known: Sequence[str]) -> str:
    if value not in known:
        raise ConfigError(
            f'{key} is "{value}", which is not one of {", ".join(known)}: run `pulumi config set {key} {known[0]}`'
        )
    return value


def _share(text: str) -> float:
    if text == "off":
        return 0.0
    if not text.isdecimal() or not 1 <= int(text) <= 100:  # noqa: PLR2004 - per cent
        raise ConfigError(
            f'quotaShare is "{text}": give a whole number of per cent from 1 to 100, or off to leave the throttling to '
            "Graph; run `pulumi config set quotaShare 100`"
        )
    return int(text) / 100


def _loopback(environ: Mapping[str, str], variable: str, schemes: Collection[str]) -> str:
    """Return the address in *variable*; a sandbox elsewhere would send a real token to another machine."""
    address = environ.get(variable, "").rstrip("/")
    if not _is_on_loopback(address, schemes):
        shown = f'is "{address}"' if address else "is not set"
        raise ConfigError(
            f"cloud is sandbox, and {variable} {shown}: start `python -m sandbox.graph` and "
            "set the variables of its `environment`"
        )
    return address


def _is_on_loopback(address: str, schemes: Collection[str]) -> bool:
    """Tell whether *address* is a scheme, a loopback host and perhaps a port, and nothing else."""
    try:
        parts = urlsplit(address)
        _ = parts.port  # raises where it is not a port
    except ValueError:
        return False
    rest = parts.path or parts.query or parts.fragment or parts.username
    return parts.scheme in schemes and parts.hostname in _LOOPBACK and not rest


def _number(environ: Mapping[str, str], variable: str, default: float) -> float:
    text = environ.get(variable, "")
    try:
        number = float(text or default)
    except ValueError:
        number = 0.0
    if not 0 < number < 1e6:  # noqa: PLR2004 - keeps out infinity; refuses nan
        raise ConfigError(f'{variable} is "{text}" in the environment: give a number above 0, or unset it')
    return number
