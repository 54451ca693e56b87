"""Opening a database that is not ours, newer, damaged or unreachable: refused with a sentence and left unchanged."""

import contextlib
import sqlite3
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from clientsync_tui.practice.trouble import Trouble, UsageError
from clientsync_tui.store.database import VERSION, Database
from tests.store.entries import added, store_in
from tests.support.inside import database_of


def test_newer_database_is_refused_and_left(tmp_path: Path) -> None:
    store_in(tmp_path).close()
    path = tmp_path / "practice.db"
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(UsageError, match=f"newer Client Sync.*{VERSION + 1}"):
        Database(path)
    with contextlib.closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == VERSION + 1


@pytest.mark.parametrize("version", [0, VERSION, 7])
def test_another_programs_database_is_refused_and_left(tmp_path: Path, version: int) -> None:
    path = tmp_path / "practice.db"
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE invoices (id)")
        db.execute(f"PRAGMA user_version = {version}")
    before = path.read_bytes()
    with pytest.raises(UsageError, match="another program"):
        Database(path)
    assert path.read_bytes() == before


def test_file_that_is_not_a_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "practice.db"
    path.write_text("Dear diary, " * 100)
    with pytest.raises(UsageError, match="not a database"):
        Database(path)
    assert path.read_text().startswith("Dear diary")


def test_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't be opened"):
        Database(tmp_path)


def test_empty_file_becomes_a_database(tmp_path: Path) -> None:
    path = tmp_path / "practice.db"
    path.touch()
    for _ in range(2):
        opened = Database(path)
        assert opened.connection.execute("SELECT count(*) FROM clients").fetchone()[0] == 0
        opened.close()


def test_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="can't be opened"):
        Database(tmp_path / "file" / "practice.db")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no folder here that not even root can write")
def test_folder_that_cannot_be_written_is_reported() -> None:
    with pytest.raises(UsageError, match="can't be opened"):
        Database(Path("/proc/self/practice.db"))


def test_damaged_database_is_reported(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.ledger.append(*(added(f"c{n}", f"Client {n}") for n in range(500)))
    store.close()
    path = tmp_path / "practice.db"
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    with pytest.raises(Trouble):
        store_in(tmp_path).ledger.append(added("new"))


def test_first_starts_at_once_make_one_practice(tmp_path: Path) -> None:
    code = """
        import sys
        from pathlib import Path
        from clientsync_tui.store.store import Store
        sys.stdin.readline()
        print(Store(Path(sys.argv[1])).practice_id)
    """
    command = [sys.executable, "-c", textwrap.dedent(code), str(tmp_path / "new" / "practice.db")]
    starts = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    for start in starts:
        assert start.stdin is not None
        start.stdin.write("go\n")
        start.stdin.flush()
    said = {start.communicate(timeout=60)[0] for start in starts}
    assert all(start.returncode == 0 for start in starts)
    assert len(said) == 1 and len(said.pop()) == 17


def test_files_are_the_persons_own_and_stay_shared_when_shared(tmp_path: Path) -> None:
    path = tmp_path / "new" / "practice.db"
    Database(path).close()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0
    path.chmod(0o660)
    Database(path).close()
    assert path.stat().st_mode & 0o777 == 0o660


def test_each_thread_reads_what_another_has_written(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    seen: list[int] = []
    store.ledger.append(added("c1"))
    thread = threading.Thread(target=lambda: seen.append(store.clients.total()))
    thread.start()
    thread.join()
    assert seen == [1]
    store.close()


def test_one_state_is_read_whatever_is_written_meanwhile(tmp_path: Path) -> None:
    store, other = store_in(tmp_path), store_in(tmp_path)
    with database_of(store).reading():
        assert store.clients.total() == 0
        other.ledger.append(added("c1"))
        assert store.clients.total() == 0
    assert store.clients.total() == 1
    store.close()
    other.close()
