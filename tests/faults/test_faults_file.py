"""Damage to the practice's file: one sentence, an exit status, no traceback, and nothing changed or lost."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from clientsync_tui.store import database as databases
from clientsync_tui.store.database import VERSION
from clientsync_tui.store.files import filesystem
from clientsync_tui.store.store import Store
from tests.store.entries import added, derived
from tests.support.command import Command, Said
from tests.support.inside import database_of

READING = (("clients", "--json"), ("log", "--json"), ("jobs", "--json"), ("export", "--yes", "all.csv"))
WRITING = ("codes", "upload", "codes.csv")
CODES = "Practice code,Client\nNEW1,Client 1\n"


def refusal(result: Said) -> str:
    """The one line in which a command says what is wrong."""
    assert result.code in (1, 2), result
    lines = result.err.splitlines()
    assert len(lines) == 1 and lines[0].startswith("clientsync: "), result.err
    assert "Unexpected error" not in result.err and "Traceback" not in result.err
    return lines[0]


def doctor(cli: Command, *words: str) -> dict[str, str]:
    """What the doctor says is wrong."""
    result = cli.inside("doctor", "--json", *words)
    wrong = {check["name"]: check["says"] for check in result.json if not check["ok"]}
    assert result.code == (1 if wrong else 0)
    return wrong


def zeroes(file: Path) -> None:
    file.write_bytes(bytes(file.stat().st_size))


def no_header(file: Path) -> None:
    with file.open("r+b") as bytes_:
        bytes_.write(b"\xff" * 100)


def half(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2 // 4096 * 4096)


def a_stump(file: Path) -> None:
    os.truncate(file, 1234)


def overwritten(file: Path) -> None:
    with file.open("r+b") as bytes_:
        bytes_.seek(4096)
        bytes_.write(b"\x5a" * (file.stat().st_size - 4096))


def a_letter(file: Path) -> None:
    file.write_text("Dear diary, " * 1000)


DAMAGE = [zeroes, no_header, half, a_stump, overwritten, a_letter]


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_database_is_reported_and_a_backup_restored(
    damage: Callable[[Path], None], cli: Command, database: Path
) -> None:
    damage(database)
    damaged = database.read_bytes()
    (cli.config.parent / "codes.csv").write_text(CODES)
    for words in (*READING, WRITING):
        result = cli.inside(
            *words[:-1], str(cli.config.parent / words[-1]) if "." in words[-1] else words[-1]
        )
        if result.code != 0:
            assert "doctor" in refusal(result)
    assert database.read_bytes() == damaged
    assert doctor(cli).keys() >= {"database"}
    result = cli.inside("doctor", "--repair", "--json")
    assert "Repaired: " in result.err and result.code == 0, result
    assert len(cli.inside("clients", "--json").json) == 40
    assert database.with_name("practice.db.before-restore").read_bytes() == damaged


def test_damaged_file_is_built_again_from_its_own_ledger(cli: Command, database: Path) -> None:
    with closing(Store(database)) as store:
        before, entries = derived(database_of(store)), store.ledger.last()
        practice = store.practice_id
    with closing(sqlite3.connect(database)) as db:
        roots = "SELECT name, rootpage FROM sqlite_master WHERE name IN ('clients', 'pulled', 'clients_name')"
        pages = dict(db.execute(roots).fetchall())
        size = db.execute("PRAGMA page_size").fetchone()[0]
    with database.open("r+b") as bytes_:
        for page in pages.values():
            bytes_.seek((page - 1) * size)
            bytes_.write(b"\xff" * size)
    damaged = database.read_bytes()
    result = cli.inside("doctor", "--repair", "--json")
    assert "rebuilt from its own ledger (not: pulled)" in result.err and result.code == 0, result
    with closing(Store(database)) as store:
        assert derived(database_of(store)) == before and store.ledger.last() == entries
        assert store.practice_id == practice, "by which the keyring knows its tokens"
    assert database.with_name("practice.db.before-restore").read_bytes() == damaged
    assert [file for file in database.parent.iterdir() if file.name.startswith(".")] == []


def test_without_a_backup_the_damaged_file_is_left(cli: Command, database: Path) -> None:
    shutil.rmtree(database.with_name("practice.db.backups"))
    overwritten(database)
    before = database.read_bytes()
    result = cli.inside("doctor", "--repair", "--json")
    assert result.code == 1 and "Repaired" not in result.err
    assert database.read_bytes() == before


def test_damaged_backup_is_passed_over(cli: Command, database: Path) -> None:
    folder = database.with_name("practice.db.backups")
    (good,) = folder.iterdir()
    shutil.copy(good, folder / "20990101T000000Z-asked.db")
    overwritten(folder / "20990101T000000Z-asked.db")
    zeroes(database)
    result = cli.inside("doctor", "--repair", "--json")
    assert result.code == 0 and str(good) in result.err


def test_file_that_is_missing_comes_back_from_its_backup(cli: Command, database: Path) -> None:
    for file in database.parent.glob("practice.db*"):
        if file.is_file():
            file.unlink()
    assert "is gone" in doctor(cli)["database"]
    assert cli.inside("doctor", "--repair").code == 0
    assert len(cli.inside("clients", "--json").json) == 40


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Another process locks the file, as a backup program or an sqlite3 shell may."""
    code = (
        "import sqlite3, sys; db = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "db.execute('PRAGMA locking_mode = EXCLUSIVE'); db.execute('BEGIN EXCLUSIVE'); print('ready', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None and other.stdin is not None
    assert other.stdout.readline() == "ready\n"
    try:
        yield
    finally:
        other.communicate()


def test_process_that_locks_the_database_is_named(
    cli: Command, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "BUSY_S", 0.1)
    (cli.config.parent / "codes.csv").write_text(CODES)
    with locked(database):
        for words in (("clients", "--json"), ("codes", "upload", str(cli.config.parent / "codes.csv"))):
            says = refusal(cli.inside(*words))
            assert "is locked by" in says
            if Path("/proc/locks").exists():
                assert "python" in says and "(process " in says
        assert "is locked by" in doctor(cli, "--repair")["database"]
    assert cli.inside("codes", "upload", str(cli.config.parent / "codes.csv")).code == 0


def test_long_write_by_someone_else_is_waited_for_and_then_named(
    cli: Command, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "BUSY_S", 0.1)
    codes = cli.config.parent / "codes.csv"
    codes.write_text(CODES)
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert len(cli.inside("clients", "--json").json) == 40, "reading still works"
        says = refusal(cli.inside("codes", "upload", str(codes)))
        assert "is locked by" in says and "Nothing of this step was saved" in says
        other.execute("ROLLBACK")
    assert cli.inside("codes", "upload", str(codes)).code == 0


def test_newer_programs_file_is_left(cli: Command, database: Path) -> None:
    with closing(sqlite3.connect(database)) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    before = database.read_bytes()
    for words in READING[:3]:
        assert "newer Client Sync" in refusal(cli.inside(*words))
    assert "newer Client Sync" in doctor(cli, "--repair")["database"]
    assert database.read_bytes() == before


def test_network_filesystem_is_refused(
    cli: Command, database: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    device = database.stat().st_dev
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "22 27 0:21 / /proc rw - proc proc rw\n"
        f"40 27 {os.major(device)}:{os.minor(device)} / /home rw,relatime shared:1 - nfs4 server:/home rw\n"
    )
    monkeypatch.setattr(filesystem, "MOUNTS", mounts)
    assert "network filesystem (nfs4)" in refusal(cli.inside("clients", "--json"))
    assert "network filesystem (nfs4)" in doctor(cli)["database"]
    for kind in (
        "9p",
        "drvfs",
        "virtiofs",
        "vboxsf",
        "cifs",
        "smb3",
        "fuse.sshfs",
        "fuse.gvfsd-fuse",
        "fuse.gcsfuse",
    ):
        mounts.write_text(re.sub(r"- \S+ server:", f"- {kind} server:", mounts.read_text()))
        assert f"network filesystem ({kind})" in refusal(cli.inside("clients", "--json"))
    for kind in ("ext4", "overlay", "fuseblk", "fuse.gocryptfs", "fuse.fuse-overlayfs"):
        mounts.write_text(re.sub(r"- \S+ server:", f"- {kind} server:", mounts.read_text()))
        assert cli.inside("clients", "--json").code == 0, kind
    assert cli.inside("clients", "--json").code == 0
    mounts.unlink()
    assert cli.inside("clients", "--json").code == 0, "where nothing is known"


def test_practice_that_everyone_can_read_is_refused_and_closed(
    cli: Command, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.chmod(0o644)
    assert cli.inside("clients", "--json").code == 0, "nobody else can come to it: the folder above is closed"
    monkeypatch.setattr(filesystem, "_passable", lambda folder: True)
    assert "chmod o=" in refusal(cli.inside("clients", "--json"))
    assert "everyone" in doctor(cli)["files"]
    assert cli.inside("doctor", "--repair").code == 0
    assert database.stat().st_mode & 0o777 == 0o640


def test_removed_log_loses_only_its_content_and_is_reported(
    cli: Command, database: Path, tmp_path: Path
) -> None:
    with closing(Store(database)) as store:
        # Open meanwhile, so that the log is not copied back.
        store.ledger.append(added("later"))
        assert cli.inside("backup").code == 0
        without = tmp_path / "without"
        shutil.copytree(cli.config.parent, without, ignore=shutil.ignore_patterns("*-wal", "*-shm"))
    there = Command(without / "config.toml")
    assert len(there.inside("clients", "--json").json) == 40
    assert "cut short" in doctor(there)["backups"]


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root can become somebody else")
def test_folder_that_cannot_be_written_is_reported(cli: Command) -> None:
    code = """
        import filelock, os, sys
        from pathlib import Path
        from clientsync_tui.practice.trouble import UsageError
        from clientsync_tui.store import migrations
        from clientsync_tui.store.files import copies
        from clientsync_tui.store.database import Database
        os.setegid(65534)
        os.seteuid(65534)
        try:
            Database(Path(sys.argv[1]))
        except UsageError as trouble:
            print(trouble)
    """
    with tempfile.TemporaryDirectory() as closed:
        folder = Path(closed)
        shutil.copy(cli.config.parent / "practice.db", folder)
        os.chown(folder / "practice.db", 0, 65534)
        (folder / "practice.db").chmod(0o660)
        folder.chmod(0o555)
        words = [sys.executable, "-c", textwrap.dedent(code), str(folder / "practice.db")]
        said = subprocess.check_output(words, text=True)
    assert "You must be able to write to the file and its folder" in said
