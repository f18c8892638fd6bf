"""Connections: kept, shared by many, cut short, and gone when the sandbox stops."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

import pytest
import requests

from sandbox.graph import Sandbox
from tests.sandbox.graph.clients import CREDENTIAL, CREDENTIALS, Graph, connect
from tests.sandbox_control import Portal


def talk(sandbox: Sandbox, raw: bytes) -> bytes:
    """Send bytes and read until the sandbox closes the connection."""
    address = ("127.0.0.1", int(sandbox.graph_endpoint.rpartition(":")[2]))
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(raw)
        read = b""
        while block := connection.recv(65536):
            read += block
        return read


def test_connection_is_kept(sandbox: Sandbox) -> None:
    """Two requests, one connection; the second asks to close it."""
    request = b"GET /_sandbox/settings HTTP/1.1\r\nHost: x\r\n"
    read = talk(sandbox, request + b"\r\n" + request + b"Connection: close\r\n\r\n")
    assert read.count(b"HTTP/1.1 200 OK\r\n") == 2
    assert read.count(b"Connection: close\r\n") == 1


def test_headers_are_like_graphs(graph: Graph) -> None:
    """Ids, date, type; a 204 has neither length nor body."""
    answer = graph.get(CREDENTIALS)
    assert {"request-id", "client-request-id", "Date", "x-ms-ags-diagnostic", "Content-Length"} <= set(answer.headers)
    key = graph.credential()
    statuses = {}
    for _ in range(2):
        patched = graph.patch(f"{CREDENTIALS}/{key}", {"displayName": "x"})
        statuses[patched.status_code] = "Content-Length" in patched.headers
    assert statuses == {200: True, 204: False}


def test_request_that_is_not_http_is_refused(sandbox: Sandbox) -> None:
    """Nonsense, a body in chunks, an endless line: the connection is closed and the sandbox goes on."""
    assert b"400" in talk(sandbox, b"nonsense\r\n\r\n")
    assert b"411" in talk(sandbox, b"POST /beta/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
    assert talk(sandbox, b"GET /" + b"x" * 70000) == b""
    assert requests.get(f"{sandbox.graph_endpoint}/_sandbox/settings", timeout=10).ok


def test_mistake_of_the_sandbox_is_an_answer_and_is_shown(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """500, and the traceback where the sandbox runs: so that it is not taken for an answer of Graph."""
    read = talk(sandbox, b"POST /beta/x HTTP/1.1\r\nContent-Length: many\r\nConnection: close\r\n\r\n")
    assert b"HTTP/1.1 500 " in read
    assert b"The sandbox failed" in read
    assert "ValueError" in capsys.readouterr().err


def test_many_clients_at_once(sandbox: Sandbox) -> None:
    """64 connections, each with its own answers, and every object once."""
    made: list[str] = []

    def work() -> None:
        graph = connect(sandbox)
        key = graph.made(CREDENTIALS, CREDENTIAL)["id"]
        assert graph.get(f"{CREDENTIALS}/{key}").json()["id"] == key
        made.append(key)
        graph.close()

    threads = [threading.Thread(target=work) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 64


def test_latency_is_added_to_every_request_but_those_of_control() -> None:
    """A switch, in milliseconds."""
    with Sandbox(latency_ms=30) as sandbox:
        portal = Portal(sandbox.graph_endpoint)
        started = time.perf_counter()
        requests.get(f"{sandbox.graph_endpoint}/beta", timeout=10)
        assert time.perf_counter() - started >= 0.03
        portal.switch(latencyMs=0)
        portal.close()


def test_sandbox_that_stops_leaves_nothing() -> None:
    """Ports closed, threads ended, kept connections cut, the authority's file removed; waits are cut short."""
    threads = threading.active_count()
    with Sandbox(latency_ms=60_000) as sandbox:
        port = int(sandbox.graph_endpoint.rpartition(":")[2])
        idle = socket.create_connection(("127.0.0.1", port))
        waiting = socket.create_connection(("127.0.0.1", port))
        waiting.sendall(b"GET /beta HTTP/1.1\r\n\r\n")
        silent = socket.create_connection(("127.0.0.1", int(sandbox.authority_host.rpartition(":")[2])))
        assert requests.get(f"{sandbox.graph_endpoint}/_sandbox/settings", timeout=10).ok
        assert Path(sandbox.ca_file).exists()
        started = time.perf_counter()
    assert time.perf_counter() - started < 30
    assert not Path(sandbox.ca_file).exists()
    assert threading.active_count() == threads
    for connection in (idle, waiting, silent):
        connection.settimeout(10)
        assert len(connection.recv(100)) == 0 or connection is waiting
        connection.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=10)


def test_ports_listen_on_this_machine_alone(sandbox: Sandbox) -> None:
    """Both ports listen on 127.0.0.1."""
    assert sandbox.graph_endpoint.startswith("http://127.0.0.1:")
    assert sandbox.authority_host.startswith("https://127.0.0.1:")


def test_port_can_be_asked_for() -> None:
    """And is free again afterwards, at once."""
    with Sandbox() as sandbox:
        port = int(sandbox.graph_endpoint.rpartition(":")[2])
    with Sandbox(port=port) as sandbox:
        assert sandbox.graph_endpoint == f"http://127.0.0.1:{port}"
        with pytest.raises(OSError, match="ddress"), Sandbox(port=port):
            pass
