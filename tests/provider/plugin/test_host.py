"""What the provider does where the SDK's host is not as expected: it says so, and works on without."""

from __future__ import annotations

import sys
import threading

import pytest

from provider.plugin import host


@pytest.fixture(autouse=True)
def _no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Know of no engine, whatever other tests of this process have made the module know."""
    monkeypatch.setattr(sys, "argv", [])
    monkeypatch.setattr(host, "_engine", host._Engine())  # other tests of this process had one
    monkeypatch.setattr(host, "_engine", host._Engine())


def test_works_without_a_host() -> None:
    """Outside a host there is no request, no pool, no context and no engine, and nothing is raised."""
    assert host.current_urn() == ""
    assert host.old_inputs() is None
    assert host.widen_pool(32) is False
    assert host.show_status("waiting") is False
    assert host.warn("careful") is False
    assert host.report_partial("id", {}, "half done") is False
    assert host.watch_engine(lambda: None) is False
    assert host.engine_is_gone() is False


def test_pool_of_another_make_is_left_alone() -> None:
    """A thread that is no worker of an executor serves no calls."""
    said: list[bool] = []
    thread = threading.Thread(target=lambda *_: said.append(host.widen_pool(32)), args=(1,))
    thread.start()
    thread.join()
    assert said == [False]
