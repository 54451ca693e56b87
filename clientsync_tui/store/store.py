"""The practice's store: the ledger, what is derived from it, and what is kept on this host, over one database."""

from pathlib import Path

from .clients import Clients
from .database import Database
from .jobs import Jobs
from .ledger import Ledger
from .local import Contacts, Pulled, SignIns, Views


class Store:
    """Everything that reads and writes the practice's database."""

    def __init__(self, path: Path) -> None:
        """Opens or makes the database at `path`; raises UsageError where `Database` does."""
        self.database = Database(path)
        self.ledger = Ledger(self.database)
        self.clients = Clients(self.database)
        self.jobs = Jobs(self.database)
        self.contacts = Contacts(self.database)
        self.pulled = Pulled(self.database)
        self.sign_ins = SignIns(self.database)
        self.views = Views(self.database)

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
