"""Imports: resources that exist are taken into the state as a file describes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.engine.errors import EngineError
from sandbox.engine.events import Op
from tests.sandbox.engine.engine_project import Workshop, steps

THING = "pulumi-python:dynamic/demo:Thing"


def _entry(own_name: str, id_: str, **props: Any) -> dict[str, Any]:
    inputs = {"__provider": "gASVGwAAAAAAAACMBnRoaW5nc5SMCV9wcm92aWRlcpSTlClSlC4=", **props}
    outputs = {**inputs, "serial": id_, "greeting": "hello"}
    return {"type": THING, "name": own_name, "id": id_, "inputs": inputs, "outputs": outputs}


def _file(folder: Path, *entries: dict[str, Any], **more: Any) -> Path:
    path = folder / "import.json"
    path.write_text(json.dumps({"resources": entries, **more}), encoding="utf-8")
    return path


def test_import_then_update(workshop: Workshop) -> None:
    """Imported resources are as if the program had created them: the next update finds nothing to do."""
    workshop.world.mkdir()
    (workshop.world / "A-7").write_text(json.dumps({"name": "A"}), encoding="utf-8")
    file = _file(workshop.folder, _entry("a", "A-7", name="A"))
    assert workshop.engine().import_file(file, preview=True).changes == {Op.CREATE: 1, Op.IMPORT: 1}
    assert not workshop.state_file.exists()
    result = workshop.engine().import_file(file)
    assert (result.succeeded, steps(result)) == (True, [(Op.IMPORT, "a")])
    state = workshop.state["a"]
    assert (state["id"], state["inputs"]["name"], state["outputs"]["serial"]) == ("A-7", "A", "A-7")
    assert state["provider"].endswith(workshop.state["default"]["id"])
    assert workshop.up("Thing('a', name='A')").changes == {Op.SAME: 2}
    assert workshop.engine().import_file(file).changes == {Op.SAME: 2}


def test_name_that_is_taken(workshop: Workshop) -> None:
    """A URN that belongs to another resource is an error; the others are imported."""
    workshop.up("Thing('a', name='A')")
    file = _file(workshop.folder, _entry("a", "A-7", name="A"), _entry("b", "B-7", name="B"))
    result = workshop.engine().import_file(file)
    assert not result.succeeded
    assert "demo:Thing::a' already exists" in result.errors[0]
    assert (workshop.state["a"]["id"], workshop.state["b"]["id"]) == ("A-1", "B-7")


def test_inputs_that_the_provider_rejects(workshop: Workshop) -> None:
    """They are a warning, for the resource exists."""
    result = workshop.engine().import_file(_file(workshop.folder, _entry("a", "A-7", name="")))
    assert result.succeeded
    messages = [each.message for each in result.diagnostics]
    assert messages[0].startswith("One or more imported inputs failed to validate.")
    assert messages[1].endswith("property name value {} has a problem: is required")


def test_parents(workshop: Workshop) -> None:
    """A parent is named in the name table, or an earlier entry; a component needs neither id nor properties."""
    shop = {"type": "demo:index:Shop", "name": "s", "component": True}
    stack = "urn:pulumi:dev::demo::pulumi:pulumi:Stack::demo-dev"
    urn = "urn:pulumi:dev::demo::demo:index:Shop::s"
    file = _file(workshop.folder, shop, {**_entry("t", "T-1", name="T"), "parent": "s"})
    assert workshop.engine().import_file(file).succeeded
    assert (workshop.state["s"]["parent"], workshop.state["t"]["parent"]) == (stack, urn)
    assert "$" in workshop.state["t"]["urn"]
    another = {**_entry("u", "U-1", name="U"), "parent": "it", "logicalName": "v"}
    assert workshop.engine().import_file(_file(workshop.folder, another, nameTable={"it": urn})).succeeded
    assert workshop.state["v"]["parent"] == urn


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"type": "random:index/randomId:RandomId"}, "has another provider than pulumi-python"),
        ({"outputs": None}, "lacks an id, inputs or outputs"),
        ({"id": ""}, "lacks an id, inputs or outputs"),
        ({"parent": "nobody"}, "the parent 'nobody' of resource 'a' is not in 'nameTable', nor above"),
        ({"type": None, "name": None}, None),
    ],
)
def test_files_that_are_refused(tmp_path: Path, change: dict[str, Any], message: str | None) -> None:
    """What a file leaves open, or what cannot be modelled, is said before anything happens."""
    workshop = Workshop(tmp_path)
    file = _file(tmp_path, {**_entry("a", "A-7", name="A"), **change})
    if message is None:
        file.write_text('{"resources": [{}]}', encoding="utf-8")
        message = "could not read import file"
    with pytest.raises(EngineError, match=message):
        workshop.engine().import_file(file)
    assert not workshop.state_file.exists()
