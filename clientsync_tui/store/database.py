"""Opens the practice's SQLite file, and writes to it in one transaction at a time."""

import contextlib
import os
import sqlite3
import stat
import sys
import threading
import weakref
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from ..host.file_permissions import make_folder
from ..host.full_disk import why_no_growth
from ..host.opened_in_time import opened_in_time
from ..host.planted import resolved
from ..practice.roles import Level, why_not
from ..practice.trouble import NoRoom, NotAllowed, Trouble, UsageError
from .files import in_use
from .files.connecting import connect
from .files.filesystem import is_open_to_others, network_filesystem
from .files.only_reading import State, connect_to_read, may_write, state_of
from .files.schema_check import APPLICATION, VERSION, strange
from .files.sqlite_errors import DOCTOR, is_damage, is_of_room, is_of_the_disk, why
from .home import Home, SqliteHome
from .listing.client_list import Listing

READING_KIB, WRITING_KIB = 256, 2000
"""How much memory each thread may use as a cache when reading, or also writing."""

NOTHING_SAVED = "Nothing of this step was saved."

BUSY_S = 10.0
MIGRATION_S = 60
"""How long another process may take to upgrade the file."""


class Damaged(UsageError):
    """The file is not a sound database, so a backup has to be restored."""


class Database:
    """One SQLite file. Each thread has its own connection, opened on first use."""

    def __init__(self, path: Path, home: "Home | None" = None) -> None:
        """Opens `path`, creates it if it is missing, and upgrades it to this program's schema.

        Raises: Damaged if the file is not a sound database. UsageError if another program or a newer version wrote it, if everyone can
        read it, if it is on a network filesystem, or if its folder is not writable.
        """
        self.path = path
        self.home: Home = home or SqliteHome()
        self.listing = Listing()
        self._local = threading.local()
        self._schema = 0
        self.only_reads = path.is_file() and not may_write(path)
        """Whether the file can't be written: this person may not, or the disk is full."""
        self._no_room: str | None = None
        self._let_go: Callable[[], object] = lambda: None
        try:
            make_folder(path.parent)
            resolved(path)
            self._prepare()
        except Trouble:
            self.close()
            raise
        except (sqlite3.Error, OSError) as error:
            self.close()
            kind = Damaged if isinstance(error, sqlite3.Error) and is_damage(error) else UsageError
            raise kind(f"The practice's database {path} can't be opened: {why(error, path)}") from None

    def _prepare(self) -> None:
        if kind := network_filesystem(self.path):
            raise UsageError(
                f"The practice's database {self.path} is on a shared or network filesystem ({kind}), where two hosts would damage it. "
                "In the configuration, set [practice] database to a file on a disk of this host."
            )
        if self.path.exists() and not self.path.is_file():
            raise UsageError(f"The practice's database {self.path} can't be opened: it is not a file.")
        if self.path.is_file() and is_open_to_others(self.path):
            raise UsageError(
                f"Everyone on this host can read the practice's database {self.path}. Run `chmod o= {self.path}` "
                "or `clientsync doctor --repair`."
            )
        with contextlib.suppress(FileExistsError):
            self.path.touch(mode=0o600, exist_ok=False)
        use = None
        with contextlib.suppress(*((OSError,) if self.only_reads else ())):
            use = in_use.share(self.path)
        if use is not None:
            # At exit too, because nobody could restore the practice as long as this process lives.
            self._let_go = weakref.finalize(self, os.close, use)
        self._file = self.path.stat()
        if self._version_even_without_room() < VERSION:
            if self._no_room is not None:
                raise UsageError(f"The practice's database {self.path} can't be opened: {self._no_room}")
            if self.only_reads:
                raise UsageError(
                    f"The practice's database {self.path} was written by an older Client Sync, and you can only read it. "
                    "Someone who can write to it has to open it first."
                )
            self._migrate()
        else:
            self._refuse_strange(VERSION)
        # A copy that was put in place is not in WAL mode.
        if not self.only_reads and self.connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            opened_in_time(
                resolved(self.path), partial(self.connection.execute, "PRAGMA journal_mode = WAL"), BUSY_S
            )
        self._share_log()

    def _share_log(self) -> None:
        """Gives the files that SQLite created beside a shared practice the practice's group. In a folder without the setgid
        bit they get this user's own, which would lock colleagues out.
        """
        if (
            sys.platform == "win32"
            or self.only_reads
            or not self._file.st_mode & (stat.S_IRGRP | stat.S_IWGRP)
        ):
            return
        for ending in ("-wal", "-shm"):
            with contextlib.suppress(OSError):
                beside = f"{os.path.realpath(self.path)}{ending}"
                found = os.lstat(beside)
                if found.st_uid == os.geteuid() and found.st_gid != self._file.st_gid:
                    os.chown(beside, -1, self._file.st_gid, follow_symlinks=False)

    def _version_even_without_room(self) -> int:
        """The file's version. On a full disk SQLite can't make the memory that its processes share, but what is saved can still be
        read.
        """
        try:
            return self._version()
        except sqlite3.OperationalError as error:
            self._no_room = None if self.only_reads or not is_of_room(error) else why_no_growth(self.path)
            if self._no_room is None:
                raise
        self.only_reads = True
        return self._version()

    def _version(self) -> int:
        """The file's version, 0 if it is empty. Raises UsageError if this program must not touch the file."""
        with self.reading() as db:
            application = db.execute("PRAGMA application_id").fetchone()[0]
            version = int(db.execute("PRAGMA user_version").fetchone()[0])
            tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if application != APPLICATION and (tables or version):
            raise UsageError(f"{self.path} is another program's database. Nothing was changed.")
        if version > VERSION:
            raise UsageError(
                f"The practice's database {self.path} was written by a newer Client Sync (version {version}; this one knows {VERSION}). "
                "Update Client Sync on this host. Nothing was changed."
            )
        return version

    def _refuse_strange(self, version: int) -> None:
        """Raises Damaged if the file contains anything that a practice of this version doesn't, such as a trigger."""
        with self.reading() as db:
            self._schema = db.execute("PRAGMA schema_version").fetchone()[0]
            difference = strange(db, version)
        if difference is not None:
            raise Damaged(
                f"The practice's database {self.path} {difference}. Another program changed it, so Client Sync does not use it. "
                f"{DOCTOR}, and can repair it."
            )

    def _migrate(self) -> None:
        from ..host.beside import beside, locked, owner_of
        from .files import copies
        from .migrations import migrate

        # Two first starts may race, so only one may create the tables. Everyone who shares the file shares this lock.
        with locked(beside(self.path, ".lock"), owner_of(self.path), MIGRATION_S):
            found = self._version()
            if found == VERSION:
                return
            connection = self.connection
            if found:
                self._refuse_strange(found)
                copies.keep(connection, self.path, f"before-version-{VERSION}")
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                connection.execute(f"PRAGMA application_id = {APPLICATION}")
                migrate(connection, found)

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, in autocommit mode: `writing` starts transactions."""
        return self._opened().connection

    def _opened(self) -> threading.local:
        """This thread's own state: its connection, whether it has written, and whether its transaction is shared.

        A thread in the middle of a transaction keeps its state; after `close` in another thread, the next one gets a new
        state.
        """
        own = self._local
        state = state_of(self.path, is_full=self._no_room is not None) if self.only_reads else None
        if getattr(own, "connection", None) is not None and not own.connection.in_transaction:
            before: State | None = own.state
            if before is not None and (state is None or (not before.is_open and state != before)):
                own.connection.close()
                own.connection = None
        if getattr(own, "connection", None) is None:
            connection = (
                connect(self.path, timeout=BUSY_S)
                if state is None
                else connect_to_read(self.path, state, BUSY_S)
            )
            own.state = state
            connection.row_factory = sqlite3.Row
            # FULL: an entry reported as done must survive a power cut, not only a kill.
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            # A bulk job changes pages all over the file. With fewer checkpoints, a page is copied once for many
            # changes.
            connection.execute("PRAGMA wal_autocheckpoint = 4000")
            # A thread that only reads goes through the file in order, so keeping pages would gain nothing.
            connection.execute(f"PRAGMA cache_size = {-READING_KIB}")
            own.connection, own.wrote, own.shared = connection, False, False
        return own

    @contextmanager
    def writing(self, *, shared: bool = False) -> Generator[sqlite3.Connection]:
        """One transaction that others wait for: everything in it is saved, or nothing. Inside another one of this thread, it is a part
        that can fail on its own: code that catches its error continues with a transaction in which nothing of that part happened.

        `shared`: it changes what all hosts of the practice have, so the practice's home saves it first.
        Raises NoRoom if the disk is full, Trouble if the file can't be written, and what `Home` raises.
        """
        if self._no_room is not None:
            self._use_new_room()
        if self.only_reads:
            raise NotAllowed(why_not(Level.VIEWER, in_file=True))
        own = self._opened()
        connection: sqlite3.Connection = own.connection
        if not own.wrote:
            connection.execute(f"PRAGMA cache_size = {-WRITING_KIB}")
            own.wrote = True
        begin, keep, undo = (
            ("SAVEPOINT part", "RELEASE part", ("ROLLBACK TO part", "RELEASE part"))
            if connection.in_transaction
            else ("BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",))
        )
        try:
            connection.execute(begin)
            try:
                if keep == "COMMIT":
                    self._still_ours(connection)
                if shared and not own.shared:
                    self.home.begin(connection)
                    own.shared = True
                yield connection
                if keep == "COMMIT" and own.shared:
                    self.home.commit(connection)
                connection.execute(keep)
            except BaseException:
                if keep == "COMMIT" and own.shared:
                    self.home.give_up()
                # SQLite already rolled back when the disk filled up.
                for statement in undo if connection.in_transaction else ():
                    connection.execute(statement)
                raise
            finally:
                if keep == "COMMIT":
                    own.shared = False
        except sqlite3.DatabaseError as error:
            if not is_of_the_disk(error):
                raise
            kind = NoRoom if is_of_room(error) and why_no_growth(self.path) else Trouble
            raise kind(
                f"The practice's database {self.path} can't be written: {why(error, self.path)} {NOTHING_SAVED}"
            ) from None

    def _use_new_room(self) -> None:
        """Opens the file for writing if there is room by now. Raises NoRoom if not."""
        no_room, self._no_room, self.only_reads = self._no_room, None, False
        try:
            self._opened()
        except sqlite3.Error:
            self._no_room, self.only_reads = no_room, True
            raise NoRoom(
                f"The practice's database {self.path} can't be written: {no_room} {NOTHING_SAVED}"
            ) from None
        self._share_log()

    def _still_ours(self, connection: sqlite3.Connection) -> None:
        if not self._is_at_its_place():
            raise Trouble(
                f"The practice's database {self.path} was replaced or removed while this was running. Nothing of this step was saved. "
                "Start Client Sync again."
            )
        if connection.execute("PRAGMA user_version").fetchone()[0] != VERSION:
            raise Trouble(
                f"The practice's database {self.path} was upgraded by a newer Client Sync in the meantime. Start Client Sync again. "
                "Nothing of this step was saved."
            )

        # Anyone who can write to the file may have planted a trigger meanwhile. A rebuild changes the number
        # too.
        if connection.execute("PRAGMA schema_version").fetchone()[0] != self._schema:
            self._refuse_strange(VERSION)

    def _is_at_its_place(self) -> bool:
        """Whether the opened file is still the practice's. SQLite would keep writing to a file that no longer has a name."""
        try:
            return os.path.samestat(self.path.stat(), self._file)
        except FileNotFoundError:
            return False

    def changes(self) -> tuple[int, int]:
        """Two counters. One of them changes when anyone, in this process or another, writes to the database."""
        own = self._opened()
        connection: sqlite3.Connection = own.connection
        state: State | None = own.state
        changed = connection.total_changes if state is None or state.is_open else state.changed_at
        return int(connection.execute("PRAGMA data_version").fetchone()[0]), changed

    def empty_log(self) -> None:
        """Copies the log into the database file, unless someone is in the way."""
        connection = self.connection
        connection.execute("PRAGMA busy_timeout = 0")
        try:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            connection.execute(f"PRAGMA busy_timeout = {BUSY_S * 1000:.0f}")

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """One state of the database for several queries, whatever others write meanwhile. Only for reading."""
        connection = self.connection
        if connection.in_transaction:
            yield connection
            return
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            connection.execute("COMMIT")

    def close(self) -> None:
        """Closes this thread's connection, and lets go of the others.

        Another thread may be executing a statement, and SQLite doesn't survive closing a connection under it. Such a thread closes
        its connection itself when it has finished.
        """
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
        self._local = threading.local()
        self._schema = 0
        self.home.close()
        self._let_go()
