"""What goes wrong with who signs in: one sentence with the remedy, and nothing written."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import pytest

from sandbox.graph import Sandbox
from tests.sandbox_control import Portal
from tests.stack_runners import Stack

pytestmark = pytest.mark.slow

TENANT = "5a9db0c5-0000-4000-8000-00000000000a"
OTHER = "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01"
CREDENTIAL = {"display_name": "C", "issuer": "purebred", "notification_types": ["email"]}
PROFILE = {"display_name": "P", "derived_credential": "c"}
CONFIGURATION = "DeviceManagementConfiguration.ReadWrite.All"
SERVICE = "DeviceManagementServiceConfig.ReadWrite.All"


def config(**more: Any) -> dict[str, Any]:
    """Declare a credential and a profile that uses it."""
    declared = {
        "derivedCredentials": {"c": {**CREDENTIAL, "options": {"protect": False}}},
        "androidProfiles": {"p": PROFILE},
    }
    return {"tenantId": TENANT, "cloud": "sandbox", **declared, **more}


def assert_refused(stack: Stack, portal: Portal, *said: str) -> None:
    """Make sure that an up fails with what must be *said*, on one line, and wrote nothing."""
    outcome = stack.up()
    assert outcome.status != 0
    lines = [one for one in outcome.text.splitlines() if said[0] in one]
    assert lines, outcome.text
    for part in said:
        assert part in lines[0], lines[0]
    assert "Traceback" not in outcome.text
    assert portal.objects() == []


def test_another_tenants_environment(stack: Stack, portal: Portal) -> None:
    """The wrong shell for the stack: refused before anything is sent."""
    stack.environment = {**stack.environment, "AZURE_TENANT_ID": OTHER}
    stack.configure(**config())
    assert_refused(stack, portal, f"AZURE_TENANT_ID in the environment is {OTHER}", "select the stack of that tenant")
    assert portal.requests() == []


def test_another_tenants_token(stack: Stack, portal: Portal) -> None:
    """Whatever the credential thinks it signed in to."""
    portal.switch(tokenTenantId=OTHER)
    stack.configure(**config())
    assert_refused(stack, portal, f"the token is one of tenant {OTHER}", "sign in to that tenant")


def test_missing_role(stack: Stack, portal: Portal) -> None:
    """
    Which permission is missing, and which resource needs it; either of the settings' two will do.

    The credential, which is created first, is not created where the profile after it cannot be.
    """
    portal.switch(roles=[CONFIGURATION.replace("ReadWrite", "Read")])
    stack.configure(**config())
    assert_refused(stack, portal, "the identity that signed in lacks", SERVICE, f"or {CONFIGURATION} (for c", "consent")
    portal.switch(roles=[SERVICE])
    outcome = stack.up()
    assert outcome.status != 0
    assert f"lacks {CONFIGURATION} (for p). Nothing was written." in outcome.text
    assert portal.objects() == []


def test_permission_check_can_be_turned_off(stack: Stack, portal: Portal) -> None:
    """Then Graph is asked, and its refusal names the permission."""
    portal.switch(roles=[CONFIGURATION, SERVICE.replace("ReadWrite", "Read")])
    stack.configure(**config(permissionCheck="off"))
    assert_refused(stack, portal, "Forbidden: POST", "403", SERVICE)


def test_expired_assertion(stack: Stack, portal: Portal, tmp_path: Path) -> None:
    """A federated token that was fetched too early."""
    payload = base64.urlsafe_b64encode(json.dumps({"exp": time.time() - 60}).encode()).decode().rstrip("=")
    token = tmp_path / "token"
    token.write_text(f"eyJ9.{payload}.signature", encoding="utf-8")
    stack.environment = {**stack.environment, "AZURE_FEDERATED_TOKEN_FILE": str(token)}
    stack.configure(**config(auth="workloadIdentity"))
    assert_refused(stack, portal, "AADSTS700024", "Remedy: fetch a fresh assertion")


@pytest.mark.parametrize(("state", "said"), [("revoked", "AADSTS7000215"), ("expired", "AADSTS7000222")])
def test_secret_that_stopped_working(stack: Stack, portal: Portal, state: str, said: str) -> None:
    """Its value is in no line."""
    portal.switch(secret=state)
    stack.configure(**config())
    assert_refused(stack, portal, said, "Remedy:")


def test_failed_sign_in_of_many_resources(stack: Stack, portal: Portal) -> None:
    """One token request and one reason, however many resources need a token."""
    names = [f"c{number}" for number in range(12)]
    credentials = {name: {**CREDENTIAL, "display_name": name} for name in names}
    stack.environment = {**stack.environment, "AZURE_CLIENT_SECRET": "a-secret-that-is-wrong"}
    stack.configure(tenantId=TENANT, cloud="sandbox", derivedCredentials=credentials)
    outcome = stack.up()
    assert outcome.status != 0
    assert portal.objects() == []
    diagnostics = outcome.text.partition("Diagnostics:")[2]
    assert diagnostics.count("AADSTS7000215") == 1, outcome.text
    assert diagnostics.count("sign-in failed, see above") >= 1
    assert len([one for one in portal.requests() if one["method"] == "POST" and "/token" in one["path"]]) == 1


def test_identity_of_the_state_is_in_another_tenant(stack: Stack, portal: Portal) -> None:
    """AZURE_… reach the state and INTUNE_… reach Graph: neither is taken for the other."""
    own = {name: value for name, value in stack.environment.items() if name.startswith("AZURE_CLIENT_")}
    stack.environment = {
        **stack.environment,
        **{name.replace("AZURE_", "INTUNE_"): value for name, value in own.items()},
        "AZURE_TENANT_ID": OTHER,
        "AZURE_CLIENT_ID": OTHER,
        "AZURE_CLIENT_SECRET": "of-the-state",
    }
    stack.configure(**config())
    outcome = stack.up()
    assert outcome.status == 0, outcome.text
    assert len(portal.objects()) == 2
    assert "of-the-state" not in outcome.text


def test_another_cloud(stack: Stack, portal: Portal, sandbox: Sandbox) -> None:
    """The tenant is not where the stack says it is."""
    portal.fault(
        host="login.microsoftonline.us",
        path="/token",
        times=9,
        status=400,
        body={"error": "invalid_request", "error_description": f"AADSTS90002: Tenant '{TENANT}' not found."},
    )
    stack.environment = sandbox.cloud_environment
    stack.configure(**config(cloud="usgov"))
    assert_refused(stack, portal, "AADSTS90002", "Remedy: correct `tenantId`, and `cloud`")


def test_cloud_without_derived_credentials(stack: Stack, portal: Portal) -> None:
    """Refused in the preview already, with the reason."""
    stack.configure(**config(cloud="ussec"))
    assert_refused(stack, portal, 'cloud is "ussec"', "no derived credentials in the air-gapped clouds")


@pytest.mark.parametrize("auth", ["certificate", "azurecli"])
def test_unknown_way_to_sign_in(stack: Stack, portal: Portal, auth: str) -> None:
    """All known ones are listed."""
    stack.configure(**config(auth=auth))
    assert_refused(stack, portal, f'auth is "{auth}", which is not one of default, azureCli')


def test_multi_admin_approval_wants_a_reason(stack: Stack, portal: Portal) -> None:
    """Without one the error says what to set; with one the write goes through."""
    portal.switch(approval=True)
    stack.configure(**config())
    assert_refused(stack, portal, "ApprovalRequired: POST", "pulumi config set approvalJustification")
    stack.configure(**config(approvalJustification="Change 4711: neuer Aussteller für Außenstellen"))
    outcome = stack.up()
    assert outcome.status == 0, outcome.text
    assert stack.destroy().status == 0
