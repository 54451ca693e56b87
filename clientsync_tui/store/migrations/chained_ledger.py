"""Version 2: every entry has a hash over the previous one and itself, and the head says which is the last."""

from sqlite_utils import Database

from ..chain import START, link

CHAINED = """
CREATE TABLE chained (
    seq INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, kind TEXT NOT NULL,
    client TEXT, software TEXT, organisation_id TEXT, body TEXT NOT NULL, hash BLOB NOT NULL
) STRICT
"""
HEAD = "CREATE TABLE head (seq INTEGER NOT NULL, hash BLOB NOT NULL) STRICT"


def take(tables: Database) -> None:
    """Chains the existing entries."""
    db = tables.conn
    db.execute(CHAINED)
    db.execute(HEAD)
    seq, before = 0, START
    rows = db.execute(
        "SELECT seq, at, actor, kind, client, software, organisation_id, body FROM ledger ORDER BY seq"
    )
    rows.row_factory = None
    for row in rows:
        seq, before = row[0], link(before, row)
        db.execute("INSERT INTO chained VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, before))
    db.execute("INSERT INTO head VALUES (?, ?)", (seq, before))
    db.execute("DROP TABLE ledger")
    db.execute("ALTER TABLE chained RENAME TO ledger")
    db.execute("CREATE INDEX ledger_client ON ledger (client) WHERE client IS NOT NULL")
    # Release 0.1 recorded its steps there; PRAGMA user_version says the same.
    db.execute("DROP TABLE IF EXISTS _sqlite_migrations")
