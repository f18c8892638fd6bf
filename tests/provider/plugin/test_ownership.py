"""What a call refuses before it sends anything, and what a failed update leaves in the state."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import engine_pb2, provider_pb2

from provider.ownership.journal import Journal
from provider.ownership.journal_entry import Entry, tenant_key
from tests.provider.plugin.driver import Plugin, half_done, urn
from tests.provider.plugin.samples import CREDENTIAL, LIVES, MISSING, WIRE, told
from tests.sandbox_control import Portal

ELSEWHERE = {"tenant_id": "11111111-0000-4000-8000-00000000000b", "cloud": "public"}
PROFILE: dict[str, Any] = {"display_name": "P", "description": "old", "assignments": []}
DIFF = provider_pb2.DiffResponse


class TestTenant:
    """An object of the state is touched in the tenant that it lives in, and nowhere else."""

    @pytest.mark.parametrize("verb", ["diff", "read", "update", "delete"])
    def test_object_of_another_tenant_is_refused_offline(self, offline: Callable[[str], Plugin], verb: str) -> None:
        """No address, no credential: the state says it."""
        plugin, olds = offline("derivedCredential"), {**CREDENTIAL, **ELSEWHERE}
        calls: dict[str, Callable[[], object]] = {
            "diff": lambda: plugin.diff(MISSING, olds, CREDENTIAL),
            "read": lambda: plugin.read(MISSING, olds, CREDENTIAL),
            "update": lambda: plugin.update(MISSING, olds, {**CREDENTIAL, "display_name": "M"}),
            "delete": lambda: plugin.delete(MISSING, olds),
        }
        assert told(calls[verb]) == (
            'WrongTenant: "r" lives in tenant 11111111-0000-4000-8000-00000000000b (cloud public), but the stack\'s '
            "config says 5a9db0c5-0000-4000-8000-00000000000a (cloud sandbox): set tenantId and cloud back, or use a "
            "stack of its own for the other tenant; if it was created there by mistake, delete it there and run "
            "`pulumi state delete` with its URN"
        )

    def test_state_that_does_not_say_its_tenant_takes_it(self, online: Callable[..., Plugin], portal: Portal) -> None:
        """It was written before outputs said it: the next update or refresh does."""
        id_ = portal.seed("derivedCredentials", **WIRE)
        plugin = online("derivedCredential")
        declared = {key: CREDENTIAL[key] for key in ("display_name", "issuer", "notification_types")}
        assert plugin.diff(id_, declared, declared).changes != DIFF.DIFF_SOME
        assert LIVES.items() <= plugin.read(id_, declared, declared)[1].items()
        assert LIVES.items() <= plugin.update(id_, declared, {**declared, "display_name": "M"}).items()


class TestAdopt:
    """`adopt` means something while the object comes into the state, and nothing later."""

    def test_adopt_that_was_edited_is_refused(self, offline: Callable[[str], Plugin]) -> None:
        """The other object would not be touched, and the preview must not look as if it were."""
        plugin = offline("derivedCredential")
        olds = {**CREDENTIAL, "adopt": "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01", **LIVES}
        line = told(lambda: plugin.diff("0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01", olds, {**CREDENTIAL, "adopt": MISSING}))
        assert line.startswith("AdoptionError: this resource manages 0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01, and adopt")

    def test_replacement_of_an_adopted_object_is_refused(self, offline: Callable[[str], Plugin]) -> None:
        """The delete would come first, and then there would be nothing to adopt."""
        plugin = offline("derivedCredential")
        olds = {**CREDENTIAL, "adopt": MISSING, **LIVES}
        news = {**CREDENTIAL, "adopt": MISSING, "issuer": "xTec"}
        line = told(lambda: plugin.diff(MISSING, olds, news))
        assert line.startswith(f"AdoptionError: a change of issuer replaces {MISSING}, which is deleted first")
        assert "remove adopt" in line

    def test_adopt_that_was_removed_or_kept_is_no_difference(self, offline: Callable[[str], Plugin]) -> None:
        """It has done its work."""
        plugin = offline("derivedCredential")
        olds = {**CREDENTIAL, "adopt": MISSING, **LIVES}
        for news in (CREDENTIAL, {**CREDENTIAL, "adopt": MISSING}):
            assert plugin.diff(MISSING, olds, news).changes == DIFF.DIFF_NONE


class TestNamesake:
    """Another object of the name, which appears while this run creates its own."""

    def test_namesake_that_was_not_there_before_is_a_warning(
        self, online: Callable[..., Plugin], portal: Portal
    ) -> None:
        """Two stacks may create the same entry at the same moment: each says so, with both ids."""
        plugin = online("derivedCredential")
        plugin.create({**CREDENTIAL, "display_name": "Another"}, "first")  # which has the list fetched
        namesake = portal.seed("derivedCredentials", **WIRE)
        id_, _ = plugin.create(CREDENTIAL)
        (warning,) = [log.message for log in plugin.engine.logs if log.severity == engine_pb2.WARNING]
        assert f"{id_} is managed here, and {namesake} appeared at the same time" in warning

    def test_namesake_of_an_object_whose_adoption_was_interrupted_is_no_warning(
        self, online: Callable[..., Plugin], portal: Portal, tmp_path: Path
    ) -> None:
        """The journal knows what this resource created long ago, and not what there was before it adopted."""
        adopted = portal.seed("derivedCredentials", **WIRE)
        portal.seed("derivedCredentials", **WIRE)
        journal = Journal(str(tmp_path), tenant_key(LIVES["tenant_id"], LIVES["cloud"]))
        journal.intend(Entry(urn("r"), "derivedCredential", "digest", ("issuer",), "digest", (), journal.now()))
        journal.created(urn("r"), MISSING)
        journal.seen(urn("r"), MISSING)
        journal.created(urn("r"), adopted)
        journal.close()
        plugin = online("derivedCredential", INTUNE_JOURNAL=str(tmp_path))
        assert plugin.create(CREDENTIAL)[0] == adopted
        (warning,) = [log.message for log in plugin.engine.logs if log.severity == engine_pb2.WARNING]
        assert warning.startswith(f"{adopted} was created for this resource by an interrupted run on this machine")


class TestHalfDoneUpdate:
    """What an update did before it failed is in the state, so that going back shows as a difference."""

    def fail(self, plugin: Plugin, id_: str, outputs: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
        """Let an update fail, and return the outputs that the engine keeps."""
        with pytest.raises(grpc.RpcError) as caught:
            plugin.update(id_, outputs, news)
        half = half_done(caught.value)
        assert half is not None
        assert half.id == id_
        return half.outputs

    def test_going_back_shows_and_heals(self, online: Callable[..., Plugin], portal: Portal) -> None:
        """The PATCH took effect, the assignment did not: the old declaration is a difference, and is written."""
        id_, outputs = online("androidProfile").create(PROFILE)
        portal.fault(method="POST", path="/assign$", status=403, times=9)
        news = {**PROFILE, "description": "new", "assignments": [{"target": "allDevicesAssignmentTarget"}]}
        kept = self.fail(online("androidProfile"), id_, outputs, news)
        assert (kept["description"], kept.get("assignments", [])) == ("new", [])
        portal.no_faults()
        plugin = online("androidProfile")
        assert plugin.diff(id_, kept, PROFILE).changes != DIFF.DIFF_NONE
        assert plugin.update(id_, kept, PROFILE) == outputs
        assert portal.named("P")["description"] == "old"

    @pytest.mark.parametrize("then", ["old", "new", "left to others"])
    def test_write_without_an_answer_is_written_again(
        self, online: Callable[..., Plugin], portal: Portal, then: str
    ) -> None:
        """It is unknown whether the assignment took effect: whatever is declared next is sent."""
        id_, outputs = online("androidProfile").create({**PROFILE, "description": "D"})
        portal.fault(method="POST", path="/assign$", status=500, when="after", times=99)
        news = {**PROFILE, "description": "D", "assignments": [{"target": "allDevicesAssignmentTarget"}]}
        kept = self.fail(online("androidProfile"), id_, outputs, news)
        portal.no_faults()
        declared = {"old": {**PROFILE, "description": "D"}, "new": news}.get(
            then, {"display_name": "P", "description": "D"}
        )
        plugin = online("androidProfile")
        assert plugin.diff(id_, kept, declared).changes != DIFF.DIFF_NONE
        portal.requests()
        after = plugin.update(id_, kept, declared)
        assert any(line.endswith("/assign") for line, _ in portal.writes())
        assert len(portal.named("P")["assignments"]) == (1 if then == "new" else 0)
        assert "__uncertain" not in after
        assert online("androidProfile").diff(id_, after, declared).changes == DIFF.DIFF_NONE

    def test_refused_update_leaves_the_state_alone(self, online: Callable[..., Plugin], portal: Portal) -> None:
        """Nothing was written, so there is nothing to report."""
        id_, outputs = online("androidProfile").create(PROFILE)
        portal.fault(method="PATCH", path="deviceConfigurations", status=403)
        with pytest.raises(grpc.RpcError) as caught:
            online("androidProfile").update(id_, outputs, {**PROFILE, "description": "new"})
        assert half_done(caught.value) is None

    def test_uncertain_assignment_of_a_create_is_cleared_when_it_is_no_longer_declared(
        self, online: Callable[..., Plugin], portal: Portal
    ) -> None:
        """The same in a create: the assignment may exist, and must not stay unseen."""
        declared = {"display_name": "P", "assignments": [{"target": "allDevicesAssignmentTarget"}]}
        portal.fault(method="POST", path="/assign$", status=500, when="after", times=99)
        with pytest.raises(grpc.RpcError) as caught:
            online("androidProfile").create(declared)
        half = half_done(caught.value)
        assert half is not None
        portal.no_faults()
        online("androidProfile").update(half.id, half.outputs, {"display_name": "P"})
        assert portal.named("P")["assignments"] == []
