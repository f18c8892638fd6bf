"""What to do about a difference: the provider's word, the engine's comparison, and what the program says of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sandbox.engine.processes.plugin import Plugin
from sandbox.engine.state import paths
from sandbox.engine.state.differences import Kind, PropertyDiff, compare, detail
from sandbox.engine.state.paths import Path, keep_old
from sandbox.engine.state.resources import State
from sandbox.engine.state.values import Properties, bare

INIT_ERROR = "#initerror"
"""The name under which replace_on_changes speaks of a resource that never became healthy."""


@dataclass(frozen=True)
class Diff:
    """A difference and its consequences; without *detail* the provider did not say where it is."""

    changes: bool
    replace_keys: list[str] = field(default_factory=list)
    changed_keys: list[str] = field(default_factory=list)
    detail: Mapping[str, PropertyDiff] | None = None
    delete_before_replace: bool = False

    @property
    def replaces(self) -> bool:
        """Whether the resource must be replaced."""
        return bool(self.replace_keys) or any(each.kind.replaces for each in (self.detail or {}).values())

    def inverted(self) -> Diff:
        """Return the difference seen from the other side."""
        if self.detail is None:
            return self
        turned = {path: replace(each, kind=each.kind.inverted()) for path, each in self.detail.items()}
        return replace(self, detail=turned)


def diff(plugin: Plugin, state: State, outputs: Properties, *, olds: Properties, news: Properties) -> Diff:
    """
    Return how a resource would change from old inputs (and outputs) to new ones.

    A provider that cannot say leaves it to the engine to compare the inputs, ignored ones apart.
    """
    answer = plugin.diff(state, olds, outputs, news)
    if answer.changes is not None:
        return Diff(answer.changes, answer.replace_keys, delete_before_replace=answer.delete_before_replace)
    kept, _ = keep_old(news, olds, state.ignore_changes)
    found = compare(bare(olds), bare(kept))
    return Diff(
        bool(found),
        answer.replace_keys,
        sorted({*found.adds, *found.deletes, *found.updates}),
        detail(found) if found else None,
        answer.delete_before_replace,
    )


def with_replacements(diff: Diff, patterns: Sequence[str], *, unhealthy: bool) -> Diff:
    """Return the same difference with what the program says must be replaced on change."""
    if not diff.changes and not unhealthy:
        return diff
    wanted = [paths.parse(pattern) for pattern in patterns]

    def asks(path: Path) -> bool:
        return any(paths.contains(pattern, path) for pattern in wanted)

    marked = None
    if diff.detail is not None:
        marked = {
            path: replace(each, kind=each.kind.replacing()) if asks(paths.parse(path)) else each
            for path, each in diff.detail.items()
        }
    keys = [
        *diff.replace_keys,
        *(key for key in diff.changed_keys if key not in diff.replace_keys and asks((key,))),
    ]
    if unhealthy and asks((INIT_ERROR,)):
        keys.append(INIT_ERROR)
        if marked is not None:
            marked[INIT_ERROR] = PropertyDiff(Kind.UPDATE_REPLACE, of_inputs=False)
        return replace(diff, changes=True, replace_keys=keys, detail=marked)
    return replace(diff, replace_keys=keys, detail=marked)
