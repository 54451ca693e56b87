"""The file that counts calls: created once, thrown away when damaged, and never replaced by another file with its name."""

import asyncio
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from clientsync_tui.accounting.seam.limiter import Lane, Limiter
from clientsync_tui.accounting.seam.limits import Limits, Rate
from clientsync_tui.practice.trouble import PassingTrouble, UsageError
from tests.support.command import PATIENCE_S
from tests.support.forked import barrier, begin, talk

NOBODY = 65534
LANE = Lane("xero", "app", "one")
FOREVER = "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) SELECT"
PLANTED = {
    "view without end": f"DROP TABLE pauses; CREATE VIEW pauses AS {FOREVER} 'x' lane, 0 told, i until FROM r",
    "trigger without end": "CREATE TRIGGER planted BEFORE INSERT ON places BEGIN INSERT INTO pauses "
    "SELECT randomblob(16), a.value, 0 FROM json_each('[1,1,1,1,1,1,1,1,1,1]') a, json_each(a.json) b, json_each(a.json) c, "
    "json_each(a.json) d, json_each(a.json) e, json_each(a.json) f, json_each(a.json) g, json_each(a.json) h; END",
    "trigger that refuses": "CREATE TRIGGER planted BEFORE INSERT ON places BEGIN SELECT raise(ABORT, 'no'); END",
    "other columns": "DROP TABLE made; CREATE TABLE made (x)",
    "other index": "CREATE UNIQUE INDEX planted ON places (lane IS NULL)",
    "broken schema": "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = 'CREATE TABLE made (', rootpage = 1 "
    "WHERE name = 'made'; PRAGMA user_version = 1",
}


def _open_many(folder: Path, together: Barrier) -> None:
    for number in range(25):
        together.wait(PATIENCE_S)
        Limiter(folder / str(number)).close()


def test_processes_that_start_at_once_make_the_file_once(tmp_path: Path):
    together = barrier(4)
    processes = [begin(_open_many, tmp_path, together) for _ in range(4)]
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 4


def test_damaged_file_is_thrown_away(tmp_path: Path):
    path = tmp_path / "limits"
    path.write_bytes(b"no database at all" * 100)
    Limiter(path).close()
    assert path.read_bytes().startswith(b"SQLite format 3")


def test_file_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "folder").write_text("a file")
    with pytest.raises(UsageError, match="limits"):
        Limiter(tmp_path / "folder" / "limits")
    with pytest.raises(UsageError, match="limits"):
        (tmp_path / "limits").mkdir()
        Limiter(tmp_path / "limits")


@pytest.mark.parametrize("name", ["limits", "limits.lock"])
def test_link_that_a_colleague_planted_is_not_followed(tmp_path: Path, name: str):
    victim = tmp_path / "victim"
    for there in (False, True):
        if there:
            victim.write_text("stays")
        (tmp_path / name).symlink_to(victim)
        with pytest.raises(UsageError, match=f"symbolic link, which is not followed: `rm {tmp_path / name}`"):
            Limiter(tmp_path / "limits")
        (tmp_path / name).unlink()
    assert victim.read_text() == "stays"


@pytest.mark.parametrize("name", ["limits", "limits.lock"])
def test_second_name_of_another_file_is_refused(tmp_path: Path, name: str):
    victim = tmp_path / "victim"
    victim.write_text("stays")
    (tmp_path / name).hardlink_to(victim)
    with pytest.raises(UsageError, match="hard link"):
        Limiter(tmp_path / "limits")
    assert victim.read_text() == "stays"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away and become another user")
def test_owner_of_the_folder_replaces_files_that_root_left():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for left in ("limits", "limits.lock"):
            (folder / left).touch(mode=0o600)
        os.chown(folder, NOBODY, NOBODY)
        assert as_nobody(lambda: Limiter(folder / "limits").close()) == 0
        assert {(file.stat().st_uid, file.stat().st_gid) for file in folder.iterdir()} == {(NOBODY, NOBODY)}


def as_nobody(do: Callable[[], object]) -> int:
    """Runs it in a forked process of another user. Returns the exit status."""
    child = os.fork()
    if not child:
        status = 1
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            do()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


async def called(limiter: Limiter, *rates: Rate) -> None:
    """Makes one call."""
    limits = Limits(rates or (Rate(60, 60, "organisation"),), 5)
    async with asyncio.timeout(PATIENCE_S), limiter.turn(LANE, limits, longest_wait_s=0, lease_s=20):
        pass


def planted(path: Path, statements: str) -> None:
    """Does what a colleague with sqlite3 can do."""
    with closing(sqlite3.connect(path)) as db:
        db.executescript(statements)


def _call_whenever_asked(path: Path, line: Connection) -> None:
    limiter = Limiter(path)
    while line.recv():
        asyncio.run(called(limiter))
        line.send("called")
    limiter.close()


@pytest.mark.parametrize("plant", PLANTED)
def test_file_that_a_colleague_changed_is_replaced(tmp_path: Path, plant: str):
    path = tmp_path / "limits"
    Limiter(path).close()
    line, theirs = talk()
    answers: list[bool] = []
    planted(path, PLANTED[plant])
    process = begin(_call_whenever_asked, path, theirs)
    for is_open in (False, True):
        if is_open and answers == [True]:
            line.recv()
            planted(path, PLANTED[plant])
        line.send("call")
        answers.append(line.poll(PATIENCE_S))
    line.send("")
    process.kill()
    process.join()
    assert answers == [True, True]


@pytest.mark.parametrize(
    ("statement", "value"),
    [
        ("INSERT INTO pauses VALUES (:lane, 0, :value)", "abc"),
        ("INSERT INTO pauses VALUES (:lane, 0, :value)", b"abc"),
        ("INSERT INTO pauses VALUES (:lane, 0, :value)", 1e300),
        ("INSERT INTO pauses VALUES (:lane, 0, :value)", float("inf")),
        ("INSERT INTO pauses VALUES (:lane, 0, :value)", 4_000_000_000),
        ("INSERT INTO made VALUES (:lane, 60, :now, :value)", 2**63 - 1),
        ("INSERT INTO made VALUES (:lane, 60, :now, :value)", "abc"),
        ("INSERT INTO made VALUES (:lane, 60, :now, :value)", -5),
        ("INSERT INTO made VALUES (:lane, 60, :value, 60)", "abc"),
        ("INSERT INTO made VALUES (:lane, :value, :now, 60)", "abc"),
        ("INSERT INTO places (lane, until, holder) VALUES (:lane, :value, 'x')", "abc"),
        ("INSERT INTO places (lane, until, holder) VALUES (:lane, :now, CAST(:value AS TEXT))", b"\xff"),
    ],
)
async def test_absurd_rows_of_a_colleague_are_not_believed(tmp_path: Path, statement: str, value: object):
    path = tmp_path / "limits"
    with closing(Limiter(path)) as limiter:
        with closing(sqlite3.connect(path)) as db, db:
            for ahead in range(3):
                now = int(time.time()) + ahead
                db.execute(
                    f"{statement} ON CONFLICT DO NOTHING", {"lane": LANE.key, "now": now, "value": value}
                )
        for _ in range(3):
            await called(limiter)
        limiter.block(LANE, 30)
        with pytest.raises(PassingTrouble):
            await called(limiter)


async def test_file_that_was_removed_or_replaced_is_opened_again(tmp_path: Path):
    path, hourly = tmp_path / "limits", Rate(1, 3600, "organisation")
    with closing(Limiter(path)) as first:
        path.unlink()
        with closing(Limiter(path)) as second:
            await called(second, hourly)
            with pytest.raises(PassingTrouble):
                await called(first, hourly)
