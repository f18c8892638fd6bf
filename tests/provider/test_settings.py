"""Settings: what is refused, and what it says."""

from __future__ import annotations

import pytest

from provider.errors import ConfigError
from provider.settings import SANDBOX, locate, read

TENANT = "5a9db0c5-0000-4000-8000-00000000000a"


def test_defaults_are_the_public_cloud_and_what_microsoft_publishes() -> None:
    """A tenant id is all that a stack must set."""
    settings = read({"tenantId": TENANT.upper()}.get, {})
    assert settings.tenant_id == TENANT
    assert (settings.cloud.graph, settings.cloud.authority, settings.cloud.scope) == (
        "https://graph.microsoft.com",
        "https://login.microsoftonline.com",
        "https://graph.microsoft.com/.default",
    )


@pytest.mark.parametrize(
    ("config", "environ", "said"),
    [
        ({}, {}, "tenantId is not set: run `pulumi config set tenantId"),
        ({"tenantId": "contoso"}, {}, 'tenantId is "contoso", which is not a GUID'),
        ({"tenantId": TENANT, "cloud": "moon"}, {}, 'cloud is "moon", which is not one of public'),
        ({"tenantId": TENANT, "quotaShare": "0"}, {}, 'quotaShare is "0": give a whole number of per cent'),
        ({"tenantId": TENANT, "quotaShare": "half"}, {}, "pulumi config set quotaShare 100"),
        ({"tenantId": TENANT, "cloud": "ussec"}, {}, "no derived credentials in the air-gapped clouds"),
        ({"tenantId": TENANT, "auth": "magic"}, {}, 'auth is "magic", which is not one of default'),
        (
            {"tenantId": TENANT, "permissionCheck": "no"},
            {},
            "not one of on, off: run `pulumi config set permissionCheck on`",
        ),
        ({"tenantId": TENANT}, {"INTUNE_THREADS": "many"}, 'INTUNE_THREADS is "many"'),
        ({"tenantId": TENANT}, {"INTUNE_RETRY_TIMEOUT": "0"}, "give a number above 0, or unset it"),
        ({"tenantId": TENANT}, {"INTUNE_CONSISTENCY_TIMEOUT": "nan"}, "INTUNE_CONSISTENCY_TIMEOUT"),
    ],
)
def test_wrong_setting_is_named_with_its_remedy(config: dict[str, str], environ: dict[str, str], said: str) -> None:
    """One sentence, with the command that mends it."""
    with pytest.raises(ConfigError, match=said):
        read(config.get, environ)


def test_quota_can_be_shared_or_left_to_graph() -> None:
    """Per cent in the config, a part of one for the rate limiter, and nothing for off."""
    shares = {text: read({"tenantId": TENANT, "quotaShare": text}.get, {}).quota_share for text in ("25", "100", "off")}
    assert shares == {"25": 0.25, "100": 1.0, "off": 0.0}


@pytest.mark.parametrize(
    ("cloud", "graph", "authority"),
    [
        ("public", "https://graph.microsoft.com", "https://login.microsoftonline.com"),
        ("usgov", "https://graph.microsoft.us", "https://login.microsoftonline.us"),
        ("usgovdod", "https://dod-graph.microsoft.us", "https://login.microsoftonline.us"),
        ("china", "https://microsoftgraph.chinacloudapi.cn", "https://login.chinacloudapi.cn"),
    ],
)
def test_clouds_have_hosts_and_scopes_of_their_own(cloud: str, graph: str, authority: str) -> None:
    """A token of one is worth nothing at another, not even between L4 and L5."""
    found = read({"tenantId": TENANT, "cloud": cloud}.get, {}).cloud
    assert (found.graph, found.authority, found.scope) == (graph, authority, f"{graph}/.default")


def test_sandbox_is_located_only_when_something_is_to_be_sent() -> None:
    """A preview of the demo needs nothing in the environment."""
    settings = read({"tenantId": TENANT, "cloud": SANDBOX}.get, {})
    environ = {"INTUNE_GRAPH_ENDPOINT": "http://127.0.0.1:8080/", "AZURE_AUTHORITY_HOST": "https://127.0.0.1:8443"}
    assert locate(settings, environ).cloud.graph == "http://127.0.0.1:8080"
    with pytest.raises(ConfigError, match=r"INTUNE_GRAPH_ENDPOINT is not set: start `python -m sandbox\.graph`"):
        locate(settings, {})


@pytest.mark.parametrize(
    "address",
    [
        "http://graph.example:8080",
        "http://127.0.0.1.evil.example",
        "ftp://127.0.0.1:1",
        "http://127.0.0.1:1/path",
        "http://127.0.0.1:1?query",
        "http://127.0.0.1:port",
        "http://[::1",
        "http://user@127.0.0.1:1",
        "http://user@evil.example",
        "127.0.0.1:1",
    ],
)
def test_sandbox_must_be_on_this_machine(address: str) -> None:
    """A sandbox elsewhere would get a real token."""
    settings = read({"tenantId": TENANT, "cloud": SANDBOX}.get, {})
    with pytest.raises(ConfigError, match="INTUNE_GRAPH_ENDPOINT"):
        locate(settings, {"INTUNE_GRAPH_ENDPOINT": address, "AZURE_AUTHORITY_HOST": "https://127.0.0.1:2"})


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "https://localhost:8443", "https://[::1]:8443"])
def test_sandbox_speaks_http_or_https(address: str) -> None:
    """Over TLS too, so that its faults can be tried. A token endpoint speaks TLS only."""
    settings = read({"tenantId": TENANT, "cloud": SANDBOX}.get, {})
    environ = {"INTUNE_GRAPH_ENDPOINT": address, "AZURE_AUTHORITY_HOST": "https://127.0.0.1:2"}
    assert locate(settings, environ).cloud.graph == address
    with pytest.raises(ConfigError, match="AZURE_AUTHORITY_HOST"):
        locate(settings, {**environ, "AZURE_AUTHORITY_HOST": "http://127.0.0.1:2"})


@pytest.mark.parametrize(("said", "journal"), [("", ""), ("off", "off"), (" /var/journal ", "/var/journal")])
def test_journal_is_read_from_the_environment(said: str, journal: str) -> None:
    """It is a folder of this machine, so no stack file names it."""
    assert read({"tenantId": TENANT}.get, {"INTUNE_JOURNAL": said}).journal == journal


@pytest.mark.parametrize(("said", "accepted"), [("", False), ("0", False), ("1", True)])
def test_absence_is_accepted_only_where_the_environment_says_so(said: str, accepted: bool) -> None:  # noqa: FBT001
    """A stack file would say it for every run to come."""
    assert read({"tenantId": TENANT}.get, {"INTUNE_ACCEPT_ABSENCE": said}).accept_absence is accepted
    assert not read({"tenantId": TENANT}.get, {}).accept_absence


def test_environment_cannot_move_a_real_cloud() -> None:
    """The sandbox's variables mean nothing to a stack of the public cloud."""
    settings = read({"tenantId": TENANT}.get, {})
    assert locate(settings, {"INTUNE_GRAPH_ENDPOINT": "http://127.0.0.1:1"}) is settings
