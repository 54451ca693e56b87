"""The practice's store: the ledger, what is derived from it, and what is kept on this host, over one database."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from .clients import Clients
from .database import Database

if TYPE_CHECKING:
    from .jobs import Jobs
    from .ledger import Ledger
    from .local import Contacts, Pulled, SignIns, Views


class Store:
    """Everything that reads and writes the practice's database. What a command does not use is not even imported."""

    def __init__(self, path: Path) -> None:
        """Opens or makes the database at `path`; raises UsageError where `Database` does."""
        self.database = Database(path)
        self.clients = Clients(self.database)

    @cached_property
    def ledger(self) -> "Ledger":
        """The ledger, where every change is made."""
        from .ledger import Ledger

        return Ledger(self.database)

    @cached_property
    def jobs(self) -> "Jobs":
        """The bulk jobs of this host."""
        from .jobs import Jobs

        return Jobs(self.database)

    @cached_property
    def contacts(self) -> "Contacts":
        """When each organisation was last called."""
        from .local import Contacts

        return Contacts(self.database)

    @cached_property
    def pulled(self) -> "Pulled":
        """The lists that were pulled."""
        from .local import Pulled

        return Pulled(self.database)

    @cached_property
    def sign_ins(self) -> "SignIns":
        """The sign-ins, and who holds them."""
        from .local import SignIns

        return SignIns(self.database)

    @cached_property
    def views(self) -> "Views":
        """Filters saved by name."""
        from .local import Views

        return Views(self.database)

    @property
    def practice_id(self) -> str:
        """The practice's own id, made with its database: it keeps two practices of one person apart in the keyring."""
        return self.meta("practice") or ""

    def meta(self, key: str) -> str | None:
        """A remembered value of this host."""
        row = self.database.connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def remember(self, key: str, value: str) -> None:
        """Remembers a value on this host."""
        with self.database.writing() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def close(self) -> None:
        """Closes the database."""
        self.database.close()
