"""The journal of one machine: what it proves, how long, and what it does where it cannot be written."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from provider.ownership import machine
from provider.ownership.journal import Journal
from provider.ownership.journal_entry import Entry, digest
from provider.ownership.journal_file import FILE, OFF, JournalFile

ROOT = Path(__file__).parents[3]
URN = "urn:pulumi:dev::project::type::r"
OTHER = "urn:pulumi:dev::project::type::other"
ENTRY = Entry(URN, "iosProfile", digest("Mail"), ("display_name",), digest({"display_name": "Mail"}), ("old",), 1000.0)


class Clock:
    """A time that a test sets."""

    now = 1000.0

    def __call__(self) -> float:
        """Return it."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock at the moment of ENTRY."""
    return Clock()


def journal(folder: Path, clock: Clock, tenant: str = "tenant") -> Journal:
    """Open the journal as a run does; what it warns of is a failure."""
    return Journal(str(folder), tenant, pytest.fail, clock)


def test_intent_is_found_by_the_next_run(tmp_path: Path, clock: Clock) -> None:
    """All of it, for the same resource of the same tenant and for no other."""
    journal(tmp_path, clock).intend(ENTRY)
    found = journal(tmp_path, clock).find(URN)
    assert found is not None
    assert found._replace(run="") == ENTRY
    assert journal(tmp_path, clock).find(OTHER) is None
    assert journal(tmp_path, clock, "another tenant").find(URN) is None


@pytest.mark.parametrize(
    ("id_", "said"),
    [
        ("id-1", 'an interrupted run of this stack created id-1 for "r" in tenant tenant@public, to which'),
        ("", 'it is unknown whether an interrupted run of this stack created "r" in tenant tenant@public, to which'),
    ],
)
def test_create_under_another_tenant_is_told_once(tmp_path: Path, clock: Clock, id_: str, said: str) -> None:
    """A run with an edited tenantId was killed, and tenantId was set back: no state leads to the object."""
    first = journal(tmp_path, clock, "tenant@public")
    first.intend(ENTRY)
    if id_:
        first.created(URN, id_)
    told: list[str] = []
    here = Journal(str(tmp_path), "another@public", told.append, clock)
    for _ in range(2):
        here.warn_of_other_tenants(OTHER)
    assert [one[: len(said)] for one in told] == [said]


def test_create_under_another_tenant_is_not_told_where_it_does_not_matter(tmp_path: Path, clock: Clock) -> None:
    """It is in a state, is of another stack, or is of this very tenant; and no file is made to find that out."""
    silent = journal(tmp_path / "none", clock, "another@public")
    silent.warn_of_other_tenants(URN)
    silent.warn_of_other_tenants("")
    assert not (tmp_path / "none").exists()
    first = journal(tmp_path, clock, "tenant@public")
    first.intend(ENTRY)
    first.created(URN, "id-1")
    journal(tmp_path, clock, "tenant@public").warn_of_other_tenants(URN)
    journal(tmp_path, clock, "another@public").warn_of_other_tenants(URN.replace("dev::", "prod::"))
    first.seen(URN, "id-1")
    journal(tmp_path, clock, "another@public").warn_of_other_tenants(URN)


def test_id_is_found_by_the_next_run(tmp_path: Path, clock: Clock) -> None:
    """With it, whose the object is."""
    first = journal(tmp_path, clock)
    first.intend(ENTRY)
    first.created(URN, "id-1")
    second = journal(tmp_path, clock)
    found = second.find(URN)
    assert found is not None
    assert (found.id, found.body) == ("id-1", ENTRY.body)
    assert second.owner("id-1") == URN
    assert second.owner("id-2") == ""


@pytest.mark.parametrize("seen", ["id-1", "another"])
def test_entry_ends_when_the_state_has_its_id(tmp_path: Path, clock: Clock, seen: str) -> None:
    """A state that has another id has not seen what the entry proves."""
    first = journal(tmp_path, clock)
    first.intend(ENTRY)
    first.created(URN, "id-1")
    journal(tmp_path, clock).seen(URN, seen)
    assert (journal(tmp_path, clock).find(URN) is None) == (seen == "id-1")


def test_digests_are_dropped_when_the_state_has_the_id(tmp_path: Path, clock: Clock) -> None:
    """Nothing is recognised by them any more; for which resource the id was created is still known."""
    first = journal(tmp_path, clock)
    for urn, id_ in ((URN, "seen"), (OTHER, "returned")):
        first.intend(ENTRY._replace(urn=urn))
        first.created(urn, id_)
    first.seen(URN, "seen")
    first.returned(OTHER)
    first.settle()
    kept = JournalFile(str(tmp_path), pytest.fail, clock).entries("tenant")
    assert {one._replace(run="") for one in kept} == {
        Entry(URN, "iosProfile", "", (), "", (), 1000.0, id="seen", settled=True),
        Entry(OTHER, "iosProfile", "", (), "", (), 1000.0, id="returned", settled=True),
    }
    assert journal(tmp_path, clock).creator("seen") == URN


def test_intent_stays_while_the_state_has_another_id(tmp_path: Path, clock: Clock) -> None:
    """During a replacement that was interrupted, the state still has the id of the old object."""
    journal(tmp_path, clock).intend(ENTRY)
    journal(tmp_path, clock).seen(URN, "the old one")
    assert journal(tmp_path, clock).find(URN) is not None


def test_entry_of_a_renamed_resource_follows_it(tmp_path: Path, clock: Clock) -> None:
    """The state has the id under the new URN: that is whose the object is from now on."""
    journal(tmp_path, clock).created(URN, "id-1")
    journal(tmp_path, clock).seen(OTHER, "id-1")
    after = journal(tmp_path, clock)
    assert (after.find(URN), after.find(OTHER), after.creator("id-1")) == (None, None, OTHER)


def test_intent_of_a_renamed_resource_stays_while_the_state_has_another_id(tmp_path: Path, clock: Clock) -> None:
    """The object that is replaced was created under the old name, and its replacement was interrupted."""
    journal(tmp_path, clock).created(OTHER, "the old one")
    journal(tmp_path, clock).intend(ENTRY)
    journal(tmp_path, clock).seen(URN, "the old one")
    found = journal(tmp_path, clock).find(URN)
    assert found is not None
    assert found._replace(run="") == ENTRY


@pytest.mark.parametrize("replaces", [True, False])
def test_refused_create_is_open_where_it_replaces_and_proves_nothing(
    tmp_path: Path, clock: Clock, *, replaces: bool
) -> None:
    """The state still has the id of the object that was deleted to be replaced."""
    run = journal(tmp_path, clock)
    if replaces:
        run.seen(URN, "the old one")
    run.refused(ENTRY)
    assert journal(tmp_path, clock).has_open(URN, ENTRY.kind) is replaces
    assert journal(tmp_path, clock).find(URN) is None


def test_object_of_another_resource_is_told_from_the_database(tmp_path: Path, clock: Clock) -> None:
    """Another run on this machine wrote it after this one had begun; and while it is still at work, all may be its."""
    here, there = journal(tmp_path, clock), journal(tmp_path, clock)
    here.intend(ENTRY)
    assert not here.is_of_another(ENTRY, "id-1")
    there.intend(ENTRY._replace(urn=OTHER))
    there.created(OTHER, "id-1")
    assert here.is_of_another(ENTRY, "id-1")
    assert not here.is_of_another(ENTRY, "id-2")


@pytest.mark.parametrize(
    ("with_id", "seconds", "proves"),
    [(False, 3599, True), (False, 3601, False), (True, 29 * 86400, True), (True, 31 * 86400, False)],
)
def test_entry_proves_for_a_time(tmp_path: Path, clock: Clock, *, with_id: bool, seconds: float, proves: bool) -> None:
    """An intent for an hour, for others may create the same meanwhile; an id for a month."""
    first = journal(tmp_path, clock)
    first.intend(ENTRY)
    if with_id:
        first.created(URN, "id-1")
    clock.now += seconds
    assert (journal(tmp_path, clock).find(URN) is not None) == proves


def test_entry_of_a_run_that_ended_well_proves_nothing_and_names_its_resource(tmp_path: Path, clock: Clock) -> None:
    """The state has the id; a stack of the same name and project has the same URNs, and must not be given it."""
    first = journal(tmp_path, clock)
    first.intend(ENTRY)
    first.created(URN, "id-1")
    first.returned(URN)
    first.intend(ENTRY._replace(urn=OTHER))
    first.settle()
    second = journal(tmp_path, clock)
    assert second.find(URN) is None
    assert (second.owner("id-1"), second.creator("id-1")) == ("", URN)
    assert second.find(OTHER) is not None  # no answer came: the state does not have it
    assert list(tmp_path.glob("*.lock")) == []


def test_locks_of_runs_that_have_ended_are_removed(tmp_path: Path, clock: Clock) -> None:
    """A killed run cannot remove its own."""
    (tmp_path / "left.lock").touch()
    journal(tmp_path, clock).intend(ENTRY)
    assert "left.lock" not in {path.name for path in tmp_path.glob("*.lock")}


def test_adopted_object_is_no_longer_that_of_whom_it_was_created_for(tmp_path: Path, clock: Clock) -> None:
    """A declared adopt is consent: the entry of the other resource proves nothing any more."""
    first = journal(tmp_path, clock)
    first.created(OTHER, "id-1")
    first.created(URN, "id-1")
    assert first.owner("id-1") == URN
    assert journal(tmp_path, clock).find(OTHER) is None


def test_names_and_bodies_are_not_on_the_disk(tmp_path: Path, clock: Clock) -> None:
    """A display name may be a secret: the file has digests."""
    secret = "CANARY-NAME"
    entry = ENTRY._replace(name=digest(secret), body=digest({"display_name": secret}))
    first = journal(tmp_path, clock)
    first.intend(entry)
    first.created(URN, "id-1")
    first.close()
    assert all(secret.encode() not in path.read_bytes() for path in tmp_path.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file modes")
def test_file_is_for_its_owner_alone(tmp_path: Path, clock: Clock) -> None:
    """Others on the machine need not know what a tenant has."""
    folder = tmp_path / "new"
    journal(folder, clock).intend(ENTRY)
    assert [path.stat().st_mode & 0o077 for path in (folder, folder / FILE)] == [0, 0]


def test_reading_makes_no_file(tmp_path: Path, clock: Clock) -> None:
    """A preview asks, and leaves nothing behind."""
    asked = journal(tmp_path / "new", clock)
    assert asked.find(URN) is None
    asked.seen(URN, "id-1")
    assert not (tmp_path / "new").exists()


def test_off_keeps_nothing_between_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    """The setting for a machine that must keep nothing."""
    monkeypatch.chdir(tmp_path)
    first = Journal(OFF, "tenant", pytest.fail, clock)
    first.intend(ENTRY)
    assert first.find(URN) is not None
    assert Journal(OFF, "tenant", pytest.fail, clock).find(URN) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("obstacle", ["a file in place of the folder", "a file that is no database"])
def test_journal_that_cannot_be_used_is_reported_once(tmp_path: Path, clock: Clock, obstacle: str) -> None:
    """The run goes on without, and says what that means."""
    told: list[str] = []
    folder = tmp_path / "journal"
    if obstacle == "a file in place of the folder":
        folder.write_text("", encoding="utf-8")
    else:
        folder.mkdir()
        (folder / FILE).write_text(
            "not a database, but long enough to be read as the head of one" * 20, encoding="utf-8"
        )
    kept = Journal(str(folder), "tenant", told.append, clock)
    for urn in (URN, OTHER):
        kept.intend(ENTRY._replace(urn=urn))
        kept.created(urn, f"id of {urn}")
    (line,) = told
    assert str(folder) in line
    assert "python -m stacks recover" in line
    assert "INTUNE_JOURNAL" in line


def test_proof_waits_for_the_disk_and_what_the_state_has_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    """After a killed run each diff notes an id that the state has; a preview of many must not wait for the disk."""
    statements: list[str] = []
    connect = sqlite3.connect

    def traced(*values: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*values, **options)
        connection.set_trace_callback(statements.append)
        return connection

    monkeypatch.setattr(sqlite3, "connect", traced)
    run = journal(tmp_path, clock)
    run.intend(ENTRY)
    run.created(URN, "id-1")
    run.seen(URN, "id-1")
    levels, level = [], ""
    for statement in statements:
        if statement.startswith("PRAGMA synchronous"):
            level = statement.rpartition(" ")[2]
        elif statement.startswith("INSERT"):
            levels.append(level)
    assert levels == ["FULL", "FULL", "NORMAL"]


def test_many_threads_write_without_losing_an_entry(tmp_path: Path, clock: Clock) -> None:
    """A run creates 32 objects at once."""
    first = journal(tmp_path, clock)

    def create(number: int) -> None:
        first.intend(ENTRY._replace(urn=f"{URN}{number}"))
        first.created(f"{URN}{number}", f"id-{number}")

    with ThreadPoolExecutor(32) as pool:
        list(pool.map(create, range(200)))
    second = journal(tmp_path, clock)
    assert all(second.owner(f"id-{number}") == f"{URN}{number}" for number in range(200))


def test_entry_of_a_process_that_is_at_work_is_under_way(tmp_path: Path, clock: Clock) -> None:
    """Until its process ends, however it ends; then the id may be there."""
    script = (
        "import sys, provider.ownership.journal as j, provider.ownership.journal_entry as e\n"
        f"entry = e.Entry({URN!r}, '', '', (), '', (), 1000.0)\n"
        "journal = j.Journal(sys.argv[1], 'tenant', clock=lambda: 1000.0)\n"
        "journal.intend(entry)\n"
        "print(flush=True)\n"
        "sys.stdin.readline()\n"
        f"journal.created({URN!r}, 'id-1')\n"
        "print(flush=True)\n"
        "sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        here = journal(tmp_path, clock)
        entry = here.find(URN)
        assert entry is not None
        assert here.is_under_way(entry)
        process.stdin.write("\n")
        process.stdin.flush()
        process.stdout.readline()
        again = here.reload(URN)
        assert again is not None
        assert again.id == "id-1"
        assert here.is_under_way(again)
        process.kill()
        process.wait()
        assert not here.is_under_way(again)


def test_lock_of_this_process_is_not_that_of_another(tmp_path: Path) -> None:
    """What this run is about to do is no reason to wait."""
    name = machine.hold(tmp_path)
    assert machine.hold(tmp_path) == name
    assert not machine.is_held(tmp_path, name)
    assert not machine.is_held(tmp_path, "")
    assert not machine.is_held(tmp_path, "unknown.lock")


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        ("linux", {"XDG_STATE_HOME": "/state"}, Path("/state/intune-derived-credentials")),
        ("linux", {}, Path.home() / ".local/state/intune-derived-credentials"),
        ("darwin", {}, Path.home() / "Library/Application Support/intune-derived-credentials"),
        ("win32", {"LOCALAPPDATA": "/local"}, Path("/local/intune-derived-credentials")),
    ],
)
def test_folder_is_the_systems_own(platform: str, environ: dict[str, str], expected: Path) -> None:
    """Where programs of this system keep what is theirs."""
    assert machine.state_folder(environ, platform) == expected


def test_digest_does_not_depend_on_order() -> None:
    """Two spellings of one declaration are one."""
    assert digest({"a": 1, "b": ["ü"]}) == digest(json.loads('{"b": ["\\u00fc"], "a": 1}'))
    assert digest({"a": 1}) != digest({"a": 2})
