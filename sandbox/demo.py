"""
The guided tour: a tenant's derived credentials declared, previewed, applied, kept and removed.

Everything in it is real (the program, the plugin process, the HTTP, the sign-in) except the tenant, which is
`sandbox.graph`. The engine is the Pulumi CLI where there is one; else it is fetched with Pulumi's own installer; where
that cannot be reached, `sandbox.engine` stands in for it.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
STACK = "demo"
OLDEST_CLI = (3, 254)
_INSTALLED = ROOT / ".demo" / "cli"
_SECONDS_TO_INSTALL = 60
_STEPS = 7


class Failure(Exception):  # noqa: N818 - what a step of the tour ends in
    """A step did not do what the tour says it does."""


@dataclass(frozen=True)
class Engine:
    """What runs the stack: a command line, its environment and what every call needs."""

    name: str
    command: tuple[str, ...]
    options: tuple[str, ...]
    environment: Mapping[str, str]

    def run(self, *words: str, credentials: Mapping[str, str]) -> None:
        """Run one operation, its output going straight to the terminal. Raises Failure if it fails."""
        verb, *flags = words
        print(f"$ {self.name} {' '.join(words)} --stack {STACK}\n", flush=True)
        arguments = [*self.command, verb, "--stack", STACK, *self.options, *flags]
        environment = {**os.environ, **self.environment, **credentials}
        status = subprocess.run(arguments, cwd=ROOT, env=environment, check=False).returncode  # noqa: S603 - our own
        if status != 0:
            raise Failure(f"`{' '.join(words)}` ended with status {status}")


class Graph:
    """The stand-in for Microsoft Graph, and what it saw."""

    def __init__(self, ready: Mapping[str, Any]) -> None:
        self.credentials: dict[str, str] = ready["environment"]
        self._control = f"{ready['graphEndpoint']}/_sandbox"

    def requests(self) -> list[dict[str, Any]]:
        """Return the requests since the last call."""
        seen: list[dict[str, Any]] = self._call("GET", "requests")
        self._call("DELETE", "requests")
        return seen

    def objects(self) -> list[dict[str, Any]]:
        """Return what is in the tenant."""
        objects: list[dict[str, Any]] = self._call("GET", "objects")
        return objects

    def change(self, display_name: str, **properties: Any) -> None:
        """Change an object behind the stack's back, as somebody in the portal would."""
        (id_,) = [one["id"] for one in self.objects() if one["displayName"] == display_name]
        self._call("PATCH", f"objects/{id_}", properties)

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(  # noqa: S310 - the address is the sandbox's own
            f"{self._control}/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None


class Tour:
    """The steps, each announced in one sentence, with the real output under it."""

    def __init__(self, engine: Engine, graph: Graph) -> None:
        self._engine = engine
        self._graph = graph
        self._number = 0

    def take(self) -> None:
        """Walk through all of it. Raises Failure at the first step that is not as announced."""
        nobody = dict.fromkeys(self._graph.credentials, "")
        self._announce("Preview: what the stack file declares, and what Pulumi would make of it. Nobody is signed in.")
        self._engine.run("preview", credentials=nobody)
        self._expect_silence()

        self._announce("Up: the objects are made, assigned and bound to the credential.")
        self._up()
        self._report()

        self._announce("Up again: nothing changed, so nothing is sent, not even a sign-in.")
        self._up("--expect-no-changes")
        self._expect_silence()

        self._announce("Somebody changes a profile in the portal: another description, and no assignment any more.")
        self._graph.change("Field devices - derived credential", description="Changed by hand", assignments=[])
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
        line = f"[{self._number}/{_STEPS}] {sentence}"
        print(f"\n{line}\n{'─' * min(len(line), 100)}", flush=True)

    def _report(self) -> None:
        requests = self._graph.requests()
        tokens = sum("/oauth2/" in one["path"] for one in requests)
        writes = sum(one["method"] in {"PATCH", "PUT", "DELETE"} for one in requests)
        writes += sum(one["method"] == "POST" and "$batch" not in one["path"] for one in requests) - tokens
        reads = len(requests) - writes - tokens
        print(f"→ Graph saw {writes} writes and {reads} reads; the sign-in service {tokens} token requests.")

    def _expect_silence(self) -> None:
        requests = self._graph.requests()
        if requests:
            raise Failure(f"{len(requests)} requests were sent where none should be")
        print("→ Graph saw no request, and neither did the sign-in service.")


def main() -> None:
    """Take the tour, and leave with 0 only if every step was as announced."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="intune-demo-") as folder, contextlib.ExitStack() as stack:
        engine = _engine(Path(folder))
        graph = stack.enter_context(_graph())
        try:
            Tour(engine, graph).take()
        except Failure as failure:
            sys.exit(f"\nThe demo failed: {failure}.")
    print(f"\nDone in {time.monotonic() - started:.0f} s. The stack file is stacks/Pulumi.{STACK}.yaml.")


@contextlib.contextmanager
def _graph() -> Iterator[Graph]:
    """Start the stand-in for Graph and stop it again."""
    process = subprocess.Popen([sys.executable, "-m", "sandbox.graph"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            sys.exit("The sandbox did not start; what it says stands above.")
        graph = Graph(json.loads(line))
        print(f"The tenant is sandbox.graph at {json.loads(line)['graphEndpoint']}; its secret is no secret.")
        yield graph
    finally:
        process.terminate()
        process.communicate(timeout=10)


def _engine(folder: Path) -> Engine:
    """Choose what runs the stack: the CLI on the PATH, an installed one, or the stand-in."""
    command = shutil.which("pulumi")
    if command is None or _version(command) < OLDEST_CLI:
        command = _install()
    if command is not None:
        return _cli(command, folder)
    print("No Pulumi CLI is on the PATH and its download cannot be reached: sandbox.engine stands in for it.")
    stand_in = (sys.executable, "-m", "sandbox.engine")
    return Engine("python -m sandbox.engine", stand_in, ("--state", str(folder / "state.json")), {})


def _version(command: str) -> tuple[int, ...]:
    said = subprocess.run([command, "version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    found = re.search(r"(\d+)\.(\d+)", said)
    return tuple(int(part) for part in found.groups()) if found else (0, 0)


def _install() -> str | None:
    """Fetch the CLI that fits the SDK with the SDK's own installer, into a folder of the project."""
    code = "import sys; from pulumi.automation import PulumiCommand; PulumiCommand.install(root=sys.argv[1])"
    try:
        done = subprocess.run(  # noqa: S603 - the SDK's own installer
            [sys.executable, "-c", code, str(_INSTALLED)],
            capture_output=True,
            timeout=_SECONDS_TO_INSTALL,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    return shutil.which("pulumi", path=str(_INSTALLED / "bin")) if done.returncode == 0 else None


def _cli(command: str, folder: Path) -> Engine:
    """
    Make a stack for the CLI, with state, login and salt in *folder*.

    `stack init` writes the salt of its passphrase into the stack file; it is given a copy, to leave the checkout clean.
    """
    copy = folder / "stacks" / f"Pulumi.{STACK}.yaml"
    copy.parent.mkdir()
    shutil.copy(ROOT / "stacks" / copy.name, copy)
    shutil.copy(ROOT / "Pulumi.yaml", folder)
    (folder / "state").mkdir()
    environment = {
        "PATH": os.pathsep.join([str(Path(command).parent), os.environ.get("PATH", "")]),
        "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    subprocess.run(  # noqa: S603 - the CLI that was just found
        [command, "stack", "init", STACK, "--non-interactive"],
        cwd=folder,
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
    )
    return Engine("pulumi", (command,), ("--config-file", str(copy), "--suppress-permalink"), environment)


if __name__ == "__main__":
    main()
