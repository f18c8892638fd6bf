"""What a program declares: translated, and checked where it is known which values are secrets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

import provider as intune
from provider.program.inputs import checked

CREDENTIAL = intune.DerivedCredentialSettingsArgs.schema
PROFILE = intune.IosDerivedCredentialAuthenticationConfigurationArgs.schema
GOOD: dict[str, Any] = {"display_name": "C", "issuer": "purebred", "notification_types": ["email"]}
GUID = "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01"
OUTPUT = "Calling __str__ on an Output[T] is not supported.\n\nTo get the value"


def resolved(declare: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Check what *declare* returns for a profile, as a program does, and await its outputs."""

    async def run() -> dict[str, Any]:
        output = pulumi.Output.from_input(checked("it", PROFILE, declare()))
        known: dict[str, Any] = await output.future(with_unknowns=True) or {}
        return known

    return asyncio.run(run())


def unknown() -> pulumi.Output[Any]:
    """Return an output that a preview does not know."""

    def now(value: Any) -> asyncio.Future[Any]:
        future = asyncio.get_running_loop().create_future()
        future.set_result(value)
        return future

    return pulumi.Output(now(set()), now(None), now(False))


def test_arguments_of_a_program_are_translated() -> None:
    """Argument classes, enums and tuples are for people; two escapes of one character are that character."""
    inputs = checked(
        "it",
        CREDENTIAL,
        intune.DerivedCredentialSettingsArgs(
            display_name="\ud83d\udd10",
            issuer=intune.DerivedCredentialIssuer.PUREBRED,
            notification_types=(intune.DerivedCredentialNotificationType.EMAIL,),
        ),
    )
    assert inputs == {"display_name": "\U0001f510", "issuer": "purebred", "notification_types": ["email"]}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"notification_types": {"email"}}, "it: notification_types is a set, whose order or content is not fixed"),
        ({"notification_types": (one for one in ["email"])}, "it: notification_types is a generator"),
        ({"display_name": f"of {OUTPUT}"}, "it: display_name has an Output that was turned into text"),
        ({"issuer": OUTPUT}, "it: issuer has an Output that was turned into text"),
        ({"notification_types": [OUTPUT]}, "pulumi.Output.concat("),
        ({"display_name": "\ud83d"}, "it: display_name has half a character"),
        ({"display_name": b"C"}, "it: display_name is a bytes, which Pulumi cannot carry"),
        ({1: 2}, "it: the arguments has the key 1; keys are names of fields"),
        ({"issuer": "purebreed"}, 'not "purebreed"; did you mean "purebred"?'),
    ],
)
def test_mistake_in_a_program_is_one_sentence_that_names_the_field(fields: dict[Any, Any], said: str) -> None:
    """It is raised where the resource is declared, and nothing else is raised before it."""
    with pytest.raises(pulumi.RunError) as refused:
        checked("it", CREDENTIAL, {**GOOD, **fields})
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert refused.value.__context__ is None


def test_all_mistakes_of_a_resource_are_listed() -> None:
    """Those of its translation beside those of its values."""
    with pytest.raises(pulumi.RunError) as refused:
        checked("it", CREDENTIAL, {**GOOD, "issuer": "x", "notification_types": set()})
    first, *rest = str(refused.value).split("\n")
    assert first == "it has 2 mistakes:"
    assert [line.split(":")[0] for line in rest] == ["  notification_types", "  issuer"]


def test_arguments_of_no_class_are_refused() -> None:
    """A forgotten argument is no traceback of the provider."""
    with pytest.raises(pulumi.RunError, match="it: give it its arguments, not str"):
        checked("it", CREDENTIAL, "x")


def test_outputs_with_right_values_pass() -> None:
    """At every depth, translated as plain values are, and an unknown one stays unknown beside what is known."""
    inputs = resolved(
        lambda: {
            "display_name": pulumi.Output.secret("P"),
            "role_scope_tag_ids": pulumi.Output.from_input((7, "0")),
            "derived_credential_settings_id": unknown(),
            "assignments": [
                {"target": pulumi.Output.from_input(intune.AssignmentTarget.GROUP), "group_id": unknown()},
                intune.AssignmentArgs(target="allDevicesAssignmentTarget"),
            ],
        }
    )
    assert isinstance(inputs.pop("derived_credential_settings_id"), type(pulumi.UNKNOWN))
    assert isinstance(inputs["assignments"][0].pop("group_id"), type(pulumi.UNKNOWN))
    assert inputs == {
        "display_name": "P",
        "role_scope_tag_ids": [7, "0"],
        "assignments": [{"target": "groupAssignmentTarget"}, {"target": "allDevicesAssignmentTarget"}],
    }


@pytest.mark.parametrize(
    ("declare", "said"),
    [
        (lambda: {"display_name": pulumi.Output.secret(4711)}, "it: display_name must be text that is not blank"),
        (
            lambda: {"display_name": pulumi.Output.from_input(4711)},
            "it: display_name must be text that is not blank, not 4711; write it in quotes",
        ),
        (
            lambda: {"display_name": "P", "assignments": [{"target": pulumi.Output.secret("4711")}]},
            "it: assignments[0].target must be one of groupAssignmentTarget",
        ),
        (
            lambda: {"display_name": "P", "assignments": pulumi.Output.secret([{"4711": 1, "target": "x"}])},
            "it has 2 mistakes:\n  assignments[0]: has a field that does not exist\n  assignments[0].target: must be",
        ),
        (
            lambda: {"display_name": "P", "assignments": [unknown(), {"target": pulumi.Output.secret("4711")}]},
            "it: assignments[1].target must be",
        ),
        (
            lambda: {
                "display_name": "P",
                "assignments": pulumi.Output.secret({"target": "x", "group_id": GUID} for _ in "4711"),
            },
            "it: assignments is a generator",
        ),
    ],
)
def test_wrong_output_is_refused_and_a_secret_is_not_shown(declare: Callable[[], dict[str, Any]], said: str) -> None:
    """A value that is no secret is shown, because that is what helps."""
    with pytest.raises(pulumi.RunError) as refused:
        resolved(declare)
    assert said in str(refused.value)
    assert ("4711" in str(refused.value)) == ("4711" in said)
