"""
Running steps, several at a time.

A chain is a list of steps to be taken one after the other; chains run side by side. When a step fails no other is
begun, and those that run come to their end.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from sandbox.engine.errors import EngineError, PartialFailure
from sandbox.engine.state.checkpoint import Journal
from sandbox.engine.steps.base import Step, StepContext
from sandbox.engine.steps.changes import Protected


class Executor:
    """The workers of one run."""

    def __init__(  # noqa: PLR0913 - the parts of a run, by name
        self,
        context: StepContext,
        journal: Journal,
        *,
        parallel: int,
        go_on: bool = False,
        refresh_only: bool = False,
        on_halt: Callable[[], None] = lambda: None,
    ) -> None:
        self._context = context
        self._journal = journal
        self._go_on = go_on
        self._refresh_only = refresh_only
        self._on_halt = on_halt
        self._pool = ThreadPoolExecutor(max(parallel, 1), thread_name_prefix="step")
        self._running: set[Future[None]] = set()
        self._turn = threading.Lock()
        self._halted = threading.Event()
        self._abandoned = threading.Event()
        self.failures: list[tuple[Step, EngineError]] = []
        self.completed: dict[str, Step] = {}
        """The last logical step of each resource: what the outputs of a component are added to."""

    @property
    def halted(self) -> bool:
        """Whether nothing new is begun any more."""
        return self._halted.is_set()

    def halt(self) -> None:
        """Begin nothing new."""
        self._halted.set()
        self._on_halt()

    def abandon(self) -> None:
        """Care no more for what runs: its failures are of our own making, and its end is left open."""
        self._abandoned.set()
        self.halt()

    def submit(self, chain: Sequence[Step]) -> None:
        """Have a chain run as soon as there is a worker for it."""
        future = self._pool.submit(self._run, list(chain))
        with self._turn:
            self._running.add(future)

    def run_group(self, steps: Sequence[Step]) -> None:
        """Run steps that do not need each other, and wait for all of them."""
        for step in steps:
            self.submit([step])
        self.wait()

    def run_now(self, step: Step) -> bool:
        """Run one step here; say whether it went well."""
        if self.halted:
            return False
        self._run([step])
        return all(failed is not step for failed, _ in self.failures)

    def wait(self) -> None:
        """Wait until no chain is left."""
        while True:
            with self._turn:
                running, self._running = self._running, set()
            if not running:
                return
            for future in running:
                future.result()

    def close(self) -> None:
        """Wait for the workers and send them home."""
        self._pool.shutdown(cancel_futures=True)

    def _run(self, chain: list[Step]) -> None:
        for step in chain:
            if self.halted:
                return
            try:
                self._take(step)
            except EngineError as error:
                self._note(step, error)
                return
            except BaseException:
                # A fault of the engine itself: wait() raises it, and no step waits for a result that never comes.
                self.halt()
                raise

    def _take(self, step: Step) -> None:
        report = self._context.report
        report.begun(step.info())
        if step.pending:
            self._journal.begin(step.subject, step.pending)
        try:
            step.run(self._context)
        except EngineError as error:
            if self._abandoned.is_set():
                return
            partial = isinstance(error, PartialFailure)
            if partial:
                step.guard_outputs()
            step.settle(self._journal, done=partial)
            report.failed(step.info(), error)
            raise
        if step.logical and step.new is not None:
            self.completed[step.urn] = step
        step.guard_outputs()
        # First the state, then the listener: whatever becomes of the telling, the result is not lost.
        step.settle(self._journal, done=True)
        report.done(step.info(step.outcome if self._refresh_only else step.op), refreshed=self._refresh_only)
        step.tell()

    def _note(self, step: Step, error: EngineError) -> None:
        """Remember a failure; let the run end, unless it is to go on with the others."""
        with self._turn:
            self.failures.append((step, error))
        if not (self._go_on or isinstance(error, Protected)):
            self.halt()
