"""The practice's store: the ledger, the tables derived from it, and this host's own data, in one database.

Only this package contains SQL. The rest of the program calls `Store` and its parts, and makes several changes at once within
`Store.transaction`.
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from .clients import Clients
from .database import Database

if TYPE_CHECKING:
    import sqlite3

    from ..practice.plan import Plan
    from .claims import Claims
    from .history import History, You
    from .home import Home, Surroundings
    from .inspection import Inspection
    from .jobs import Jobs
    from .lately import Lately
    from .ledger import Ledger
    from .local import Contacts, Pulled, SignIns
    from .postgres.budget import Budget
    from .postgres.replica import Progress
    from .work.job_items import JobItems
    from .work.past_jobs import Failure


class Store:
    """Reads and writes the practice's database. Each part is imported when first used."""

    def __init__(self, path: Path, home: "Home | None" = None) -> None:
        """Opens or creates the database at `path`. Raises UsageError like `Database`. `home`: None if the file itself is
        the home.
        """
        self._database = Database(path, home)
        self.clients = Clients(self._database)

    @property
    def path(self) -> Path:
        """The database's file."""
        return self._database.path

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Saves everything written inside, or nothing. Other processes wait meanwhile.

        A transaction within another one of the same thread is a part of it that can fail on its own: code that catches its error
        continues without that part. Raises Trouble if the disk is full or the file can't be written.
        """
        with self._database.writing(shared=True):
            yield

    @contextmanager
    def exclusively(self) -> "Generator[sqlite3.Connection]":
        """Keeps others from writing to this file, whatever the practice's home. Used to move it."""
        with self._database.writing() as db:
            yield db

    @property
    def home(self) -> "Home":
        """Where the practice's ledger is."""
        return self._database.home

    def changes(self) -> tuple[int, int]:
        """Two counters. One of them changes when anyone, in this process or another, writes to the database."""
        return self._database.changes()

    def new_place(self) -> str | None:
        """Where the practice of this file was moved to; None if it is still here."""
        from .home import new_place

        return new_place(self._database.connection)

    def catch_up(self, progress: "Progress | None" = None) -> None:
        """Applies what other hosts have appended at the practice's home. Raises Unreachable."""
        if self._database.home.kind == "sqlite":
            return
        from .postgres.home import PostgresHome

        home = self._database.home
        if isinstance(home, PostgresHome):
            from .postgres.replica import follow

            home.needs_version = follow(self._database, home.answering(), home, progress)

    def budget(self) -> "Budget | None":
        """Grants calls to the accounting apps, which the practice's hosts share; None if the practice is in a file."""
        if self._database.home.kind == "sqlite":
            return None
        from .postgres.budget import Budget
        from .postgres.home import PostgresHome

        home = self._database.home
        return Budget(home) if isinstance(home, PostgresHome) else None

    @cached_property
    def surroundings(self) -> "Surroundings":
        """What a window knows about the practice's home and the others there. For a practice on a server, this follows it."""
        home = self._database.home
        if home.kind == "sqlite":
            from .files.here import HereOnHost

            return HereOnHost(self._database)
        from .postgres.follower import Follower
        from .postgres.home import PostgresHome

        assert isinstance(home, PostgresHome)
        return Follower(self._database, home)

    @contextmanager
    def unchanged_since(self, seen: tuple[int, int]) -> Generator[bool]:
        """Whether nobody has written since `seen` (`changes` on this thread). Nobody can write inside the context, and the
        log is empty.

        Always false for a practice on a server, where others may have written since. Raises Trouble like `transaction`.
        """
        if self._database.home.kind != "sqlite" or self._database.only_reads:
            yield False
            return
        self._database.empty_log()
        with self._database.writing():
            yield self.changes() == seen

    @cached_property
    def ledger(self) -> "Ledger":
        """The ledger, where every change is made."""
        from .ledger import Ledger

        return Ledger(self._database)

    @cached_property
    def jobs(self) -> "Jobs":
        """The practice's bulk jobs."""
        from .jobs import Jobs

        return Jobs(self._database)

    @cached_property
    def lately(self) -> "Lately":
        """What happened since a person last looked."""
        from .lately import Lately

        return Lately(self._database)

    def note_past_job(
        self, plan: "Plan", by: str, started: datetime, ended: datetime, failed: "Mapping[int, Failure]"
    ) -> str:
        """Records a job that ran elsewhere or earlier. `failed`: by item number. Returns its id."""
        from .work.past_jobs import note

        return note(self._database, self.jobs, plan, by, started, ended, failed)

    @cached_property
    def claims(self) -> "Claims":
        """Who is working on which clients."""
        from .claims import Claims

        return Claims(self._database, self.ledger)

    def job_items(self, job: str) -> "JobItems":
        """The items of one job, for a screen that shows a few at a time."""
        from .work.job_items import JobItems

        return JobItems(self._database, job)

    def history(self, you: "You | None" = None) -> "History":
        """The ledger's entries, for a screen that shows a few at a time. `you`: the user, for `by:you`."""
        from .history import History, You

        return History(self._database, you or You())

    @cached_property
    def inspection(self) -> "Inspection":
        """Copies of the database, and the checks that `doctor` makes."""
        from .inspection import Inspection

        return Inspection(self._database)

    @cached_property
    def contacts(self) -> "Contacts":
        """When each organisation last answered a call."""
        from .local import Contacts

        return Contacts(self._database)

    @cached_property
    def pulled(self) -> "Pulled":
        """The pulled lists."""
        from .local import Pulled

        return Pulled(self._database)

    @cached_property
    def sign_ins(self) -> "SignIns":
        """The sign-ins, and who holds them."""
        from .local import SignIns

        return SignIns(self._database)

    @property
    def practice_id(self) -> str:
        """The practice's id, created with its database. It separates one person's practices in the keyring."""
        return self.meta("practice") or ""

    def meta(self, key: str) -> str | None:
        """A value stored in the practice's file: its id, and what release 0.2 saved there."""
        row = self._database.connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def former_views(self) -> dict[str, str]:
        """The filters that everyone saved in the practice's file until release 0.2, by name."""
        return dict(
            self._database.connection.execute("SELECT name, filter FROM views ORDER BY name").fetchall()
        )

    def close(self) -> None:
        """Closes the database."""
        self._database.close()
