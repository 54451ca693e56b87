"""Another program changed the ledger: the doctor says where, and hides none of the consequences."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clientsync_tui.practice.entries import Kind, iso
from clientsync_tui.practice.trouble import Trouble
from clientsync_tui.store.chain import COLUMNS, START, Flaw, link, verify
from clientsync_tui.store.files.audit import differing
from clientsync_tui.store.store import Store
from tests.faults.test_faults_file import doctor
from tests.store.entries import added, derived, of_client, store_in
from tests.support.command import Command
from tests.support.inside import database_of

ENTRIES = 12


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = store_in(tmp_path)
    store.ledger.append(*(added(f"c{n}", f"Client {n}") for n in range(ENTRIES)))
    yield store
    store.close()


def changed(store: Store, statement: str, *values: object) -> Flaw | None:
    db = database_of(store).connection
    db.execute(statement, values)
    return verify(db)


def test_hash_is_what_the_documentation_says(store: Store) -> None:
    import hashlib
    import json

    row = (
        database_of(store).connection.execute(f"SELECT hash, {COLUMNS} FROM ledger WHERE seq = 1").fetchone()
    )
    text = json.dumps(list(row)[1:], separators=(",", ":"))
    assert row["hash"] == hashlib.sha256(bytes(32) + text.encode("ascii")).digest()


@pytest.mark.parametrize("seq", [1, 7, ENTRIES])
def test_altered_entry_is_found(store: Store, seq: int) -> None:
    for column in ("at", "actor", "kind", "client", "software", "organisation_id", "body", "hash"):
        value = bytes(32) if column == "hash" else "another"
        database_of(store).connection.execute("BEGIN")
        assert changed(store, f"UPDATE ledger SET {column} = ? WHERE seq = ?", value, seq) == Flaw(
            "altered", seq, seq
        )
        database_of(store).connection.execute("ROLLBACK")
    assert verify(database_of(store).connection) is None


@pytest.mark.parametrize(
    ("removed", "flaw"),
    [
        ("seq = 1", Flaw("removed", 1, 1)),
        ("seq IN (5, 6)", Flaw("removed", 5, 6)),
        ("seq = 12", Flaw("removed", 12, 12)),
        ("seq > 3", Flaw("removed", 4, 12)),
        ("1", Flaw("removed", 1, 12)),
    ],
)
def test_removed_entries_are_found_at_the_end_too(store: Store, removed: str, flaw: Flaw) -> None:
    assert changed(store, f"DELETE FROM ledger WHERE {removed}") == flaw
    # It stays found, because later entries do not reuse the numbers.
    store.ledger.append(added("later"))
    assert store.ledger.last() == ENTRIES + 1
    found = verify(database_of(store).connection)
    assert found is not None and (found.what, found.seq) == ("removed", flaw.seq)


@pytest.mark.parametrize("seq", [-3, 0, ENTRIES + 1])
def test_inserted_entry_is_found_and_the_program_continues(store: Store, seq: int) -> None:
    values = f"{seq}, '2026-01-01T00:00:00.000Z', 'eve', 'note_set', 'c1', NULL, NULL, '{{}}', zeroblob(32)"
    assert changed(store, f"INSERT INTO ledger VALUES ({values})") == Flaw("inserted", seq, seq)
    store.ledger.append(added("later"))
    found = verify(database_of(store).connection)
    assert found == Flaw("inserted", seq, seq)


def test_entry_after_the_head_is_found_although_it_is_chained(store: Store) -> None:
    head = database_of(store).connection.execute("SELECT seq, hash FROM head").fetchone()
    store.ledger.append(added("later"))
    assert changed(store, "UPDATE head SET seq = ?, hash = ?", *head) == Flaw(
        "inserted", ENTRIES + 1, ENTRIES + 1
    )


def test_without_its_head_nothing_is_appended_and_it_shows(store: Store) -> None:
    assert changed(store, "DELETE FROM head") == Flaw("removed", ENTRIES + 1, ENTRIES + 1)
    with pytest.raises(Trouble, match="doctor"):
        store.ledger.append(added("later"))


def test_second_head_is_noticed_on_writing_and_on_opening_and_is_repaired(
    cli: Command, database: Path
) -> None:
    with closing(Store(database)) as store:
        changed(store, "INSERT INTO head SELECT seq, hash FROM ledger WHERE seq = 3")
        with pytest.raises(Trouble, match=r"more than one head.*doctor"):
            store.ledger.append(added("later"))
        last = store.ledger.last()
    assert "has more than one head of its ledger" in cli.inside("clients").err
    result = cli.inside("doctor")
    assert result.code == 1 and "has more than one head of its ledger" in result.out
    assert cli.inside("doctor", "--repair").code == 0
    with closing(Store(database)) as store:
        assert store.ledger.last() == last and verify(database_of(store).connection) is None
        store.ledger.append(added("later"))


def test_entry_that_cannot_be_read_is_reported(store: Store) -> None:
    for column, value in (("kind", "made_up"), ("body", "{broken")):
        changed(store, f"UPDATE ledger SET {column} = ? WHERE seq = 3", value)
        with pytest.raises(Trouble, match="Entry 3 of the ledger"):
            list(store.ledger.entries())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seq=st.integers(1, ENTRIES),
    at=st.integers(0),
    byte=st.integers(1, 127),
    column=st.sampled_from(["actor", "body", "at"]),
)
def test_byte_anywhere_is_found(store: Store, seq: int, at: int, byte: int, column: str) -> None:
    db = database_of(store).connection
    text = bytearray(db.execute(f"SELECT {column} FROM ledger WHERE seq = ?", (seq,)).fetchone()[0].encode())
    text[at % len(text)] ^= byte
    if max(text) > 127:
        return
    db.execute("BEGIN")
    found = changed(store, f"UPDATE ledger SET {column} = ? WHERE seq = ?", text.decode(), seq)
    db.execute("ROLLBACK")
    assert found == Flaw("altered", seq, seq)
    assert verify(db) is None


def rechained(path: Path) -> None:
    """Alters the ledger as someone would who knows how it is chained."""
    with closing(sqlite3.connect(path)) as db:
        db.execute(
            """UPDATE ledger SET body = replace(body, 'Client 3', 'Client X') WHERE kind = 'client_added'"""
        )
        seq, before = 0, START
        for row in db.execute(f"SELECT {COLUMNS} FROM ledger ORDER BY seq").fetchall():
            seq, before = row[0], link(before, row)
            db.execute("UPDATE ledger SET hash = ? WHERE seq = ?", (before, seq))
        db.execute("UPDATE head SET seq = ?, hash = ?", (seq, before))
        db.commit()


def test_doctor_says_where_and_repairs_no_ledger(cli: Command, database: Path) -> None:
    assert doctor(cli) == {}
    with closing(sqlite3.connect(database)) as db:
        db.execute("UPDATE ledger SET actor = 'eve@example.com' WHERE seq = 20")
        db.commit()
    for words in ((), ("--repair",)):
        wrong = doctor(cli, *words)
        assert wrong.keys() == {"ledger"}
        assert (
            "entry 20 was changed after Client Sync wrote it" in wrong["ledger"]
            and ".backups" in wrong["ledger"]
        )
    with closing(sqlite3.connect(database)) as db:
        assert db.execute("SELECT actor FROM ledger WHERE seq = 20").fetchone()[0] == "eve@example.com"


def test_rewritten_ledger_differs_from_a_backup(cli: Command, database: Path) -> None:
    rechained(database)
    wrong = doctor(cli)
    assert "does not continue from" in wrong["backups"] and wrong.keys() == {"client list", "backups"}


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(days=365_000)], ids=["now", "in 1,000 years"])
def test_restore_mark_hides_no_change(cli: Command, database: Path, ahead: timedelta) -> None:
    mark = iso(datetime.now(UTC) + ahead)
    rechained(database)
    with closing(sqlite3.connect(database)) as db:
        db.execute("INSERT OR REPLACE INTO meta VALUES ('restored', ?)", (mark,))
        db.commit()
    assert "does not continue from" in doctor(cli)["backups"]


def test_copy_from_the_future_hides_nothing(cli: Command, database: Path) -> None:
    rechained(database)
    planted = database.with_name("practice.db.backups") / "29990101T000000Z-restored.db"
    with closing(sqlite3.connect(database)) as db, closing(sqlite3.connect(planted)) as copy:
        db.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
    assert "does not continue from" in doctor(cli)["backups"]


def test_older_file_put_in_place_is_detected_and_a_restore_is_not(cli: Command, database: Path) -> None:
    store = Store(database)
    old = database.with_name("old.db")
    assert cli.inside("backup", str(old)).code == 0
    store.ledger.append(added("later"))
    store.close()
    assert cli.inside("backup").code == 0
    here = database.read_bytes()
    shutil.copy(old, database)
    assert "cut short" in doctor(cli)["backups"]
    database.write_bytes(here)
    assert doctor(cli) == {}
    assert cli.inside("restore", "--yes", str(old)).code == 0
    assert doctor(cli) == {}, "it was put back on purpose"
    store = Store(database)
    store.ledger.append(added("again"))
    store.close()
    assert doctor(cli) == {}


def test_client_list_that_differs_from_the_ledger_is_rebuilt(cli: Command, database: Path) -> None:
    store = Store(database)
    before, db = derived(database_of(store)), database_of(store).connection
    for statement, table in (
        ("UPDATE clients SET name = 'Eve Ltd' WHERE n = 3", "clients"),
        ("UPDATE clients SET search = 'nothing' WHERE n = 3", "clients"),
        ("DELETE FROM integrations WHERE organisation_id = 'o4'", "integrations"),
        ("UPDATE sign_ins SET ends_at = '2099-01-01T00:00:00.000Z'", "sign_ins"),
        ("INSERT INTO teams VALUES ('Eve')", "teams"),
    ):
        db.execute("BEGIN")
        db.execute(statement)
        assert differing(database_of(store)) == [table]
        db.execute("ROLLBACK")
    db.execute("UPDATE integrations SET problem = 'access_removed' WHERE organisation_id = 'o4'")
    store.close()
    assert "integrations" in doctor(cli)["client list"]
    result = cli.inside("doctor", "--repair")
    assert result.code == 0 and "rebuilt" in result.err
    store = Store(database)
    assert derived(database_of(store)) == before and differing(database_of(store)) == []
    store.close()
    assert any("before-repair" in file.name for file in database.with_name("practice.db.backups").iterdir())


def test_altered_ledger_is_not_derived_from(cli: Command, database: Path) -> None:
    with closing(sqlite3.connect(database)) as db:
        db.execute("UPDATE ledger SET body = '[1]' WHERE seq = 5")
        db.execute("UPDATE clients SET name = 'Eve Ltd' WHERE n = 3")
        db.commit()
    assert "Repaired" not in cli.inside("doctor", "--repair").err
    assert doctor(cli).keys() == {"ledger"}


def test_clock_behind_the_ledger_is_reported(cli: Command, database: Path) -> None:
    store = Store(database)
    store.ledger.append(of_client(Kind.NOTE_SET, "c1", note="x"), at=datetime.now(UTC) + timedelta(days=400))
    store.close()
    assert "set the clock" in doctor(cli)["ledger"]
    store = Store(database)
    store.ledger.append(of_client(Kind.NOTE_SET, "c1", note="y"))
    store.close()
    assert "1 entry made while the clock was ahead" in cli.inside("doctor").out
