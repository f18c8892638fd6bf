"""The log of requests: what it says, and what it must not say, read from the stderr of a real plugin process."""

from __future__ import annotations

import re

import pytest

from provider.graph.logs import log_requests, without_values
from sandbox.graph import Sandbox
from tests.provider.plugin.driver import Plugin
from tests.provider_logger import provider_logger
from tests.sandbox_control import Portal

NAME = "Name of a customer"
INPUTS = {"display_name": NAME, "issuer": "purebred", "notification_types": ["email"]}
LINE = re.compile(
    r"provider\.graph: (\w+) (http://\S+) → (\d+|no answer) in \d+\.\d{3} s "
    r"\[request-id (\S+), client-request-id [0-9a-f-]{36}\]$",
    re.MULTILINE,
)


def log_of_a_create(sandbox: Sandbox, portal: Portal, **environ: str) -> str:
    """Create an object whose first answer is lost, in a plugin process, and return the stderr of that."""
    quick = {"INTUNE_RETRY_TIMEOUT": "1", "INTUNE_CONSISTENCY_TIMEOUT": "1"}
    config = {"tenantId": sandbox.environment["AZURE_TENANT_ID"], "cloud": "sandbox"}
    plugin = Plugin("derivedCredential", config, {**sandbox.environment, **quick, **environ})
    portal.fault(method="POST", path="derivedCredentials$", drop="after")
    try:
        plugin.create(plugin.checked(INPUTS))
    finally:
        said = plugin.stop()
    return said


def test_debug_logs_every_request(sandbox: Sandbox, portal: Portal) -> None:
    """Method, address, status, seconds and ids: the list, the POST without an answer, and the look for what it made."""
    said = log_of_a_create(sandbox, portal, INTUNE_DEBUG="1")
    lines = LINE.findall(said)
    collection = f"{sandbox.graph_endpoint}/beta/deviceManagement/derivedCredentials"
    assert [(method, url, status) for method, url, status, _ in lines[:3]] == [
        ("GET", collection, "200"),
        ("POST", collection, "no answer"),
        ("GET", f"{collection}?$filter=…", "200"),
    ]
    sent = [one for one in portal.requests() if "derivedCredentials" in one["path"]]
    assert len(lines) == len(sent)
    assert all(request_id != "none" for _, _, status, request_id in lines if status == "200")


def test_log_has_no_secret_and_no_name(sandbox: Sandbox, portal: Portal) -> None:
    """It ends in CI logs: no token, no body, no value of a query."""
    said = log_of_a_create(sandbox, portal, INTUNE_DEBUG="1")
    assert LINE.search(said)
    for secret in (NAME, NAME.replace(" ", "%20"), "eyJ", "Bearer", sandbox.environment["AZURE_CLIENT_SECRET"]):
        assert secret not in said


def test_log_is_silent_without_debug(sandbox: Sandbox, portal: Portal) -> None:
    """The engine would show it to everybody."""
    assert log_of_a_create(sandbox, portal) == ""


def test_logging_is_set_up_once() -> None:
    """Each client of a process sets it up: a line must not come twice."""
    with provider_logger() as logger:
        log_requests()
        log_requests()
        assert len(logger.handlers) == 1
        assert not logger.propagate


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://h/beta/x", "https://h/beta/x"),
        ("https://h/beta/x?$filter=displayName%20eq%20'N'&$top=5", "https://h/beta/x?$filter=…&$top=…"),
        ("https://h/beta/x?$skiptoken", "https://h/beta/x?$skiptoken=…"),
    ],
)
def test_values_of_a_query_are_left_out(url: str, shown: str) -> None:
    """The names of the options are worth knowing; their values can be names of people or groups."""
    assert without_values(url) == shown
