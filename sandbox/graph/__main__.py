"""
Run the sandbox: `python -m sandbox.graph`.

It prints one line of JSON when it is ready, and serves until it is told to end.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from sandbox.graph import Sandbox


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C; return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    ending = threading.Event()
    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):  # the last one exists on Windows only
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda _signal, _frame: ending.set())
    sandbox = Sandbox(
        port=options.port,
        state_file=options.state,
        latency_ms=options.latency_ms,
        page_size=options.page_size,
        quota=options.quota == "on",
        one_issuer=options.one_issuer == "on",
        approval=options.approval == "on",
        tenants=options.tenants,
    )
    with ExitStack() as stack:
        try:
            stack.enter_context(sandbox)
        except (OSError, ValueError) as problem:  # the port is taken, or the state file is not one
            parser.error(str(problem))
        sys.stdout.write(json.dumps(sandbox.announcement()) + "\n")
        sys.stdout.flush()
        while not ending.wait(1):
            pass  # on Windows a wait without an end would not notice Ctrl-C
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox.graph", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="of the Graph endpoint; 0 takes a free one")
    parser.add_argument("--state", type=Path, metavar="FILE", help="keep the objects in this file")
    parser.add_argument("--tenants", type=int, default=1, metavar="N", help="how many tenants there are")
    parser.add_argument("--latency-ms", type=int, default=0, metavar="N", help="delay every answer")
    parser.add_argument("--page-size", type=int, default=100, metavar="N", help="objects in a page of a list")
    for name, meaning in (
        ("quota", "refuse requests beyond Intune's documented limits"),
        ("one-issuer", "refuse a second derived credential"),
        ("approval", "want a justification with every write, as Multi Admin Approval does"),
    ):
        parser.add_argument(f"--{name}", choices=("on", "off"), default="off", help=meaning)
    return parser


if __name__ == "__main__":
    sys.exit(main())
