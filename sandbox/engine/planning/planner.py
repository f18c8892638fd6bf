"""
From what the program asks to the steps that bring it about.

The planner works on one registration at a time, in the order in which they come: the checks and diffs of providers
run one after the other, never side by side.
"""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.engine.errors import EngineError, Reported
from sandbox.engine.events import Op
from sandbox.engine.planning.decisions import Planning
from sandbox.engine.planning.leftovers import leftovers
from sandbox.engine.planning.replacement import make_way, recreate
from sandbox.engine.planning.targets import Scope, Selection
from sandbox.engine.planning.untargeted import leave, refuse_needs
from sandbox.engine.planning.urn_allocation import UrnAllocator
from sandbox.engine.processes.goals import Goal, ReadRequest
from sandbox.engine.processes.monitor import RunInfo
from sandbox.engine.state import urns
from sandbox.engine.state.dependencies import DependencyGraph
from sandbox.engine.state.paths import keep_old
from sandbox.engine.state.resources import State
from sandbox.engine.state.values import Properties, equal, known
from sandbox.engine.steps.base import Step, StepContext
from sandbox.engine.steps.changes import CreateStep, ReplaceStep, SameStep, UpdateStep
from sandbox.engine.steps.default_provider import provider_state
from sandbox.engine.steps.diffing import Diff, diff, with_replacements
from sandbox.engine.steps.reads import ReadStep
from sandbox.engine.steps.report import rejection


class Planner:
    """Plans one run against the resources that were there before it."""

    def __init__(self, run: RunInfo, olds: Sequence[State], context: StepContext, selection: Selection) -> None:
        self._run = run
        self._context = context
        self._olds = {state.urn: state for state in olds if not state.delete}
        self._names = UrnAllocator(run, self._olds, context.report)
        self._scope = Scope(selection)
        self._goals: dict[str, Goal] = {}
        self._planning = Planning(
            resources=list(olds),
            olds=self._olds,
            graph=DependencyGraph(olds),
            context=context,
            names=self._names,
            scope=self._scope,
            preview=run.preview,
        )

    @property
    def errored(self) -> bool:
        """Whether something was refused."""
        return self._planning.errored

    def urn(self, type_: str, name: str, parent: str = "") -> str:
        """Return the URN of a resource in this run."""
        return self._names.urn(type_, name, parent)

    # ------------------------------------------------------------ the default provider

    def provider(self) -> Step:
        """Return the step that has the default provider ready."""
        urn = self._names.allocate(urns.DYNAMIC_PROVIDER_TYPE, "default")
        self._planning.settled.add(urn)
        old = self._olds.get(urn)
        new = provider_state(urn, self._run.config, old)
        if old is None:
            return CreateStep(urn=urn, new=new)
        if equal(old.inputs, new.inputs):
            return SameStep(urn=urn, old=old, new=new)
        return UpdateStep(urn=urn, old=old, new=new)

    # ------------------------------------------------------------ reads

    def read(self, request: ReadRequest, provider: str) -> list[Step]:
        """Return the steps for looking up a resource that lives elsewhere."""
        urn = self._names.allocate(request.type, request.name, request.parent)
        old = self._olds.get(urn)
        if not request.id:
            raise EngineError(f"Expected an ID for {urn}")
        new = request.state(urn, provider)
        self._planning.settled.add(urn)
        if old is not None and not old.external and old.id != request.id:
            return [
                ReadStep(urn=urn, op=Op.READ_REPLACEMENT, old=old, new=new, logical=False, reply=request.reply),
                ReplaceStep(urn=urn, old=old, new=new),
            ]
        return [ReadStep(urn=urn, old=old, new=new, reply=request.reply)]

    # ------------------------------------------------------------ registrations

    def register(self, goal: Goal, provider: str) -> list[Step]:
        """Return the steps that bring a resource to its goal."""
        urn = self._names.allocate(goal.type, goal.name, goal.parent)
        if goal.parent in self._goals:
            goal.inherit(self._goals[goal.parent])
        old = self._names.old_state(urn, goal)
        self._goals.update({urn: goal} if old is None else {urn: goal, old.urn: goal})
        new = goal.state(urn, provider, old)
        steps = self._plan(goal, old, new)
        self._planning.settled.add(urn)
        refuse_needs(self._planning, steps)
        return steps

    def _plan(self, goal: Goal, old: State | None, new: State) -> list[Step]:
        included, deleted = self._scope.includes(new), self._planning.deleted
        recreating, forced = new.urn in deleted, self._scope.replacing(new.urn, old)
        if included or not new.custom:
            new.inputs = self._check(goal, new, None if recreating or forced else old)
        else:
            new.inputs = old.inputs if old else {}
        if recreating and old is not None:
            difference = Diff(changes=True, replace_keys=deleted.pop(new.urn))
            return recreate(goal, old, new, difference, deleted=True)
        if old is not None and old.external:
            # Somebody else's until now; it is created as ours and merely forgotten as theirs.
            return recreate(goal, old, new, Diff(changes=True), deleted=False)
        if not included:
            return leave(self._planning, goal, old, new)
        self._scope.touch(new)
        if old is None:
            return [CreateStep(urn=new.urn, new=new, reply=goal.reply)]
        return self._plan_change(goal, old, new, forced=forced)

    def _check(self, goal: Goal, new: State, old: State | None) -> Properties:
        """Return the inputs as the provider would have them."""
        inputs = new.inputs
        olds: Properties = {}
        if old is not None and not old.external:
            olds = old.inputs
            inputs, failed = keep_old(inputs, olds, goal.ignore_changes)
            if failed:
                joined = ", ".join(failed)
                self._context.report.info(
                    f'cannot ignore changes in added or removed elements of the path: "{joined}"', new.urn
                )
        if not new.custom:
            return inputs
        if not self._run.preview:
            # Outputs of what a run with targets does not create are unknown; a preview alone shows that to providers.
            inputs = known(inputs)
        checked, failures = self._context.provider.plugin.check(new.urn, olds, inputs)
        for failure in failures:
            self._context.report.error(rejection(new, failure), new.urn)
        if failures:
            raise Reported
        return checked

    # ------------------------------------------------------------ changes

    def _plan_change(self, goal: Goal, old: State, new: State, *, forced: bool) -> list[Step]:
        """Return the steps for a resource that is there already; a *forced* replacement asks no provider."""
        difference = Diff(changes=True, replace_keys=["id"]) if forced else self._difference(old, new)
        difference = with_replacements(difference, new.replace_on_changes, unhealthy=bool(old.init_errors))
        if old.pending_replacement or (difference.changes and difference.replaces):
            return self._replace(goal, old, new, difference, checked=forced)
        if difference.changes or old.init_errors:
            return [UpdateStep(urn=new.urn, old=old, new=new, difference=difference, reply=goal.reply)]
        return [SameStep(urn=new.urn, old=old, new=new, reply=goal.reply)]

    def _difference(self, old: State, new: State) -> Diff:
        if bool(old.provider) != bool(new.provider):
            return Diff(changes=True, replace_keys=["provider"])
        if not new.custom:
            return Diff(changes=not equal(old.inputs, new.inputs))
        subject = new.copy()
        subject.id = old.id
        return diff(self._context.provider.plugin, subject, old.outputs, olds=old.inputs, news=new.inputs)

    def _replace(self, goal: Goal, old: State, new: State, difference: Diff, *, checked: bool) -> list[Step]:
        if new.protect and old.protect:
            message = (
                f'unable to replace resource "{new.urn}"\nas it is currently marked for protection. To unprotect the '
                "resource, remove the `protect` flag from the resource in your Pulumi program and run `pulumi up`"
            )
            self._planning.forbid(message, new.urn, go_on=self._run.preview)
        if not checked:
            # What the check carried over from the old resource does not hold for a new one.
            new.inputs = self._check(goal, goal.state(new.urn, new.provider, old), None)
        # A forced replacement does not know the provider's order: only the program can ask to delete first.
        before = difference.delete_before_replace if goal.delete_before_replace is None else goal.delete_before_replace
        way = make_way(self._planning, old, new.urn) if before else []
        return [*way, *recreate(goal, old, new, difference, deleted=before)]

    # ------------------------------------------------------------ the rest

    def leftovers(self) -> tuple[list[Step], list[Step]]:
        """Return the steps that keep, and those that delete, what the program did not register."""
        return leftovers(self._planning)

    def unknown_targets(self) -> list[str]:
        """Return the targets that neither the state nor the program has."""
        return self._scope.targets.unknown([*(state.urn for state in self._planning.resources), *self._names.given])
