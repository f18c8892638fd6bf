"""
Who signs in: one azure-identity credential per kind of `auth`.

=================  ================================================================================================
auth               what it takes from the environment; secrets come from nowhere else
=================  ================================================================================================
default            whatever DefaultAzureCredential finds: the variables below, a managed identity, `az login`, …
azureCli           the session of `az login --tenant …`
environment        what EnvironmentCredential reads: AZURE_CLIENT_ID, AZURE_TENANT_ID and a secret or a certificate
clientSecret       AZURE_CLIENT_ID, AZURE_CLIENT_SECRET
clientCertificate  AZURE_CLIENT_ID, AZURE_CLIENT_CERTIFICATE_PATH, perhaps AZURE_CLIENT_CERTIFICATE_PASSWORD
managedIdentity    AZURE_CLIENT_ID, if it is a user-assigned one
workloadIdentity   AZURE_CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE
azurePipelines     AZURESUBSCRIPTION_CLIENT_ID, AZURESUBSCRIPTION_SERVICE_CONNECTION_ID, SYSTEM_ACCESSTOKEN
githubOidc         AZURE_CLIENT_ID, and the job's `id-token: write` permission (ACTIONS_ID_TOKEN_REQUEST_URL, …_TOKEN)
interactive        AZURE_CLIENT_ID, if not Microsoft's own development application: opens a browser
deviceCode         the same: shows a code to be typed into a browser anywhere
=================  ================================================================================================

The tenant and the cloud are always those of the stack, never the environment's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

import requests
from azure.core.credentials import AccessToken
from azure.identity import (
    AzureCliCredential,
    AzurePipelinesCredential,
    CertificateCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
    DefaultAzureCredential,
    DeviceCodeCredential,
    EnvironmentCredential,
    InteractiveBrowserCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)

from provider.errors import SignInError
from provider.settings import Settings

_TIMEOUT = (10.0, 30.0)  # seconds to connect to GitHub's token service, and to wait for its answer


class Credential(Protocol):
    """The part of azure-identity's credentials that is used here."""

    def get_token(self, *scopes: str, tenant_id: str | None = None) -> AccessToken:
        """Return a token, or raise."""

    def close(self) -> None:
        """Close its connections."""


class Login:
    """Builds the credential of one stack from one environment; *notify* shows what a person must do."""

    def __init__(self, settings: Settings, environ: Mapping[str, str], notify: Callable[[str], object]) -> None:
        self._settings = settings
        self._environ = environ
        self._notify = notify

    def credential(self) -> Credential:
        """
        Build the credential.

        Raises SignInError: the environment lacks something, or this way of signing in leads to another cloud.
        """
        kind = self._settings.auth
        if self._settings.cloud.is_sandbox and kind == "azureCli":
            raise SignInError(
                "auth is azureCli, and cloud is sandbox: the Azure CLI would hand a real token to a stand-in; "
                "run `pulumi config set auth environment`"
            )
        builders: dict[str, Callable[[], Any]] = {
            "default": self._default,
            "azureCli": lambda: AzureCliCredential(tenant_id=self._settings.tenant_id),
            "environment": self._environment,
            "clientSecret": self._client_secret,
            "clientCertificate": self._client_certificate,
            "managedIdentity": self._managed_identity,
            "workloadIdentity": self._workload_identity,
            "azurePipelines": self._azure_pipelines,
            "githubOidc": self._github_oidc,
            "interactive": self._interactive,
            "deviceCode": self._device_code,
        }
        credential: Credential = builders[kind]()
        return credential

    @property
    def _at(self) -> dict[str, Any]:
        """Where to sign in. The sandbox is an authority that Microsoft's instance discovery does not know."""
        return {
            "authority": self._settings.cloud.authority,
            "disable_instance_discovery": self._settings.cloud.is_sandbox,
        }

    @property
    def _in(self) -> dict[str, Any]:
        return {"tenant_id": self._settings.tenant_id, **self._at}

    @property
    def _client(self) -> dict[str, Any]:
        """The application a person signs in to; Microsoft's own for development, where none is named."""
        client_id = self._environ.get("AZURE_CLIENT_ID")
        return {"client_id": client_id} if client_id else {}

    def _default(self) -> Any:
        if self._settings.cloud.is_sandbox:
            return self._environment()
        tenants = [self._settings.tenant_id]
        return DefaultAzureCredential(authority=self._settings.cloud.authority, additionally_allowed_tenants=tenants)

    def _environment(self) -> Any:
        return EnvironmentCredential(additionally_allowed_tenants=[self._settings.tenant_id], **self._at)

    def _client_secret(self) -> Any:
        client_id, secret = self._need("AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET")
        return ClientSecretCredential(client_id=client_id, client_secret=secret, **self._in)

    def _client_certificate(self) -> Any:
        client_id, path = self._need("AZURE_CLIENT_ID", "AZURE_CLIENT_CERTIFICATE_PATH")
        password = self._environ.get("AZURE_CLIENT_CERTIFICATE_PASSWORD") or None
        return CertificateCredential(client_id=client_id, certificate_path=path, password=password, **self._in)

    def _managed_identity(self) -> Any:
        return ManagedIdentityCredential(client_id=self._environ.get("AZURE_CLIENT_ID") or None)

    def _workload_identity(self) -> Any:
        client_id, path = self._need("AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE")
        return WorkloadIdentityCredential(client_id=client_id, token_file_path=path, **self._in)

    def _azure_pipelines(self) -> Any:
        client_id, connection, token = self._need(
            "AZURESUBSCRIPTION_CLIENT_ID", "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "SYSTEM_ACCESSTOKEN"
        )
        return AzurePipelinesCredential(
            client_id=client_id, service_connection_id=connection, system_access_token=token, **self._in
        )

    def _github_oidc(self) -> Any:
        (client_id,) = self._need("AZURE_CLIENT_ID")
        url, bearer = self._need("ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN")
        audience = self._settings.cloud.exchange

        # Called anew for each token: an assertion lives five minutes, a run can take an hour (AADSTS700024).
        return ClientAssertionCredential(
            client_id=client_id, func=lambda: github_assertion(url, bearer, audience), **self._in
        )

    def _interactive(self) -> Any:
        return InteractiveBrowserCredential(**self._client, **self._in)

    def _device_code(self) -> Any:
        def prompt(address: str, code: str, _expires: datetime) -> None:
            self._notify(f"to sign in, open {address} in a browser and enter the code {code}")

        return DeviceCodeCredential(prompt_callback=prompt, **self._client, **self._in)

    def _need(self, *names: str) -> list[str]:
        """Return the values of variables that must be set."""
        missing = [name for name in names if not self._environ.get(name)]
        if missing:
            raise SignInError(
                f"auth is {self._settings.auth}, and {' and '.join(missing)} "
                f"{'are' if len(missing) > 1 else 'is'} not set in the environment (docs/sign-in.md)"
            )
        return [self._environ[name] for name in names]


def github_assertion(url: str, bearer: str, audience: str) -> str:
    """
    Fetch the identity token of the running GitHub job.

    Raises SignInError: GitHub refuses it. The text never has the token.

    Source: https://docs.github.com/actions/reference/openid-connect-reference
    """
    try:
        answer = requests.get(
            url,
            params={"audience": audience},
            headers={"Authorization": f"Bearer {bearer}"},
            timeout=_TIMEOUT,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        raise SignInError(f"GitHub's token service cannot be reached ({type(error).__name__})") from None
    if answer.status_code != requests.codes.ok:
        raise SignInError(
            f"GitHub's token service answered {answer.status_code}: give the job `permissions: id-token: write`"
        )
    try:
        return str(answer.json()["value"])
    except (ValueError, KeyError, TypeError):
        raise SignInError("the answer of GitHub's token service has no token: it is not GitHub's") from None
