"""
From what the program asks to the steps that bring it about.

The planner works on one registration at a time, in the order in which they come: the checks and diffs of providers
run one after the other, never side by side.
"""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.engine import urns
from sandbox.engine.diffing import Diff, diff, with_replacements
from sandbox.engine.errors import EngineError, Reported
from sandbox.engine.events import Op
from sandbox.engine.goals import Goal, Lookup
from sandbox.engine.graph import DependencyGraph
from sandbox.engine.monitor import RunInfo
from sandbox.engine.names import Names
from sandbox.engine.paths import keep_old
from sandbox.engine.providers import provider_state
from sandbox.engine.replacement import dependents_to_replace
from sandbox.engine.report import rejection
from sandbox.engine.resources import State
from sandbox.engine.steps.base import Step, Surroundings
from sandbox.engine.steps.changes import CreateStep, DeleteStep, ForgetStep, ReplaceStep, SameStep, UpdateStep
from sandbox.engine.steps.looks import ReadStep
from sandbox.engine.values import Properties, equal


class Planner:
    """Plans one run against the resources that were there before it."""

    def __init__(self, run: RunInfo, olds: Sequence[State], graph: DependencyGraph, around: Surroundings) -> None:
        self._run = run
        self._resources = list(olds)
        self._olds = {state.urn: state for state in olds if not state.delete}
        self._graph = graph
        self._around = around
        self._names = Names(run, self._olds, around.report)
        self._goals: dict[str, Goal] = {}
        self._settled: set[str] = set()
        self._deleted: dict[str, list[str]] = {}
        self._condemned: set[State] = set()
        self.errored = False

    def urn(self, type_: str, name: str, parent: str = "") -> str:
        """Return the URN of a resource in this run."""
        return self._names.urn(type_, name, parent)

    # ------------------------------------------------------------ the default provider

    def provider(self) -> Step:
        """Return the step that has the default provider ready."""
        urn = self._names.give(urns.DYNAMIC_PROVIDER_TYPE, "default")
        self._settled.add(urn)
        old = self._olds.get(urn)
        new = provider_state(urn, self._run.config, old)
        if old is None:
            return CreateStep(urn=urn, new=new)
        if equal(old.inputs, new.inputs):
            return SameStep(urn=urn, old=old, new=new)
        return UpdateStep(urn=urn, old=old, new=new)

    # ------------------------------------------------------------ reads

    def read(self, lookup: Lookup, provider: str) -> list[Step]:
        """Return the steps for looking up a resource that lives elsewhere."""
        urn = self._names.give(lookup.type, lookup.name, lookup.parent)
        old = self._olds.get(urn)
        if not lookup.id:
            raise EngineError(f"Expected an ID for {urn}")
        new = lookup.state(urn, provider)
        self._settled.add(urn)
        if old is not None and not old.external and old.id != lookup.id:
            return [
                ReadStep(urn=urn, op=Op.READ_REPLACEMENT, old=old, new=new, logical=False, reply=lookup.reply),
                ReplaceStep(urn=urn, old=old, new=new),
            ]
        return [ReadStep(urn=urn, old=old, new=new, reply=lookup.reply)]

    # ------------------------------------------------------------ registrations

    def register(self, goal: Goal, provider: str) -> list[Step]:
        """Return the steps that bring a resource to its goal."""
        urn = self._names.give(goal.type, goal.name, goal.parent)
        if goal.parent in self._goals:
            goal.inherit(self._goals[goal.parent])
        self._goals[urn] = goal
        old = self._names.predecessor(urn, goal.aliases)
        new = goal.state(urn, provider, old)
        recreating = urn in self._deleted
        new.inputs = self._check(goal, new, None if recreating else old)
        if recreating and old is not None:
            difference = Diff(changes=True, replace_keys=self._deleted.pop(urn))
            self._settled.add(urn)
            return self._recreate(goal, old, new, difference, deleted=True)
        if old is not None and old.external:
            # Somebody else's until now; it is created as ours and merely forgotten as theirs.
            self._settled.add(urn)
            return self._recreate(goal, old, new, Diff(changes=True), deleted=False)
        if old is None:
            self._settled.add(urn)
            return [CreateStep(urn=urn, new=new, reply=goal.reply)]
        steps = self._plan_change(goal, old, new)
        self._settled.add(urn)
        return steps

    def _check(self, goal: Goal, new: State, old: State | None) -> Properties:
        """Return the inputs as the provider would have them."""
        inputs = new.inputs
        olds: Properties = {}
        if old is not None and not old.external:
            olds = old.inputs
            inputs, failed = keep_old(inputs, olds, goal.ignore_changes)
            if failed:
                joined = ", ".join(failed)
                self._around.report.info(
                    f'cannot ignore changes in added or removed elements of the path: "{joined}"', new.urn
                )
        if not new.custom:
            return inputs
        checked, failures = self._around.provider.plugin.check(new.urn, olds, inputs)
        for failure in failures:
            self._around.report.error(rejection(new, failure), new.urn)
        if failures:
            raise Reported
        return checked

    # ------------------------------------------------------------ changes

    def _plan_change(self, goal: Goal, old: State, new: State) -> list[Step]:
        """Return the steps for a resource that is there already."""
        difference = self._difference(old, new)
        difference = with_replacements(difference, new.replace_on_changes, unhealthy=bool(old.init_errors))
        if old.pending_replacement or (difference.changes and difference.replaces):
            return self._replace(goal, old, new, difference)
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
        return diff(self._around.provider.plugin, subject, old.outputs, olds=old.inputs, news=new.inputs)

    def _replace(self, goal: Goal, old: State, new: State, difference: Diff) -> list[Step]:
        if new.protect and old.protect:
            self._forbid(
                f'unable to replace resource "{new.urn}"\nas it is currently marked for protection. To unprotect the '
                "resource, remove the `protect` flag from the resource in your Pulumi program and run `pulumi up`",
                new.urn,
                go_on=self._run.preview,
            )
        # What the check carried over from the old resource does not hold for a new one.
        fresh = goal.state(new.urn, new.provider, old)
        new.inputs = self._check(goal, fresh, None)
        before = difference.delete_before_replace if goal.delete_before_replace is None else goal.delete_before_replace
        if not before:
            return self._recreate(goal, old, new, difference, deleted=False)
        steps: list[Step] = self._make_way(old, new.urn)
        if not old.pending_replacement:
            steps.append(DeleteStep(urn=old.urn, op=Op.DELETE_REPLACED, old=old, makes_way=True, logical=False))
        return [*steps, *self._recreate(goal, old, new, difference, deleted=True)]

    def _make_way(self, root: State, urn: str) -> list[Step]:
        """Return the deletions of the dependents that cannot outlive a resource which is deleted first."""
        steps: list[Step] = []
        ignored = self._settled | self._deleted.keys()
        plugin = self._around.provider.plugin
        for state, keys in reversed(dependents_to_replace(root, self._graph, ignored, plugin)):
            if state in self._condemned:
                continue
            if state.protect:
                self._forbid(
                    f'unable to replace resource "{state.urn}" as part of replacing "{urn}" as it is currently marked '
                    "for protection. To unprotect the resource, remove the `protect` flag from the resource in your "
                    "Pulumi program and run `pulumi up`, or use the command:\n"
                    f"`pulumi state unprotect '{state.urn}'`",
                    urn,
                    go_on=False,
                )
            self._condemned.add(state)
            self._deleted[state.urn] = keys
            steps.append(
                DeleteStep(urn=state.urn, op=Op.DELETE_REPLACED, old=state, makes_way=not state.delete, logical=False)
            )
        return steps

    def _forbid(self, message: str, urn: str, *, go_on: bool) -> None:
        """Say that something cannot be; a preview may go on, to show what else there is."""
        self._around.report.error(message, urn)
        self.errored = True
        if not go_on:
            raise Reported

    @staticmethod
    def _recreate(goal: Goal, old: State, new: State, difference: Diff, *, deleted: bool) -> list[Step]:
        """
        Return the creation of a replacement.

        An old one that is not *deleted* yet is deleted at the end of the run, when all who needed it have moved.
        """
        create = CreateStep(
            urn=new.urn,
            op=Op.CREATE_REPLACEMENT,
            old=old,
            new=new,
            difference=difference,
            logical=False,
            deletes_old_later=not deleted,
            reply=goal.reply,
        )
        replace = ReplaceStep(urn=new.urn, old=old, new=new, difference=difference)
        return [replace, create] if deleted else [create, replace]

    # ------------------------------------------------------------ deletions

    def deletions(self) -> list[Step]:
        """Return the steps for all that waits for its deletion and all that the program no longer has."""
        steps: list[Step] = []
        for state in self._resources:
            if state.delete:
                if state not in self._condemned:
                    op = Op.DISCARD_REPLACED if state.external else Op.DELETE_REPLACED
                    steps.append(DeleteStep(urn=state.urn, op=op, old=state, logical=False))
            elif self._names.present(state.urn) not in self._settled:
                if state.pending_replacement:
                    steps.append(ForgetStep(urn=state.urn, old=state))
                else:
                    op = Op.READ_DISCARD if state.external else Op.DELETE
                    steps.append(DeleteStep(urn=state.urn, op=op, old=state))
        return steps
