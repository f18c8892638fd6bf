"""
Microsoft's own client reads and writes the same objects, through the sandbox's public cloud.

It knows nothing of this project and nothing of the sandbox: what it takes for Graph, and what we wrote for it to
read, is not our own opinion twice.
"""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

pytest.importorskip(
    "msgraph_beta", reason="msgraph-beta-sdk (700 MB) is not installed: run `python3 tasks.py sdk` for these tests"
)

from azure.identity import ClientSecretCredential
from msgraph_beta import GraphServiceClient
from msgraph_beta.generated.device_management.device_configurations.item.assign.assign_post_request_body import (
    AssignPostRequestBody,
)
from msgraph_beta.generated.models.all_devices_assignment_target import AllDevicesAssignmentTarget
from msgraph_beta.generated.models.android_device_owner_certificate_access_type import (
    AndroidDeviceOwnerCertificateAccessType,
)
from msgraph_beta.generated.models.android_device_owner_derived_credential_authentication_configuration import (
    AndroidDeviceOwnerDerivedCredentialAuthenticationConfiguration,
)
from msgraph_beta.generated.models.device_configuration_assignment import DeviceConfigurationAssignment
from msgraph_beta.generated.models.device_management_derived_credential_issuer import (
    DeviceManagementDerivedCredentialIssuer,
)
from msgraph_beta.generated.models.device_management_derived_credential_notification_type import (
    DeviceManagementDerivedCredentialNotificationType,
)
from msgraph_beta.generated.models.device_management_derived_credential_settings import (
    DeviceManagementDerivedCredentialSettings,
)
from msgraph_beta.generated.models.o_data_errors.o_data_error import ODataError

from provider.graph.client import GraphClient
from provider.graph.credentials import CredentialFactory
from provider.graph.tenant import Tenant
from provider.graph.tokens import Tokens
from provider.settings import read
from sandbox.graph import Sandbox
from tests.provider.samples import CREDENTIAL, PROFILE

# The foundation of the SDK warns of itself, and has no way to close the connections of a client.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

TENANT = "5a9db0c5-0000-4000-8000-00000000000a"


@pytest.fixture
def signed_in(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tenant]:
    """Our client on the public cloud, which is the sandbox; the environment leads the SDK there too."""
    for name, value in {**sandbox.cloud_environment, "SSL_CERT_FILE": sandbox.ca_file}.items():
        monkeypatch.setenv(name, value)
    settings = read({"tenantId": TENANT, "cloud": "public"}.get, {})
    client = GraphClient(settings, Tokens(settings, CredentialFactory(settings, os.environ, print).credential))
    yield Tenant(client)
    client.close()


def with_sdk(work: Callable[[Any], Awaitable[None]]) -> None:
    """Do *work* with a client of the SDK."""
    credential = ClientSecretCredential(
        TENANT, os.environ["AZURE_CLIENT_ID"], os.environ["AZURE_CLIENT_SECRET"], disable_instance_discovery=True
    )

    async def run() -> None:
        await work(GraphServiceClient(credential, ["https://graph.microsoft.com/.default"]))

    asyncio.run(run())
    credential.close()
    gc.collect()  # what the SDK left open is complained of here, where that is expected


def test_sdk_reads_and_changes_what_we_made(signed_in: Tenant) -> None:
    """List, get, patch and delete of settings that we created."""
    inputs = {"display_name": "C", "issuer": "xTec", "notification_types": ["companyPortal", "email"]}
    id_ = CREDENTIAL.create(signed_in, inputs).id

    async def work(graph: Any) -> None:
        collection = graph.device_management.derived_credentials
        listed = await collection.get()
        assert [one.id for one in listed.value] == [id_]
        one = await collection.by_device_management_derived_credential_settings_id(id_).get()
        assert one.issuer == DeviceManagementDerivedCredentialIssuer.XTec
        assert one.renewal_threshold_percentage == 20
        change = DeviceManagementDerivedCredentialSettings(display_name="D", help_url="https://sdk.example")
        await collection.by_device_management_derived_credential_settings_id(id_).patch(change)

    with_sdk(work)
    live = CREDENTIAL.read(Tenant(signed_in.client), id_, None)
    assert live is not None
    assert (live["display_name"], live["help_url"]) == ("D", "https://sdk.example")

    async def remove(graph: Any) -> None:
        item = graph.device_management.derived_credentials.by_device_management_derived_credential_settings_id(id_)
        await item.delete()
        with pytest.raises(ODataError) as caught:
            await item.get()
        assert caught.value.response_status_code == 404

    with_sdk(remove)
    assert CREDENTIAL.read(Tenant(signed_in.client), id_, None) is None


def test_we_read_what_the_sdk_made(signed_in: Tenant) -> None:
    """Settings and an assigned profile, created by the SDK, have every field as we read them."""
    made: list[str] = []

    async def work(graph: Any) -> None:
        settings = DeviceManagementDerivedCredentialSettings(
            display_name="S",
            issuer=DeviceManagementDerivedCredentialIssuer.Purebred,
            notification_type=DeviceManagementDerivedCredentialNotificationType.Email,
        )
        created = await graph.device_management.derived_credentials.post(settings)
        profile = AndroidDeviceOwnerDerivedCredentialAuthenticationConfiguration(
            odata_type=PROFILE.odata_type,
            display_name="P",
            certificate_access_type=AndroidDeviceOwnerCertificateAccessType.UserApproval,
        )
        configuration = await graph.device_management.device_configurations.post(profile)
        target = AllDevicesAssignmentTarget(odata_type="#microsoft.graph.allDevicesAssignmentTarget")
        body = AssignPostRequestBody(assignments=[DeviceConfigurationAssignment(target=target)])
        item = graph.device_management.device_configurations.by_device_configuration_id(configuration.id)
        await item.assign.post(body)
        made.extend([created.id, configuration.id])

    with_sdk(work)
    credential, profile = made
    settings = CREDENTIAL.read(signed_in, credential, None)
    assert settings == {
        "display_name": "S",
        "issuer": "purebred",
        "notification_types": ["email"],
        "renewal_threshold_percentage": 20,
    }
    live = PROFILE.read(signed_in, profile, None)
    assert live is not None
    assert live["certificate_access_type"] == "userApproval"
    assert live["assignments"] == [{"target": "allDevicesAssignmentTarget"}]


def test_sdk_reads_a_profile_that_we_made(signed_in: Tenant) -> None:
    """With its own type, its apps and its assignment."""
    inputs = {
        "display_name": "P",
        "certificate_access_type": "specificApps",
        "silent_certificate_access_details": [{"package_id": "com.a"}],
        "assignments": [{"target": "allDevicesAssignmentTarget"}],
    }
    id_ = PROFILE.create(signed_in, inputs).id

    async def work(graph: Any) -> None:
        item = graph.device_management.device_configurations.by_device_configuration_id(id_)
        one = await item.get()
        assert isinstance(one, AndroidDeviceOwnerDerivedCredentialAuthenticationConfiguration)
        assert [app.package_id for app in one.silent_certificate_access_details] == ["com.a"]
        assignments = await item.assignments.get()
        assert [type(each.target) for each in assignments.value] == [AllDevicesAssignmentTarget]
        await item.delete()

    with_sdk(work)
    assert PROFILE.read(Tenant(signed_in.client), id_, None) is None
