"""A colleague plants files in a shared practice's folder: no other file is read, given away or changed."""

import contextlib
import io
import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Callable
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from clientsync_tui.accounting.seam.limiter import Limiter
from clientsync_tui.practice.trouble import UsageError
from clientsync_tui.store.files.replacing import replacing
from clientsync_tui.store.store import Store
from clientsync_tui.sync.doctor.database import make_repairs
from tests.store.entries import added
from tests.support.command import PATIENCE_S, Command
from tests.support.forked import begin, command, talk

OTHER = 65534
SECRET = b"the victim's secret"
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """A practice shared by a group, with one client and one backup."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    folder = tmp_path / "shared"
    folder.mkdir(mode=0o770)
    (tmp_path / "config.toml").write_text('[practice]\ndatabase = "shared/practice.db"\n')
    with closing(Store(folder / "practice.db")) as store:
        store.ledger.append(added("c1"))
        store.inspection.keep_copy("asked")
    (folder / "practice.db").chmod(0o660)
    if os.geteuid() == 0:
        os.chown(folder / "practice.db", -1, OTHER)
    return Command(tmp_path / "config.toml")


@pytest.fixture
def database(cli: Command) -> Path:
    return cli.config.parent / "shared" / "practice.db"


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    file = tmp_path / "victim"
    file.touch(mode=0o600)
    file.write_bytes(SECRET)
    return file


def damage(database: Path) -> None:
    with database.open("r+b") as file:
        file.write(b"\xff" * 4096)
    for ending in ("-wal", "-shm"):
        database.with_name(database.name + ending).unlink(missing_ok=True)


def is_untouched(victim: Path) -> bool:
    found = victim.stat()
    return (stat.S_IMODE(found.st_mode), found.st_gid, victim.read_bytes()) == (0o600, os.getegid(), SECRET)


def holding(folder: Path, text: bytes) -> list[str]:
    """The files below a folder, except links, that contain a text."""
    files = [file for file in folder.rglob("*") if file.is_file() and not file.is_symlink()]
    return [file.name for file in files if text in file.read_bytes()]


@pytest.mark.parametrize("ending", ["-wal", "-shm", "-journal"])
def test_repair_copies_no_file_behind_a_link(cli: Command, database: Path, victim: Path, ending: str) -> None:
    damage(database)
    planted = database.with_name(database.name + ending)
    planted.symlink_to(victim)
    result = cli.inside("doctor", "--repair", "--json")
    assert result.code == 1 and f"{planted} is a symbolic link, which is not followed" in result.out
    assert holding(database.parent, SECRET) == [] and is_untouched(victim)
    planted.unlink()
    assert "was restored" in cli.inside("doctor", "--repair", "--json").err


def test_link_planted_during_a_repair_is_not_copied(database: Path, victim: Path) -> None:
    damage(database)
    for ending in ("-wal", "-shm", "-journal"):
        planted = database.with_name(database.name + ending)
        with pytest.raises((OSError, UsageError), match="symbolic link"), replacing(database) as place:
            with closing(Store(place.new)):
                pass
            planted.symlink_to(victim)
            place.finish()
        planted.unlink()
    assert holding(database.parent, SECRET) == [] and is_untouched(victim)


def test_private_file_that_was_moved_beside_the_practice_stays_private(database: Path) -> None:
    damage(database)
    moved = database.with_name("practice.db-wal")
    moved.touch(mode=0o600)
    moved.write_bytes(SECRET)
    list(make_repairs(database, lambda _: True))
    kept = database.with_name("practice.db.before-restore-wal")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(database.with_name("practice.db.before-restore").stat().st_mode) == 0o660


def swaps_and_repairs(database: Path, victim: Path, pattern: str) -> None:
    """Repairs while a colleague plants a link in place of each file whose owner or mode is about to be set."""

    def swap(event: str, arguments: tuple[object, ...]) -> None:
        if event not in ("os.chmod", "os.chown"):
            return
        for made in database.parent.glob(pattern):
            if made.is_symlink() or made.name.endswith("-away"):
                continue
            made.rename(made.with_name(f"{made.name}-away"))
            if stat.S_ISDIR(made.with_name(f"{made.name}-away").stat().st_mode):
                made.mkdir()
                (made / database.name).symlink_to(victim)
            else:
                made.symlink_to(victim)

    sys.addaudithook(swap)
    list(make_repairs(database, lambda _: True))
    os._exit(0)


@pytest.mark.parametrize("pattern", ["practice.db.before-restore", ".practice.db.????????"])
def test_repair_gives_away_no_file_behind_a_link(database: Path, victim: Path, pattern: str) -> None:
    damage(database)
    repair = begin(swaps_and_repairs, database, victim, pattern)
    repair.join(PATIENCE_S)
    assert list(database.parent.glob(f"{pattern}-away")), "the link was planted"
    assert repair.exitcode in (0, 1) and is_untouched(victim)


@only_root
def test_another_users_link_in_the_practices_place_is_not_followed(
    cli: Command, database: Path, victim: Path
) -> None:
    database.rename(database.with_name("x.db"))
    database.symlink_to(victim)
    os.lchown(database, OTHER, OTHER)
    before = sorted(file.name for file in victim.parent.iterdir())
    (copy,) = database.with_name("practice.db.backups").iterdir()
    for words in (("clients",), ("doctor", "--repair", "--json"), ("restore", "--yes", str(copy))):
        result = cli.inside(*words)
        assert result.code in (1, 2)
        assert f"{database} is a symbolic link of another user" in result.out + result.err
    assert is_untouched(victim)
    assert sorted({*before, "data"}) == sorted({file.name for file in victim.parent.iterdir()} | {"data"})


@only_root
def test_link_to_its_creators_own_practice_is_followed(cli: Command, database: Path, tmp_path: Path) -> None:
    real = database.rename(tmp_path / "real.db")
    database.symlink_to(real)
    for path in (real, database):
        os.lchown(path, OTHER, OTHER)
    assert cli.inside("clients").code == 0


@pytest.mark.parametrize(
    ("planted", "words"),
    [
        ("practice.db-journal", ("clients",)),
        ("practice.db-journal", ("doctor", "--repair")),
        ("practice.db-wal", ("clients",)),
        ("copy.db-journal", ("restore", "--yes", "copy.db")),
    ],
)
def test_pipe_beside_a_database_does_not_block(
    cli: Command, database: Path, planted: str, words: tuple[str, ...]
) -> None:
    shutil.copy(database, database.with_name("copy.db"))
    os.mkfifo(database.with_name(planted), 0o666)
    words = tuple(str(database.parent / word) if word.endswith(".db") else word for word in words)
    run = begin(command, cli.config, *words)
    run.join(PATIENCE_S)
    waits = run.is_alive()
    run.kill()
    assert not waits
    result = cli.inside(*words)
    assert f"{planted} is not a regular file" in result.out + result.err


@pytest.mark.parametrize("plant", [os.mkfifo, os.mkdir], ids=["pipe", "folder"])
def test_message_names_what_is_in_place_of_a_file_beside_the_practice(
    cli: Command, database: Path, plant: Callable[[Path], None]
) -> None:
    planted = database.with_name("practice.db.in-use")
    planted.unlink()
    plant(planted)
    for words in (("clients",), ("doctor",), ("doctor", "--repair")):
        result = cli.inside(*words)
        assert f"{planted} is not a regular file. Move it away." in result.out + result.err


def test_doctor_names_a_file_of_call_limits_that_cannot_be_used(cli: Command, database: Path) -> None:
    planted = database.with_name("practice.db.limits")
    assert "call limits" not in cli.inside("doctor").out and not planted.exists()
    planted.mkdir()
    assert f"NOT  call limits: The file of call limits, {planted}, can't be used" in cli.inside("doctor").out


@pytest.mark.parametrize("name", ["limits", "limits.lock"])
def test_message_names_what_is_in_place_of_a_file_of_the_call_limits(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(UsageError, match=f"{tmp_path / name} is not a regular file. Move it away"):
        Limiter(tmp_path / "limits")


def plants_a_pipe_and_runs(planted: Path, line: Connection, config: Path, *words: str) -> None:
    """Runs a command while a colleague puts a pipe in a file's place after the last check, just as SQLite opens the database."""

    def plant(event: str, arguments: tuple[object, ...]) -> None:
        if event == "sqlite3.connect" and planted.name.removesuffix("-journal") in str(arguments[0]):
            planted.unlink(missing_ok=True)
            os.mkfifo(planted, 0o666)

    sys.addaudithook(plant)
    written = io.StringIO()
    with (
        contextlib.redirect_stderr(written),
        contextlib.redirect_stdout(written),
        contextlib.suppress(SystemExit),
    ):
        command(config, *words)
    line.send(written.getvalue())


@pytest.mark.parametrize(
    ("planted", "words"),
    [
        ("practice.db-journal", ("clients",)),
        ("copy.db", ("restore", "--yes", "copy.db")),
        ("practice.db-journal", ("doctor", "--repair")),
    ],
)
def test_pipe_planted_after_the_last_check_does_not_block(
    cli: Command, database: Path, planted: str, words: tuple[str, ...]
) -> None:
    shutil.copy(database, database.with_name("copy.db"))
    words = tuple(str(database.parent / word) if word.endswith(".db") else word for word in words)
    ours, theirs = talk()
    run = begin(plants_a_pipe_and_runs, database.with_name(planted), theirs, cli.config, *words)
    answered = ours.poll(5)
    run.kill()
    assert answered
    assert f"{planted} is not a regular file. Move it away" in ours.recv()


def test_pipe_beside_a_copy_leaves_the_other_copies(cli: Command, database: Path) -> None:
    (copy,) = database.with_name("practice.db.backups").iterdir()
    shutil.copy(copy, copy.with_name("20260101T000000Z-asked.db"))
    os.mkfifo(copy.with_name(f"{copy.name}-journal"))
    damage(database)
    assert "20260101T000000Z-asked.db was restored" in cli.inside("doctor", "--repair", "--json").err


def test_file_with_a_second_name_is_not_used_by_sqlite(database: Path, victim: Path) -> None:
    os.link(victim, database.with_name("practice.db-wal"))
    with pytest.raises(UsageError, match="has a second name"):
        Store(database)
    assert is_untouched(victim)


def test_only_folders_left_by_a_killed_repair_are_removed(database: Path) -> None:
    own, left = (database.with_name(f".practice.db.{name}") for name in ("own", "left"))
    for folder in (own, left):
        folder.mkdir(mode=0o700)
        (folder / "practice.db").write_bytes(SECRET)
    (left / "practice.db.being-made").touch()
    with replacing(database):
        pass
    assert (own / "practice.db").read_bytes() == SECRET and not left.exists()
    assert [found.name for found in database.parent.glob(".practice.db.*")] == [own.name]


def test_file_that_sqlite_opened_is_the_one_that_was_checked(
    database: Path, victim: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plants a link in the practice's place between the two."""
    opens = sqlite3.connect

    def swapping(file: str, **options: Any) -> sqlite3.Connection:
        database.rename(database.with_name("x.db"))
        database.symlink_to(victim)
        return opens(file, **options)

    monkeypatch.setattr(sqlite3, "connect", swapping)
    with pytest.raises(UsageError, match="replaced by a link"):
        Store(database)
    assert is_untouched(victim)
