"""Pulumi's lifecycle through the real plugin: what the engine gets back, and what people read when it fails."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from google.protobuf import any_pb2, json_format
from pulumi.runtime.proto import engine_pb2, provider_pb2, status_pb2

from sandbox.graph import Sandbox
from tests.provider.plugin.driver import UNKNOWN, Plugin, urn
from tests.provider.plugin.samples import CREDENTIAL, LIVES, MISSING, PROFILE, WIRE, told
from tests.sandbox_control import Portal

DIFF = provider_pb2.DiffResponse


class TestDiff:
    """Local, and about declared fields only."""

    def test_equal_values_are_no_difference(self, offline: Callable[[str], Plugin]) -> None:
        """Order of a set, doubles for integers, fields that the server chose: no difference."""
        olds = {**CREDENTIAL, "renewal_threshold_percentage": 30.0}
        news = {**CREDENTIAL, "notification_types": ["email", "companyPortal"]}
        del news["renewal_threshold_percentage"]
        assert offline("derivedCredential").diff("id", olds, news).changes == DIFF.DIFF_NONE

    @pytest.mark.parametrize(("field", "value"), [("help_url", "https://b.example"), ("display_name", UNKNOWN)])
    def test_difference_is_left_to_the_engine_to_show(
        self, offline: Callable[[str], Plugin], field: str, value: str
    ) -> None:
        """An undecided answer makes the engine find out, and show, property by property."""
        diff = offline("derivedCredential").diff("id", CREDENTIAL, {**CREDENTIAL, field: value})
        assert diff.changes == DIFF.DIFF_UNKNOWN
        assert list(diff.replaces) == []

    def test_another_issuer_is_another_object(self, offline: Callable[[str], Plugin]) -> None:
        """A tenant has one issuer at a time: the old one goes first."""
        diff = offline("derivedCredential").diff("id", CREDENTIAL, {**CREDENTIAL, "issuer": "xTec"})
        assert list(diff.replaces) == ["issuer"]
        assert diff.deleteBeforeReplace

    def test_another_credential_does_not_replace_a_profile(self, offline: Callable[[str], Plugin]) -> None:
        """The profile is rewritten, even while the new id is not known."""
        news = {**PROFILE, "derived_credential_settings_id": UNKNOWN}
        diff = offline("androidProfile").diff("id", {**PROFILE, "derived_credential_settings_id": MISSING}, news)
        assert list(diff.replaces) == []
        assert diff.changes == DIFF.DIFF_UNKNOWN


class TestCheck:
    """One spelling of the inputs, which the engine keeps."""

    def test_reordered_set_is_kept_as_it_was(self, offline: Callable[[str], Plugin]) -> None:
        """The engine compares inputs to the letter."""
        olds = {**CREDENTIAL, "notification_types": ["email", "companyPortal"]}
        assert offline("derivedCredential").checked(CREDENTIAL, olds) == olds

    def test_new_set_is_sorted(self, offline: Callable[[str], Plugin]) -> None:
        """So that what one engineer writes and another rewrites is the same state."""
        news = {**CREDENTIAL, "notification_types": ["email", "companyPortal"]}
        assert offline("derivedCredential").checked(news)["notification_types"] == ["companyPortal", "email"]


class TestRun:
    """What only shows between resources."""

    def test_one_name_is_declared_once(self, offline: Callable[[str], Plugin]) -> None:
        """A create looks for its own object by name, so two that are still to be made may not share one."""
        plugin = offline("iosProfile")
        assert list(plugin.check({"display_name": "Twin"}, name="first").failures) == []
        (failure,) = plugin.check({"display_name": "Twin"}, name="second").failures
        assert failure.property == ""  # the CLI would show its value
        assert 'display_name is declared by the resource "first" too' in failure.reason
        assert list(plugin.check({"display_name": "Twin"}, name="first").failures) != []

    def test_one_profile_is_bound_once_however_its_id_is_spelled(self, offline: Callable[[str], Plugin]) -> None:
        """An id in braces, in upper case or without dashes is the same id."""
        plugin = offline("binding")
        id_ = "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01"
        binding = {"profile_type": "iosVpnConfiguration", "derived_credential_settings_id": id_}
        first = plugin.checked({**binding, "device_configuration_id": f"{{{id_.upper()}}}"})
        assert first == {**binding, "device_configuration_id": id_}
        for number, spelled in enumerate((id_, id_.upper(), id_.replace("-", ""), f" {{{id_}}} ")):
            failures = plugin.check({**binding, "device_configuration_id": spelled}, name=f"b{number}").failures
            assert [one.reason.partition(" ")[0] for one in failures] == ["device_configuration_id"]

    def test_existing_objects_may_share_a_name(self, offline: Callable[[str], Plugin]) -> None:
        """They have ids, and so do those that are adopted."""
        plugin = offline("iosProfile")
        old = {"display_name": "Old twin"}
        assert list(plugin.check(old, old, name="third").failures) == []
        assert list(plugin.check(old, old, name="fourth").failures) == []
        assert list(plugin.check({**old, "adopt": MISSING}, name="fifth").failures) == []
        assert list(plugin.check(old, name="sixth").failures) != []

    def test_another_kind_is_another_name(self, offline: Callable[[str], Plugin]) -> None:
        """Names are compared within a kind, and unknown ones not at all."""
        assert list(offline("androidProfile").check({"display_name": "Twin"}, name="seventh").failures) == []
        for name in ("eighth", "ninth"):
            assert list(offline("iosProfile").check({"display_name": UNKNOWN}, name=name).failures) == []


class TestLife:
    """Create, read, update and delete, with the outputs that the state keeps."""

    def test_outputs_are_the_inputs_and_where_the_object_lives(
        self, online: Callable[..., Plugin], portal: Portal
    ) -> None:
        """Nothing else of Graph's is echoed into the state, and nothing declared is lost."""
        plugin = online("derivedCredential")
        id_, outputs = plugin.create(CREDENTIAL)
        assert outputs == {**CREDENTIAL, **LIVES}
        news = {**CREDENTIAL, "help_url": "https://b.example"}
        assert plugin.update(id_, outputs, news) == {**news, **LIVES}
        assert portal.named("N")["helpUrl"] == "https://b.example"
        online("derivedCredential").delete(id_, news)
        assert portal.objects() == []

    def test_delete_of_what_this_run_created_is_skipped(self, online: Callable[..., Plugin], portal: Portal) -> None:
        """A replacement that the engine creates before it deletes can only mean the old object: nothing is lost."""
        plugin = online("derivedCredential")
        id_, outputs = plugin.create(CREDENTIAL)
        plugin.delete(id_, outputs)
        assert [one["id"] for one in portal.objects()] == [id_]
        assert plugin.engine.logs[-1].message == f'{id_} was created or adopted for "r", so it was not deleted'

    def test_update_without_a_change_sends_nothing(self, online: Callable[..., Plugin], portal: Portal) -> None:
        """The engine asks for one after a half-done create; if all is done, there is nothing to do."""
        assert online("derivedCredential").update(MISSING, CREDENTIAL, CREDENTIAL) == {**CREDENTIAL, **LIVES}
        assert portal.requests() == []

    def test_value_that_graph_spells_differently_is_a_warning(
        self, online: Callable[..., Plugin], portal: Portal
    ) -> None:
        """It took the change and spelled it its own way: not an error, but it would show as drift for ever."""
        plugin = online("androidProfile")
        id_, outputs = plugin.create({"display_name": "P", "description": "old"})
        portal.fault(method="PATCH", path="deviceConfigurations", status=200, body={"description": "NEW"})
        plugin.update(id_, outputs, {"display_name": "P", "description": "new"})
        (log,) = plugin.engine.logs
        assert (log.severity, log.ephemeral) == (engine_pb2.WARNING, False)
        assert log.message.startswith('Graph shows description as "NEW" and not as declared')

    def test_refresh_returns_as_inputs_what_is_declared(self, online: Callable[..., Plugin], portal: Portal) -> None:
        """What is not declared is no drift, but an output; what the server reordered is no drift either."""
        wire = {**WIRE, "notificationType": "email, companyPortal", "helpUrl": "https://drifted.example"}
        id_ = portal.seed("derivedCredentials", **wire, renewalThresholdPercentage=7)
        declared = {key: CREDENTIAL[key] for key in ("display_name", "issuer", "notification_types")}
        _, outputs, inputs = online("derivedCredential").read(id_, declared, declared)
        assert inputs == declared
        assert outputs == {**declared, "renewal_threshold_percentage": 7, **LIVES}

    def test_refresh_shows_drift(self, online: Callable[..., Plugin], portal: Portal) -> None:
        """Inputs and outputs both have the live value; what was cleared is missing from both."""
        id_ = portal.seed("derivedCredentials", **{**WIRE, "displayName": "Drifted"}, renewalThresholdPercentage=7)
        _, outputs, inputs = online("derivedCredential").read(id_, CREDENTIAL, CREDENTIAL)
        assert outputs == {**inputs, **LIVES}
        assert inputs == {
            "display_name": "Drifted",
            "issuer": "purebred",
            "notification_types": ["email"],
            "renewal_threshold_percentage": 7,
        }

    def test_field_left_to_the_server_since_is_no_drift(self, online: Callable[..., Plugin], portal: Portal) -> None:
        """The outputs still have it from when it was declared; the inputs tell that it no longer is."""
        id_ = portal.seed("derivedCredentials", **WIRE, renewalThresholdPercentage=7)
        declared = {"display_name": "N", "issuer": "purebred", "notification_types": ["email"]}
        _, outputs, inputs = online("derivedCredential").read(
            id_, {**declared, "renewal_threshold_percentage": 30}, declared
        )
        assert inputs == declared
        assert outputs == {**declared, "renewal_threshold_percentage": 7, **LIVES}

    def test_gone_leaves_the_state(self, online: Callable[..., Plugin]) -> None:
        """An empty id is Pulumi's word for it."""
        assert online("derivedCredential").read(MISSING, CREDENTIAL, CREDENTIAL)[0] == ""

    def test_get_reads_everything(self, online: Callable[..., Plugin], portal: Portal) -> None:
        """A resource that is only read has all fields that Graph has a value for."""
        id_ = portal.seed("derivedCredentials", **WIRE, renewalThresholdPercentage=7)
        _, outputs, _ = online("derivedCredential").read(id_, {}, {})
        assert outputs["renewal_threshold_percentage"] == 7
        assert outputs["notification_types"] == ["email"]

    def test_get_of_nothing_fails(self, online: Callable[..., Plugin]) -> None:
        """An existing, empty resource would be false."""
        assert told(lambda: online("derivedCredential").read(MISSING, {}, {})) == (
            f"NoSuchObject: there is no derivedCredential {MISSING} in the tenant: correct the id given to get()"
        )

    def test_adopt_stays_in_the_state_and_means_nothing_there(
        self, online: Callable[..., Plugin], portal: Portal
    ) -> None:
        """It survives a refresh unchanged, and removing it is no difference."""
        id_ = portal.seed("derivedCredentials", **WIRE)
        inputs = {"display_name": "N", "issuer": "purebred", "notification_types": ["email"], "adopt": id_}
        plugin = online("derivedCredential")
        made, outputs = plugin.create(inputs)
        assert made == id_
        assert outputs == {**inputs, "renewal_threshold_percentage": 20, **LIVES}
        assert plugin.read(id_, outputs, inputs) == (id_, outputs, inputs)
        without = {name: value for name, value in inputs.items() if name != "adopt"}
        assert plugin.diff(id_, outputs, without).changes == DIFF.DIFF_NONE


class TestErrors:
    """One readable line, with the request id where there is one."""

    def test_403(self, online: Callable[..., Plugin], portal: Portal) -> None:
        """What was refused, by whom, and what to grant."""
        portal.switch(roles=["User.Read"])
        line = told(lambda: online("derivedCredential").read(MISSING, CREDENTIAL, CREDENTIAL))
        assert line.startswith("Forbidden: GET /deviceManagement/derivedCredentials → 403")
        assert "DeviceManagementServiceConfig" in line
        assert "[request-id " in line
        assert "\n" not in line

    def test_404_on_an_update(self, online: Callable[..., Plugin]) -> None:
        """What to do about an object that somebody deleted."""
        news = {**CREDENTIAL, "display_name": "M"}
        line = told(lambda: online("derivedCredential").update(MISSING, CREDENTIAL, news))
        assert line.startswith(f"NotFound: PATCH /deviceManagement/derivedCredentials('{MISSING}') → 404")
        assert "pulumi up --refresh" in line
        assert "\n" not in line

    def test_500_with_a_page(self, online: Callable[..., Plugin], portal: Portal) -> None:
        """The page stays out of it."""
        portal.fault(path="derivedCredentials", times=99, status=500, body="<html>\n<h1>secret</h1>\n</html>")
        line = told(lambda: online("derivedCredential").read(MISSING, CREDENTIAL, CREDENTIAL))
        assert line.startswith("ServerFault: GET /deviceManagement/derivedCredentials → 500: the answer is")
        assert "secret" not in line
        assert "\n" not in line

    def test_refused_connection(self) -> None:
        """The address, and that nothing was lost."""
        with Sandbox() as sandbox:
            config = {"tenantId": sandbox.environment["AZURE_TENANT_ID"], "cloud": "sandbox"}
            plugin = Plugin("derivedCredential", config, {**sandbox.environment, "INTUNE_RETRY_TIMEOUT": "1"})
            plugin.delete(MISSING, CREDENTIAL)
        line = told(lambda: plugin.read(MISSING, CREDENTIAL, CREDENTIAL))
        plugin.stop()
        assert line.startswith("Unreachable: GET /deviceManagement/derivedCredentials")
        assert " → no answer: cannot connect to" in line
        assert "\n" not in line

    def test_missing_sign_in_is_reported(self, online: Callable[..., Plugin]) -> None:
        """The variables that are missing."""
        line = told(lambda: online("derivedCredential", AZURE_CLIENT_SECRET="").create(CREDENTIAL))
        assert line.startswith("SignInError: sign-in to tenant")
        assert "\n" not in line

    def test_missing_tenant_is_told_with_the_command(self) -> None:
        """The command that sets it; told by the first call, which is a check."""
        plugin = Plugin("derivedCredential", {}, {})
        assert told(lambda: plugin.check(CREDENTIAL)) == (
            "ConfigError: tenantId is not set: run `pulumi config set tenantId <the Entra tenant's id>`"
        )
        plugin.stop()

    def test_debugging_shows_where(self, online: Callable[..., Plugin]) -> None:
        """With INTUNE_DEBUG the traceback is back."""
        plugin = online("derivedCredential", INTUNE_DEBUG="1")
        text = told(lambda: plugin.read(MISSING, {}, {}))
        assert "Traceback" in text
        assert "NoSuchObject: there is no" in text


class TestHost:
    """What is reached for in the private parts of Pulumi's dynamic host."""

    def test_waiting_shows_in_the_row_of_the_resource(self, online: Callable[..., Plugin], portal: Portal) -> None:
        """The engine learns which resource waits for what, as a passing message."""
        portal.fault(path="derivedCredentials", status=429)
        plugin = online("derivedCredential")
        plugin.create(CREDENTIAL, name="purebred")
        (log,) = plugin.engine.logs
        assert log.urn == urn("purebred")
        assert log.ephemeral
        assert log.message.startswith("Graph is throttling: next attempt in")

    def test_thirty_two_calls_run_at_once(self, online: Callable[..., Plugin], portal: Portal) -> None:
        """The host's four threads would take eight times as long; the sandbox counts what overlaps."""
        plugin = online("derivedCredential")
        portal.fault(method="DELETE", path="derivedCredentials", times=32, delayMs=1000)
        with ThreadPoolExecutor(32) as pool:
            list(pool.map(lambda _: plugin.delete(MISSING, CREDENTIAL), range(32)))
        starts = sorted(one["at"] for one in portal.requests() if one["method"] == "DELETE")
        assert len(starts) == 32
        assert starts[-1] - starts[0] < 7.0  # four at a time cannot begin the last of them sooner than that

    def test_plugin_whose_engine_died_ends(self, sandbox: Sandbox, portal: Portal) -> None:
        """It waits for the request that is out, and starts no other: the profile is made, and not assigned."""
        config = {"tenantId": sandbox.environment["AZURE_TENANT_ID"], "cloud": "sandbox"}
        plugin = Plugin("androidProfile", config, sandbox.environment)
        portal.fault(method="POST", path="deviceConfigurations$", delayMs=3000)
        plugin.check(PROFILE)
        with ThreadPoolExecutor(1) as pool:
            create = pool.submit(lambda: plugin.create(PROFILE))
            while portal.faults_left() != []:
                pass
            plugin.engine_dies()
            with pytest.raises(grpc.RpcError):
                create.result()
        assert plugin.process.wait() == 1
        plugin.stop()
        assert portal.named("P")["assignments"] == []

    def test_half_done_create_is_kept_by_the_engine(self, online: Callable[..., Plugin], portal: Portal) -> None:
        """The error carries Pulumi's own message for it: the id, and the inputs that hold already."""
        portal.fault(method="POST", path="/assign$", times=99, status=403)
        plugin = online("androidProfile")
        with pytest.raises(grpc.RpcError) as caught:
            plugin.create(PROFILE)
        (trailer,) = caught.value.trailing_metadata()
        status = status_pb2.Status.FromString(trailer.value)
        failed = provider_pb2.ErrorResourceInitFailed()
        detail: any_pb2.Any = status.details[0]
        assert detail.Unpack(failed)
        assert failed.id == portal.named("P")["id"]
        assert json_format.MessageToDict(failed.inputs)["display_name"] == "P"
        assert "assignments" not in json_format.MessageToDict(failed.inputs)
        assert "__provider" in json_format.MessageToDict(failed.properties)
        assert "assignments: POST" in failed.reasons[0]
