"""
Every task of this project, on any platform: ``python3 tasks.py <task>``.

Needs Python 3.10 or newer and nothing else. The first task makes a virtual environment in .venv and installs what
the tasks need into it; later ones find it ready. Standard library only, for nothing is installed when this starts.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
REQUIREMENTS = tuple(ROOT / f"requirements{name}.txt" for name in ("", "-cli", "-dev"))
OLDEST = (3, 10)
COVERING = ("tests/provider", "tests/contract", "tests/properties")
"""The tests that run provider/ in the process that is measured; all others start processes of their own."""

PIPELINES = {
    # Patterns of that schema are no Unicode expressions.
    "azure": (
        *("--builtin-schema", "vendor.azure-pipelines", "--data-transform", "azure-pipelines"),
        *("--regex-variant", "nonunicode"),
    ),
    "gitlab": ("--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"),
}
"""Folders of pipelines/, and how their files are checked."""


def setup(_arguments: Sequence[str] = ()) -> None:
    """Make .venv and install everything the tasks need, unless that was done for these very requirements."""
    stamp = VENV / "requirements.sha256"
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in REQUIREMENTS)).hexdigest()
    if PYTHON.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    print(f"Setting up {VENV.name} with Python {sys.version.split()[0]}; this takes about a minute.", flush=True)
    if not PYTHON.exists():
        venv.create(VENV, with_pip=True)
    install(REQUIREMENTS[-1])
    stamp.write_text(wanted, encoding="utf-8")


def demo(arguments: Sequence[str]) -> None:
    """See the whole job done against a stand-in for Microsoft Graph: preview, up, drift, heal, destroy."""
    run("-m", "sandbox.demo", *arguments)


def fleet_demo(arguments: Sequence[str]) -> None:
    """See many tenants run by one command: preview, rings, a failure, resume, drift, report. Takes two minutes."""
    run("-m", "sandbox.demo.fleet", *arguments)


def test(arguments: Sequence[str]) -> None:
    """Run the tests: with --all those too that start many engines. What follows goes to pytest."""
    run("-m", "pytest", "-n", "auto", "--dist", "worksteal", *arguments)


def sdk(arguments: Sequence[str]) -> None:
    """Run tests/msgraph_sdk: Microsoft's own client against the sandbox. Installs 700 MB, the first time."""
    install(ROOT / "requirements-sdk.txt")
    run("-m", "pytest", "tests/msgraph_sdk", *arguments)


def browser(arguments: Sequence[str]) -> None:
    """Run tests/browser: the report in the system's Chromium. Installs 150 MB, the first time."""
    install(ROOT / "requirements-browser.txt")
    run("-m", "pytest", "tests/browser", *arguments)


def chaos(arguments: Sequence[str]) -> None:
    """Try every operation against every fault at every moment. Takes about half an hour."""
    run("-m", "tests.chaos", *arguments)


def fuzz(arguments: Sequence[str]) -> None:
    """Feed the provider 10,000 generated inputs and 10,000 generated answers."""
    run("-m", "tests.fuzz", *arguments)


def bench(arguments: Sequence[str]) -> None:
    """Measure against an empty provider and a rival, and write docs/benchmarks.md. Takes most of an hour."""
    install(ROOT / "requirements-bench.txt")
    run("-m", "bench", *arguments)


def check(_arguments: Sequence[str]) -> None:
    """Check style, types, the arrows between the folders, the workflows and that the reference is current."""
    run("-m", "ruff", "check")
    run("-m", "ruff", "format", "--check")
    run("-m", "mypy")
    run("-m", "basedpyright", "--pythonpath", str(PYTHON))
    run("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-logo", "--no-cache")
    workflows = sorted(str(path) for path in (ROOT / ".github" / "workflows").glob("*.yml"))
    run("-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
    run("-m", "check_jsonschema", "--builtin-schema", "vendor.dependabot", ".github/dependabot.yml")
    for host, options in PIPELINES.items():
        pipelines = sorted(str(path) for path in (ROOT / "pipelines" / host).rglob("*.yml"))
        run("-m", "check_jsonschema", *options, *pipelines)
    start(PYTHON.with_name("zizmor"), "--offline", "--quiet", "--no-progress", ".github")
    run("-m", "docs.build", "--check")
    stacks = ROOT / "stacks"
    for schema, files in (("stack", stacks.glob("Pulumi.*.yaml")), ("baseline", (stacks / "baselines").glob("*.yaml"))):
        named = sorted(map(str, files))
        if named:
            run("-m", "check_jsonschema", "--schemafile", f"stacks/{schema}.schema.json", *named)


def format(_arguments: Sequence[str]) -> None:  # noqa: A001 - a task has the name that people look for
    """Sort the imports and format the code."""
    run("-m", "ruff", "check", "--select", "I", "--fix", "--quiet")
    run("-m", "ruff", "format")


def coverage(arguments: Sequence[str]) -> None:
    """Measure which lines of provider/ the tests without an engine run; fails below the floor of pyproject.toml."""
    run("-m", "pytest", "-n", "auto", "--cov", "--cov-report=term:skip-covered", *COVERING, *arguments)


def docs(arguments: Sequence[str]) -> None:
    """Write docs/reference anew from the docstrings."""
    run("-m", "docs.build", *arguments)


TASKS: dict[str, Callable[[Sequence[str]], None]] = {
    task.__name__.replace("_", "-"): task
    for task in (setup, demo, fleet_demo, test, format, check, coverage, docs, sdk, browser, chaos, fuzz, bench)
}


def install(requirements: Path) -> None:
    """Install what the file *requirements* lists into the virtual environment."""
    run("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(requirements))


def run(*arguments: str) -> None:
    """Run the virtual environment's Python with *arguments*; leave with its status where that is not 0."""
    start(PYTHON, *arguments)


def start(program: Path, *arguments: str) -> None:
    """Run a program of the virtual environment, as `run` does; Windows finds its .exe by itself."""
    status = subprocess.run([str(program), *arguments], cwd=ROOT, check=False).returncode  # noqa: S603 - our own tools
    if status != 0:
        sys.exit(status)


def main() -> None:
    """Run the task that the command line names."""
    if sys.version_info < OLDEST:
        sys.exit(f"This project needs Python {OLDEST[0]}.{OLDEST[1]} or newer, and this is {sys.version.split()[0]}.")
    listed = "\n".join(f"  {name:<12}{task.__doc__}" for name, task in TASKS.items())
    parser = argparse.ArgumentParser(
        usage="python3 tasks.py TASK [ARGUMENTS]",
        description=f"tasks:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("task", nargs="?", choices=TASKS, metavar="TASK", help=argparse.SUPPRESS)
    chosen, arguments = parser.parse_known_args()
    if chosen.task is None:
        parser.print_help()
        return
    setup()
    try:
        TASKS[chosen.task](arguments)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
