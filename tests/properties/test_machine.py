"""
Any life that a resource can have ends where its declaration says: the state, the tenant and the program agree.

Hypothesis makes up the lives: declarations change, people change and delete objects by hand, the service fails before
and after it did what it was asked, and ups and refreshes come in any order.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from provider.kinds.kind import Kind, kinds
from provider.schema import Part
from tests.in_process import Runs
from tests.properties.scenes import Scene, scene_of
from tests.properties.stack import Stack
from tests.sandbox_control import Portal

_HTML = "<html><body>Sign in to the network</body></html>"
_ANSWERS: list[dict[str, Any]] = [
    *({"status": status, "when": when} for status in (429, 500, 502, 503, 504) for when in ("before", "after")),
    *({"status": status} for status in (400, 401, 403, 409)),
    *({"drop": when} for when in ("before", "after")),
    *({"status": 200, "body": body, "when": when} for body in ("", _HTML, '{"va') for when in ("before", "after")),
]
_ROUTES = r"derivedCredentials|deviceConfigurations|\$batch"


class Life(RuleBasedStateMachine):
    """One resource, through whatever may happen to it."""

    def __init__(self, kind: Kind, runs: Runs, portal: Portal) -> None:
        super().__init__()
        self._portal = portal
        portal.no_faults()
        self.scene: Scene = scene_of(kind, portal)
        self.kind = kind
        self.stack = Stack(kind.name, runs)
        self.declared: dict[str, Any] = {}
        self.settled = True
        self.doubtful: set[str] = set()
        """Fields that an update which failed may have written, and that are no longer declared."""

    @precondition(lambda self: self.settled)
    @rule(data=st.data())
    def declare(self, data: st.DataObject) -> None:
        """Edit the program. After a failure people do what it says first, which is to run again."""
        self.declared = data.draw(self.scene.inputs())

    @precondition(lambda self: self.declared)
    @rule(refresh=st.booleans())
    def up(self, refresh: bool) -> None:  # noqa: FBT001 - hypothesis draws it
        """Run an update; it may fail, with a sentence."""
        self.settled = self.stack.up({**self.declared, **self.stack.remedy}, refresh=refresh)
        if not self.settled:
            self.doubtful |= set(self.declared)

    @precondition(lambda self: self.stack.id)
    @rule()
    def refresh(self) -> None:
        """Read the truth into the state, or fail with a sentence and keep the state."""
        before = (self.stack.id, self.stack.inputs)
        if not self.stack.refresh():
            assert (self.stack.id, self.stack.inputs) == before

    @precondition(lambda self: self.stack.id)
    @rule(data=st.data())
    def drift(self, data: st.DataObject) -> None:
        """Somebody changes declared fields in the portal."""
        self.scene.drift(self.stack.id, self.stack.inputs, data.draw(self.scene.inputs()))

    @precondition(lambda self: self.stack.id)
    @rule()
    def delete_elsewhere(self) -> None:
        """Somebody deletes the object in the portal."""
        self.scene.delete_elsewhere(self.stack.id, self.stack.inputs)

    @rule(
        answer=st.sampled_from(_ANSWERS),
        method=st.sampled_from(["GET", "POST", "PATCH", "PUT", "DELETE"]),
        times=st.sampled_from([1, 1, 1, 2, 3, 20]),
    )
    def fault(self, answer: dict[str, Any], method: str, times: int) -> None:
        """Let the service fail in a while."""
        self._portal.fault(method=method, path=_ROUTES, times=times, **answer)

    def teardown(self) -> None:
        """Let the service recover: two ups at the most, and all agree."""
        self._portal.no_faults()
        if self.declared:
            self._settle()
            self._assert_agreement()

    def _settle(self) -> None:
        for _ in range(2):
            if self.stack.up({**self.declared, **self.stack.remedy}, refresh=True):
                return
        raise AssertionError(f"two ups without a fault did not do: {self.stack.told}")

    def _assert_agreement(self) -> None:
        schema = self.kind.args.schema
        assert schema.changed(self.stack.outputs, self.declared) == []
        assert schema.changed(self.stack.shown(), self.declared) == []
        live = self.scene.object_of(self.stack.id, self.declared)
        assert live is not None
        assert _unlike(self.kind, live, self.declared) == []
        assert self._left_over(live) == []
        assert self.scene.ours() in ([], [self.stack.id])
        assert _untouched(self.scene, self.stack.managed, self._portal)
        self._portal.requests()
        assert self.stack.up(self.declared)
        assert self._portal.writes() == []

    def _left_over(self, live: dict[str, Any]) -> list[str]:
        """Name the fields that are no longer declared and still have a value, though no server chose it."""
        return [
            one.name
            for one in self.kind.args.schema.attributes.values()
            if one.part is Part.BODY and not (one.server_default or one.required or one.name in self.doubtful)
            if one.name not in self.declared and live.get(one.wire) not in (None, [])
        ]


def _unlike(kind: Kind, live: dict[str, Any], declared: dict[str, Any]) -> list[str]:
    """Name the fields in which the object, as the tenant has it, is not as declared."""
    wire = kind.args.schema.body(declared)
    return [name for name, value in wire.items() if name in live and _unordered(live[name]) != _unordered(value)]


def _unordered(value: Any) -> Any:
    """Forget the order of lists, and members that are null."""
    if isinstance(value, dict):
        return {name: _unordered(one) for name, one in value.items() if one is not None}
    return sorted((_unordered(one) for one in value), key=repr) if isinstance(value, list) else value


def _untouched(scene: Scene, managed: set[str], portal: Portal) -> bool:
    """Tell whether everything that never was the resource's is as it was."""
    names = ("displayName", "issuer")
    after = {one["id"]: one for one in portal.objects()}
    return all(
        [after[one["id"]].get(name) for name in names] == [one.get(name) for name in names]
        for one in scene.strangers
        if one["id"] not in managed
    )


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_any_life_ends_as_declared(kind: Kind, world: tuple[Runs, Portal]) -> None:
    """State = tenant = declaration, one object and no other, and the next up writes nothing."""
    run_state_machine_as_test(lambda: Life(kind, *world))  # type: ignore[arg-type]  # a factory is documented
