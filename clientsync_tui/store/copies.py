"""Copies of the practice's database: whole or not at all, looked at before they are trusted; the program's own are rotated."""

import os
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from ..beside import give, owner_of
from ..practice.trouble import UsageError
from .chain import Flaw, verify
from .database import APPLICATION, VERSION

STAMP = "%Y%m%dT%H%M%SZ"
KEPT = 7
"""So many of the program's own copies of each kind stay; older ones go."""
DAILY = "daily"


def copy(source: sqlite3.Connection, file: Path) -> None:
    """Copies the database as it is now to `file`, while others go on working; `file` is the person's own (0600).

    Raises OSError and sqlite3.Error where it cannot be written: then what was at `file` is still there.
    """
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        beside.unlink(missing_ok=True)
        beside.touch(mode=0o600, exist_ok=False)
        with closing(sqlite3.connect(beside)) as target:
            source.backup(target)
            # One file, whatever mode the original is in.
            target.execute("PRAGMA journal_mode = DELETE")
        with beside.open("rb+") as written:
            os.fsync(written.fileno())
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def keep(source: sqlite3.Connection, database: Path, why: str) -> Path:
    """Makes one of the program's own copies of `database`, named by the time and `why`; the oldest beyond `KEPT` go.

    Raises OSError and sqlite3.Error where it cannot be written.
    """
    folder = folder_of(database)
    owner = owner_of(database)
    if not folder.is_dir():
        folder.mkdir(mode=0o700, exist_ok=True)
        # Who may read and write the practice may list and rotate its copies.
        inherited = stat.S_IMODE(folder.stat().st_mode) & ~0o777
        give(folder, owner._replace(mode=inherited | owner.mode | (owner.mode >> 2 & 0o110)))
    file = _free_name(folder, why)
    copy(source, file)
    give(file, owner)
    now = datetime.now(UTC)
    # Those made while the clock was ahead go first: by their names they would stay for good, and push the others out.
    others = sorted(
        set(kept(database, why)) - {file}, key=lambda old: (made_at(old) > now, -made_at(old).timestamp())
    )
    for old in others[KEPT - 1 :]:
        old.unlink(missing_ok=True)
    return file


def _free_name(folder: Path, why: str) -> Path:
    """A name that says now; the second one of a second sorts behind the first."""
    now, number = f"{datetime.now(UTC):{STAMP}}", 1
    file = folder / f"{now}-{why}.db"
    while file.exists():
        number += 1
        file = folder / f"{now}.{number}-{why}.db"
    return file


def keep_daily(source: sqlite3.Connection, database: Path) -> Path | None:
    """Makes today's copy; None: there is one. The day is this host's, and copies of other kinds do not count.

    Raises OSError and sqlite3.Error where it cannot be written.
    """
    today = datetime.now(UTC).astimezone().date()
    if any(made_at(file).astimezone().date() == today for file in kept(database, DAILY)):
        return None
    return keep(source, database, DAILY)


def kept(database: Path, why: str | None = None) -> list[Path]:
    """The program's own copies of `database` (of one kind), the newest first. A file of another name is not one of them."""
    found = folder_of(database).glob(f"*-{why}.db" if why else "*-*.db")
    return sorted(filter(_is_named, found), reverse=True)


def _is_named(file: Path) -> bool:
    try:
        made_at(file)
    except ValueError:
        return False
    return True


def made_at(copy: Path) -> datetime:
    """When one of the program's own copies was made, by its name."""
    stamp = copy.name.partition("-")[0].partition(".")[0]
    return datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)


def folder_of(database: Path) -> Path:
    """Where the program keeps its own copies of `database`."""
    return database.with_name(f"{database.name}.backups")


def newest_good(database: Path) -> Path | None:
    """The newest of the program's own copies that is sound, and whose ledger is whole."""
    for file in kept(database):
        try:
            if check(file) is None:
                return file
        except UsageError:
            continue
    return None


def check(file: Path) -> Flaw | None:
    """Where the copy's ledger is not as this program left it; None: nowhere.

    Raises UsageError unless `file` is a sound database of this program that this version can read.
    """
    try:
        with closing(read_only(file)) as found:
            application = found.execute("PRAGMA application_id").fetchone()[0]
            version = int(found.execute("PRAGMA user_version").fetchone()[0])
            tables = {row[0] for row in found.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            sound = found.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok"
            flaw = verify(found) if sound and "head" in tables else None
    except sqlite3.Error as error:
        raise UsageError(f"{file} is no copy of a practice: {error}.") from None
    if application != APPLICATION or not {"ledger", "clients", "integrations", "meta"} <= tables:
        raise UsageError(f"{file} is no copy of a practice.")
    if version > VERSION:
        raise UsageError(
            f"{file} was written by a newer Client Sync (version {version}; this one knows {VERSION})."
        )
    if not sound:
        raise UsageError(f"{file} is damaged.")
    return flaw


def read_only(file: Path) -> sqlite3.Connection:
    """A connection that changes nothing of `file`."""
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)
