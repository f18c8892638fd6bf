"""One resource of a stack as the engine keeps it, and what the engine does with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pulumi.runtime.proto import provider_pb2

from provider.errors import IntuneError, ProviderBug
from tests.in_process import Inside, Runs, Told

DIFF = provider_pb2.DiffResponse


class Stack:
    """What is declared, and what the state has of it."""

    def __init__(self, kind: str, runs: Runs) -> None:
        self._kind = kind
        self.runs = runs
        self.id = ""
        self.inputs: dict[str, Any] = {}
        self.outputs: dict[str, Any] = {}
        self._half_done = False
        self.told = ""
        self.managed: set[str] = set()
        """The ids of all objects that were in the state at some time."""

    def up(self, declared: Mapping[str, Any], *, refresh: bool = False) -> bool:
        """Update; False if that failed, and then `told` is why."""
        with self.runs.run() as plugin:
            try:
                if refresh and self.id:
                    self._read(plugin(self._kind))
                self._up(plugin(self._kind), declared)
            except Told as told:
                self._fail(told)
                return False
        self.told = ""
        return True

    def refresh(self) -> bool:
        """Refresh; False if that failed."""
        with self.runs.run() as plugin:
            try:
                self._read(plugin(self._kind))
            except Told as told:
                self._fail(told)
                return False
        return True

    def forget(self) -> None:
        """Drop it from the state."""
        self.id, self.inputs, self.outputs = "", {}, {}

    def shown(self) -> dict[str, Any]:
        """Read the object in a run of its own, as a refresh would, without keeping what comes."""
        with self.runs.run() as plugin:
            return plugin(self._kind).read(self.id, self.outputs, self.inputs)[1]

    @property
    def remedy(self) -> dict[str, Any]:
        """What the last error asks to declare."""
        found = re.search(r'declare adopt="([^"]+)"|adopt="([^"]+)"', self.told)
        return {"adopt": found[1] or found[2]} if found else {}

    def _up(self, plugin: Inside, declared: Mapping[str, Any]) -> None:
        checked = plugin.checked(declared, self.inputs)
        if not self.id:
            self._create(plugin, checked)
        elif self._half_done:
            self._update(plugin, checked)
        else:
            diff = plugin.diff(self.id, self.outputs, checked)
            if diff.replaces:
                assert diff.deleteBeforeReplace
                plugin.delete(self.id, self.outputs)
                self.forget()
                self._create(plugin, checked)
            elif diff.changes != DIFF.DIFF_NONE and checked != self.inputs:
                self._update(plugin, checked)
        self.inputs = checked

    def _create(self, plugin: Inside, checked: dict[str, Any]) -> None:
        self._keep(*plugin.create(checked), checked)

    def _update(self, plugin: Inside, checked: dict[str, Any]) -> None:
        self.outputs = plugin.update(self.id, self.outputs, checked)
        self._half_done = False

    def _read(self, plugin: Inside) -> None:
        self._keep(*plugin.read(self.id, self.outputs, self.inputs))

    def _keep(self, id_: str, outputs: dict[str, Any], inputs: dict[str, Any]) -> None:
        self.id, self.outputs, self.inputs = id_, outputs, inputs
        self.managed.add(id_)

    def _fail(self, told: Told) -> None:
        """Keep what the engine keeps of a failure; an error that is not meant for people ends everything."""
        if isinstance(told.error, ProviderBug) or not isinstance(told.error, IntuneError):
            raise told.error
        self.told = str(told)
        if told.half_done is not None:
            id_, inputs = told.half_done
            self._keep(id_, dict(inputs), inputs)
            self._half_done = True
