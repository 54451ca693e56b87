"""The server limits what a member can do with their own SQL."""

import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from clientsync_tui.store.database import Database as PracticeFile
from clientsync_tui.store.people import People
from clientsync_tui.store.postgres import ownership
from clientsync_tui.store.postgres.address import address_of
from clientsync_tui.store.postgres.connecting import connect
from clientsync_tui.store.postgres.people_here import others
from clientsync_tui.store.postgres.schema import steps
from tests.support.hosts import Host, host
from tests.support.postgres import Database

APPEND = "SELECT clientsync.append(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[])"
NOW = "2026-11-30T20:00:00.000Z"
JOB = {
    "id": "j1", "kind": "check", "software": "xero", "sign_in": None, "state": "waiting", "by": "x", "started_at": NOW,
    "ended_at": None, "paused": None, "needs_sign_in": 0,
}  # fmt: skip
WORKER = {"id": "w1", "job": "j1", "host": "h", "place": "p", "person": "x", "since": NOW, "until": NOW}


@pytest.mark.parametrize(
    ("client", "software", "organisation"),
    [("x" * 20_000_000, None, None), (None, "x" * 1001, None), (None, None, "x" * 1001)],
)
def test_long_texts_of_an_entry_are_refused(
    hosts: tuple[Host, Host],
    postgres: Database,
    client: str | None,
    software: str | None,
    organisation: str | None,
) -> None:
    values = (["note_set"], [client], [software], [organisation], ['{"note": "x"}'])
    with (
        postgres.connect("ben") as db,
        pytest.raises(psycopg.errors.CheckViolation, match="violates check constraint"),
    ):
        db.execute(APPEND, values)


@pytest.mark.parametrize(
    ("jobs", "workers"),
    [
        ([JOB | {"state": "strange"}], []),
        ([JOB | {"started_at": "never"}], []),
        ([JOB | {"id": "\x1b[2J"}], []),
        ([JOB | {"paused": "x" * 100_001}], []),
        ([JOB], [WORKER | {"since": "garbage"}]),
        ([JOB], [WORKER | {"host": "x" * 1001}]),
        ([], [WORKER | {"job": "nowhere"}]),
    ],
)
def test_work_that_no_program_writes_is_refused(
    hosts: tuple[Host, Host], postgres: Database, jobs: list[object], workers: list[object]
) -> None:
    put = "SELECT clientsync.put_work(%s::jsonb, '[]'::jsonb, %s::jsonb)"
    with postgres.connect("ben") as db:
        with pytest.raises((psycopg.errors.CheckViolation, psycopg.errors.InvalidParameterValue)):
            db.execute(put, (json.dumps(jobs), json.dumps(workers)))
        db.execute(put, (json.dumps([JOB]), json.dumps([WORKER])))


def test_server_sets_the_limit_and_shares_it_among_those_waiting(
    hosts: tuple[Host, Host], postgres: Database
) -> None:
    take = "SELECT granted FROM clientsync.take_calls(E'xero\\nid\\no1\\n', 1000000, 60, 1000000)"
    with postgres.connect("ben") as ben, postgres.connect() as ann:
        assert sum(ben.execute(take).fetchall()[0][0] for _ in range(20)) == 60
        assert ann.execute(take).fetchone() == (0,)
        # Time passes: half of Ben's calls no longer count.
        ann.execute("UPDATE clientsync.rates SET n = n / 2")
        assert ben.execute(take).fetchone() == (0,), "Ann waits, and Ben has his share"
        assert ann.execute(take).fetchone() == (5,)
        assert ben.execute("SELECT DISTINCT person::text FROM clientsync.rates WHERE n > 0").fetchall()


def test_locks_end_with_the_time_that_a_change_may_take(hosts: tuple[Host, Host], postgres: Database) -> None:
    hosts[0].ok("practice", "upgrade")  # sets them if the database has none, as creating the practice does
    with postgres.connect("ben") as db:
        assert db.execute("SHOW idle_in_transaction_session_timeout").fetchone() == ("1min",)
        with db.transaction():
            db.execute("SELECT clientsync.lock_head()")
            assert db.execute("SHOW idle_in_transaction_session_timeout").fetchone() == ("30s",)
        assert db.execute("SHOW statement_timeout").fetchone() == ("10min",)


def test_lane_that_someone_holds_is_not_waited_for(hosts: tuple[Host, Host], postgres: Database) -> None:
    take = "SELECT clientsync.take_calls(E'xero\\nid\\no1\\n', 60, 60, 5)"
    with postgres.connect("ben") as ben, postgres.connect() as ann, ben.transaction():
        ben.execute(take)
        with pytest.raises(psycopg.errors.LockNotAvailable):
            ann.execute(take)


def test_login_name_counts_as_the_same_person(hosts: tuple[Host, Host], postgres: Database) -> None:
    ann, ben = hosts
    ann.ok("practice", "grant", postgres.role("ben"), "member", "--login", "benedict")
    assert [person.get("login") for person in ann.ok("practice", "people", "--json")].count("benedict") == 1
    ben.ok("clients")
    with ben.workplace() as workplace:
        people = People(PracticeFile(workplace.store.path, workplace.store.home))
        assert people.one_name("benedict") == postgres.role("ben")


def test_windows_with_strange_names_stop_no_follower(hosts: tuple[Host, Host], postgres: Database) -> None:
    with postgres.connect("ben") as naive, postgres.connect("ben") as aware:
        naive.execute("SET application_name = 'clientsync since 2026-01-01 h'")
        aware.execute("SET application_name = 'clientsync since 2026-01-01T10:00Z h'")
        with connect(address_of(postgres.url())) as server:
            assert [here.host for here in others(server)] == ["h"]


def test_what_a_superuser_left_is_repaired(tmp_path: Path, postgres: Database) -> None:
    root = host(tmp_path, "root")
    owner = postgres.role("ann")
    assert owner in postgres.url("ann")
    with postgres.connect() as db:
        db.execute(f'GRANT CREATE ON DATABASE "{postgres.name}" TO "{owner}"'.encode())
    with postgres.connect("ann") as db:
        for step in steps()[:6]:
            db.execute(step.encode())
        db.execute("INSERT INTO clientsync.about VALUES ('p1', 'Tester & Co', 7)")
        db.execute("INSERT INTO clientsync.people VALUES (session_user, 'admin')")
        db.execute("SELECT clientsync.grant_person('postgres', 'admin', NULL, NULL)")
    with postgres.connect() as db:
        # Upgraded like an early version did: the superuser owns what they created, and everyone may call it.
        db.execute(steps()[6].encode())
    with connect(address_of(postgres.url())) as server:
        assert ownership.foreign(server) == ["postgres"] and ownership.is_open(server)
    root.ok("practice", "join", postgres.url())
    root.ok("practice", "upgrade")
    with connect(address_of(postgres.url())) as server:
        assert ownership.foreign(server) == [] and not ownership.is_open(server)


def moved_away(folder: Path, postgres: Database) -> tuple[Host, str]:
    """A host whose practice was moved to the server, and its configuration before that."""
    ann = host(folder, "ann")
    ann.ok("team", "create", "North")
    before = ann.config.read_text()
    ann.ok("practice", "move", "--yes", postgres.url())
    return ann, before


def test_move_that_stopped_after_its_last_step_is_completed(tmp_path: Path, postgres: Database) -> None:
    ann, before = moved_away(tmp_path, postgres)
    # As after a kill: the server has everything, but neither the file nor the configuration says so.
    ann.config.write_text(before)
    with closing(sqlite3.connect(ann.folder / "practice.db")) as db, db:
        db.execute("DELETE FROM meta WHERE key = 'moved'")
    assert ann.ok("practice", "move", "--yes", "--json", postgres.url())["entries"] == 1
    assert ann.ok("practice", "status", "--json")["home"] == "postgresql"


def test_practice_whose_move_was_killed_before_its_last_step_can_move_back(
    tmp_path: Path, postgres: Database
) -> None:
    ann, before = moved_away(tmp_path, postgres)
    # As after a kill: the file says where the practice is, but the configuration still names the file.
    ann.config.write_text(before)
    ann.ok("practice", "move", "--yes", postgres.url())
    ann.ok("practice", "move", "--yes", "back.db")
    ann.ok("team", "create", "South")
    assert ann.ok("practice", "status", "--json")["entries"] == 2


def test_practice_that_was_moved_is_not_moved_elsewhere(tmp_path: Path, postgres: Database) -> None:
    ann, before = moved_away(tmp_path, postgres)
    ann.ok("team", "create", "South")
    ann.config.write_text(before)
    again = ann.run("practice", "move", "--yes", postgres.url())
    assert again.code == 2 and "was moved to" in again.err and "clientsync practice join" in again.err
    elsewhere = ann.run("practice", "move", "--yes", Database(postgres.server).url())
    assert elsewhere.code == 2 and f"was moved to {postgres.name}" in elsewhere.err


def test_doctor_repairs_a_practice_that_an_earlier_version_moved_back_with_the_note_of_the_move(
    tmp_path: Path, postgres: Database
) -> None:
    ann, before = moved_away(tmp_path, postgres)
    moved, ann_there = ann.run("doctor", "--json"), ann.config.read_text()
    assert "move" not in [finding["name"] for finding in moved.json]
    ann.config.write_text(before)
    left = ann.run("doctor", "--json").json
    assert [finding["ok"] for finding in left if "clientsync practice join" in finding["says"]] == [False]
    assert "Repaired" not in ann.run("doctor", "--repair").err, "the practice is still there"
    ann.config.write_text(ann_there)
    ann.ok("practice", "move", "--yes", "back.db")
    with closing(sqlite3.connect(ann.folder / "back.db")) as db, db:
        # Written before the file was a copy of the server's ledger.
        db.execute("INSERT INTO meta (rowid, key, value) VALUES (-1, 'moved', 'p on 127.0.0.1')")
    assert "was moved to p" in ann.run("team", "create", "South").err
    assert "so nobody can change it" in ann.run("doctor").out
    assert "back.db can be changed again" in ann.run("doctor", "--repair").err
    ann.ok("team", "create", "South")


def test_copy_on_a_full_disk_shows_what_was_known(hosts: tuple[Host, Host]) -> None:
    ann, ben = hosts
    data = ann.folder / "data"
    saved = data.rename(ann.folder / "saved")
    data.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(data)]
    if os.name != "posix" or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can make a small disk")
    try:
        shutil.copytree(saved, data, dirs_exist_ok=True)
        (data / "filler").write_bytes(bytes(shutil.disk_usage(data).free))
        ben.ok("team", "create", "North")
        read = ann.ok("clients")
        assert "Abbey" in read.out and "the disk is full" in read.err and "Showing what was known" in read.err
        refused = ann.run("team", "create", "South")
        assert refused.code == 1 and "can't be written: the disk is full" in refused.err
        (data / "filler").unlink()
        ann.ok("team", "create", "South")
    finally:
        subprocess.run(["umount", "-l", str(data)], check=True)
