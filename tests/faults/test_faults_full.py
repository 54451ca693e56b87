"""The disk fills up during bulk work: the program says so, saves nothing half-done, and continues once there is room."""

import os
import resource
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from clientsync_tui.accounting.seam.limiter import Limiter
from clientsync_tui.practice.trouble import Trouble, UsageError
from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.server import Running, running
from clientsync_tui.store.store import Store
from tests.faults.ground import Ground, explained, nothing_lost, nothing_waits, somebody, state
from tests.store.entries import added
from tests.support.command import Command, Said

ORGANISATIONS = 24


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    options = Options(organisations=ORGANISATIONS, softwares=("xero",), limits=False)
    with running(options) as box, somebody(tmp_path_factory.mktemp("faults")):
        yield box


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if os.name != "posix" or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can make a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_full_disk_saves_nothing_half_done_and_the_job_resumes_with_room(box: Running, disk: Path) -> None:
    ground = Ground.made(box, disk / "practice", add=False)
    before = state(ground.database)
    result = ground.cli.run("add", "xero", "--all")
    explained(result)
    assert result.code == 1 and "full" in result.err and "Make room" in result.err
    between = state(ground.database)
    nothing_lost(before, between)
    assert len(between.clients) < ORGANISATIONS
    explained(ground.cli.inside("backup"))
    assert not list(ground.folder.rglob(".*.db.*")), "no half copy is left"
    assert '"disk", "ok": false' in ground.cli.inside("doctor", "--json").out
    subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
    assert ground.cli.inside("add", "xero", "--all").code == 0
    after = state(ground.database)
    nothing_lost(between, after)
    nothing_waits(ground.database)
    assert len(after.clients) == ORGANISATIONS


def test_file_that_may_not_grow_is_like_a_full_disk(box: Running, tmp_path: Path) -> None:
    ground = Ground.made(box, tmp_path / "practice", add=False)

    def run(*words: str) -> Said:
        limit = 400 * 1024
        process = subprocess.run(
            ground.cli.line(*words),
            capture_output=True,
            text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        )
        return Said(process.returncode, process.stdout, process.stderr)

    result = run("add", "xero", "--all")
    explained(result)
    # Either file may reach the limit first: the practice's or that of the call limits.
    assert result.code in (1, 2) and ("can't be written" in result.err or "can't be used" in result.err)
    assert "Raise the limit, then try again." in result.err and "disk I/O error" not in result.err
    assert ground.cli.inside("add", "xero", "--all").code == 0
    assert len(state(ground.database).clients) == ORGANISATIONS
    copy = tmp_path / "copy.db"
    explained(result := run("backup", str(copy)))
    assert "the file would be larger than the limit of this shell allows (`ulimit -f`)" in result.err
    assert result.code == 1 and not copy.exists() and not list(tmp_path.glob(".copy*"))


def test_full_disk_is_reported_whatever_sqlite_calls_it(disk: Path) -> None:
    full = r"the disk is full\. Make room on the disk with"

    def fill() -> None:
        with (disk / "filler").open("ab") as filler:
            filler.write(bytes(shutil.disk_usage(disk).free))

    with closing(Store(disk / "practice.db")) as store:
        store.ledger.append(*(added(f"c{n}") for n in range(20)))
        fill()
        with pytest.raises(Trouble, match=full):
            store.ledger.append(*(added(f"more{n}", "X" * 500) for n in range(400)))
    fill()
    # If the memory shared by processes can't be created, SQLite reports an I/O error.
    with closing(sqlite3.connect(disk / "practice.db")) as db, pytest.raises(sqlite3.Error, match="I/O"):
        db.execute("SELECT count(*) FROM ledger")
    with pytest.raises(UsageError, match=full):
        Limiter(disk / "practice.db.limits")


def test_full_disk_can_be_read_and_is_written_again_once_there_is_room(disk: Path) -> None:
    with closing(Store(disk / "practice.db")) as store:
        store.ledger.append(*(added(f"c{n}") for n in range(20)))
    (disk / "config.toml").write_text('[practice]\ndatabase = "practice.db"\n')
    filler = disk / "filler"
    filler.write_bytes(bytes(shutil.disk_usage(disk).free))
    cli = Command(disk / "config.toml")
    for _ in range(2):
        assert (cli.inside("clients", "--json").code, len(cli.inside("clients", "--json").json)) == (0, 20)
    refused = cli.inside("team", "create", "North")
    assert refused.code != 0 and "can't be written: the disk is full. Make room" in refused.err
    with closing(Store(disk / "practice.db")) as store:
        filler.unlink()
        store.ledger.append(added("new"))
        assert store.clients.total() == 21
    assert len(cli.inside("clients", "--json").json) == 21
