"""What the provider says to the engine about the whole run, and not about one resource."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import grpc
import pytest
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from provider.plugin import host
from tests.provider.plugin.driver import Engine


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """An engine that this process takes for its own."""
    listening = Engine()
    server = grpc.server(ThreadPoolExecutor(2))
    engine_pb2_grpc.add_EngineServicer_to_server(listening, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    monkeypatch.setattr(sys, "argv", ["plugin", f"127.0.0.1:{port}"])
    monkeypatch.setattr(host, "_engine", host._Engine())
    yield listening
    host._engine._connection().close()
    server.stop(None).wait()


def test_message_of_the_run_stays_in_the_log(engine: Engine) -> None:
    """Such as that the quota holds it back: told once, and to be read in a log afterwards."""
    assert host.log_for_run("Graph's quota holds the run back")
    (log,) = engine.logs
    assert (log.message, log.urn, log.ephemeral) == ("Graph's quota holds the run back", "", False)
    assert log.severity == engine_pb2.INFO


def test_pool_that_cannot_be_widened_is_noted_for_debugging(engine: Engine) -> None:
    """The user cannot do anything about it, so nothing is shown."""
    thread = threading.Thread(target=lambda: host.widen_pool(32))
    thread.start()
    thread.join()
    (log,) = engine.logs
    assert log.severity == engine_pb2.DEBUG
    assert "serves four calls at once" in log.message


def test_widening_the_pool_logs_nothing(engine: Engine) -> None:
    """What is as it should be needs no words."""
    with ThreadPoolExecutor(4) as pool:
        assert pool.submit(host.widen_pool, 32).result()
        assert pool._max_workers == 32
    assert engine.logs == []


def test_calls_that_came_before_the_pool_was_widened_run_at_once_too() -> None:
    """Five calls wait for each other in a pool for two, one of which widens it when all of them are there."""
    here, together = threading.Event(), threading.Barrier(5)

    def widen() -> int:
        assert here.wait(30)
        host.widen_pool(32)
        return together.wait(30)

    with ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(widen), *(pool.submit(together.wait, 30) for _ in range(4))]
        here.set()
        assert sorted(call.result() for call in calls) == [0, 1, 2, 3, 4]


def test_threads_that_work_for_a_call_speak_for_its_resource(engine: Engine) -> None:
    """A list that is fetched in the background shows its waiting in the row that asked for it."""

    class Request:
        urn = "urn:pulumi:dev::project::type::name"

    def call(request: Request) -> None:
        assert request.urn
        host.remember_resource()

    context = copy_context()
    context.run(call, Request())
    assert context.run(host.show_status, "waiting")
    (log,) = engine.logs
    assert (log.urn, log.ephemeral) == (Request.urn, True)
