"""The processes that an engine starts, and those that it leaves behind when it is killed."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Mapping

_SECONDS_TO_END = 30.0


def _processes() -> Iterator[tuple[int, int, str]]:
    """Return id, parent and command line of every living process."""
    ps = ["ps", "-A", "-o", "pid=,ppid=,stat=,args="]
    for line in subprocess.run(ps, capture_output=True, text=True, check=True).stdout.splitlines():
        pid, parent, status, *words = line.split(None, 3)
        if not status.startswith("Z"):
            yield int(pid), int(parent), " ".join(words)


def family_of(pid: int) -> dict[int, str]:
    """Return the command lines of all that process *pid* has started, and of what they have."""
    processes = list(_processes())
    found: dict[int, str] = {}
    parents = {pid}
    while parents:
        born = {child: line for child, parent, line in processes if parent in parents and child not in found}
        found.update(born)
        parents = set(born)
    return found


def left_of(family: Mapping[int, str]) -> list[str]:
    """
    Wait until all of a killed engine's *family* have ended, and return those that do not.

    Without Pulumi's own language host, which stays behind a killed engine in any project.
    """
    deadline = time.monotonic() + _SECONDS_TO_END
    while time.monotonic() < deadline:
        running = [line for pid, _, line in _processes() if family.get(pid) == line]
        left = [line for line in running if "pulumi-language-python" not in line.partition(" ")[0]]
        if not left:
            return []
        time.sleep(0.1)
    return left
