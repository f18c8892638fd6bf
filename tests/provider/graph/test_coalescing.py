"""Reads that threads ask for one by one: alone where no other read waits, and else in batches."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

import provider as intune
from provider.errors import Forbidden, NotFound
from provider.graph.client import GraphClient
from provider.graph.tenant import Tenant
from provider.graph.tokens import Tokens
from provider.settings import Settings
from sandbox.graph import Sandbox
from tests.sandbox_control import Portal
from tests.tampering_server import Answer, Relay

SETTINGS = "/deviceManagement/derivedCredentials"
GROUP = "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01"
AT_ONCE = 2
_PATIENCE = 30.0


class Gate:
    """Holds back the answers to plain reads until it is opened."""

    def __init__(self) -> None:
        self._arrived = threading.Semaphore(0)
        self._open = threading.Event()

    def __call__(self, answer: Answer) -> Answer:
        """Let *answer* pass when the gate is open."""
        if answer.method == "GET":
            self._arrived.release()
            assert self._open.wait(_PATIENCE)
        return answer

    def hold(self, tenant: Tenant, paths: list[str]) -> list[Future[Any]]:
        """Ask for each of *paths* and have its answer held back before the next is asked for."""
        asked = []
        for path in paths:
            asked.append(tenant.get_batched(path))
            assert self._arrived.acquire(timeout=_PATIENCE)
        return asked

    def open(self) -> None:
        """Let everything pass from now on."""
        self._open.set()


@pytest.fixture
def relay(sandbox: Sandbox) -> Iterator[Relay]:
    """Somebody between the provider and the sandbox."""
    with Relay(sandbox.graph_endpoint) as relay:
        yield relay


@pytest.fixture
def gate(relay: Relay) -> Iterator[Gate]:
    """Stand in between."""
    relay.change = gate = Gate()
    yield gate
    gate.open()


@pytest.fixture
def client(settings: Settings, tokens: Tokens, relay: Relay) -> Iterator[GraphClient]:
    """A client of what is behind the relay, signed in to the sandbox."""
    between = replace(settings, cloud=replace(settings.cloud, graph=relay.endpoint))
    with closing(GraphClient(between, tokens)) as client:
        yield client


def paths(portal: Portal, count: int) -> list[str]:
    """Put *count* objects into the tenant, and return where they are."""
    wire = {"issuer": "purebred", "notificationType": "email"}
    return [f"{SETTINGS}('{portal.seed('derivedCredentials', displayName=str(n), **wire)}')" for n in range(count)]


def test_reads_that_wait_share_a_batch(tenant: Tenant, portal: Portal, gate: Gate) -> None:
    """The first few go alone and at once; while they are under way, the others gather: twenty to a batch."""
    asked = paths(portal, AT_ONCE + 25)
    answers = gate.hold(tenant, asked[:AT_ONCE])
    answers += [tenant.get_batched(path) for path in asked[AT_ONCE:]]
    gate.open()
    read = [answer.result(_PATIENCE) for answer in answers]
    assert [one["displayName"] for one in read if isinstance(one, dict)] == [str(n) for n in range(len(asked))]
    sent = portal.sent()
    assert sorted(line for line in sent if line.startswith("GET")) == sorted(f"GET {path}" for path in asked[:AT_ONCE])
    assert [line for line in sent if line.startswith("POST")] == ["POST /$batch"] * 2


def test_equal_reads_share_the_answer(tenant: Tenant, portal: Portal, gate: Gate) -> None:
    """But only one that is yet to be asked for: what is under way may be older than the question."""
    asked = paths(portal, AT_ONCE)
    answers = gate.hold(tenant, asked)
    answers += [tenant.get_batched(asked[0]), tenant.get_batched(asked[0])]
    gate.open()
    assert all(isinstance(answer.result(_PATIENCE), dict) for answer in answers)
    assert len([line for line in portal.sent() if line == f"GET {asked[0]}"]) == 2


def test_error_is_the_answer_of_whom_it_concerns(tenant: Tenant, portal: Portal, gate: Gate) -> None:
    """A part that is not there, and one that is; and each of a batch that failed as a whole."""
    asked = paths(portal, AT_ONCE + 1)
    first = gate.hold(tenant, asked[:AT_ONCE])
    here, gone = tenant.get_batched(asked[AT_ONCE]), tenant.get_batched(f"{SETTINGS}('gone')")
    gate.open()
    assert isinstance(here.result(_PATIENCE), dict)
    assert isinstance(gone.result(_PATIENCE), NotFound)
    assert all(isinstance(answer.result(_PATIENCE), dict) for answer in first)


def test_batch_that_fails_fails_for_all_who_share_it(tenant: Tenant, portal: Portal, gate: Gate) -> None:
    """Each is told the same, and what is asked for next is asked anew."""
    asked = paths(portal, AT_ONCE + 2)
    gate.hold(tenant, asked[:AT_ONCE])
    shared = [tenant.get_batched(path) for path in asked[AT_ONCE:]]
    portal.fault(path=r"\$batch", status=403)
    gate.open()
    assert all(isinstance(answer.result(_PATIENCE), Forbidden) for answer in shared)
    assert isinstance(tenant.get_batched(asked[-1]).result(_PATIENCE), dict)


def test_binding_is_read_back_while_its_profile_is_assigned(tenant: Tenant, portal: Portal, relay: Relay) -> None:
    """The answer to the one is held back until the other was asked for: neither waits for the other."""
    assigned, together = threading.Event(), list[bool]()

    def change(answer: Answer) -> Answer:
        if answer.path.endswith("/assign"):
            assigned.set()
        elif answer.path.endswith("/$batch"):  # which carries the read of the reference
            together.append(assigned.wait(_PATIENCE))
        return answer

    (path,) = paths(portal, 1)
    relay.change = change
    inputs = {
        "display_name": "Profile",
        "certificate_access_type": "userApproval",
        "derived_credential_settings_id": path.split("'")[1],
        "assignments": [{"target": "groupAssignmentTarget", "group_id": GROUP}],
    }
    id_ = intune.AndroidDeviceOwnerDerivedCredentialAuthenticationConfiguration.kind.create(tenant, inputs).id
    assert portal.named("Profile")["id"] == id_
    assert together == [True]
