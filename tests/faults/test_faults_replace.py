"""A repair or restore replaces the practice's file completely or not at all, and never while it is open."""

import os
import shutil
import sqlite3
import sys
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from clientsync_tui.practice.trouble import Trouble, UsageError
from clientsync_tui.store.chain import verify
from clientsync_tui.store.store import Store
from clientsync_tui.sync.doctor.database import make_repairs
from clientsync_tui.sync.doctor.restore import restore
from tests.store.entries import added
from tests.support.command import PATIENCE_S, Command
from tests.support.forked import begin, talk
from tests.support.inside import database_of

WATCHED = {"os.rename", "os.remove", "os.mkdir", "os.chmod", "os.chown", "sqlite3.connect"}


def damaged(database: Path) -> None:
    """Overwrites the client list; the ledger stays intact."""
    with closing(sqlite3.connect(database)) as db:
        pages = [
            row[0]
            for row in db.execute(
                "SELECT rootpage FROM sqlite_master WHERE name IN ('clients', 'clients_name')"
            )
        ]
        size = db.execute("PRAGMA page_size").fetchone()[0]
    with database.open("r+b") as file:
        for page in pages:
            file.seek((page - 1) * size)
            file.write(b"\xff" * size)


def with_a_log(database: Path) -> None:
    """Leaves the last entries in SQLite's log, as a crash does."""
    aside = database.with_name("aside")
    aside.mkdir()
    with closing(Store(database)) as store:
        store.ledger.append(added("in-the-log", "In the log"))
        for part in ("practice.db", "practice.db-wal"):
            shutil.copy(database.with_name(part), aside)
    for part in aside.iterdir():
        part.replace(database.with_name(part.name))
    aside.rmdir()


def dies_at(step: int, database: Path, file: Path | None) -> None:
    """Restores `file` (None: repairs), and dies before the file operation with that number. Ends with 0 if there are fewer."""
    taken = 0

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal taken
        taken += event in WATCHED and str(database.parent) in str(arguments[0])
        if taken == step:
            os._exit(9)

    sys.addaudithook(watch)
    if file is not None:
        restore(file, database)
    else:
        list(make_repairs(database, lambda _: True))
    os._exit(0)


def clients(database: Path) -> set[str] | None:
    """The clients of a practice with an intact ledger; None: it is damaged."""
    try:
        with closing(Store(database)) as store, database_of(store).reading() as db:
            found = {row[0] for row in db.execute("SELECT id FROM clients WHERE name_key > ''")}
            assert db.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok"
            assert verify(db) is None
            return found
    except (sqlite3.DatabaseError, UsageError):
        return None


@pytest.mark.parametrize("log", [False, True])
def test_repair_killed_at_any_step_leaves_the_damaged_file_or_the_new_one(
    database: Path, tmp_path: Path, log: bool
) -> None:
    shutil.rmtree(database.with_name("practice.db.backups"))
    if log:
        with_a_log(database)
    damaged(database)
    all_of_them = {f"c{n}" for n in range(40)} | ({"in-the-log"} if log else set())
    step, ended = 0, None
    while ended != 0:
        step += 1
        folder = tmp_path / str(step)
        shutil.copytree(database.parent, folder)
        repair = begin(dies_at, step, folder / "practice.db", None)
        repair.join(PATIENCE_S)
        ended = repair.exitcode
        assert ended in (0, 9)
        assert clients(folder / "practice.db") in ([all_of_them] if ended == 0 else [None, all_of_them]), step
        list(make_repairs(folder / "practice.db", lambda _: True))
        assert clients(folder / "practice.db") == all_of_them, step
        shutil.rmtree(folder)
    assert step > 5


def test_restore_killed_at_any_step_leaves_the_old_or_the_new_file(database: Path, tmp_path: Path) -> None:
    with closing(Store(database)) as store:
        store.ledger.append(added("later"))
    (copy,) = database.with_name("practice.db.backups").iterdir()
    former, later = {f"c{n}" for n in range(40)}, {"later", *(f"c{n}" for n in range(40))}
    step, ended = 0, None
    while ended != 0:
        step += 1
        folder = tmp_path / str(step)
        shutil.copytree(database.parent, folder)
        run = begin(dies_at, step, folder / "practice.db", copy)
        run.join(PATIENCE_S)
        ended = run.exitcode
        assert ended in (0, 9)
        assert clients(folder / "practice.db") in ([former] if ended == 0 else [former, later]), step
        published = [*(folder / "practice.db.backups").glob("*-restored.db")]
        assert not published or clients(folder / "practice.db") == former, step
        kept = folder / "practice.db.before-restore"
        assert clients(folder / "practice.db") == later or clients(kept) == later
        shutil.rmtree(folder)
    assert step > 5


def dies_at_rename(to: str, database: Path, file: Path) -> None:
    """Restores `file`, and dies before it moves a file with this name (or ending) into place."""

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event == "os.rename" and (
            arguments[:2] == (to, to) or (to.startswith("-") and str(arguments[1]).endswith(to))
        ):
            os._exit(9)

    sys.addaudithook(watch)
    restore(file, database)


@pytest.mark.parametrize(
    ("to", "when"), [("practice.db", "before it replaced"), ("-restored.db", "after it replaced")]
)
def test_restore_killed_between_its_renames_is_found_and_says_where_the_former_practice_is(
    cli: Command, database: Path, to: str, when: str
) -> None:
    (copy,) = database.with_name("practice.db.backups").iterdir()
    with closing(Store(database)) as store:
        store.ledger.append(added("later"))
        store.inspection.keep_copy("asked")
    run = begin(dies_at_rename, to, database, copy)
    run.join(PATIENCE_S)
    assert run.exitcode == 9
    former = database.with_name("practice.db.before-restore")
    assert "later" in (clients(former) or ())
    result = cli.inside("doctor")
    assert result.code == 1 and f"interrupted {when}" in result.out and str(former) in result.out
    if when.startswith("before"):
        restored = cli.inside("restore", "--yes", str(copy))
        assert restored.code == 0
        assert f"An earlier restore was interrupted. What it replaced is kept as {former}" in restored.err
    else:
        assert cli.inside("doctor", "--repair").code == 0
        assert "later" not in (clients(database) or ()), "a repair does not put back what the restore gave up"
    result = cli.inside("doctor")
    assert result.code == 0 and "interrupted" not in result.out
    assert former.exists() and not list(database.parent.glob(".practice.db.*"))


def has_it_open(database: Path, line: Connection) -> None:
    store = Store(database)
    line.send("open")
    line.recv()
    store.close()


def test_repair_and_restore_are_refused_while_the_practice_is_open(cli: Command, database: Path) -> None:
    (copy,) = database.with_name("practice.db.backups").iterdir()
    ours, theirs = talk()
    other = begin(has_it_open, database, theirs)
    assert ours.recv() == "open"
    before = database.read_bytes()
    for words in (("restore", str(copy), "--yes"), ("restore", str(copy), "--yes", "--json")):
        result = cli.inside(*words)
        assert result.code == 2 and "in use by another window or process" in result.err
    damaged(database)
    result = cli.inside("doctor", "--repair", "--json")
    assert (
        result.code == 1 and "Not repaired: The practice is in use by another window or process" in result.err
    )
    assert "is damaged" in result.out
    assert not list(database.parent.glob("*before-restore*")) and len(before) == database.stat().st_size
    # Once the process is killed, no one uses the practice.
    other.kill()
    other.join(PATIENCE_S)
    assert cli.inside("doctor", "--repair").code == 0
    assert len(clients(database) or ()) == 40


def writes(database: Path, line: Connection) -> None:
    """Opens the practice for each entry and reports each one that was saved, until the test ends it."""
    n = 0
    while not line.poll():
        with closing(Store(database)) as store:
            store.ledger.append(added(f"w{n}"))
        line.send(f"w{n}")
        n += 1
    line.send(None)


def test_no_entry_that_was_reported_is_lost_when_restores_come_between(database: Path) -> None:
    (copy,) = database.with_name("practice.db.backups").iterdir()
    ours, theirs = talk()
    other = begin(writes, database, theirs)
    assert ours.recv() == "w0"
    restored = 0
    for _ in range(2000):
        try:
            restore(copy, database)
        except UsageError as error:
            assert "in use" in str(error)
        else:
            restored += 1
        if restored == 5:
            break
    ours.send("end")
    reported = {"w0"}
    while (said := ours.recv()) is not None:
        reported.add(said)
    other.join(PATIENCE_S)
    files = [database, *database.parent.glob("practice.db.before-restore*")]
    held = set[str]().union(*(clients(file) or () for file in files if not file.name.endswith(".in-use")))
    assert reported <= held and restored > 0 and len(reported) > 1


def test_process_with_the_replaced_file_open_stops_writing(cli: Command, database: Path) -> None:
    (copy,) = database.with_name("practice.db.backups").iterdir()
    store = Store(database)
    # Someone removed the lock; otherwise the restore would have been refused.
    database.with_name("practice.db.in-use").unlink()
    with closing(sqlite3.connect(copy)) as db:
        db.execute("PRAGMA journal_mode = DELETE")
    shutil.copy(copy, database.with_name("new"))
    database.with_name("new").replace(database)
    last = store.ledger.last()
    with pytest.raises(
        Trouble, match=r"was replaced or removed while this was running.*Start Client Sync again"
    ):
        store.ledger.append(added("lost"))
    assert store.ledger.last() == last, "nothing was written to the file that has no name any more"
    database.unlink()
    with pytest.raises(Trouble, match="was replaced or removed"):
        store.contacts.good("xero", "o1")
    store.close()


def test_opening_a_practice_during_a_replacement_waits_for_the_new_file(database: Path) -> None:
    from clientsync_tui.store.files.replacing import replacing

    with replacing(database) as place:
        ours, theirs = talk()
        other = begin(has_it_open, database, theirs)
        assert not ours.poll(0.3), "it waits"
        shutil.copy(next(iter(database.with_name("practice.db.backups").iterdir())), place.new)
        place.finish()
    assert ours.recv() == "open"
    ours.send("end")
    other.join(PATIENCE_S)


def test_program_that_ignores_the_lock_is_noticed(cli: Command, database: Path) -> None:
    (copy,) = database.with_name("practice.db.backups").iterdir()
    with closing(sqlite3.connect(database)) as other:
        other.execute("SELECT count(*) FROM clients").fetchone()
        result = cli.inside("restore", str(copy), "--yes")
    assert result.code == 2 and "in use by another window or process" in result.err
    assert list(copy.parent.iterdir()) == [copy], "a repair must not put back what was never restored"
    assert cli.inside("restore", str(copy), "--yes").code == 0
    assert len(list(copy.parent.glob("*-restored.db"))) == 1


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("how", ["repair", "restore"])
def test_owner_group_and_mode_stay(cli: Command, database: Path, how: str) -> None:
    (copy,) = database.with_name("practice.db.backups").iterdir()
    if how == "repair":
        damaged(database)
    os.chown(database, 12_345, 23_456)
    database.chmod(0o660)
    if how == "repair":
        assert cli.inside("doctor", "--repair").code == 0
    else:
        assert cli.inside("restore", str(copy), "--yes").code == 0
    store = Store(database)
    store.ledger.append(added("new"))
    for name in ("", "-wal", "-shm", ".before-restore", ".in-use"):
        found = database.with_name(f"practice.db{name}").stat()
        assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (12_345, 23_456, 0o660), name
    store.close()


def test_remains_of_a_killed_replacement_are_removed_by_the_next(cli: Command, database: Path) -> None:
    left = database.with_name(".practice.db.0badcafe")
    left.mkdir()
    shutil.copy(database, left)
    (left / "practice.db.being-made").touch()
    half = database.with_name(".practice.db.before-restore.0123456789abcdef")
    half.touch()
    (copy,) = database.with_name("practice.db.backups").iterdir()
    assert cli.inside("restore", str(copy), "--yes").code == 0
    assert not left.exists() and not half.exists()


@pytest.mark.skipif(
    os.name != "posix" or os.getuid() != 0, reason="only root can change a file's group to any"
)
def test_files_sqlite_makes_beside_a_shared_practice_belong_to_the_group(database: Path) -> None:
    os.chown(database, os.getuid(), 23_456)
    database.chmod(0o660)
    with closing(Store(database)):
        for name in ("practice.db-wal", "practice.db-shm"):
            found = database.with_name(name).stat()
            assert (found.st_gid, found.st_mode & 0o777) == (23_456, 0o660)
