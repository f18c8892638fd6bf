"""A workshop for each test, and a gate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.engine.engine_project import Workshop
from tests.sandbox.engine.gate import Gate


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    """Make a project with an empty program."""
    return Workshop(tmp_path)


@pytest.fixture
def gate() -> Iterator[Gate]:
    """Open a gate that lets everybody pass in the end."""
    with Gate() as gate:
        yield gate
