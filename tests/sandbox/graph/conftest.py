"""A signed-in client of the sandbox."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.graph import Sandbox
from tests.sandbox.graph.clients import Graph, connect


@pytest.fixture
def graph(sandbox: Sandbox) -> Iterator[Graph]:
    """A client that may do everything."""
    client = connect(sandbox)
    yield client
    client.close()
