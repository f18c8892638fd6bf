"""
One run: a single preview, update, refresh, destroy or import, with everything that belongs to it.

What a run is made of is put together here and taken apart again, whatever happens in between.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

from sandbox.engine.errors import EngineError, Reported, Unsupported
from sandbox.engine.events import Diagnostic, Finished, Listener, Severity, Started
from sandbox.engine.planning.targets import Selection, Targets
from sandbox.engine.processes.inbox import Halted, Inbox
from sandbox.engine.processes.monitor import RunInfo
from sandbox.engine.processes.plugin import Plugin
from sandbox.engine.processes.program import Program
from sandbox.engine.processes.server import Server
from sandbox.engine.project.project import Project
from sandbox.engine.state import urns
from sandbox.engine.state.checkpoint import Checkpoint, Journal
from sandbox.engine.state.dependencies import DependencyGraph
from sandbox.engine.state.resources import State
from sandbox.engine.state.statefile import Deployment
from sandbox.engine.steps.base import StepContext
from sandbox.engine.steps.default_provider import DefaultProvider
from sandbox.engine.steps.executor import Executor
from sandbox.engine.steps.report import Report

PROGRAM_STREAMS = {Severity.INFO: 1, Severity.INFO_ERR: 2}
PLUGIN_STREAMS = {Severity.INFO: 3, Severity.INFO_ERR: 4}
"""What a process prints belongs together, apart from what others print."""


@dataclass(frozen=True)
class Options:
    """How a run is to be made."""

    refresh: bool = False
    refresh_only: bool = False
    clear_pending_creates: bool = False
    settled_creates: tuple[str, ...] = ()
    selection: Selection = field(default_factory=Selection)


class Run:
    """The parts of one run; *deployment* is what was there before it."""

    def __init__(  # noqa: PLR0913 - the parts of a run, by name
        self,
        project: Project,
        info: RunInfo,
        deployment: Deployment,
        *,
        state_file: Path,
        listener: Listener,
        options: Options,
    ) -> None:
        self.project = project
        self.info = info
        self.options = options
        self.deployment = deployment
        self.inbox: Inbox = SimpleQueue()
        self.report = Report(listener, preview=info.preview)
        self.journal: Journal = Journal() if info.preview else Checkpoint(state_file, deployment)
        self.server = Server(info, self.inbox, self.report.tell)
        self.provider = DefaultProvider(self._start_plugin, preview=info.preview)
        self.context = StepContext(self.provider, self.report, info.preview)
        self.program: Program | None = None
        self.executor = self._executor()
        self.cancelled = False
        self._started = time.monotonic()

    @property
    def kind(self) -> str:
        """What a failed run is called."""
        return "preview" if self.info.preview else "update"

    @property
    def graph(self) -> DependencyGraph:
        """The dependencies among the resources that were there before."""
        return DependencyGraph(self.deployment.resources)

    def execute(self, operation: Callable[[Run], None]) -> bool:
        """Do what the run is for, tell how it went, and say whether all went well."""
        succeeded = False
        self.report.tell(Started(self.info.preview, self.info.config))
        try:
            operation(self)
            succeeded = True
        except Reported:
            pass
        except EngineError as error:
            self.report.error(str(error))
        finally:
            self._close()
        self.report.tell(
            Finished(
                preview=self.info.preview,
                changes=dict(self.report.changes),
                seconds=time.monotonic() - self._started,
                succeeded=succeeded,
                uncertain=self.report.uncertain,
            )
        )
        return succeeded

    def cancel(self) -> None:
        """Begin nothing new and end when what runs has come to its end."""
        self.cancelled = True
        self.executor.halt()

    def terminate(self) -> None:
        """End at once; what runs is left as a pending operation."""
        self.cancelled = True
        self.executor.abandon()
        if self.program is not None:
            self.program.kill()
        self.provider.kill()

    def load_provider(self, states: Iterable[State]) -> None:
        """Have a plugin ready for resources of the last run: this run's, or one with the configuration of that run."""
        providers = {state.urn: state for state in self.deployment.resources if state.is_provider}
        own = urns.make(self.info.stack, self.info.project, urns.DYNAMIC_PROVIDER_TYPE, "default")
        for state in states:
            if state.provider:
                urn = urns.provider_urn(state.provider)
                if urn not in providers:
                    raise EngineError(f"unknown provider '{state.provider}' for resource '{state.urn}'")
                if urn != own:
                    raise Unsupported(f"{state.urn} has a provider that the stand-in engine does not model: {urn}.")
                self.provider.ensure(providers[urn].inputs)

    def fresh_executor(self, *, go_on: bool) -> Executor:
        """Use other workers from now on: a part of the run is over, and its failures are not those of the next."""
        self.executor.close()
        self.executor = self._executor(go_on=go_on)
        if self.cancelled:
            self.executor.halt()
        return self.executor

    def check(self, *, errored: bool = False, detail: str = "") -> None:
        """Say so and stop when anything failed, or somebody wanted to stop."""
        if errored or self.executor.failures:
            self.report.error(f"{self.kind} failed{detail}")
            raise Reported
        if self.cancelled:
            self.report.error(f"{self.kind} canceled")
            raise Reported

    def require_targets(self) -> None:
        """Stop unless the state has every target: a run without a program creates none."""
        if missing := Targets(self.options.selection.targets).unknown(each.urn for each in self.deployment.resources):
            raise EngineError(f"no resource named '{missing[0]}' found")

    def report_unknown(self, targets: Iterable[str]) -> None:
        """Report targets that neither the state nor the program has."""
        for urn in targets:
            hint = "" if "$" in urn else " Did you forget to escape $ in your shell?"
            self.report.error(f"Target '{urn}' could not be found in the stack.{hint}")

    def warn_of_pending_operations(self) -> None:
        """Tell what an engine that was killed had begun; creates stay on record, the rest is settled by this run."""
        pending = self.deployment.pending
        if not pending or self.info.preview:
            return
        listed = "".join(f"  * {each.resource.urn}, interrupted while {each.type}\n" for each in pending)
        self.report.warning(
            f"Attempting to deploy or update resources with {len(pending)} pending operations from previous "
            f"deployment.\n{listed}"
            "These resources are in an unknown state because the engine was interrupted while waiting for changes to "
            "these resources to complete. You should confirm whether or not the operations listed completed "
            "successfully by checking the state of the appropriate provider.\n\n"
            "A refresh clears the pending operations; pending creates only when it is run with --clear-pending-creates."
        )

    def program_line(self, severity: Severity, line: str) -> None:
        """Pass on a line that the program printed."""
        self._line(severity, line, PROGRAM_STREAMS[severity])

    def _plugin_line(self, severity: Severity, line: str) -> None:
        self._line(severity, line, PLUGIN_STREAMS[severity])

    def _line(self, severity: Severity, line: str, stream: int) -> None:
        if line.strip():
            self.report.tell(Diagnostic(severity, line, stream=stream))

    def _start_plugin(self) -> Plugin:
        return Plugin(self.project.directory, self.info.project, self.server.address, self._plugin_line)

    def _executor(self, *, go_on: bool = False) -> Executor:
        return Executor(
            self.context,
            self.journal,
            parallel=self.info.parallel,
            go_on=go_on,
            refresh_only=self.options.refresh_only,
            on_halt=lambda: self.inbox.put(Halted()),
        )

    def _close(self) -> None:
        self.executor.close()
        if self.program is not None:
            self.program.stop()
        self.provider.close()
        self.server.close()
        self.journal.close()
