"""
One resource as the state knows it.

The field names are those of Pulumi's deployment format in snake_case, and so is their order. A `State` is compared by
identity: while a resource is replaced, two of them share a URN.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timezone
from typing import TypeAlias

from sandbox.engine.errors import StateError
from sandbox.engine.state import urns
from sandbox.engine.state.values import Properties, from_state, to_state

Json: TypeAlias = dict[str, object]

# Present in states of the real engine and changing what the next operation must do: refused rather than forgotten.
UNMODELLED = (
    "deletedWith",
    "replaceWith",
    "replacementTrigger",
    "refreshBeforeUpdate",
    "viewOf",
    "resourceHooks",
    "extensionRef",
    "snippetID",
)


@dataclass(eq=False, kw_only=True)
class State:
    """A resource: what it should be, what it is, and what hangs on it."""

    urn: str
    custom: bool
    delete: bool = False
    id: str = ""
    type: str
    inputs: Properties = field(default_factory=dict)
    outputs: Properties = field(default_factory=dict)
    parent: str = ""
    protect: bool = False
    taint: bool = False
    external: bool = False
    dependencies: list[str] = field(default_factory=list)
    init_errors: list[str] = field(default_factory=list)
    provider: str = ""
    property_dependencies: dict[str, list[str]] = field(default_factory=dict)
    pending_replacement: bool = False
    additional_secret_outputs: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    custom_timeouts: dict[str, float] = field(default_factory=dict)
    retain_on_delete: bool = False
    created: str = ""
    modified: str = ""
    source_position: str = ""
    stack_trace: list[dict[str, str]] = field(default_factory=list)
    ignore_changes: list[str] = field(default_factory=list)
    hide_diff: list[str] = field(default_factory=list)
    replace_on_changes: list[str] = field(default_factory=list)

    @property
    def is_provider(self) -> bool:
        """Whether this is a provider, which the engine runs itself."""
        return self.type.startswith("pulumi:providers:")

    def copy(self) -> State:
        """Return a state of its own with the same values, for values are never changed in place."""
        return replace(self)

    def references(self, *, parent: bool, provider: bool = True) -> Iterator[str]:
        """Return the URNs of what this resource needs; of its parent too when asked."""
        if parent and self.parent:
            yield self.parent
        yield from self.dependencies
        for urns_ in self.property_dependencies.values():
            yield from urns_
        if provider and self.provider:
            yield urns.provider_urn(self.provider)

    def renamed(self, names: Mapping[str, str]) -> State:
        """Return the same resource with references that follow the given new names."""
        if not any(urn in names for urn in self.references(parent=True)):
            return self
        provider, _, id_ = self.provider.rpartition("::")
        return replace(
            self,
            parent=names.get(self.parent, self.parent),
            dependencies=[names.get(urn, urn) for urn in self.dependencies],
            property_dependencies={
                key: [names.get(urn, urn) for urn in urns_] for key, urns_ in self.property_dependencies.items()
            },
            provider=urns.provider_reference(names.get(provider, provider), id_) if provider else "",
        )


_ALWAYS = ("urn", "custom", "type")


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(word.title() for word in tail)


_WIRE = [(each.name, _camel(each.name)) for each in fields(State) if each.name != "aliases"]
"""Old names are of use while a run follows them; what is written knows only the new ones."""


def to_json(state: State) -> Json:
    """Return a state as the deployment format writes it: what is empty is left out."""
    document: Json = {}
    for attribute, name in _WIRE:
        value = getattr(state, attribute)
        if attribute in ("inputs", "outputs"):
            value = to_state(value)
        elif attribute == "property_dependencies":
            value = dict(sorted(value.items()))
        if value or attribute in _ALWAYS:
            document[name] = value
    return document


def from_json(document: Json) -> State:
    """Return a state as the deployment format has it; raise `StateError`, TypeError or ValueError if it cannot be."""
    for name in UNMODELLED:
        if document.get(name):
            raise StateError(
                f"Resource {document.get('urn')} of the state uses {name}, which the stand-in engine does not model."
            )
    state = State(urn="", custom=False, type="")
    for attribute, name in _WIRE:
        value = document.get(name)
        if value is not None:
            if not isinstance(value, type(getattr(state, attribute))):
                raise TypeError(f"a resource has {value!r} for its {name}")
            setattr(state, attribute, from_state(value) if attribute in ("inputs", "outputs") else value)
    for urn in (state.urn, *state.references(parent=True)):
        if not urns.is_urn(urn):
            raise ValueError(f"a resource is called, or refers to, {urn!r}, which is no URN")
    return state


def now() -> str:
    """Return the present moment as the format writes times, without zeros at the end."""
    moment = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return moment.rstrip("0").rstrip(".") + "Z"
