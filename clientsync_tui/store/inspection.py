"""Copies of the practice's database, and the checks that `doctor` makes on it."""

from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from ..practice.entries import iso, moment
from .chain import Flaw, verify
from .database import Database
from .files import copies
from .home import MOVED
from .own_rows import foreign, remove_foreign


class Moved(NamedTuple):
    """A file's note that the practice was moved. `is_copied`: the note was in what this file was made from."""

    place: str
    is_copied: bool


class Inspection:
    """Checks the whole database, and copies it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def damage(self) -> str | None:
        """What SQLite finds wrong with the file; None: it is sound."""
        found = str(self._database.connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
        return None if found == "ok" else found

    def flaw(self) -> Flaw | None:
        """The first place where the ledger was altered; None: it is intact."""
        with self._database.reading() as db:
            return verify(db)

    def head(self) -> tuple[int, bytes]:
        """The number and hash of the last entry, according to the ledger's head."""
        seq, hash = self._database.connection.execute("SELECT seq, hash FROM head").fetchone()
        return seq, hash

    def newest_entry_at(self) -> datetime | None:
        """When the last entry was made. Other entries may be later, if the clock was ahead when they were made."""
        row = self._database.connection.execute("SELECT at FROM ledger ORDER BY seq DESC LIMIT 1").fetchone()
        return moment(row[0]) if row else None

    def entries_after(self, at: datetime) -> int:
        """How many entries have a later time than `at`."""
        query = "SELECT count(*) FROM ledger WHERE at > ?"
        return int(self._database.connection.execute(query, (iso(at),)).fetchone()[0])

    def continues(self, head: tuple[int, bytes]) -> bool:
        """Whether the ledger continues from `head`, a copy's head."""
        return self._database.connection.execute(copies.CONTINUES, head).fetchone() is not None

    def differing_tables(self) -> list[str]:
        """The derived tables that differ from the ledger. Raises audit.Underivable."""
        from .files.audit import differing

        return differing(self._database)

    def foreign_tables(self) -> list[str]:
        """The tables with unreadable rows that another program wrote."""
        with self._database.reading() as db:
            return sorted({table for table, _ in foreign(db)})

    def remove_foreign_rows(self) -> int:
        """Removes the rows that another program wrote. Returns how many."""
        with self._database.writing() as db:
            return remove_foreign(db)

    def keep_copy(self, kind: str) -> Path:
        """Makes one of the program's own copies, beside the database. Raises what `copies.keep` raises."""
        return copies.keep(self._database.connection, self._database.path, kind)

    def keeping_copy(self, kind: str, of: Path) -> AbstractContextManager[Path]:
        """A copy beside `of`, which this database replaces in the block. It counts only if the block ends well; this
        database may be closed before that. Raises what `copies.keep` raises.
        """
        return copies.keeping(self._database.connection, of, kind)

    def set_practice_id(self, value: str) -> None:
        """Gives the practice the id that one of its copies has."""
        with self._database.writing() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES ('practice', ?)", (value,))

    def moved(self) -> Moved | None:
        """Where the practice was moved, according to this file; None if it is here.

        Earlier versions could copy the note of an interrupted move to this host's copy of the server's ledger, and back into a file.
        There it is older than the note that the file was such a copy.
        """
        query = (
            "SELECT m.value, coalesce(m.rowid < (SELECT s.rowid FROM meta s WHERE s.key = 'shared'), 0) "
            "FROM meta m WHERE m.key = ?"
        )
        row = self._database.connection.execute(query, (MOVED,)).fetchone()
        return Moved(row[0], bool(row[1])) if row else None

    def forget_move(self) -> None:
        """Removes the note, because the practice is in this file."""
        with self._database.writing() as db:
            db.execute("DELETE FROM meta WHERE key = ?", (MOVED,))

    def keep_daily_copy(self) -> Path | None:
        """Makes today's copy; None if there is one already. Raises what `copies.keep` raises."""
        return copies.keep_daily(self._database.connection, self._database.path)

    def copy_to(self, file: Path) -> None:
        """Copies the database to `file`. Raises what `copies.copy` raises."""
        copies.copy(self._database.connection, file)
