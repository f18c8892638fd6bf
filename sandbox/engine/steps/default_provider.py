"""
The one provider that is modelled: the default provider of Python dynamic resources, and the plugin it stands for.

A provider is itself a resource of the stack. Its inputs are the whole configuration, which is how a refresh or a
destroy, which run no program, come to the configuration of the last update.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping

from sandbox.engine.errors import EngineError
from sandbox.engine.processes.plugin import Answer, Plugin
from sandbox.engine.state import urns
from sandbox.engine.state.resources import State
from sandbox.engine.state.values import UNKNOWN_TEXT, Properties, equal


class DefaultProvider:
    """The provider, with at most one plugin process behind it."""

    def __init__(self, start: Callable[[], Plugin], *, preview: bool) -> None:
        self._start = start
        self._preview = preview
        self._plugin: Plugin | None = None
        self._config: Properties = {}

    @property
    def plugin(self) -> Plugin:
        """The running plugin."""
        if self._plugin is None:
            raise EngineError("No plugin is loaded for the resource's provider.")
        return self._plugin

    def load(self, config: Properties) -> None:
        """Have a plugin with this configuration; one that runs with another is replaced."""
        if self._plugin is not None and equal(config, self._config):
            return
        plugin = self._start()
        try:
            plugin.configure(config)
        except EngineError:
            plugin.close()
            raise
        self.close()
        self._plugin, self._config = plugin, config

    def ensure(self, config: Properties) -> None:
        """Have a plugin, whatever this run configured it with; one with *config* if it has not loaded any."""
        if self._plugin is None:
            self.load(config)

    def close(self) -> None:
        """End the plugin."""
        if self._plugin is not None:
            self._plugin.close()
            self._plugin = None

    def kill(self) -> None:
        """End the plugin at once."""
        if self._plugin is not None:
            self._plugin.kill()

    # ------------------------------------------------------------ the life of the provider as a resource

    def create(self, state: State) -> Answer:
        """Load the plugin; a preview does not know what id the provider will get."""
        self.load(state.inputs)
        return Answer(UNKNOWN_TEXT if self._preview else str(uuid.uuid4()), state.inputs)

    def update(self, old: State, new: State) -> Answer:
        """Load the plugin with new configuration."""
        self.load(new.inputs)
        return Answer(old.id, new.inputs)

    def delete(self, _state: State) -> None:
        """Do nothing: nothing outlives a provider."""


def provider_state(urn: str, config: Mapping[str, str], old: State | None) -> State:
    """Return the provider as the configuration wants it."""
    return State(
        urn=urn,
        custom=True,
        type=urns.DYNAMIC_PROVIDER_TYPE,
        inputs=dict(config),
        created=old.created if old else "",
        modified=old.modified if old else "",
    )
