"""Anyone who can write to the practice's file can plant things in it. None of them acts with another person's rights."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from clientsync_tui.practice.trouble import Trouble
from clientsync_tui.store.chain import verify
from clientsync_tui.store.files import copies
from clientsync_tui.store.files.schema_check import SHAPE, VERSION, strange
from clientsync_tui.store.listing.prefix_search import clients_starting_with
from clientsync_tui.store.migrations import migrate
from clientsync_tui.store.store import Store
from tests.store.entries import added
from tests.support.command import Command
from tests.support.inside import database_of

RELEASE_0_1 = Path(__file__).parents[1] / "store" / "release_0_1.sql"
PLANTED = {
    "trigger evil": "CREATE TRIGGER evil AFTER UPDATE ON clients BEGIN UPDATE clients SET note = 'owned'; END",
    "view everyone": "CREATE VIEW everyone AS SELECT * FROM clients",
    "table extra": "CREATE TABLE extra (a)",
    # Reading it once would take years.
    "index slow": "CREATE INDEX slow ON ledger (length(hex(zeroblob(400000000))))",
}


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    folder = tmp_path / "shared"
    folder.mkdir()
    (folder / "config.toml").write_text('[practice]\ndatabase = "practice.db"\n')
    with closing(Store(folder / "practice.db")) as store:
        store.ledger.append(added("c1"), added("c2", "Client 2"))
    return Command(folder / "config.toml")


@pytest.fixture
def database(cli: Command) -> Path:
    return cli.config.parent / "practice.db"


def plant(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        if not statement.startswith("CREATE INDEX"):
            db.execute(statement)
            return
        # Create it with another definition first, because building this index would block the test too.
        db.execute("CREATE INDEX slow ON ledger (at)")
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'slow'", (statement,))


def doctor(cli: Command, *words: str) -> dict[str, str]:
    checks = cli.inside("doctor", "--json", *words).json
    return {
        check["name"]: check["says"] for check in checks if not check["ok"] and check["name"] != "keyring"
    }


def test_shape_that_is_compared_is_what_the_steps_make() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        db.execute("BEGIN")
        migrate(db, 0)
        made = sorted(row[0] for row in db.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))
        assert strange(db, VERSION) is None, "\n".join(made)
    assert len(made) == SHAPE.count("CREATE ")


@pytest.mark.parametrize("planted", PLANTED)
def test_planted_schema_objects_are_refused_and_repaired(planted: str, cli: Command, database: Path) -> None:
    plant(database, PLANTED[planted])
    for words in (("clients",), ("log",)):
        result = cli.inside(*words)
        assert result.code == 2 and f"has the {planted}, which Client Sync did not make" in result.err, result
    assert planted in doctor(cli)["database"]
    result = cli.inside("doctor", "--repair")
    assert "rebuilt from its own ledger" in result.err
    with closing(Store(database)) as store:
        assert [row[1] for row in store.clients.codes()] == ["Abbey Bakery", "Client 2"]
        assert verify(database_of(store).connection) is None


@pytest.mark.parametrize("planted", PLANTED)
def test_copy_with_something_planted_is_not_restored(
    planted: str, cli: Command, database: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    assert cli.inside("backup", str(copy)).code == 0
    plant(copy, PLANTED[planted])
    before = database.read_bytes()
    result = cli.inside("restore", str(copy), "--yes")
    assert result.code == 2 and f"{copy} has the {planted}, which Client Sync did not make" in result.err, (
        result
    )
    assert database.read_bytes() == before and not list(database.parent.glob("*before-restore*"))
    assert [file for file in database.parent.iterdir() if file.name.startswith(".")] == []


def test_table_that_was_changed_is_refused(cli: Command, database: Path) -> None:
    with closing(sqlite3.connect(database)) as db:
        db.execute("ALTER TABLE clients ADD COLUMN extra TEXT")
    assert "has a different table clients than Client Sync makes" in cli.inside("clients").err
    with closing(sqlite3.connect(database)) as db:
        db.execute("ALTER TABLE clients DROP COLUMN extra")
        db.execute("DROP INDEX clients_team")
    assert "does not have the index clients_team" in cli.inside("clients").err
    assert "rebuilt" in cli.inside("doctor", "--repair").err
    assert cli.inside("clients").code == 0


def test_trigger_planted_while_the_program_runs_does_not_act(database: Path) -> None:
    with closing(Store(database)) as store:
        plant(database, PLANTED["trigger evil"])
        with pytest.raises(Trouble, match="trigger evil"):
            store.ledger.append(added("c3", "Client 3"))
        assert database_of(store).connection.execute("SELECT max(note) FROM clients").fetchone()[0] == ""


def test_rebuild_by_another_process_is_no_reason_to_stop(database: Path) -> None:
    with closing(Store(database)) as store, closing(Store(database)) as other:
        other.ledger.rebuild()
        store.ledger.append(added("c3", "Client 3"))


def test_statistics_that_sqlite_makes_are_no_reason_either(cli: Command, database: Path) -> None:
    with closing(sqlite3.connect(database)) as db:
        db.execute("ANALYZE")
    assert cli.inside("clients").code == 0


def test_copy_of_an_earlier_version_is_upgraded_before_it_replaces_the_practice(
    cli: Command, database: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(copy)) as db:
        db.executescript(RELEASE_0_1.read_text())
    before = copy.read_bytes()
    planted = tmp_path / "planted.db"
    shutil.copy(copy, planted)
    plant(planted, "CREATE TRIGGER evil AFTER INSERT ON meta BEGIN DELETE FROM clients; END")
    practice = database.read_bytes()
    result = cli.inside("restore", str(planted), "--yes")
    assert result.code == 2 and "trigger evil" in result.err and database.read_bytes() == practice
    assert cli.inside("restore", str(copy), "--yes").code == 0
    assert copy.read_bytes() == before
    with closing(sqlite3.connect(database)) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == VERSION
    assert doctor(cli) == {}


def test_copy_that_cannot_be_upgraded_replaces_nothing(cli: Command, database: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(copy)) as db:
        db.executescript(RELEASE_0_1.read_text())
        db.execute("UPDATE ledger SET seq = -5 WHERE seq = 3")
        db.execute("INSERT INTO meta VALUES ('x', CAST(x'ff' AS TEXT))")
        db.execute("UPDATE ledger SET body = CAST(x'ff' AS TEXT) WHERE seq = 4")
        db.commit()
    practice = database.read_bytes()
    result = cli.inside("restore", str(copy), "--yes")
    assert result.code in (1, 2) and "Traceback" not in result.err, result
    assert database.read_bytes() == practice


def test_locked_copy_does_not_block_forever(
    cli: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy.db"
    assert cli.inside("backup", str(copy)).code == 0
    monkeypatch.setattr(copies, "LOCKED_S", 0.1)
    with closing(sqlite3.connect(copy, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        result = cli.inside("restore", str(copy), "--yes")
    assert result.code == 1 and "locked" in result.err, result


def test_checking_a_copy_has_a_time_limit(
    cli: Command, database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Store(database)) as store:
        store.ledger.append(*(added(f"x{n}", f"X {n}") for n in range(3000)))
    copy = tmp_path / "copy.db"
    assert cli.inside("backup", str(copy)).code == 0
    monkeypatch.setattr(copies, "LOOKED_AT_S", -1.0)
    monkeypatch.setattr(copies, "STEPS", 1000)
    result = cli.inside("restore", str(copy), "--yes")
    assert result.code == 2 and "is not a copy of a practice" in result.err


def test_opening_asks_once(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = sqlite3.connect

    def connect(*arguments: object, **named: object) -> sqlite3.Connection:
        connection = real(*arguments, **named)  # type: ignore[call-overload]
        connection.set_trace_callback(asked.append)
        return connection

    monkeypatch.setattr(sqlite3, "connect", connect)
    with closing(Store(database)):
        pass
    assert len([query for query in asked if "sqlite_master" in query]) <= 2


def test_view_in_place_of_a_table_does_not_block_completion(database: Path) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    with closing(sqlite3.connect(database)) as db:
        db.execute("ALTER TABLE clients RENAME TO others")
        columns = "i AS practice_code, i AS name, i AS code_key, i AS name_key, 0 AS removed"
        db.execute(f"CREATE VIEW clients AS SELECT {columns} FROM ({endless}) ORDER BY i DESC")
    assert clients_starting_with(database, "a", 10) == []


def test_pipe_in_the_practices_place_is_refused(cli: Command, database: Path) -> None:
    database.unlink()
    os.mkfifo(database)
    result = cli.inside("clients")
    assert result.code == 2 and "it is not a file" in result.err
    assert clients_starting_with(database, "a", 10) == []
