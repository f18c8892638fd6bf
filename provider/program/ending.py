"""
How a program runs and how it ends: with one sentence, or one list, of what is wrong with it.

`run_program` is for the `__main__.py` of a project. Without it, the Pulumi CLI adds "an unhandled error occurred:
program exited with non-zero exit code" to a mistake, and tracebacks of a KeyboardInterrupt to a resource that fails.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

import pulumi

from provider.errors import IntuneError
from provider.schema import Problem

_MESSAGE_SHOWN = 32
"""The exit code that tells Pulumi's language host that the reason was shown already."""

_INTERRUPTED = 130
"""Never 0: the resources of a program that ends well are complete."""


class _Running:
    """Whether `run_program` runs the program of this process."""

    here = False


def run_program(declare: Callable[[], None]) -> None:
    """
    Run *declare*, which declares the resources of a program, and end the process if there is a mistake in it.

    When a resource fails, the engine interrupts the program, which then ends at once: the failure is the last word.
    Not for a program that runs inside of another process, such as an inline program of the Automation API.
    """
    signal.signal(signal.SIGINT, lambda *_: os._exit(_INTERRUPTED))
    _Running.here = True
    try:
        declare()
    except (pulumi.RunError, IntuneError) as error:
        pulumi.log.error(str(error))
        sys.exit(_MESSAGE_SHOWN)


def refuse(what: str, problems: Sequence[Problem]) -> NoReturn:
    """Raise pulumi.RunError: *what* has these problems."""
    if len(problems) == 1:
        raise pulumi.RunError(f"{what}: {problems[0].path} {problems[0].reason}")
    listed = "\n".join(f"  {problem}" for problem in problems)
    raise pulumi.RunError(f"{what} has {len(problems)} mistakes:\n{listed}")


def refuse_late(what: str, problems: Sequence[Problem]) -> NoReturn:
    """
    Do the same for problems that are found when the program has been run, and only its outputs are awaited.

    `run_program` cannot catch what is raised then, so the process of such a program ends here.
    """
    try:
        refuse(what, problems)
    except pulumi.RunError as error:
        if not _Running.here:
            raise
        pulumi.log.error(str(error))
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_MESSAGE_SHOWN)
