"""
Pulumi's lifecycle, written once for every kind of resource.

The engine calls `GraphProvider` in a process of its own and finds it by what the state says: a pickle that holds the
names ``provider.lifecycle``, ``make_provider`` and a kind, and nothing else. **That path is frozen**: renaming this
module or that function breaks refresh, destroy and delete of everything that was ever deployed. A test pins it.

check and diff are pure: no network, no token, no credentials, so a preview needs none. create, read, update and
delete go through `provider.graph`, which is loaded when the first of them is called.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from provider import settings
from provider.errors import IncompleteCreate, IncompleteUpdate, IntuneError, NoSuchObject, ProviderBug
from provider.kinds import guards
from provider.kinds.kind import Change, kind_called, kinds
from provider.kinds.writes import may_have_worked
from provider.ownership.journal import Journal
from provider.ownership.ledger import Claim, name_of
from provider.plugin import connection, host
from provider.plugin.process import Process
from provider.schema import Problem
from provider.settings import Settings

if TYPE_CHECKING:  # a program must not load the HTTP library
    from provider.graph.tenant import Tenant

_PROVIDER = "__provider"
Values = dict[str, Any]

process = Process()


class GraphProvider(ResourceProvider):
    """One kind's provider. In the program it is only pickled; in the plugin process it does the work."""

    serialize_as_secret_always = False  # a module path and a kind's name are no secret; as one they hide every diff

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind_called(kind)
        self._configured: Settings | None = None

    def __reduce__(self) -> tuple[Callable[[str], GraphProvider], tuple[str]]:
        """
        Pickle as a call of `make_provider`, and nothing of the instance.

        Short, the same on every Python and in every checkout, and without a dict: the SDK's pickler ends in a
        RecursionError after some 960 resources whose pickle has one.
        """
        return (make_provider, (self.kind.name,))

    @process.serves
    def configure(self, req: ConfigureRequest) -> None:
        """Take the stack's settings. Called once per kind and process, before anything else."""
        if not settings.debug(os.environ):
            sys.tracebacklimit = 0  # the host prints tracebacks; our errors are whole sentences
        self._configured = settings.read(req.config.get, os.environ)
        for kind in kinds():
            process.run.plans(dict.fromkeys(settings.entries(req.config.get, kind.config_key), kind.permissions))
        process.work.end_with_the_engine(process.run.settle)

    @process.serves
    def check(self, olds: Values, news: Values) -> CheckResult:
        """Report every problem of the inputs at once; return them in their one spelling."""
        inputs = _without_provider(news)
        process.run.ledger.declares(host.current_urn())
        canonical = self.kind.args.schema.canonical(inputs, like=olds)  # an id may be spelled in several ways
        problems = [
            *self.kind.problems(inputs, _without_provider(olds)),
            *guards.problems_beside(process.run, host.current_urn(), self.kind, canonical, fresh=not olds),
        ]
        failures = [_failure(problem) for problem in problems]
        return CheckResult(inputs if failures else canonical, failures)

    @process.serves
    def diff(self, id_: str, olds: Values, news: Values) -> DiffResult:
        """
        Compare the declared fields of the state with those of the program.

        "Something changed" is answered with *changes* unset: the engine then finds out what, and shows it.
        Raises WrongTenant, OwnershipError, AdoptionError: the preview already knows that this must not be.
        """
        urn, schema = host.current_urn(), self.kind.args.schema
        guards.require_tenant(self._settings, urn, olds)
        guards.require_claims(self.kind, id_, news, lambda claim: process.run.ledger.diff(claim, urn))
        self._journal().seen(urn, id_)
        changed, uncertain = schema.changed(olds, news), guards.uncertain_fields(olds, news)
        replaces = [name for name in changed if schema.attributes[name].create_only]
        if guards.adopts(self.kind, news):
            interrupted = self._journal().has_open(urn, self.kind.name)
            guards.require_same_adopt(id_, olds, news, replaces, interrupted=interrupted)
        if not (changed or uncertain):
            return DiffResult(changes=False)
        process.run.will_write(urn, self.kind.permissions)
        if replaces:
            for claim in self.kind.claims(id_, olds):
                process.run.ledger.replaces(claim)
            if self.kind.deletes:
                host.warn(guards.said_of_replacement(id_, replaces))
        return DiffResult(
            changes=True if uncertain else None, replaces=replaces or None, delete_before_replace=bool(replaces)
        )

    @process.serves
    def create(self, props: Values) -> CreateResult:
        """Create the object, or use the one that *props* names."""
        inputs = self.kind.args.schema.canonical(_without_provider(props), like=props)
        computed = guards.computed_outputs(self._settings)
        try:
            created = self.kind.create(self._writer(), inputs)
        except IncompleteCreate as half:
            outputs = guards.outputs_after(half.done, half.uncertain, (), tuple(half.uncertain))
            if host.report_partial(half.id, {**outputs, **computed}, half.reason):
                self._journal().returned(host.current_urn())
            raise
        self._journal().returned(host.current_urn())
        return CreateResult(created.id, {**created.chosen, **inputs, **computed})

    @process.serves
    def read(self, id_: str, props: Values) -> ReadResult:
        """
        Read the object as it is: for a refresh the declared fields, for a `.get()` all of them.

        Raises NoSuchObject: there is nothing to `.get()`. In a refresh, an object that does not exist leaves the state.
        """
        olds, urn, known = _without_provider(props), host.current_urn(), host.old_inputs()
        declared = _without_provider(known) if known is not None else olds
        if olds:
            guards.require_tenant(self._settings, urn, olds)
            guards.require_claims(self.kind, id_, declared, lambda claim: process.run.ledger.read(claim, urn))
            self._journal().seen(urn, id_)
        tenant, computed = connection.tenant(self._settings, process), guards.computed_outputs(self._settings)
        live = self.kind.read(tenant, id_, declared or None) or tenant.absences.look_again(
            lambda: self.kind.read(tenant, id_, declared or None, anew=True)
        )
        if live is None:
            return self._absent(tenant, id_, declared if olds else None)
        tenant.absences.present(self.kind.name)
        if not declared:
            return ReadResult(id_, {**live, **computed})
        schema = self.kind.args.schema
        kept = {name: declared[name] if name in schema.directives else live.get(name) for name in declared}
        inputs = schema.canonical(kept, like=declared)
        return ReadResult(id_, {**schema.chosen(live, inputs), **inputs, **computed}, inputs=inputs)

    def _absent(self, tenant: Tenant, id_: str, declared: Values | None) -> ReadResult:
        """Say that an object does not exist: one of the state leaves it; *declared* is None for a `.get()`."""
        if declared is None:
            raise NoSuchObject(f"there is no {self.kind.name} {id_} in the tenant: correct the id given to get()")
        tenant.absences.missing(self.kind.name, id_)
        process.run.ledger.gone(Claim(id_), host.current_urn())
        host.warn(guards.said_of_absence(self.kind, id_, declared))
        return ReadResult(None, {})

    @process.serves
    def update(self, _id: str, _olds: Values, _news: Values) -> UpdateResult:
        """Write what changed, and return all outputs: Pulumi forgets those that are not returned."""
        olds, news, schema = _without_provider(_olds), _without_provider(_news), self.kind.args.schema
        guards.require_tenant(self._settings, host.current_urn(), olds)
        change = Change(olds, news, [*schema.changed(olds, news), *guards.uncertain_fields(olds, news)])
        if change.names:
            self._update(_id, change)
        return UpdateResult({**schema.chosen(olds, news), **news, **guards.computed_outputs(self._settings)})

    def _update(self, id_: str, change: Change) -> None:
        """Do it; what an update did before it failed is reported, so that going back shows as a difference."""
        try:
            self.kind.update(self._writer(), id_, change)
        except IntuneError as error:
            half = error if isinstance(error, IncompleteUpdate) else None
            if half is None and not may_have_worked(error):
                raise
            written, uncertain = (half.written, half.uncertain) if half is not None else ((), tuple(change.names))
            outputs = guards.outputs_after(change.olds, change.news, written, uncertain)
            host.report_partial(id_, {**outputs, **guards.computed_outputs(self._settings)}, str(error))
            raise

    @process.serves
    def delete(self, _id: str, _props: Values) -> None:
        """Delete the object, unless another resource of the stack owns it: then this resource only leaves the state."""
        olds, urn = _without_provider(_props), host.current_urn()
        guards.require_tenant(self._settings, urn, olds)
        tenant, claims, owner = self._writer(), self.kind.claims(_id, olds), self._journal().owner(_id)
        refused = process.run.ledger.delete(claims[0], urn)
        if not refused and owner not in ("", urn):
            refused = f"{_id} was adopted for {name_of(owner)} by another run, so it was not deleted"
        if refused:
            host.warn(refused)
            return
        try:
            self.kind.delete(tenant, _id, olds)
        except IntuneError as error:
            guards.advise_refresh(error, _id)
            raise
        for claim in claims:
            (process.run.ledger.deleted if self.kind.deletes else process.run.ledger.dropped)(claim)
        self._journal().forget(urn)

    @property
    def _settings(self) -> Settings:
        if self._configured is None:
            raise ProviderBug("the host did not configure the provider")
        return self._configured

    def _journal(self) -> Journal:
        return process.run.journal(self._settings, host.log_for_run, host.current_urn())

    def _writer(self) -> Tenant:
        return connection.writer(self._settings, process, self.kind.name, self.kind.permissions)


def make_provider(kind: str) -> GraphProvider:
    """Return the provider of the kind that the state calls *kind*. Its path is in every state: see above."""
    return GraphProvider(kind)


def _without_provider(props: Mapping[str, Any]) -> Values:
    return {name: value for name, value in props.items() if name != _PROVIDER}


def _failure(problem: Problem) -> CheckFailure:
    """
    Make Pulumi's failure of *problem*, without any value.

    Each value may be a secret, and the plugin is not told which are. The CLI prints the value of the property that a
    failure names, so none is named: the path goes into the sentence instead. `provider.program.inputs` has checked the
    same in the program, where what is not secret is shown.
    """
    known = problem.without_value()
    return CheckFailure("", f"{known.path} {known.reason}")
