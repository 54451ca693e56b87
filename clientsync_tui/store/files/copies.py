"""Copies of the practice's database: complete or absent, and checked before use. The program's own copies are rotated."""

import errno
import os
import secrets
import sqlite3
import stat
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from ...host.beside import Owner, give, myself, owner_of
from ...practice.trouble import UsageError
from ..chain import Flaw, verify
from .connecting import connect
from .opened_folder import OpenedFolder
from .schema_check import APPLICATION, VERSION, strange
from .sqlite_errors import why

STAMP = "%Y%m%dT%H%M%SZ"
KEPT = 7
"""How many of the program's own copies of each kind are kept."""
DAILY = "daily"
RESTORED = "restored"
CONTINUES = "SELECT 1 FROM ledger WHERE seq = ? AND hash = ?"
"""Whether a ledger continues from a head."""
LOOKED_AT_S = 300.0
"""When to give up on a copy: a practice of 100,000 clients takes seconds."""
STEPS = 1_000_000
"""How many virtual machine steps SQLite takes between two checks of the time."""
LOCKED_S = 10.0
"""How long a copy waits for another program that has locked the file."""
LEFT_S = 24 * 3600
"""A copy that is still unfinished after this long never will be finished."""


def copy(
    source: sqlite3.Connection, file: Path, owner: Owner | None = None, *, without: tuple[str, ...] = ()
) -> None:
    """Copies the database as it is now to `file`, while others keep working. It belongs to `owner`, else to this user only.
    `without`: the keys in `meta` that the copy must not have.

    No link is followed in the folder of `file`, or to `file` itself.
    Raises OSError and sqlite3.Error if it can't be written: then whatever was at `file` is still there.
    """
    with (
        OpenedFolder(file.parent) as folder,
        _written(source, folder, file.name, owner or myself(), without) as made,
    ):
        folder.rename(made, file.name)


@contextmanager
def _written(
    source: sqlite3.Connection, folder: OpenedFolder, name: str, owner: Owner, without: tuple[str, ...] = ()
) -> Generator[str]:
    """A complete copy under a temporary name. The block must rename it to `name`; otherwise it is removed."""
    # Nobody can plant a link under a name they don't know, and SQLite then creates the file without following
    # one.
    beside = f".{name}.{secrets.token_hex(8)}"
    try:
        with closing(_new(folder.path / beside, source)) as target:
            source.backup(target, progress=_patience())
            # A single file, whatever journal mode the original has.
            target.execute("PRAGMA journal_mode = DELETE")
            if without:
                with target:
                    target.executemany("DELETE FROM meta WHERE key = ?", [(key,) for key in without])
        written = folder.open(beside)
        try:
            give(written, owner)
            os.fsync(written)
        finally:
            os.close(written)
        yield beside
    finally:
        folder.unlink(beside)


def _patience() -> Callable[[int, int, int], None]:
    """Stops a copy that another program blocks; on its own it would wait forever."""
    ends = time.monotonic() + LOCKED_S

    def progress(status: int, left: int, total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > ends:
            raise OSError(errno.EAGAIN, "another program has it locked. Try again later")

    return progress


def _new(file: Path, source: sqlite3.Connection) -> sqlite3.Connection:
    """A new database that can be opened only by those who can open the original, whatever the umask."""
    original = source.execute("SELECT file FROM pragma_database_list WHERE name = 'main'").fetchone()[0]
    return sqlite3.connect(f"{file.absolute().as_uri()}?modeof={quote(original)}", uri=True)


def keep(source: sqlite3.Connection, database: Path, kind: str) -> Path:
    """Makes one of the program's own copies of `database`, named after the time and its `kind`. Copies beyond `KEPT` are
    removed, oldest first.

    Raises OSError and sqlite3.Error if it can't be written or its folder is a link.
    """
    with keeping(source, database, kind) as file:
        return file


@contextmanager
def keeping(source: sqlite3.Connection, database: Path, kind: str) -> Generator[Path]:
    """Makes a copy like `keep`, but it counts only if the block ends well.

    A kill inside the block leaves nothing that looks like a copy. Raises what `keep` raises.
    """
    # If the database itself is gone, another is about to take its place.
    owner = owner_of(database) if database.exists() else myself()
    with _folder_for(database, owner) as folder:
        file = _free_name(folder, kind)
        with _written(source, folder, file.name, owner) as made:
            yield file
            folder.rename(made, file.name)
        _remove_old(folder, file.name, kind)


def publish_restored(database: Path) -> None:
    """Makes a copy count if its restore was killed before it could do so and `database` continues from it.

    Raises OSError if it can't be renamed.
    """
    if not folder_of(database).exists():
        return
    with OpenedFolder(folder_of(database)) as folder, closing(read_only(database)) as present:
        for name in folder.files():
            published = name.removeprefix(".").rpartition(".")[0]
            if not name.startswith(".") or not _is_whole_copy(folder.path / name, published):
                continue
            head = head_of(folder.path / name)
            if head is not None and present.execute(CONTINUES, head).fetchone() is not None:
                folder.rename(name, published)


def _is_whole_copy(file: Path, name: str) -> bool:
    try:
        return _is_copy(name, RESTORED) and check(file) is None
    except (UsageError, ValueError):
        return False


def _folder_for(database: Path, owner: Owner) -> OpenedFolder:
    path = folder_of(database)
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        return OpenedFolder(path)
    folder = OpenedFolder(path)
    # Anyone who may read and write the practice may list and rotate its copies.
    inherited = stat.S_IMODE(path.stat().st_mode) & ~0o777
    mode = inherited | owner.mode | (owner.mode >> 2 & 0o110)
    give(folder.descriptor, owner._replace(mode=mode))
    return folder


def _remove_old(folder: OpenedFolder, newest: str, kind: str) -> None:
    """Removes copies of a kind beyond `KEPT`, and remains of killed copies."""
    now = datetime.now(UTC)
    names = folder.files()
    # Those made while the clock was ahead go first: judged by their names, they would stay forever and push the others out.
    others = sorted(
        (name for name in names if name != newest and _is_copy(name, kind)),
        key=lambda name: (_made_at(name) > now, -_made_at(name).timestamp(), name),
    )
    for old in others[KEPT - 1 :]:
        folder.unlink(old)
    for name in names:
        if name.startswith(".") and now.timestamp() - folder.stat(name).st_mtime > LEFT_S:
            folder.unlink(name)


def _free_name(folder: OpenedFolder, kind: str) -> Path:
    """A name for the current time. A second one within the same second sorts after the first, whatever its kind."""
    now, number = f"{datetime.now(UTC):{STAMP}}", 1
    taken = {name.partition("-")[0] for name in folder.names()}
    stamp = now
    while stamp in taken:
        number += 1
        stamp = f"{now}.{number}"
    return folder.path / f"{stamp}-{kind}.db"


def keep_daily(source: sqlite3.Connection, database: Path) -> Path | None:
    """Makes today's copy; None if there is one already. The day is this host's, and copies of other kinds don't count.

    Raises OSError and sqlite3.Error if it can't be written.
    """
    today = datetime.now(UTC).astimezone().date()
    if any(made_at(file).astimezone().date() == today for file in existing(database, DAILY)):
        return None
    return keep(source, database, DAILY)


def existing(database: Path, kind: str | None = None) -> list[Path]:
    """The program's own copies of `database` (of one kind), newest first; none if their folder can't be used.

    Those from the future come last: the clock was ahead when they were made, or someone wants them to look newest.
    """
    try:
        with OpenedFolder(folder_of(database)) as folder:
            names = [name for name in folder.files() if _is_copy(name, kind)]
    except OSError:
        return []
    now = datetime.now(UTC)
    names.sort(key=lambda name: (_made_at(name) <= now, name), reverse=True)
    return [folder.path / name for name in names]


def unusable(database: Path) -> str | None:
    """Why no copy of `database` can be saved in their folder; None if one can."""
    path = folder_of(database)
    try:
        with OpenedFolder(path):
            return None if os.access(path, os.W_OK | os.X_OK) else f"you can't write to {path}"
    except FileNotFoundError:
        return None
    except OSError as error:
        return error.strerror


def _is_copy(name: str, kind: str | None) -> bool:
    """Whether a file is named like one of the program's own copies. Other files are left alone."""
    try:
        _made_at(name)
    except ValueError:
        return False
    return name.endswith(f"-{kind}.db" if kind else ".db")


def made_at(copy: Path) -> datetime:
    """When one of the program's own copies was made, according to its name."""
    return _made_at(copy.name)


def _made_at(name: str) -> datetime:
    stamp = name.partition("-")[0].partition(".")[0]
    return datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)


def folder_of(database: Path) -> Path:
    """The folder of the program's own copies of `database`."""
    return database.with_name(f"{database.name}.backups")


def newest_good(database: Path) -> Path | None:
    """The newest of the program's own copies that is sound and whose ledger is intact."""
    return _first_good(existing(database))


def oldest_good(database: Path) -> Path | None:
    """The oldest such copy."""
    return _first_good(sorted(existing(database)))


def _first_good(files: Iterable[Path]) -> Path | None:
    for file in files:
        try:
            if check(file) is None:
                return file
        except UsageError:
            continue
    return None


def check(file: Path, called: Path | None = None) -> Flaw | None:
    """Where the copy's ledger is not as this program left it; None: nowhere. `called`: the name to use in messages.

    Raises UsageError unless `file` is a sound database of this program that this version can read, and contains nothing
    else.
    """
    name = called or file
    try:
        with closing(read_only(file)) as found:
            ends = time.monotonic() + LOOKED_AT_S
            found.set_progress_handler(lambda: time.monotonic() > ends, STEPS)
            return _examined(found, name)
    except sqlite3.Error as error:
        raise UsageError(f"{name} is not a copy of a practice: {why(error, name)}") from None


def _examined(found: sqlite3.Connection, name: Path) -> Flaw | None:
    tables = {row[0] for row in found.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    ours = found.execute("PRAGMA application_id").fetchone()[0] == APPLICATION
    if not ours or not {"ledger", "clients", "integrations", "meta"} <= tables:
        raise UsageError(f"{name} is not a copy of a practice.")
    version = int(found.execute("PRAGMA user_version").fetchone()[0])
    if version > VERSION:
        raise UsageError(
            f"{name} was written by a newer Client Sync (version {version}; this one knows {VERSION})."
        )
    # Before reading anything else: an index or a view could block us forever.
    if (difference := strange(found, version)) is not None:
        raise UsageError(f"{name} {difference}. Another program changed it. Use another copy.")
    if found.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
        raise UsageError(f"{name} is damaged.")
    return verify(found) if "head" in tables else None


def copy_file(source: Path, file: Path, *, without: tuple[str, ...] = ()) -> None:
    """Copies the database `source` to `file` like `copy`; nobody has to have it open."""
    with closing(read_only(source)) as opened:
        copy(opened, file, without=without)


def head_of(file: Path) -> tuple[int, bytes] | None:
    """The number and hash of a copy's last entry; None for a copy of release 0.1, which has no head."""
    with closing(read_only(file)) as opened:
        try:
            seq, hash = opened.execute("SELECT seq, hash FROM head").fetchone()
        except sqlite3.OperationalError:
            return None
        return seq, hash


def practice_id_of(file: Path) -> str | None:
    """The practice's id in a copy."""
    with closing(read_only(file)) as opened:
        row = opened.execute("SELECT value FROM meta WHERE key = 'practice'").fetchone()
        return row[0] if row else None


def read_only(file: Path) -> sqlite3.Connection:
    """A connection that can't change `file`. Raises what `connect` raises."""
    return connect(file, read_only=True)
