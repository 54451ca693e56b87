"""The folder of backups, into which everyone who shares the practice can put what they like."""

import shutil
import stat
from contextlib import closing
from pathlib import Path

import pytest

from clientsync_tui.store.files import copies, in_use
from clientsync_tui.store.store import Store
from clientsync_tui.sync.jobs.new_job import keep_daily
from tests.store.entries import added
from tests.support.command import Command


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    folder = tmp_path / "shared"
    folder.mkdir()
    (folder / "config.toml").write_text('[practice]\ndatabase = "practice.db"\n')
    with closing(Store(folder / "practice.db")) as store:
        store.ledger.append(added("c1"))
    return Command(folder / "config.toml")


@pytest.fixture
def database(cli: Command) -> Path:
    return cli.config.parent / "practice.db"


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """One of the victim's folders, with a file named as the program would."""
    folder = tmp_path / "mine"
    folder.mkdir()
    for day in range(1, 9):
        (folder / f"202601{day:02}T000000Z-asked.db").write_text("mine")
    (folder / ".old").write_text("mine")
    return folder


def everything(folder: Path) -> dict[str, tuple[str, int]]:
    return {file.name: (file.read_text(), stat.S_IMODE(file.stat().st_mode)) for file in folder.iterdir()}


def doctor(cli: Command, *words: str) -> dict[str, str]:
    """What the doctor says is wrong with the database and its copies."""
    checks = cli.inside("doctor", "--json", *words).json
    return {
        check["name"]: check["says"] for check in checks if not check["ok"] and check["name"] != "keyring"
    }


def test_nothing_is_written_removed_or_opened_up_through_a_link_in_the_folders_place(
    cli: Command, database: Path, mine: Path
) -> None:
    for file in mine.iterdir():
        file.chmod(0o644)
    before = everything(mine)
    copies.folder_of(database).symlink_to(mine)
    result = cli.inside("backup")
    assert result.code == 1 and f"rm {copies.folder_of(database)}" in result.err, result
    with closing(Store(database)) as store:
        keep_daily(store)
    assert "is a symbolic link" in doctor(cli)["backups"]
    assert "is a symbolic link" in doctor(cli, "--repair")["backups"]
    assert everything(mine) == before
    assert copies.existing(database) == []
    copies.folder_of(database).unlink()
    assert cli.inside("backup").code == 0 and doctor(cli) == {}


def test_link_among_the_copies_is_not_opened_changed_or_restored(
    cli: Command, database: Path, mine: Path
) -> None:
    assert cli.inside("backup").code == 0
    folder = copies.folder_of(database)
    (copy,) = copies.existing(database)
    victim = mine / "diary"
    shutil.copy(copy, victim)
    victim.chmod(0o644)
    (folder / "20990101T000000Z-asked.db").symlink_to(victim)
    (folder / "20990102T000000Z-asked.db").hardlink_to(victim)
    folder.chmod(0o755)
    copy.chmod(0o644)
    for above in (database.parent, database.parent.parent, mine):
        above.chmod(0o755)
    cli.inside("doctor", "--repair")
    assert stat.S_IMODE(victim.stat().st_mode) == 0o644
    assert folder / "20990101T000000Z-asked.db" not in copies.existing(database)


def test_pipe_among_the_copies_does_not_block(cli: Command, database: Path) -> None:
    import os

    assert cli.inside("backup").code == 0
    os.mkfifo(copies.folder_of(database) / "20990101T000000Z-asked.db")
    assert doctor(cli) == {}
    result = cli.inside("restore", "--yes", str(copies.folder_of(database) / "20990101T000000Z-asked.db"))
    assert result.code == 2
    result = cli.inside("backup")
    assert result.code == 0


def test_remains_of_a_killed_copy_are_removed_after_a_day(cli: Command, database: Path) -> None:
    import os
    import time

    assert cli.inside("backup").code == 0
    folder = copies.folder_of(database)
    for name, hours in ((".left.db.0011", 25), (".running.db.2233", 1), ("notes.txt", 25)):
        (folder / name).touch()
        os.utime(folder / name, (time.time() - hours * 3600,) * 2)
    assert cli.inside("backup").code == 0
    assert {file.name for file in folder.iterdir() if not file.name.endswith("asked.db")} == {
        ".running.db.2233",
        "notes.txt",
    }


def test_in_use_mark_is_not_opened_through_a_link(cli: Command, database: Path, mine: Path) -> None:
    mark = database.with_name("practice.db.in-use")
    mark.unlink()
    mark.symlink_to(mine / "new")
    result = cli.inside("clients")
    assert result.code == 2 and f"`rm {mark}`" in result.err
    assert not (mine / "new").exists()


def test_opening_a_practice_during_a_long_replacement_says_so(
    cli: Command, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_use, "REPLACED_WITHIN_S", 0.05)
    with in_use.alone(database):
        result = cli.inside("clients")
    assert result.code == 2 and "is being restored or repaired by another process" in result.err
    assert cli.inside("clients").code == 0
