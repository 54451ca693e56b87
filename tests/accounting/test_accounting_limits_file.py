"""The file that counts calls: created once, thrown away when damaged, and never replaced by another file with its name."""

import os
import tempfile
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from clientsync_tui.accounting.seam.limiter import Limiter
from clientsync_tui.practice.trouble import UsageError
from tests.support.command import PATIENCE_S
from tests.support.forked import barrier, begin

NOBODY = 65534


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
