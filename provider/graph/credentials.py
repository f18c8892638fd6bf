"""
Who signs in: one azure-identity credential per kind of `auth`.

=================  ================================================================================================
auth               what it takes from the environment; secrets come from nowhere else
=================  ================================================================================================
default            …CLIENT_ID and a secret, a certificate or a token file; else what DefaultAzureCredential finds
azureCli           the session of `az login --service-principal --tenant …`
environment        …CLIENT_ID and a secret or a certificate; with AZURE_ names also AZURE_TENANT_ID
clientSecret       …CLIENT_ID, …CLIENT_SECRET
clientCertificate  …CLIENT_ID, …CLIENT_CERTIFICATE_PATH, perhaps …CLIENT_CERTIFICATE_PASSWORD
managedIdentity    …CLIENT_ID, if it is a user-assigned one
workloadIdentity   …CLIENT_ID, …FEDERATED_TOKEN_FILE
azurePipelines     AZURESUBSCRIPTION_CLIENT_ID, AZURESUBSCRIPTION_SERVICE_CONNECTION_ID, SYSTEM_ACCESSTOKEN
githubOidc         …CLIENT_ID, and the job's `id-token: write` permission (ACTIONS_ID_TOKEN_REQUEST_URL, …_TOKEN)
interactive        …CLIENT_ID, an application of one's own: opens a browser
deviceCode         the same: shows a code to be typed into a browser anywhere
=================  ================================================================================================

… is INTUNE_, or AZURE_ where no INTUNE_ name is set: see `provider.graph.identity`. The tenant and the cloud are always
those of the stack, never the environment's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

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
from provider.graph.github import github_assertion
from provider.graph.identity import (
    CERTIFICATE_PASSWORD,
    CERTIFICATE_PATH,
    CLIENT_ID,
    CLIENT_SECRET,
    TOKEN_FILE,
    Identity,
    need,
)
from provider.settings import Settings

MICROSOFTS_APPLICATIONS = {
    "04b07795-8ddb-461a-bbee-02f9e1bf7b46": "the Azure CLI's application",  # azure-identity's default for people, too
    "1950a258-227b-4e31-a9cf-717495945fc2": "Azure PowerShell's application",
}
"""
What people sign in to with Microsoft's own tools. Their permissions on Graph are a fixed list without Intune's, and no
administrator can add to it (AADSTS65002; https://github.com/Azure/azure-cli/issues/22775).
"""


class Credential(Protocol):
    """The part of azure-identity's credentials that is used here."""

    def get_token(self, *scopes: str, tenant_id: str | None = None) -> AccessToken:
        """Return a token, or raise."""
        ...  # else pyright takes the method for one that returns nothing

    def close(self) -> None:
        """Close its connections."""


class CredentialFactory:
    """Builds the credential of one stack from one environment; *notify* shows what a person must do."""

    def __init__(self, settings: Settings, environ: Mapping[str, str], notify: Callable[[str], object]) -> None:
        self._settings = settings
        self._environ = environ
        self._identity = Identity(environ)
        self._notify = notify

    def credential(self) -> Credential:
        """
        Build the credential.

        Raises SignInError: the environment lacks something, or this way of signing in leads to another tenant or cloud.
        """
        kind = self._settings.auth
        self._identity.refuse_other_tenant(self._settings)
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
    def _authority_options(self) -> dict[str, Any]:
        """Where to sign in. The sandbox is an authority that Microsoft's instance discovery does not know."""
        return {
            "authority": self._settings.cloud.authority,
            "disable_instance_discovery": self._settings.cloud.is_sandbox,
        }

    @property
    def _tenant_options(self) -> dict[str, Any]:
        return {"tenant_id": self._settings.tenant_id, **self._authority_options}

    def _default(self) -> Any:
        if self._identity.is_own:
            return self._own()
        if self._settings.cloud.is_sandbox:
            return self._environment()
        tenants = [self._settings.tenant_id]
        return DefaultAzureCredential(authority=self._settings.cloud.authority, additionally_allowed_tenants=tenants)

    def _environment(self) -> Any:
        if self._identity.is_own:
            return self._own()
        return EnvironmentCredential(additionally_allowed_tenants=[self._settings.tenant_id], **self._authority_options)

    def _own(self) -> Any:
        """Build what the variables INTUNE_… are enough for, since azure-identity reads no names but AZURE_…."""
        for part, build in (
            (CLIENT_SECRET, self._client_secret),
            (CERTIFICATE_PATH, self._client_certificate),
            (TOKEN_FILE, self._workload_identity),
        ):
            if self._identity.get(part):
                return build()
        raise SignInError(
            f"auth is {self._settings.auth}, and INTUNE_CLIENT_ID is set without INTUNE_CLIENT_SECRET, "
            "INTUNE_CLIENT_CERTIFICATE_PATH or INTUNE_FEDERATED_TOKEN_FILE: set one of them, or choose how to sign in "
            "with `pulumi config set auth <kind>` (docs/sign-in.md)"
        )

    def _client_secret(self) -> Any:
        client_id, secret = self._require_env(CLIENT_ID, CLIENT_SECRET)
        return ClientSecretCredential(client_id=client_id, client_secret=secret, **self._tenant_options)

    def _client_certificate(self) -> Any:
        client_id, path = self._require_env(CLIENT_ID, CERTIFICATE_PATH)
        password = self._identity.get(CERTIFICATE_PASSWORD)
        return CertificateCredential(
            client_id=client_id, certificate_path=path, password=password, **self._tenant_options
        )

    def _managed_identity(self) -> Any:
        return ManagedIdentityCredential(client_id=self._identity.get(CLIENT_ID))

    def _workload_identity(self) -> Any:
        client_id, path = self._require_env(CLIENT_ID, TOKEN_FILE)
        return WorkloadIdentityCredential(client_id=client_id, token_file_path=path, **self._tenant_options)

    def _azure_pipelines(self) -> Any:
        client_id, connection, token = need(
            self._environ,
            self._settings.auth,
            "AZURESUBSCRIPTION_CLIENT_ID",
            "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
            "SYSTEM_ACCESSTOKEN",
        )
        return AzurePipelinesCredential(
            client_id=client_id, service_connection_id=connection, system_access_token=token, **self._tenant_options
        )

    def _github_oidc(self) -> Any:
        (client_id,) = self._require_env(CLIENT_ID)
        url, bearer = need(
            self._environ,
            self._settings.auth,
            "ACTIONS_ID_TOKEN_REQUEST_URL",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        )
        audience = self._settings.cloud.exchange

        # Called anew for each token: an assertion lives five minutes, a run can take an hour (AADSTS700024).
        return ClientAssertionCredential(
            client_id=client_id, func=lambda: github_assertion(url, bearer, audience), **self._tenant_options
        )

    def _interactive(self) -> Any:
        return InteractiveBrowserCredential(client_id=self._application(), **self._tenant_options)

    def _device_code(self) -> Any:
        def prompt(address: str, code: str, _expires: datetime) -> None:
            self._notify(f"to sign in, open {address} in a browser and enter the code {code}")

        return DeviceCodeCredential(prompt_callback=prompt, client_id=self._application(), **self._tenant_options)

    def _application(self) -> str:
        """Return the application that a person signs in to. Raises SignInError: it is Microsoft's own, or none."""
        client_id = self._identity.get(CLIENT_ID) or ""
        if client_id and client_id.lower() not in MICROSOFTS_APPLICATIONS:
            return client_id
        variable = self._identity.name(CLIENT_ID) if client_id else "INTUNE_CLIENT_ID"
        problem = "an application of Microsoft" if client_id else "not set"
        raise SignInError(
            f"auth is {self._settings.auth}, and {variable} is {problem}: set it to the id of an application "
            "of your own that has Intune's delegated permissions, because those of Microsoft's applications are a "
            "fixed list without Intune's (docs/sign-in.md)"
        )

    def _require_env(self, *parts: str) -> list[str]:
        return self._identity.need(self._settings.auth, *parts)
