"""
Pulumi's lifecycle, written once for every kind of resource.

The engine calls `GraphProvider` in a process of its own and finds it by what the state says: a pickle that holds the
names ``provider.lifecycle``, ``make_provider`` and a kind, and nothing else. **That path is frozen**: renaming this
module or that function breaks refresh, destroy and delete of everything that was ever deployed. A test pins it.

check and diff are pure: no network, no token, no credentials, so a preview needs none. create, read, update and
delete go through `provider.graph`, which is loaded when the first of them is called.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

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

from provider import host, settings
from provider.errors import Defect, IncompleteCreate, IntuneError, Vanished
from provider.kind import Change, kind_called
from provider.run import Run, name_of
from provider.schema import Part
from provider.settings import Settings
from provider.values import Problem, contains_unknown
from provider.work import Work

if TYPE_CHECKING:  # a program must not load the HTTP library
    from provider.graph.tenant import Tenant

_PROVIDER = "__provider"
_F = TypeVar("_F", bound=Callable[..., Any])

Values = dict[str, Any]

_run = Run()
_work = Work()


def _in_one_line(method: _F) -> _F:
    """Let only errors meant for people out of *method*, and without the chain of what caused them."""

    @functools.wraps(method)
    def call(self: GraphProvider, *args: Any) -> Any:
        host.begin_call()
        try:
            with _work:
                return method(self, *args)
        except IntuneError as error:
            raise error from None
        except Exception as error:
            if settings.debug(os.environ):
                raise
            raise Defect(f"{type(error).__name__}: {error}") from None

    return call  # type: ignore[return-value]  # the same signature, by construction


class GraphProvider(ResourceProvider):
    """One kind's provider. In the program it is only pickled; in the plugin process it does the work."""

    serialize_as_secret_always = False  # a module path and a kind's name are no secret; as one they hide every diff

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind_called(kind)
        self._settings: Settings | None = None

    def __reduce__(self) -> tuple[Callable[[str], GraphProvider], tuple[str]]:
        """
        Pickle as a call of `make_provider`, and nothing of the instance.

        Short, the same on every Python and in every checkout, and without a dict: the SDK's pickler ends in a
        RecursionError after some 960 resources whose pickle has one.
        """
        return (make_provider, (self.kind.name,))

    # ------------------------------------------------------------------------------------------ pure

    @_in_one_line
    def configure(self, req: ConfigureRequest) -> None:
        """Take the stack's settings. Called once per kind and process, before anything else."""
        if not settings.debug(os.environ):
            sys.tracebacklimit = 0  # the host prints tracebacks; our errors are whole sentences
        self._settings = settings.read(req.config.get, os.environ)
        _work.end_with_the_engine()

    @_in_one_line
    def check(self, olds: Values, news: Values) -> CheckResult:
        """Report every problem of the inputs at once; return them in their one spelling."""
        inputs = _without_provider(news)
        problems = [*self.kind.problems(inputs, _without_provider(olds)), *self._twice(olds, inputs)]
        failures = [_failure(problem) for problem in problems]
        return CheckResult(inputs if failures else self.kind.args.schema.canonical(inputs, like=olds), failures)

    def _twice(self, olds: Values, inputs: Values) -> Iterator[Problem]:
        """Say if another resource of the program declares the same name, where that would end in one object."""
        name = self.kind.identity(inputs)
        fresh = not olds and not inputs.get("adopt")
        other = _run.declares(host.urn(), self.kind, None if contains_unknown(name) else name, fresh=fresh)
        if not olds:
            _run.will_write(host.urn(), self.kind)
        if other is not None:
            yield Problem(
                "display_name", f'is declared by the resource "{other}" too; declare it once, or give it another name'
            )

    @_in_one_line
    def diff(self, id_: str, olds: Values, news: Values) -> DiffResult:
        """
        Compare the declared fields of the state with those of the program.

        "Something changed" is answered with *changes* unset: the engine then finds out what, and shows it.
        """
        _run.manages(host.urn(), self.kind.claim(id_))
        schema = self.kind.args.schema
        changed = schema.changed(olds, news)
        if not changed:
            return DiffResult(changes=False)
        _run.will_write(host.urn(), self.kind)
        replaces = [name for name in changed if schema.attributes[name].create_only]
        return DiffResult(changes=None, replaces=replaces or None, delete_before_replace=bool(replaces))

    # ------------------------------------------------------------------------------------------ through Graph

    @_in_one_line
    def create(self, props: Values) -> CreateResult:
        """Create the object, or take over the one that *props* names."""
        inputs = self.kind.args.schema.canonical(_without_provider(props), like=props)
        try:
            id_ = self.kind.create(self._writer(), inputs)
        except IncompleteCreate as half:
            host.report_partial_create(half.id, half.done, half.reason)
            raise
        return CreateResult(id_, dict(inputs))

    @_in_one_line
    def read(self, id_: str, props: Values) -> ReadResult:
        """
        Read the object as it is: for a refresh the declared fields, for a `.get()` all of them.

        Raises Vanished: there is nothing to `.get()`. In a refresh, an object that is gone leaves the state.
        """
        olds = _without_provider(props)
        known = host.old_inputs()
        declared = _without_provider(known) if known is not None else olds
        live = self.kind.read(self._tenant(), id_, declared or None)
        if live is None:
            if olds:
                host.warn(f"{id_} is gone from the tenant; the next `pulumi up` makes it again")
                return ReadResult(None, {})
            raise Vanished(f"there is no {self.kind.name} {id_} in the tenant: correct the id given to get()")
        if not declared:
            return ReadResult(id_, live)
        attributes = self.kind.args.schema.attributes
        directives = {name for name in declared if name in attributes and attributes[name].part is Part.DIRECTIVE}
        kept = {name: declared[name] if name in directives else live.get(name) for name in declared}
        inputs = self.kind.args.schema.canonical(kept, like=declared)
        return ReadResult(id_, dict(inputs), inputs=inputs)

    @_in_one_line
    def update(self, _id: str, _olds: Values, _news: Values) -> UpdateResult:
        """Write what changed, and return all outputs: Pulumi forgets those that are not returned."""
        news = _without_provider(_news)
        change = Change(_olds, news, self.kind.args.schema.changed(_olds, news))
        if change.names:
            self.kind.update(self._writer(), _id, change)
        return UpdateResult(news)

    @_in_one_line
    def delete(self, _id: str, _props: Values) -> None:
        """
        Delete the object, unless another resource of the program has taken it over.

        A resource that was renamed is to the engine a new one, which finds its object, and an old one to be deleted.
        """
        tenant = self._writer()
        if tenant.claim(self.kind.claim(_id), host.urn()):
            self.kind.delete(tenant, _id, _without_provider(_props))
        else:
            host.warn(f"{_id} is managed by another resource of this program now, and so it was not deleted")

    def _tenant(self) -> Tenant:
        from provider.graph import connect  # noqa: PLC0415 - a preview, and the program, never load it

        if self._settings is None:
            raise Defect("the host did not configure the provider")
        located = settings.locate(self._settings, os.environ)
        return connect(
            located,
            host.status,
            permit=_work.permit,
            announce=host.announce,
            ahead=_run.ahead,
            # More threads than these four only help calls that wait for Graph; to all others they are in the way.
            alone=lambda: host.widen(located.threads),
        )

    def _writer(self) -> Tenant:
        """Return the tenant for a write: with all that the run manages, and the right to do what it is about to do."""
        tenant = self._tenant()
        tenant.go_alone()
        _run.writes(host.urn())
        _run.hand_over(tenant.claim)
        if tenant.client.settings.permission_check and not tenant.may(_run.permissions() | {self.kind.permissions}):
            writing = {**_run.writing(), name_of(host.urn()) or self.kind.name: self.kind}
            tenant.authorize({name: kind.permissions for name, kind in writing.items()})
        return tenant


def make_provider(kind: str) -> GraphProvider:
    """Return the provider of the kind that the state calls *kind*. Its path is in every state: see above."""
    return GraphProvider(kind)


def _without_provider(props: Mapping[str, Any]) -> Values:
    return {name: value for name, value in props.items() if name != _PROVIDER}


def _failure(problem: Problem) -> CheckFailure:
    """
    Make Pulumi's failure of *problem*, without any value.

    Each value may be a secret, and the plugin is not told which are. The CLI prints the value of the property that a
    failure names, so none is named: the path goes into the sentence instead. `provider.inputs` has checked the same in
    the program, where what is not secret is shown.
    """
    known = problem.without_value()
    return CheckFailure("", f"{known.path} {known.reason}")
