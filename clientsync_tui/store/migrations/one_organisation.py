"""Version 3: sign-ins that cover one organisation, and which of those held here the app refused."""

from sqlite_utils import Database


def take(tables: Database) -> None:
    """Adds the columns. Earlier entries name no single organisation."""
    db = tables.conn
    db.execute("ALTER TABLE sign_ins ADD COLUMN organisation_id TEXT")
    db.execute("ALTER TABLE sign_ins ADD COLUMN organisation_name TEXT")
    db.execute("ALTER TABLE held ADD COLUMN refused_at TEXT")
