"""Mistakes in a stack file: found before anything is declared, all at once, with path and remedy."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from provider import settings
from stacks.maps import BASELINES
from stacks.tenant import CONFIG_MAPS, mistakes, unknown_keys
from tests.sandbox_control import Portal
from tests.stack_runners import Stack

CREDENTIAL: dict[str, Any] = {"display_name": "C", "issuer": "purebred", "notification_types": ["email"]}
PROFILE: dict[str, Any] = {"display_name": "P", "derived_credential": "c"}
ROOT = Path(__file__).resolve().parents[2]
TENANT = "5a9db0c5-0000-4000-8000-00000000000a"


@pytest.mark.parametrize(
    ("credentials", "profiles", "said"),
    [
        ([CREDENTIAL], {}, "derivedCredentials: must be a map from resource names to their fields"),
        ("purebred", {}, "derivedCredentials: must be a map"),
        ({"c": "purebred"}, {}, 'derivedCredentials.c: must be a map of fields, not "purebred"'),
        ({"c": None}, {}, "derivedCredentials.c: must be a map of fields, not null"),
        (
            {"c": {**CREDENTIAL, "displayName": "C"}},
            {},
            "derivedCredentials.c.displayName: is not a field here; did you",
        ),
        ({"c": {**CREDENTIAL, "issuer": "entrustData"}}, {}, 'did you mean "entrustDatacard"?'),
        (
            {"c": {**CREDENTIAL, "derived_credential": "c"}},
            {},
            "derivedCredentials.c.derived_credential: is not a field",
        ),
        (
            {},
            {"p": PROFILE},
            'androidProfiles.p.derived_credential: "c" is not an entry of derivedCredentials, which has none',
        ),
        ({"d": CREDENTIAL}, {"p": PROFILE}, '"c" is not an entry of derivedCredentials, which has d'),
        (
            {"c": CREDENTIAL},
            {"p": {**PROFILE, "derived_credential": ["c"]}},
            '["c"] is not an entry of derivedCredentials',
        ),
        (
            {"c": CREDENTIAL},
            {"p": {**PROFILE, "derived_credential_settings_id": TENANT}},
            "cannot be combined with derived_credential_settings_id; keep one of them",
        ),
        (
            {},
            {"p": {"display_name": "P", "assignments": [{"target": "groupAssignmentTarget", "group_id": "Finance"}]}},
            "androidProfiles.p.assignments[0].group_id: must be the id of an Entra group",
        ),
    ],
)
def test_mistake_is_named_with_its_path_and_remedy(credentials: Any, profiles: Any, said: str) -> None:
    """One mistake, one line, which begins with the path that leads to it."""
    (line,) = mistakes({"derivedCredentials": credentials, "androidProfiles": profiles})
    assert said in line


def test_config_without_mistakes_has_none() -> None:
    """What is declared well is declared."""
    binding = {"device_configuration_id": TENANT, "profile_type": "iosVpnConfiguration", "derived_credential": "c"}
    entries = {"derivedCredentials": {"c": CREDENTIAL}, "iosProfiles": {"p": PROFILE}, "bindings": {"b": binding}}
    assert list(mistakes(entries)) == []


def test_display_name_is_given_once() -> None:
    """Two objects of one kind and name cannot be told apart; a credential and a profile may share a name."""
    profiles = {"p": {"display_name": "C"}, "q": {"display_name": "D"}, "r": {"display_name": "C"}}
    (line,) = mistakes({"derivedCredentials": {"c": CREDENTIAL}, "androidProfiles": profiles})
    assert line.startswith('androidProfiles.r.display_name: "C" is the display_name of androidProfiles.p too; declare')


def test_misspelled_key_is_no_empty_map() -> None:
    """What stands under a misspelled key would be deleted; keys of other namespaces are others' business."""
    said = list(unknown_keys(["p:derivedCredentiels", "p:tenantId", "p:androidProfiles", "pulumi:tags"], "p"))
    assert said == ['derivedCredentiels: is not a setting of this project; did you mean "derivedCredentials"?']


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("intune-derived-credential:iosProfiles", True),
        ("intune-derived-credential:whatever", True),
        ("Intune-Derived-Credentials:tenantId", True),
        ("intune:iosProfiles", True),
        ("intune:quotaShare", True),
        ("azuread:tenantId", False),
        ("aws:region", False),
        ("pulumi:tags", False),
    ],
)
def test_known_key_in_another_namespace_is_a_mistake(key: str, *, wrong: bool) -> None:
    """The map would be empty, and everything in it deleted; keys of other providers are left alone."""
    said = list(unknown_keys([key], "intune-derived-credentials"))
    remedy = f"write intune-derived-credentials:{key.partition(':')[2]}"
    assert [remedy in line for line in said] == [True] * wrong


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("", "androidProfiles: has an entry with an empty key; give it a name"),
        (" ", "androidProfiles: has an entry with an empty key; give it a name"),
        ("<nil>", 'androidProfiles: has the key "<nil>", which YAML made of something else; write the key in quotes'),
        ("2026-02-02 00:00:00 +0000 UTC", 'has the key "2026-02-02 00:00:00 +0000 UTC", which YAML made of'),
    ],
)
def test_key_that_is_no_name_is_a_mistake(key: str, said: str) -> None:
    """What YAML makes of an empty key, of null and of a date names no resource."""
    (line,) = mistakes({"androidProfiles": {key: {"display_name": "P"}}})
    assert said in line


@pytest.mark.parametrize(("key", "reference"), [("1", 1), ("true", True), ("1.5", 1.5), ("1", "1")])
def test_number_refers_to_the_entry_that_a_number_names(key: str, reference: Any) -> None:
    """YAML reads 1 as a number where it is a value, and as text where it is a key."""
    assert (
        list(
            mistakes(
                {
                    "derivedCredentials": {key: CREDENTIAL},
                    "iosProfiles": {"p": {**PROFILE, "derived_credential": reference}},
                }
            )
        )
        == []
    )


def test_secret_map_shows_no_value() -> None:
    """Pulumi says which map has a secret in it, and not which value; the other maps show their values."""
    wrong: dict[str, Any] = {
        "display_name": 4711,
        "derived_credential": "CANARY",
        "assignments": [{"CANARY": 1, "target": "CANARY"}],
        "renamed_from": "q",
        "options": {"protect": "CANARY", "depends_on": ["CANARY.CANARY"]},
    }
    twice = {
        "q": {"display_name": "CANARY"},
        "r": {"display_name": "CANARY", "options": {"ignore_changes": ["CANARY"]}},
    }
    entries = {"iosProfiles": {"p": wrong, **twice}, "androidProfiles": {"p": {"display_name": 1234}}}
    shown, hidden = list(mistakes(entries)), list(mistakes(entries, {"iosProfiles"}))
    assert len(shown) == len(hidden) == 10
    assert any("CANARY" in line for line in shown)
    assert not any("CANARY" in line or "4711" in line or '"q"' in line for line in hidden)
    assert any("not 1234" in line for line in hidden)
    (line,) = mistakes({"iosProfiles": "CANARY"}, {"iosProfiles"})
    assert line == "iosProfiles: must be a map from resource names to their fields"


def test_secret_in_a_map_stays_secret(stack: Stack, portal: Portal) -> None:
    """It is written to the tenant, and is in clear text in no preview, no output and no state."""
    if not stack.engine_environment:
        pytest.skip("the stand-in engine refuses secrets in stack files")
    stack.configure(tenantId=TENANT, cloud="sandbox", iosProfiles={"p": {"display_name": "P"}})
    secret = ["config", "set", "--secret", "--path", "iosProfiles.p.description", "CANARY", "--stack", "dev"]
    words = [*stack.command, *secret, "--config-file", str(stack.file), "--cwd", str(stack.folder)]
    subprocess.run(words, env={**os.environ, **stack.engine_environment}, check=True, capture_output=True)
    preview, outcome = stack.preview("--diff"), stack.up()
    assert (preview.status, outcome.status) == (0, 0), preview.text + outcome.text
    assert portal.named("P")["description"] == "CANARY"
    assert "CANARY" not in preview.text + outcome.text + json.dumps(stack.deployment())
    assert stack.up("--refresh", "--expect-no-changes").status == 0


def test_every_key_is_declared_in_the_project_file() -> None:
    """Pulumi.yaml names and explains each key that the program reads, and no other."""
    declared = yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))["config"]
    assert set(declared) == {*settings.KEYS, BASELINES, *CONFIG_MAPS}


def test_all_mistakes_are_told_at_once_and_nothing_is_declared(stack: Stack, portal: Portal) -> None:
    """The run ends with a list, not with a traceback, and nothing was sent."""
    stack.configure(
        tenantId=TENANT,
        cloud="sandbox",
        derivedCredentials={
            "c": {**CREDENTIAL, "issuer": "x", "help_url": "x"},
            "good": {**CREDENTIAL, "display_name": "G"},
        },
        androidProfiles={"p": {**PROFILE, "derived_credential": "d"}},
        iosProfile={},
    )
    outcome = stack.up()
    assert outcome.status != 0
    assert "the config of stack dev has 4 mistakes:" in outcome.text
    assert "derivedCredentials.c.issuer: must be one of" in outcome.text
    assert "derivedCredentials.c.help_url: must be an address" in outcome.text
    assert "androidProfiles.p.derived_credential:" in outcome.text
    assert 'iosProfile: is not a setting of this project; did you mean "iosProfiles"?' in outcome.text
    assert [word for word in ("Traceback", "unhandled", "exit code") if word in outcome.text] == []
    assert (portal.requests(), portal.objects()) == ([], [])


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"tenantId": "contoso"}, 'tenantId is "contoso", which is not a GUID: run `pulumi config set tenantId'),
        ({"tenantId": TENANT, "cloud": "moon"}, 'cloud is "moon", which is not one of public'),
        ({}, "tenantId"),
    ],
)
def test_wrong_tenant_or_cloud_fails_the_preview(stack: Stack, config: dict[str, str], said: str) -> None:
    """What an up could not do, a preview does not promise."""
    stack.configure(**config, derivedCredentials={"c": CREDENTIAL})
    outcome = stack.preview()
    assert outcome.status != 0
    assert said in outcome.text
    assert "Traceback" not in outcome.text
