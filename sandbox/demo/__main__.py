"""
The guided tour: a tenant's derived credentials declared, previewed, applied, kept and removed.

Everything in it is real (the program, the plugin process, the HTTP, the sign-in) except the tenant, which is
`sandbox.graph`. The engine is the Pulumi CLI where there is one; else it is fetched with Pulumi's own installer; where
that cannot be reached, `sandbox.engine` stands in for it.
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox.demo.engines import STACK, Engine, Failure, choose
from sandbox.demo.tours import Control, announce, graph

_STEPS = 7


class Graph:
    """The stand-in for Microsoft Graph, and what it saw."""

    def __init__(self, ready: Mapping[str, Any]) -> None:
        self.credentials: dict[str, str] = ready["environment"]
        self.control = Control(ready["graphEndpoint"])

    def requests(self) -> list[dict[str, Any]]:
        """Return the requests since the last call."""
        seen: list[dict[str, Any]] = self.control.call("GET", "requests")
        self.control.call("DELETE", "requests")
        return seen

    def objects(self) -> list[dict[str, Any]]:
        """Return what is in the tenant."""
        objects: list[dict[str, Any]] = self.control.call("GET", "objects")
        return objects


class Tour:
    """The steps, each announced in one sentence, with the real output under it."""

    def __init__(self, engine: Engine, graph: Graph) -> None:
        self._engine = engine
        self._graph = graph
        self._number = 0

    def take(self) -> None:
        """Walk through all of it. Raises Failure at the first step that is not as announced."""
        signed_out = dict.fromkeys(self._graph.credentials, "")
        self._announce("Preview: what the stack file declares, and what Pulumi would make of it. No one is signed in.")
        self._engine.run("preview", credentials=signed_out)
        self._expect_silence()

        self._announce("Up: the objects are made, assigned and bound to the credential.")
        self._up()
        self._report()

        self._announce("Up again: nothing changed, so nothing is sent, not even a sign-in.")
        self._up("--expect-no-changes")
        self._expect_silence()

        self._announce("Somebody changes a profile in the portal: another description, and no assignment any more.")
        self._graph.control.change("Field devices - derived credential", description="Changed by hand", assignments=[])
        print("(done through the sandbox's control route, not by the stack)")

        self._announce("Preview with --refresh --diff: the drift is shown, property by property.")
        self._engine.run("preview", "--refresh", "--diff", credentials=self._graph.credentials)
        self._report()

        self._announce("Up with --refresh: the drift is healed, and only that is written.")
        self._up("--refresh")
        self._report()

        self._announce("Destroy: the tenant is as it was before.")
        self._engine.run("destroy", *self._yes, credentials=self._graph.credentials)
        self._report()
        left = len(self._graph.objects())
        if left:
            raise Failure(f"{left} objects are left in the tenant")

    @property
    def _yes(self) -> tuple[str, ...]:
        return ("--yes", "--skip-preview")

    def _up(self, *flags: str) -> None:
        self._engine.run("up", *self._yes, *flags, credentials=self._graph.credentials)

    def _announce(self, sentence: str) -> None:
        self._number += 1
        announce(self._number, _STEPS, sentence)

    def _report(self) -> None:
        calls = [one for one in self._graph.requests() if not one.get("batchPart")]
        signing_in = [one for one in calls if one["path"].endswith(("/token", "/openid-configuration", "/instance"))]
        writes = [one for one in calls if one not in signing_in and _writes(one)]
        reads = len(calls) - len(signing_in) - len(writes)
        counted = f"{_count(len(writes), 'write')} and {_count(reads, 'read')}"
        print(f"→ Graph saw {counted}; the sign-in service {_count(len(signing_in), 'request')}.")

    def _expect_silence(self) -> None:
        requests = self._graph.requests()
        if requests:
            raise Failure(f"{len(requests)} requests were sent where none should be")
        print("→ Graph saw no request, and neither did the sign-in service.")


def _writes(request: Mapping[str, Any]) -> bool:
    """Tell whether a request changes the tenant; the stack only ever reads by `$batch`."""
    return request["method"] != "GET" and not request["path"].endswith("/$batch")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def main() -> None:
    """Take the tour, and leave with 0 only if every step was as announced."""
    started = time.monotonic()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # Windows' own encodings have no arrows
    with tempfile.TemporaryDirectory(prefix="intune-demo-") as folder, contextlib.ExitStack() as stack:
        try:
            engine = choose(Path(folder))
            ready = stack.enter_context(graph())
            print(f"The tenant is sandbox.graph at {ready['graphEndpoint']}; its secret is no secret.")
            Tour(engine, Graph(ready)).take()
        except Failure as failure:
            sys.exit(f"\nThe demo failed: {failure}.")
    print(f"\nDone in {time.monotonic() - started:.0f} s. The stack file is stacks/Pulumi.{STACK}.yaml.")


if __name__ == "__main__":
    main()
