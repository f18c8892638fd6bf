"""What the guided tours have in common: the stand-in for Graph, its control routes, and how a step is announced."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from typing import Any

from sandbox.demo.engines import ROOT, Failure


class Control:
    """The control routes of a running sandbox: of its first tenant, or of that with *tenant_id*."""

    def __init__(self, graph_endpoint: str, tenant_id: str = "") -> None:
        self._root = f"{graph_endpoint}/_sandbox" + (f"/tenants/{tenant_id}" if tenant_id else "")

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Call one route, and return its answer; None if it has no body."""
        request = urllib.request.Request(  # noqa: S310 - the address is the sandbox's own
            f"{self._root}/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def change(self, display_name: str, **properties: Any) -> None:
        """Change an object behind the stack's back, as somebody in the portal would."""
        (id_,) = [one["id"] for one in self.call("GET", "objects") if one["displayName"] == display_name]
        self.call("PATCH", f"objects/{id_}", properties)


@contextlib.contextmanager
def graph(*options: str) -> Iterator[dict[str, Any]]:
    """Start the stand-in for Graph and stop it again; yield what it announces. Raises Failure: it did not start."""
    line = [sys.executable, "-m", "sandbox.graph", *options]
    process = subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
    try:
        ready = process.stdout.readline() if process.stdout else ""
        if not ready:
            raise Failure("the sandbox did not start; what it says stands above")
        yield json.loads(ready)
    finally:
        process.terminate()
        process.communicate(timeout=10)


def announce(number: int, steps: int, sentence: str) -> None:
    """Print what the next step is, and a line below it."""
    line = f"[{number}/{steps}] {sentence}"
    print(f"\n{line}\n{'─' * min(len(line), 100)}", flush=True)
