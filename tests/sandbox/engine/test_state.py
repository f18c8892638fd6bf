"""State files and the journal that keeps them true while an operation runs."""

from __future__ import annotations

import json
import re
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from sandbox.engine.errors import StateError
from sandbox.engine.state import statefile
from sandbox.engine.state.checkpoint import Checkpoint
from sandbox.engine.state.resources import State
from sandbox.engine.state.statefile import Deployment
from sandbox.engine.state.values import UNKNOWN, Secret
from tests.sandbox.engine.engine_project import Workshop

_URN = "urn:pulumi:dev::demo::t::x"
PROVIDER = "urn:pulumi:dev::demo::pulumi:providers:pulumi-python::default"


def _state(name: str, **more: Any) -> State:
    return State(urn=f"urn:pulumi:dev::demo::t::{name}", custom=True, type="t", **more)


def _names(path: Path) -> list[str]:
    return [state.urn.rpartition("::")[2] for state in statefile.load(path).resources]


def test_everything_comes_back(tmp_path: Path) -> None:
    """What is written is read again, every field of it."""
    path = tmp_path / "state.json"
    state = _state(
        "a",
        id="1",
        inputs={"s": Secret({"x": [1, None]}), "u": UNKNOWN, "é": "\u2028"},
        outputs={"n": 1.5},
        parent=_URN,
        protect=True,
        external=True,
        dependencies=[_URN],
        init_errors=["sick"],
        provider=f"{PROVIDER}::1",
        property_dependencies={"s": [_URN]},
        pending_replacement=True,
        additional_secret_outputs=["n"],
        custom_timeouts={"create": 60},
        retain_on_delete=True,
        created="2026-01-01T00:00:00Z",
        modified="2026-01-02T00:00:00Z",
        source_position="project:///a.py#1",
        stack_trace=[{"sourcePosition": "project:///a.py#1"}],
        ignore_changes=["x"],
        hide_diff=["y"],
        replace_on_changes=["z"],
        delete=True,
    )
    checkpoint = Checkpoint(path, Deployment([state], secrets_providers={"type": "passphrase"}))
    checkpoint.begin(state, "deleting")
    checkpoint.close()
    loaded = statefile.load(path)
    assert [vars(each) for each in loaded.resources] == [vars(state)]
    assert [(vars(each.resource), each.type) for each in loaded.pending] == [(vars(state), "deleting")]
    assert loaded.secrets_providers == {"type": "passphrase"}


def test_operation_is_on_disk_before_it_begins(tmp_path: Path) -> None:
    """`begin` returns when the file tells of the operation; what is done is in the file at the latest at the end."""
    path = tmp_path / "state.json"
    checkpoint = Checkpoint(path, Deployment())
    new = _state("a")
    checkpoint.begin(new, "creating")
    assert [(each.resource.urn, each.type) for each in statefile.load(path).pending] == [(new.urn, "creating")]
    new.id = "1"
    checkpoint.end(new, new=new)
    checkpoint.close()
    assert statefile.load(path).pending == []
    assert [each.id for each in statefile.load(path).resources] == ["1"]


def test_order(tmp_path: Path) -> None:
    """What this run made comes first, in the order it was made, then what it has not touched; what is gone is gone."""
    path = tmp_path / "state.json"
    one, two, three = _state("one"), _state("two"), _state("three")
    checkpoint = Checkpoint(path, Deployment([one, two, three]))
    other, fresh = _state("two"), _state("fresh")
    checkpoint.end(fresh, new=fresh)
    checkpoint.end(other, gone=[two], new=other)
    checkpoint.end(three, gone=[three])
    checkpoint.close()
    assert _names(path) == ["fresh", "two", "one"]


def test_old_names_are_followed(tmp_path: Path) -> None:
    """When a resource has a new name, what still refers to the old one is written with the new."""
    path = tmp_path / "state.json"
    old = _state("old")
    needy = _state("needy", dependencies=[old.urn], parent=old.urn, property_dependencies={"x": [old.urn]})
    checkpoint = Checkpoint(path, Deployment([old, needy]))
    new = _state("new", aliases=[old.urn])
    checkpoint.end(new, gone=[old], new=new)
    checkpoint.close()
    written = statefile.load(path).resources[1]
    assert written.dependencies == [new.urn]
    assert (written.parent, written.property_dependencies) == (new.urn, {"x": [new.urn]})


def test_many_at_once(tmp_path: Path) -> None:
    """A writer that begins during another write waits for the next, which serves all; nothing is lost."""
    path = tmp_path / "state.json"
    checkpoint = Checkpoint(path, Deployment())

    def create(number: int) -> None:
        state = _state(str(number))
        checkpoint.begin(state, "creating")
        assert state.urn in path.read_text(encoding="utf-8")
        checkpoint.end(state, new=state)

    threads = [threading.Thread(target=create, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    checkpoint.close()
    assert sorted(map(int, _names(path))) == list(range(50))


def test_file_that_cannot_be_written(workshop: Workshop) -> None:
    """Nothing is done that could not be noted down before, and the error names the file."""
    workshop.state_file.with_name("state.json.tmp").mkdir()
    with pytest.raises(StateError, match=r"The state file .*state\.json cannot be written"):
        workshop.up("Thing('a', name='A')")
    assert not workshop.world.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_state_is_readable_by_its_owner_alone(workshop: Workshop) -> None:
    """The file can hold secrets in plain text."""
    workshop.up("")
    assert workshop.state_file.stat().st_mode & 0o777 == 0o600


def test_default_place(workshop: Workshop) -> None:
    """Without `--state` the file is below the project."""
    engine = workshop.engine()
    assert type(engine)(workshop.folder, "dev").state_file == workshop.folder / ".pulumi" / "engine" / "dev.json"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "cannot be read"),
        ("[]", "is not a deployment of version 3"),
        ('{"version": 2, "deployment": {}}', "is not a deployment of version 3"),
        ('{"version": 3, "deployment": {"resources": [{}]}}', "is not as the format wants it"),
        ('{"version": 3, "deployment": {"pending_operations": [{}]}}', "is not as the format wants it"),
    ],
)
def test_files_that_are_no_states(tmp_path: Path, text: str, message: str) -> None:
    """They are told by name; a missing file is an empty state."""
    path = tmp_path / "state.json"
    assert statefile.load(path).resources == []
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StateError, match=message):
        statefile.load(path)


def test_ciphertexts(tmp_path: Path) -> None:
    """A secret of the Pulumi CLI's own cannot be read; the sentence says what can be done."""
    path = tmp_path / "state.json"
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "AAAB"}
    resource = {"urn": "urn:x", "custom": True, "type": "t", "inputs": {"word": secret}}
    path.write_text(json.dumps({"version": 3, "deployment": {"resources": [resource]}}), encoding="utf-8")
    with pytest.raises(StateError, match="`pulumi stack export --show-secrets`"):
        statefile.load(path)


def test_provider_of_secrets(workshop: Workshop) -> None:
    """How the CLI encrypts is kept in the state, or taken from the stack file: without it no secret can be imported."""
    stack_file = workshop.folder / "stacks" / "Pulumi.dev.yaml"
    stack_file.write_text("encryptionsalt: v1:abc=:v1:def\n", encoding="utf-8")
    workshop.up("")
    expected = {"type": "passphrase", "state": {"salt": "v1:abc=:v1:def"}}
    assert workshop.deployment["secrets_providers"] == expected
    stack_file.write_text("", encoding="utf-8")
    workshop.up("")
    assert workshop.deployment["secrets_providers"] == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be read: Expecting value"),
        ("[]", "is not a deployment of version 3"),
        ('{"version": 2, "deployment": {}}', "is not a deployment of version 3"),
        ('{"version": 3, "checkpoint": {}}', "is not a deployment of version 3"),
        ('{"version": 3, "deployment": {"resources": 5}}', "is not as the format wants it"),
        ('{"version": 3, "deployment": {"resources": [5]}}', "is not as the format wants it"),
        ('{"version": 3, "deployment": {"resources": [{"urn": "x", "type": "t"}]}}', "'x', which is no URN"),
        ('{"version": 3, "deployment": {"resources": [{"urn": 5}]}}', "a resource has 5 for its urn"),
        (f'{{"version": 3, "deployment": {{"resources": [{{"urn": "{_URN}", "inputs": []}}]}}}}', "for its inputs"),
        (
            f'{{"version": 3, "deployment": {{"resources": [{{"urn": "{_URN}", "dependencies": ["b"]}}]}}}}',
            "refers to, 'b', which is no URN",
        ),
        ('{"version": 3, "deployment": {"pending_operations": [{}]}}', "is not as the format wants it: 'resource'"),
    ],
)
def test_files_that_are_no_state(tmp_path: Path, text: str, message: str) -> None:
    """A broken file, or one of something else, is told in one sentence that names it."""
    path = tmp_path / "state.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StateError, match=re.escape(message)) as caught:
        statefile.load(path)
    assert str(path) in str(caught.value)


def test_places_where_no_state_can_be(workshop: Workshop) -> None:
    """An update that could not write down what it does is not begun."""
    (workshop.folder / "file").touch()
    for path in (workshop.folder / "file" / "state.json", workshop.folder):
        workshop.state_file = path
        with pytest.raises(StateError, match=r"cannot be (locked, so it is not touched|read)"):
            workshop.up("Thing('a', name='A')")
    assert not workshop.world.exists()
