"""The sandbox as a test sees it: what was asked of it, what is to go wrong, what is in the tenant."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

import requests

WRITES = frozenset({"POST", "PATCH", "PUT", "DELETE"})


class Portal:
    """Drives a running sandbox through its control routes: its first tenant, or that with *tenant_id*."""

    def __init__(self, graph_endpoint: str, tenant_id: str = "") -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self._root = f"{graph_endpoint}/_sandbox" + (f"/tenants/{tenant_id}" if tenant_id else "")

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()

    def requests(self) -> list[dict[str, Any]]:
        """Return every request since the last call, those of the sign-in service included, and forget them."""
        seen: list[dict[str, Any]] = self._call("GET", "requests")
        self._call("DELETE", "requests")
        return seen

    def asked(self) -> int:
        """Return how many requests there were since they were last forgotten, and forget none."""
        return len(self._call("GET", "requests"))

    def sent(self) -> list[str]:
        """Return the requests to Graph since the last call, each as ``METHOD path`` below the version, readable."""
        return [line(one) for one in self.requests() if "/beta/" in one["path"] and one.get("batchPart") is None]

    def writes(self) -> list[tuple[str, Any]]:
        """Return the writes to Graph since the last call, each as ``METHOD path`` and its body."""
        return [(line(one), one.get("body")) for one in self.requests() if is_write(one)]

    def fault(self, **fault: Any) -> None:
        """Make something go wrong: see sandbox/graph/control/faults.py."""
        self._call("POST", "faults", fault)

    def faults_left(self) -> list[dict[str, Any]]:
        """Return the faults that did not happen yet."""
        left: list[dict[str, Any]] = self._call("GET", "faults")
        return left

    def no_faults(self) -> None:
        """Let nothing more go wrong."""
        self._call("DELETE", "faults")

    def objects(self) -> list[dict[str, Any]]:
        """Return everything in the tenant."""
        objects: list[dict[str, Any]] = self._call("GET", "objects")
        return objects

    def named(self, display_name: str) -> dict[str, Any]:
        """Return the one object of that name."""
        (found,) = [one for one in self.objects() if one.get("displayName") == display_name]
        return found

    def seed(self, collection: str, **properties: Any) -> str:
        """Put an object into the tenant that no stack created, and return its id."""
        return str(self._call("POST", "objects", {"collection": collection, **properties})["id"])

    def change(self, id_: str, **properties: Any) -> None:
        """Change an object behind a stack's back."""
        self._call("PATCH", f"objects/{id_}", properties)

    def remove(self, id_: str) -> None:
        """Delete an object behind a stack's back."""
        self._call("DELETE", f"objects/{id_}")

    def clear(self) -> None:
        """Delete everything in the tenant."""
        self._call("DELETE", "objects")

    def switch(self, **settings: Any) -> None:
        """Change how the tenant behaves."""
        self._call("POST", "settings", settings)

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._session.request(method, f"{self._root}/{path}", json=body, timeout=30)
        assert answer.ok, answer.text
        return json.loads(answer.text) if answer.text else None


def is_write(request: dict[str, Any]) -> bool:
    """Tell whether *request* changes something in Graph."""
    return "/beta/" in request["path"] and request["method"] in WRITES and not request["path"].endswith("/$batch")


def line(request: dict[str, Any]) -> str:
    """Write *request* as ``METHOD path``."""
    return f"{request['method']} {unquote(request['path'].partition('/beta')[2])}"
