"""What the state says of a provider: a short pickle that never changes."""

from __future__ import annotations

import base64
import pickletools
import subprocess
import sys
from pathlib import Path

import pytest
from pulumi.dynamic.dynamic import serialize_provider

from provider.kinds.kind import kinds
from provider.lifecycle import make_provider

ROOT = Path(__file__).parents[2]

# The kinds that stacks were deployed with. Literal on purpose: these strings are in the state of everything that was
# ever deployed. A change here is a change that no existing stack survives.
FROZEN = {
    "derivedCredential": (
        "gASVQAAAAAAAAACMEnByb3ZpZGVyLmxpZmVjeWNsZZSMDW1ha2VfcHJvdmlkZXKUk5SMEWRlcml2ZWRDcmVkZW50aWFslIWUUpQu"
    ),
    "binding": "gASVNgAAAAAAAACMEnByb3ZpZGVyLmxpZmVjeWNsZZSMDW1ha2VfcHJvdmlkZXKUk5SMB2JpbmRpbmeUhZRSlC4=",
    "certificateState": (
        "gASVPwAAAAAAAACMEnByb3ZpZGVyLmxpZmVjeWNsZZSMDW1ha2VfcHJvdmlkZXKUk5SMEGNlcnRpZmljYXRlU3RhdGWUhZRSlC4="
    ),
    "iosProfile": "gASVOQAAAAAAAACMEnByb3ZpZGVyLmxpZmVjeWNsZZSMDW1ha2VfcHJvdmlkZXKUk5SMCmlvc1Byb2ZpbGWUhZRSlC4=",
    "scopedSettings": (
        "gASVPQAAAAAAAACMEnByb3ZpZGVyLmxpZmVjeWNsZZSMDW1ha2VfcHJvdmlkZXKUk5SMDnNjb3BlZFNldHRpbmdzlIWUUpQu"
    ),
    "androidProfile": (
        "gASVPQAAAAAAAACMEnByb3ZpZGVyLmxpZmVjeWNsZZSMDW1ha2VfcHJvdmlkZXKUk5SMDmFuZHJvaWRQcm9maWxllIWUUpQu"
    ),
}

NAMES = [kind.name for kind in kinds()]


@pytest.mark.parametrize("name", FROZEN)
def test_pickle_of_each_kind_is_what_existing_states_hold(name: str) -> None:
    """The kind exists under this name, for ever."""
    assert serialize_provider(make_provider(name)) == FROZEN[name]


@pytest.mark.parametrize("name", NAMES)
def test_pickle_of_any_kind_differs_from_the_frozen_ones_in_the_name_only(name: str) -> None:
    """By reference: a module path, a function and a kind, under 120 characters. So a new kind needs no row above."""
    frozen, pickled = (base64.b64decode(one) for one in (FROZEN["binding"], serialize_provider(make_provider(name))))
    expected = frozen.replace(b"\x8c\x07binding", b"\x8c" + bytes([len(name)]) + name.encode())
    assert pickled[:3] + pickled[11:] == expected[:3] + expected[11:]  # between them is the length
    assert len(serialize_provider(make_provider(name))) < 120


@pytest.mark.parametrize("name", NAMES)
def test_pickle_has_no_dict(name: str) -> None:
    """A dict in it would run into the SDK's RecursionError after some 960 resources."""
    pickled = base64.b64decode(serialize_provider(make_provider(name)))
    operations = {operation.name for operation, _, _ in pickletools.genops(pickled)}
    assert not operations & {"EMPTY_DICT", "DICT", "SETITEM", "SETITEMS", "BUILD"}


def test_three_thousand_resources_can_be_declared_by_one_program() -> None:
    """The SDK serialises a provider for each of them."""
    providers = [make_provider(NAMES[index % len(NAMES)]) for index in range(3000)]
    assert len({serialize_provider(one) for one in providers}) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_plugin_finds_the_provider_from_the_pickle_alone(name: str) -> None:
    """A process that imported nothing of ours yet gets the right kind out of it."""
    code = (
        "import base64, dill, sys; provider = dill.loads(base64.b64decode(sys.argv[1])); "
        "print(type(provider).__name__, provider.kind.name)"
    )
    command = [sys.executable, "-c", code, serialize_provider(make_provider(name))]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["GraphProvider", name]


def test_program_does_not_load_the_network() -> None:
    """`import provider` must not cost a program, or a preview, the HTTP library and the credentials."""
    code = "import provider, sys; print(sorted({'requests', 'azure', 'azure.identity', 'urllib3'} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
