"""
Update: run the program, bring every resource that it registers to its goal, and delete what it no longer has.

A preview is the same with providers that change nothing.
"""

from __future__ import annotations

from sandbox.engine.errors import EngineError, ProgramError, Reported
from sandbox.engine.operations.destroy import delete
from sandbox.engine.operations.refresh import refresh
from sandbox.engine.operations.run import Run
from sandbox.engine.planning.planner import Planner
from sandbox.engine.planning.targets import Targets
from sandbox.engine.processes.goals import Goal, Outputs, ReadRequest
from sandbox.engine.processes.inbox import Halted, ProgramLeft, Refusal
from sandbox.engine.processes.program import Program
from sandbox.engine.processes.run_program import MESSAGE_SHOWN
from sandbox.engine.state import urns
from sandbox.engine.state.values import equal
from sandbox.engine.steps.changes import SkipStep


def update(run: Run) -> None:
    """Bring the stack to where the program wants it."""
    if run.options.refresh:
        refresh(run)
    else:
        run.warn_of_pending_operations()
    if missing := Targets(run.options.selection.replaces).unknown(each.urn for each in run.deployment.resources):
        # The CLI looks for these in the state alone: an old name passes, although it then replaces nothing.
        run.report_unknown(missing)
        raise Reported
    Update(run).execute()


class Update:
    """The part of an update that involves the program."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._graph = run.graph
        self._planner = Planner(run.info, run.deployment.resources, run.context, run.options.selection)
        self._provider = ""
        self._stack_outputs: Outputs | None = None

    def execute(self) -> None:
        """Serve the program until it is done, and tidy up after it."""
        run = self._run
        run.program = Program(run.project, run.info, run.server.address, run.inbox, run.program_line)
        try:
            self._serve()
        except EngineError as error:
            run.report.error(str(error))
            self._finish(errored=True)
            raise Reported from None
        except Reported:
            self._finish(errored=True)
            raise
        self._finish(errored=False)
        run.check(errored=self._planner.errored)
        self._let_program_go()

    def _serve(self) -> None:
        """Do what the program asks, one thing at a time."""
        while True:
            message = self._run.inbox.get()
            if isinstance(message, Halted) or self._run.executor.halted:
                return
            if isinstance(message, Goal):
                self._register(message)
            elif isinstance(message, ReadRequest):
                self._run.executor.submit(self._planner.read(message, self._provider_reference()))
            elif isinstance(message, Outputs):
                self._take_outputs(message)
            elif isinstance(message, Refusal):
                raise message.error
            else:
                if isinstance(message, ProgramLeft):
                    _judge(message.code)
                self._end()
                return

    def _end(self) -> None:
        """Deal with all that the program did not register, and with targets that do not exist."""
        unknown = self._planner.unknown_targets()
        self._run.report_unknown(unknown)
        delete(self._run, self._planner, self._graph)
        if unknown:
            raise Reported

    def _register(self, goal: Goal) -> None:
        provider = self._provider_reference() if goal.custom else ""
        try:
            steps = self._planner.register(goal, provider)
        except EngineError as error:
            self._run.report.error(str(error), self._planner.urn(goal.type, goal.name, goal.parent))
            raise Reported from None
        self._run.executor.submit(steps)

    def _provider_reference(self) -> str:
        """Return the reference to the default provider, which comes to life with the first resource that needs it."""
        if not self._provider:
            step = self._planner.provider()
            if not self._run.executor.run_now(step):
                raise Reported
            self._provider = urns.provider_reference(step.urn, step.subject.id)
        return self._provider

    def _take_outputs(self, outputs: Outputs) -> None:
        """Add the outputs of a component; those of the stack wait until it is known how the run went."""
        if urns.is_stack(outputs.urn):
            self._stack_outputs = outputs
        else:
            self._complete(outputs, errored=False)
        outputs.reply.set_result(None)

    def _complete(self, outputs: Outputs, *, errored: bool) -> None:
        step = self._run.executor.completed.get(outputs.urn)
        if isinstance(step, SkipStep):
            return
        if step is None:
            raise EngineError(f"cannot complete a resource '{outputs.urn}' whose registration isn't pending")
        state, olds = step.subject, step.old.outputs if step.old else {}
        # What a failed run did not export may only not have been reached.
        state.outputs = {**olds, **outputs.outputs} if errored else outputs.outputs
        self._run.report.completed(step.info())
        self._run.journal.end(state, changed=[state], write=not equal(olds, state.outputs))

    def _finish(self, *, errored: bool) -> None:
        """Wait for what runs, and let the outputs of the stack be what they have become."""
        run = self._run
        run.executor.wait()
        errored = errored or self._planner.errored or bool(run.executor.failures)
        if self._stack_outputs is not None and self._stack_outputs.urn in run.executor.completed:
            self._complete(self._stack_outputs, errored=errored)

    def _let_program_go(self) -> None:
        """Let the program end, and look how it does."""
        self._run.server.monitor.let_go()
        while not isinstance(message := self._run.inbox.get(), ProgramLeft):
            if isinstance(message, Refusal):
                raise message.error
        _judge(message.code)


def _judge(code: int) -> None:
    """Accept a program that left in peace."""
    if code == MESSAGE_SHOWN:
        raise Reported
    if code != 0:
        raise ProgramError(f"an unhandled error occurred: program exited with non-zero exit code: {code}")
