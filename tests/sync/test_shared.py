"""Several people on one host share a practice, each with the usual umask. All can use the files that one creates."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from clientsync_tui.config.folders import data_folder
from clientsync_tui.practice.plan import Plan
from clientsync_tui.store.files import copies
from tests.support.inside import database_of
from tests.support.practice import Practice, practice, practices

__all__ = ["practice", "practices"]


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def beside(database: Path) -> dict[str, str]:
    """The modes of the files beside the database, without SQLite's temporary ones."""
    passing = ("-wal", "-shm")
    return {
        str(path.relative_to(database.parent)): f"{path.stat().st_mode & 0o777:o}"
        for path in database.parent.rglob("practice.db*")
        if not path.name.endswith(passing)
    }


@pytest.mark.parametrize(("mode", "files", "folder"), [(0o660, "660", "770"), (0o600, "600", "700")])
def test_group_of_the_practice_shares_the_files_beside_it(
    practice: Practice, mode: int, files: str, folder: str
) -> None:
    database = practice.folder / "practice.db"
    practice.folder.chmod(0o2770)
    database.write_bytes(b"")  # its tables and clients are made here, not copied
    database.chmod(mode)
    practice.add(practice.people[0])
    workplace = practice.workplace()
    copy = copies.keep(database_of(workplace.store).connection, database, "asked")
    workplace.close()
    made = beside(database)
    assert made.pop("practice.db.backups") == folder
    assert copy.parent.stat().st_mode & 0o2000, "new files in it belong to the group"
    assert (practice.folder / f"locks-{os.geteuid()}").stat().st_mode & 0o777 == 0o700
    assert {"practice.db", "practice.db.limits", "practice.db.limits.lock"} <= set(made)
    assert set(made.values()) == {files}
    assert copy.stat().st_mode & 0o777 == int(files, 8)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to any group")
def test_locks_for_renewals_are_where_no_colleague_can_move_them(practice: Practice) -> None:
    shared = practice.folder / "shared"
    shared.mkdir()
    os.chown(shared, -1, 54321)
    shared.chmod(0o2770)
    practice.config.write_text(practice.config.read_text().replace('"practice.db"', '"shared/practice.db"'))
    practice.add(practice.people[0])
    practice.add(practice.people[0])
    assert (shared / "practice.db").exists() and not list(shared.glob("locks-*"))
    locks = data_folder() / f"locks-{os.geteuid()}"
    assert locks.stat().st_mode & 0o777 == 0o700 and list(locks.glob("*.lock"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("mode", [0o660, 0o600])
def test_files_root_makes_beside_a_practice_belong_to_its_owner(practice: Practice, mode: int) -> None:
    database = practice.folder / "practice.db"
    database.write_bytes(b"")  # its tables and clients are made here, not copied
    database.chmod(mode)
    os.chown(database, 12345, 54321)
    practice.add(practice.people[0])
    workplace = practice.workplace()
    copies.keep(database_of(workplace.store).connection, database, "asked")
    job = workplace.store.jobs.create(Plan("refresh", None, None, ()), "root")
    workplace.store.jobs.claim(job)
    found = {path: path.stat() for path in database.parent.rglob("practice.db*")}
    workplace.store.jobs.leave(job)
    workplace.close()
    assert any("job-" in path.name for path in found) and any("limits" in path.name for path in found)
    assert {(each.st_uid, each.st_gid) for each in found.values()} == {(12345, 54321)}
    assert {each.st_mode & 0o777 for each in found.values()} <= {mode, mode | 0o110 if mode & 0o60 else 0o700}
