"""What can run the demo's stack: the Pulumi CLI of the machine, a downloaded one, or the stand-in."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STACK = "demo"
OLDEST_CLI = (3, 254)
_INSTALLED = ROOT / ".demo" / "cli"
_SECONDS_TO_INSTALL = 60


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
        # A proxy of the machine has no business between two programs on it.
        environment = {
            **os.environ,
            **self.environment,
            **credentials,
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }
        status = subprocess.run(arguments, cwd=ROOT, env=environment, check=False).returncode  # noqa: S603 - our own
        if status != 0:
            raise Failure(f"`{' '.join(words)}` ended with status {status}")


def cli() -> str | None:
    """Return the path of a Pulumi CLI on the PATH that is new enough; None where there is none."""
    command = shutil.which("pulumi")
    return command if command is not None and _version(command) >= OLDEST_CLI else None


def choose(folder: Path) -> Engine:
    """Choose what runs the stack: the CLI on the PATH, an installed one, or the stand-in."""
    command = cli() or _install()
    if command is not None:
        print(f"The engine is the Pulumi CLI {'.'.join(map(str, _version(command)))} ({command}).")
        return _cli(command, folder)
    oldest = ".".join(map(str, OLDEST_CLI))
    print(
        f"No Pulumi CLI {oldest} or newer is on the PATH, nor can one be downloaded: sandbox.engine stands in for it."
    )
    stand_in = (sys.executable, "-m", "sandbox.engine")
    return Engine("python -m sandbox.engine", stand_in, ("--state", str(folder / "state.json")), _journal(folder))


def _journal(folder: Path) -> dict[str, str]:
    """Keep the journal of creates in *folder* too: a tour leaves nothing behind."""
    return {"INTUNE_JOURNAL": str(folder / "journal")}


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
        **_journal(folder),
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    made = subprocess.run(  # noqa: S603 - the CLI that was just found
        [command, "stack", "init", STACK, "--non-interactive"],
        cwd=folder,
        env={**os.environ, **environment},
        check=False,
        capture_output=True,
        text=True,
    )
    if made.returncode != 0:
        raise Failure(f"`pulumi stack init` ended with status {made.returncode}: {made.stderr.strip()}")
    return Engine("pulumi", (command,), ("--config-file", str(copy), "--suppress-permalink=true"), environment)
