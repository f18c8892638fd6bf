"""The state file: what was answered is in it."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from sandbox.graph import Sandbox
from sandbox.graph.tenant.statefile import StateFile
from tests.sandbox.graph.clients import CREDENTIAL, CREDENTIALS, GROUP, PROFILES, connect, target
from tests.sandbox_control import Portal


def everything(sandbox: Sandbox) -> list[dict[str, object]]:
    """Return all objects."""
    portal = Portal(sandbox.graph_endpoint)
    objects = portal.objects()
    portal.close()
    return objects


def test_tenant_survives_a_restart(tmp_path: Path) -> None:
    """Objects, assignments, links and the order of lists; new objects come after the old."""
    path = tmp_path / "folder" / "state.json"
    with Sandbox(state_file=path) as sandbox:
        graph = connect(sandbox)
        credential = graph.credential(displayName="Ä")
        bound = {"derivedCredentialSettings@odata.bind": graph.url(CREDENTIALS, credential)}
        key = graph.profile(**bound)
        graph.post(f"{PROFILES}/{key}/assign", {"assignments": [target("group", groupId=GROUP)]})
        before = everything(sandbox)
        graph.close()
    with Sandbox(state_file=path) as sandbox:
        assert everything(sandbox) == before
        graph = connect(sandbox)
        second = graph.credential()
        listed = [each["id"] for each in graph.get(CREDENTIALS).json()["value"]]
        assert listed == [credential, second]
        Portal(sandbox.graph_endpoint).switch(pageSize=1)
        page = graph.get(CREDENTIALS).json()
        assert graph.get(page["@odata.nextLink"]).json()["value"][0]["id"] == second
        graph.close()


def test_every_change_is_on_disk_when_it_is_answered(tmp_path: Path) -> None:
    """Create, change, delete, and what is done in the portal."""
    path = tmp_path / "state.json"

    def saved() -> list[str]:
        document = json.loads(path.read_text(encoding="utf-8"))
        return [each["properties"]["displayName"] for each in document["collections"]["derivedCredentials"]]

    with Sandbox(state_file=path) as sandbox:
        graph, portal = connect(sandbox), Portal(sandbox.graph_endpoint)
        key = graph.credential(displayName="1")
        assert saved() == ["1"]
        graph.patch(f"{CREDENTIALS}/{key}", {"displayName": "2"})
        assert saved() == ["2"]
        portal.change(key, displayName="3")
        assert saved() == ["3"]
        graph.delete(f"{CREDENTIALS}/{key}")
        assert saved() == []
        graph.close()
        portal.close()


def test_many_at_once_lose_nothing(tmp_path: Path) -> None:
    """Writers that wait for one another share a write of the file, and all of them are in it."""
    path = tmp_path / "state.json"
    with Sandbox(state_file=path) as sandbox:

        def create() -> None:
            graph = connect(sandbox)
            for _ in range(5):
                graph.made(CREDENTIALS, CREDENTIAL)
            graph.close()

        threads = [threading.Thread(target=create) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        saved = json.loads(path.read_text(encoding="utf-8"))["collections"]["derivedCredentials"]
        assert len({each["id"] for each in saved}) == len({each["sequence"] for each in saved}) == 40
    assert sorted(each.name for each in tmp_path.iterdir()) == ["state.json"]


def test_one_write_serves_all_who_wait(tmp_path: Path) -> None:
    """A change that is in the file already is not written again."""
    file = StateFile(tmp_path / "state.json")
    written: list[int] = []

    def document() -> tuple[int, dict[str, object]]:
        written.append(1)
        return 7, {}

    for number in (3, 5, 7):
        file.save(number, document)
    assert len(written) == 1
    file.save(8, document)
    assert len(written) == 2


def test_strangers_file_is_not_taken_for_a_tenant(tmp_path: Path) -> None:
    """Nor overwritten."""
    path = tmp_path / "state.json"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(ValueError, match="is not a state file"), Sandbox(state_file=path):
        pass
    assert path.read_text(encoding="utf-8") == "{}"
