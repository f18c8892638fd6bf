"""All that one plugin process remembers of its run."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

from provider.plugin.engine_watch import Work
from provider.plugin.run import Run

_Method = TypeVar("_Method", bound=Callable[..., Any])


class Process:
    """The run that this process serves, and the calls that are under way."""

    def __init__(self) -> None:
        self.run = Run()
        self.work = Work()

    def reset(self) -> None:
        """Forget everything, as a new process would know nothing: for tests that run several in one process."""
        self.run = Run()
        self.work = Work()

    def serves(self, method: _Method) -> _Method:
        """Wrap a *method* that the engine calls: see `Work.serve`."""

        @functools.wraps(method)
        def call(*args: Any) -> Any:
            return self.work.serve(method, *args)

        return cast(_Method, call)  # the same signature, by construction
