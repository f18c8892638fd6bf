"""A client that has a token already, for servers that break off."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest

from provider.errors import IntuneError
from provider.graph.client import GraphClient
from provider.graph.tokens import Tokens
from provider.settings import SANDBOX, Cloud, Settings
from tests.provider.conftest import Clock
from tests.provider.samples import Fixed

TENANT = "5a9db0c5-0000-4000-8000-00000000000a"


def client_of(address: str, clock: Clock) -> GraphClient:
    """Make a client of the Graph at *address* that has a token already."""
    settings = Settings(TENANT, Cloud(SANDBOX, address, "https://127.0.0.1:1"))
    tokens = Tokens(settings, lambda: Fixed(TENANT, 10_000), clock=lambda: 0.0)
    return GraphClient(settings, tokens, clock=clock, sleep=clock.sleep, jitter=lambda: 1.0)


def failure(client: GraphClient, do: Callable[[], Any]) -> IntuneError:
    """Return the error of what *do* does."""
    with pytest.raises(IntuneError) as caught:
        do()
    client.close()
    return caught.value


def free_address() -> str:
    """Return an address where nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"
