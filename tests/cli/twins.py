"""One project on both engines: the same is done to it on both, and what there is to see of it is compared."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.sandbox.engine.engine_project import THING, Workshop

_OF_A_RUN = ("created", "modified", "sourcePosition", "stackTrace")
"""What differs from run to run, or with the file that runs the program."""

_WITHOUT_ASKING = ("--yes", "--skip-preview")

PROVIDER = "gASVGwAAAAAAAACMBnRoaW5nc5SMCV9wcm92aWRlcpSTlClSlC4="
"""What the SDK writes for the provider of things."""


class Cli:
    """The Pulumi CLI with a login of its own, on the project of a workshop."""

    def __init__(self, command: str, workshop: Workshop, home: Path) -> None:
        self._command = command
        self.workshop = workshop
        (home / "backend").mkdir(parents=True)
        self._environment = {
            **os.environ,
            "PULUMI_BACKEND_URL": (home / "backend").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_HOME": str(home),
            "PULUMI_PYTHON_CMD": sys.executable,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
        }
        self.run("stack", "init", "dev", "--no-select")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command."""
        stack = [] if "init" in arguments else ["--stack", "dev"]
        return subprocess.Popen(
            [self._command, *arguments, "--non-interactive", "--color", "never", *stack],
            cwd=self.workshop.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def run(self, *arguments: str) -> str:
        """Run a command that succeeds; return what it writes."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, out + err
        return out

    def export(self) -> dict[str, Any]:
        """Return the state, secrets readable."""
        exported: dict[str, Any] = json.loads(self.run("stack", "export", "--show-secrets"))
        return exported


@dataclass(frozen=True)
class Seen:
    """
    What came of a command: the exit code, every call that the provider got, and the state.

    Calls and resources are sorted: in what order a program registers what does not depend on each other is chance.
    """

    status: int
    calls: list[str]
    resources: list[dict[str, Any]]
    pending: list[dict[str, Any]]


class Twins:
    """A project named demo, once for each engine."""

    def __init__(self, command: str, folder: Path) -> None:
        self.ours, self.theirs = Workshop(folder / "ours"), Workshop(folder / "theirs")
        self.cli = Cli(command, self.theirs, folder / "home")

    def do(self, verb: str, *flags: str, program: str | None = None) -> Seen:
        """Do something, perhaps with another program, on both engines; see the same of it, and return that."""
        if program is not None:
            self.ours.program(program)
            self.theirs.program(program)
        if verb != "preview":
            flags = (*flags, *_WITHOUT_ASKING)
        return self.see(self.ours.start(verb, *flags), self.cli.start(verb, *flags))

    def edit(self, *words: str, yes: bool = True) -> Seen:
        """Edit the state of both engines, see the same of it, and return that; *yes* where the CLI would ask."""
        return self.see(self.ours.start(*words), self.cli.start(*words, *(["--yes"] if yes else [])))

    def take_in(self, file: Path) -> Seen:
        """Import what a file describes."""
        ours = self.ours.start("import", "--import-file", str(file), *_WITHOUT_ASKING)
        plain = ("--generate-code=false", "--protect=false")
        return self.see(ours, self.cli.start("import", "--file", str(file), *plain, *_WITHOUT_ASKING))

    def see(self, ours: subprocess.Popen[str], theirs: subprocess.Popen[str]) -> Seen:
        """Wait for both engines, see the same of both, and return that."""
        for each in (ours, theirs):
            print(*each.communicate(timeout=120))  # noqa: T201 - for the reader of a failed test
        state = self.ours.state_file
        document = json.loads(state.read_text(encoding="utf-8")) if state.exists() else {"deployment": {}}
        seen = _seen(ours.returncode, self.ours.calls(), document)
        assert seen == _seen(theirs.returncode, self.theirs.calls(), self.cli.export())
        return seen

    def configure(self, lines: str) -> None:
        """Write the configuration of both, as lines of YAML; the CLI keeps a salt in the same file."""
        for workshop in (self.ours, self.theirs):
            path = workshop.folder / "stacks" / "Pulumi.dev.yaml"
            kept = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("encryptionsalt")]
            path.write_text("\n".join([*kept, "config:", lines]), encoding="utf-8")

    def change(self, id_: str, **props: Any) -> None:
        """Change a thing behind the back of both."""
        for workshop in (self.ours, self.theirs):
            workshop.change(id_, **props)

    def lose(self, id_: str) -> None:
        """Let a thing vanish behind the back of both."""
        for workshop in (self.ours, self.theirs):
            (workshop.world / id_).rename(workshop.world / f"{id_}.gone")


def verbs(seen: Seen, *, names: bool = False) -> list[str]:
    """Return the calls that change anything, by method: `["create", "delete"]`, or with the names of the resources."""
    calls = [call.split()[:2] for call in seen.calls]
    return [" ".join(call) if names else call[0] for call in calls if call[0] in ("create", "update", "delete")]


def named(seen: Seen, name: str) -> list[dict[str, Any]]:
    """Return the resources of the state that have a name."""
    return [each for each in seen.resources if each["urn"].endswith(f"::{name}")]


def import_file(folder: Path, *entries: tuple[str, str, str]) -> Path:
    """Write a file that imports things, each a label, an id and a name, the last of them in a component."""
    path = folder / "import.json"
    given: list[dict[str, Any]] = [{"type": "demo:index:Shop", "name": "shop", "component": True}]
    for label, id_, name in entries:
        inputs = {"__provider": PROVIDER, "name": name}
        outputs = {**inputs, "serial": id_, "greeting": "hello"}
        given.append({"type": THING, "name": label, "id": id_, "inputs": inputs, "outputs": outputs})
    if len(entries) > 1:
        given[-1]["parent"] = "shop"
    path.write_text(json.dumps({"resources": given}), encoding="utf-8")
    return path


def kill_family(engine: subprocess.Popen[str]) -> None:
    """Kill an engine at once, and then all that it started: plugins and the CLI's language host would stay."""
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(engine.pid)], check=True, capture_output=True)  # noqa: S607
        return
    # S607: where ps is differs, and it is part of every system that has it
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], check=True, capture_output=True, text=True)  # noqa: S607
    parents = {int(pid): int(parent) for pid, parent in (line.split() for line in listed.stdout.splitlines())}
    family = [engine.pid]
    for member in family:
        family.extend(pid for pid, parent in parents.items() if parent == member)
    engine.kill()
    for pid in family[1:]:
        with suppress(ProcessLookupError):  # what has already followed
            os.kill(pid, signal.SIGKILL)


def _seen(status: int, calls: list[str], document: dict[str, Any]) -> Seen:
    deployment = alike(document["deployment"])
    resources = sorted(deployment.get("resources") or [], key=lambda each: (each["urn"], each.get("delete", False)))
    return Seen(status, sorted(calls), resources, deployment.get("pending_operations") or [])


def alike(deployment: dict[str, Any]) -> dict[str, Any]:
    """Return a deployment without what differs from run to run; the order of dependencies means nothing."""
    text = json.dumps(deployment)
    for resource in deployment.get("resources") or []:
        if resource["type"].startswith("pulumi:providers:"):
            text = text.replace(resource["id"], "id of the provider")
    result: dict[str, Any] = json.loads(text)
    pending = [each["resource"] for each in result.get("pending_operations") or []]
    for resource in (*(result.get("resources") or []), *pending):
        for name in _OF_A_RUN:
            resource.pop(name, None)
        resource.get("dependencies", []).sort()
    return result
