"""
Run a Pulumi program; the engine starts this file in a process of its own.

It is alone in its folder, since that folder heads the module path of the program: no module of the engine can hide
one of the program's.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import runpy
import signal
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pulumi
from pulumi import runtime

MESSAGE_SHOWN = 32
"""The exit code that tells the engine that the user knows already why the program failed."""

INTERRUPTED = 130
"""The exit code of a program that was asked to leave; never 0, which would mean that all is registered."""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    for name in ("monitor", "engine", "project", "stack", "organization", "root_directory"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--parallel", type=int, required=True)
    parser.add_argument("--dry_run", action="store_true")
    parser.add_argument("program")
    return parser.parse_args()


def _trace(error: Exception, main: Path) -> str:
    """Return the traceback of an error from the program's first frame on; all of it when no frame is the program's."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = next((n for n, frame in enumerate(frames) if Path(frame.filename).resolve() == main), 0)
    return "".join(traceback.format_exception(type(error), error, error.__traceback__, limit=ours - len(frames)))


class Lifeline:
    """
    A connection that ends this process when the engine is gone.

    An engine that was killed cannot tell us, and the SDK would wait for its replies for ever.
    """

    def __init__(self, engine: str) -> None:
        self._connected = False
        self._channel = grpc.insecure_channel(engine, [("grpc.client_idle_timeout_ms", 2**31 - 1)])
        self._channel.subscribe(self._on_event, try_to_connect=True)

    def _on_event(self, state: grpc.ChannelConnectivity) -> None:
        if state is grpc.ChannelConnectivity.READY:
            self._connected = True
        elif self._connected:
            os._exit(INTERRUPTED)

    def cut(self) -> None:
        """Let go: from now on the engine may leave first."""
        self._channel.unsubscribe(self._on_event)


def _run(program: str, executor: ThreadPoolExecutor) -> int:
    """Run the program to its end and return the exit code."""
    home = Path(program).resolve()
    main_file = home / "__main__.py" if home.is_dir() else home
    if not main_file.is_file():
        pulumi.log.error(f"unable to find main python program `__main__.py` in `{home}`")
        return MESSAGE_SHOWN
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.set_default_executor(executor)
    _leave_when_interrupted(loop)

    def main() -> None:
        runpy.run_path(program, run_name="__main__")

    try:
        loop.run_until_complete(runtime.run_in_stack(main))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        return 1
    except Exception as error:  # noqa: BLE001 - whatever the program raises is reported, not handled
        pulumi.log.error(f"Program failed with an unhandled exception:\n{_trace(error, main_file)}")
        return MESSAGE_SHOWN
    executor.shutdown()
    loop.close()
    return 0


def _leave_when_interrupted(loop: asyncio.AbstractEventLoop) -> None:
    """Leave at once when the engine has ended the run: the SDK would first wait for replies that never come."""
    if sys.platform != "win32":
        # For its side effect: from now on a signal wakes the loop, even one that comes just before it falls asleep.
        loop.add_signal_handler(signal.SIGINT, lambda: None)
    # But the loop may be busy with the program, so the handler is not the loop's.
    signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))


def main() -> int:
    """Set the SDK up for the engine that started us, and run the program."""
    given = _arguments()
    runtime.set_all_config(runtime.get_config_env(), runtime.get_config_secret_keys_env())
    runtime.configure(
        runtime.Settings(
            monitor=given.monitor,
            engine=given.engine,
            project=given.project,
            stack=given.stack,
            parallel=given.parallel,
            dry_run=given.dry_run,
            organization=given.organization,
            root_directory=given.root_directory,
        )
    )
    sys.argv = [given.program]
    # A failed run leaves futures that are never awaited; asyncio would warn about each.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    lifeline = Lifeline(given.engine)
    code = _run(given.program, ThreadPoolExecutor(4 * max(given.parallel, 1)))
    lifeline.cut()
    return code


if __name__ == "__main__":
    sys.exit(main())
