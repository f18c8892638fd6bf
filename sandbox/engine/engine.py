"""
The stand-in engine: previews, updates, refreshes, destroys and imports, each a run of its own.

    engine = Engine(Path("my-project"), "dev", state_file=Path("dev.json"))
    assert engine.up().changes == {Op.CREATE: 3}
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sandbox.engine.events import Diagnostic, Event, Finished, Listener, Op, Severity, StepBegun, StepInfo
from sandbox.engine.operations import importing
from sandbox.engine.operations.destroy import destroy
from sandbox.engine.operations.refresh import refresh_only
from sandbox.engine.operations.run import Options, Run
from sandbox.engine.operations.update import update
from sandbox.engine.planning.targets import Selection
from sandbox.engine.processes.monitor import RunInfo
from sandbox.engine.project import configuration, project
from sandbox.engine.state import statefile
from sandbox.engine.state.lock import lock
from sandbox.engine.state.resources import Json

_ALL = Selection()


@dataclass
class Result:
    """What came of a run."""

    succeeded: bool = False
    changes: Mapping[Op, int] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    steps: list[StepInfo] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def errors(self) -> list[str]:
        """The messages of all errors."""
        return [each.message for each in self.diagnostics if each.severity is Severity.ERROR]

    @property
    def changed(self) -> bool:
        """Whether anything was, or in a preview would be, other than it was."""
        return any(count for op, count in self.changes.items() if op is not Op.SAME)

    def on_event(self, event: Event) -> None:
        """Note what an event tells."""
        if isinstance(event, Diagnostic):
            if not event.ephemeral:
                self.diagnostics.append(event)
        elif isinstance(event, StepBegun):
            self.steps.append(event.step)
        elif isinstance(event, Finished):
            self.succeeded, self.changes, self.seconds = event.succeeded, event.changes, event.seconds


class Engine:
    """A stack of a project, and what can be done with it."""

    def __init__(  # noqa: PLR0913 - options, by name
        self,
        directory: Path,
        stack: str,
        *,
        state_file: Path | None = None,
        config_file: Path | None = None,
        parallel: int | None = None,
        listener: Listener = lambda _: None,
    ) -> None:
        self.project = project.load(directory)
        self.stack = stack
        own_file = self.project.stack_file(stack)
        self.state_file = state_file or self.project.root / ".pulumi" / "engine" / f"{stack}.json"
        self._config_file = config_file or own_file
        self._parallel = parallel or 4 * (os.cpu_count() or 1)
        self._listener = listener
        self._run: Run | None = None
        self._cancelled = False

    def preview(self, *, refresh: bool = False, selection: Selection = _ALL) -> Result:
        """Show what `up` would do."""
        return self._execute(update, Options(refresh, selection=selection), preview=True)

    def up(self, *, refresh: bool = False, selection: Selection = _ALL) -> Result:
        """Bring the stack, or what is selected of it, to where the program wants it."""
        return self._execute(update, Options(refresh, selection=selection))

    def refresh(
        self,
        *,
        preview: bool = False,
        clear_pending_creates: bool = False,
        settled_creates: Sequence[str] = (),
        selection: Selection = _ALL,
    ) -> Result:
        """Let the state say what is really there; it can forget what killed runs may have created, all or by URN."""
        options = Options(
            refresh_only=True,
            clear_pending_creates=clear_pending_creates,
            settled_creates=tuple(settled_creates),
            selection=selection,
        )
        return self._execute(refresh_only, options, preview=preview)

    def destroy(self, *, preview: bool = False, refresh: bool = False, selection: Selection = _ALL) -> Result:
        """Delete all resources of the stack, or those that are selected."""
        return self._execute(destroy, Options(refresh, selection=selection), preview=preview)

    def import_file(self, path: Path, *, preview: bool = False) -> Result:
        """Take the resources that an import file describes into the state."""
        entries = importing.load(path)
        return self._execute(partial(importing.import_resources, entries=entries), Options(), preview=preview)

    def cancel(self) -> None:
        """Begin nothing new; the run that is under way ends when its running steps have ended."""
        self._cancelled = True
        if self._run is not None:
            self._run.cancel()

    def terminate(self) -> None:
        """End the run that is under way at once."""
        if self._run is not None:
            self._run.terminate()

    def _execute(self, operation: Callable[[Run], None], options: Options, *, preview: bool = False) -> Result:
        result = Result()
        with nullcontext() if preview else lock(self.state_file):
            self._run = self._prepare(result, options, preview=preview)
            if self._cancelled:
                self._run.cancel()
            try:
                self._run.execute(operation)
            finally:
                self._run = None
        return result

    def _prepare(self, result: Result, options: Options, *, preview: bool) -> Run:
        stack_file = project.load_stack(self._config_file)
        config = configuration.merge(self.project, self.stack, stack_file.config)
        info = RunInfo(
            project=self.project.name,
            stack=self.stack,
            root=self.project.root,
            config=config,
            preview=preview,
            parallel=self._parallel,
        )

        def on_event(event: Event) -> None:
            result.on_event(event)
            self._listener(event)

        deployment = statefile.load(self.state_file)
        if options.clear_pending_creates:
            deployment.pending = []
        deployment.pending = [each for each in deployment.pending if each.resource.urn not in options.settled_creates]
        if stack_file.encryption_salt and deployment.secrets_providers is None:
            state: Json = {"salt": stack_file.encryption_salt}
            deployment.secrets_providers = {"type": "passphrase", "state": state}
        return Run(self.project, info, deployment, state_file=self.state_file, listener=on_event, options=options)
