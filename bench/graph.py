"""The sandbox of a bench run: one process, driven through its control routes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parents[1]
PAGE_SIZE = 100
_SECONDS_TO_STOP = 30


@dataclass(frozen=True)
class Traffic:
    """What went over the wire."""

    requests: int
    """Requests to Graph; a batch is one."""
    writes: int
    """Those of them that change something."""
    lists: int
    """Pages of a collection that were asked for."""
    tokens: int
    """Tokens that were asked for."""
    throttled: int
    """Requests, or parts of a batch, that were answered 429."""
    first_to_last_write: float
    """Seconds from the first write to the last; 0 where there are none."""
    served: float
    """Seconds that the sandbox itself worked for the answers."""


class Graph:
    """A running sandbox."""

    def __init__(self, ready: dict[str, Any]) -> None:
        self.ready = ready
        """What it announced."""
        self.tenant_id: str = ready["tenantId"]
        self.environment: dict[str, str] = ready["environment"]
        """The variables for a client of the plain loopback endpoint."""
        self.cloud_environment: dict[str, str] = ready["cloudEnvironment"]
        """The variables for a client that knows only Microsoft's hosts: over TLS, through the sandbox as a proxy."""
        self._root = f"{ready['graphEndpoint']}/_sandbox"
        self._session = requests.Session()
        self._session.trust_env = False

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()

    def behave(self, *, latency_ms: int = 0, quota: bool = False) -> None:
        """Set how long every answer takes, and whether Intune's quota holds."""
        self._call("POST", "settings", {"latencyMs": latency_ms, "quota": quota})

    def forget(self) -> None:
        """Forget what was asked so far."""
        self._call("DELETE", "requests")

    def empty(self) -> None:
        """Delete every object."""
        self._call("DELETE", "objects")

    def objects(self) -> list[dict[str, Any]]:
        """Return everything in the tenant."""
        found: list[dict[str, Any]] = self._call("GET", "objects")
        return found

    def change(self, id_: str, **properties: Any) -> None:
        """Change an object as somebody in the portal would."""
        self._call("PATCH", f"objects/{id_}", properties)

    def seen(self) -> Traffic:
        """Return what went over the wire since `forget`."""
        entries: list[dict[str, Any]] = self._call("GET", "requests")
        whole = [one for one in entries if _is_graph(one) and one["batchPart"] is None]
        writes = [one for one in entries if _is_graph(one) and _is_write(one)]
        moments = sorted(one["at"] for one in writes)
        return Traffic(
            requests=len(whole),
            writes=len(writes),
            lists=sum(one["method"] == "GET" and "(" not in one["path"] for one in whole),
            tokens=sum(one["path"].partition("?")[0].endswith("/token") for one in entries),
            throttled=sum(one["status"] == requests.codes.too_many_requests for one in entries),
            served=sum(one["seconds"] for one in whole),
            first_to_last_write=moments[-1] - moments[0] if moments else 0.0,
        )

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._session.request(method, f"{self._root}/{path}", json=body, timeout=120)
        answer.raise_for_status()
        return json.loads(answer.text) if answer.text else None


@contextmanager
def sandbox(*options: str) -> Iterator[Graph]:
    """Run a sandbox for as long as the `with` statement lasts."""
    command = [sys.executable, "-m", "sandbox.graph", "--page-size", str(PAGE_SIZE), *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        assert process.stdout is not None  # noqa: S101 - asked for above; this tells the type checker
        graph = Graph(json.loads(process.stdout.readline()))
        try:
            yield graph
        finally:
            graph.close()
            process.terminate()
            process.wait(_SECONDS_TO_STOP)


def _is_graph(entry: dict[str, Any]) -> bool:
    return "/beta/" in entry["path"] or "/v1.0/" in entry["path"]


def _is_write(entry: dict[str, Any]) -> bool:
    return entry["method"] in {"POST", "PATCH", "PUT", "DELETE"} and not entry["path"].endswith("/$batch")
