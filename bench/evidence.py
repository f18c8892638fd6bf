"""Where the time goes: profiles of the plugin process, taken from outside, and the time that imports take."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bench import watching
from bench.cases import CASES, Bench
from bench.figures import OURS
from bench.graph import ROOT

_PROFILED = ("create", "refresh", "refresh-200")
_AREAS = {
    "provider/graph/": "provider: Graph",
    "provider/": "provider: the rest",
    "requests/": "requests, urllib3",
    "urllib3/": "requests, urllib3",
    "http/": "requests, urllib3",
    "azure/": "sign-in",
    "msal/": "sign-in",
    "grpc/": "gRPC, protobuf",
    "google/": "gRPC, protobuf",
    "pulumi/": "the SDK's host",
    "<frozen importlib": "imports",
}
"""What a frame belongs to, by a part of its path; the first that fits, from the innermost frame out."""


_MODULES = ("pulumi.dynamic", "provider", "requests", "cryptography.x509", "azure.identity", "provider.graph")
_WEIGH = """
import importlib, psutil
before = 0
for name in {modules}:
    importlib.import_module(name)
    now = psutil.Process().memory_info().rss
    print(now - before)
    before = now
"""


@dataclass(frozen=True)
class Profile:
    """Where the plugin process was when it held the interpreter."""

    case: str
    samples: int
    """A hundred for each second that it held it."""
    shares: list[tuple[str, float]]
    """Areas, and their part of the samples; largest first."""


def import_seconds(runs: int) -> list[float]:
    """Return what `import provider` takes once pulumi is there, *runs* times, in processes of their own."""
    command = [sys.executable, "-X", "importtime", "-c", "import pulumi, provider"]
    environment = {**watching.surroundings(), "PYTHONPATH": str(ROOT)}
    subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)  # noqa: S603 - compiles
    seconds = []
    for _ in range(runs):
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
        found = re.search(r"\|\s+(\d+) \| provider$", done.stderr, re.MULTILINE)
        assert found is not None  # noqa: S101 - it was imported
        seconds.append(int(found[1]) / 1e6)
    return seconds


def import_bytes() -> dict[str, int]:
    """Return what each of the modules that the plugin loads adds to its memory, loaded in this order."""
    command = [sys.executable, "-c", _WEIGH.format(modules=_MODULES)]
    environment = {**watching.surroundings(), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    return dict(zip(_MODULES, map(int, done.stdout.split()), strict=True))


def profiles(bench: Bench, size: int) -> list[Profile]:
    """Profile some cases once more; a note says why where it cannot be done."""
    taken = []
    for case in CASES:
        if case.key not in _PROFILED:
            continue
        recording = bench.folder / f"{case.key}.folded"
        try:
            stack = bench.prepare(case, OURS, size)
            stack.run(case.verb, *case.flags, under=_recorder(recording))
        except (OSError, watching.Failed) as failure:
            bench.figures.notes.append(f"No profile of {case.title}: {str(failure).strip().splitlines()[-1]}")
        else:
            taken.append(_read(case.title, recording))
        finally:
            bench.graph.behave()
    return taken


def _recorder(recording: Path) -> list[str]:
    spy = Path(sys.executable).with_name("py-spy.exe" if os.name == "nt" else "py-spy")
    options = ["--format", "raw", "--subprocesses", "--gil", "--full-filenames", "--nolineno", "--rate", "100"]
    return [str(spy), "record", *options, "--output", str(recording), "--"]


def _read(title: str, recording: Path) -> Profile:
    """Add up the samples of the plugin process in a file of folded stacks, by area."""
    areas: Counter[str] = Counter()
    for line in recording.read_text(encoding="utf-8").splitlines():
        stack, _, count = line.rpartition(" ")
        if "pulumi.dynamic" in stack.partition(";")[0] or "pulumi/dynamic/__main__.py" in stack:
            areas[_area(stack.split(";"))] += int(count)
    total = sum(areas.values())
    return Profile(title, total, [(area, count / total) for area, count in areas.most_common()])


def _area(frames: list[str]) -> str:
    for frame in reversed(frames):
        for part, area in _AREAS.items():
            if part in frame.replace("\\", "/"):
                return area
    return "Python's own"
