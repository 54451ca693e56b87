"""Checks that the practice's file has exactly the tables and indexes that this program creates.

A trigger or a view would act with the rights of anyone who uses the practice, and an index could block them forever. Anyone who can
write to the file can plant one. The text below is all that is compared when a practice is opened, so it is written out in full; a
test compares it with what the steps in `migrations` create.
"""

import sqlite3
from collections.abc import Iterator

APPLICATION = int.from_bytes(b"CSyn")
"""Marks a file as a Client Sync practice (PRAGMA application_id)."""

VERSION = 6
"""The schema version that this program knows (PRAGMA user_version). Raised with each step in `migrations`."""

SHAPE = """
CREATE INDEX clients_name ON clients (removed, name_key, n);
CREATE INDEX clients_standing ON clients (standing, removed);
CREATE INDEX clients_tax ON clients (json_extract(details, '$.tax_number'));
CREATE INDEX clients_team ON clients (team) WHERE removed = 0;
CREATE INDEX integrations_client ON integrations (client);
CREATE INDEX integrations_sign_in ON integrations (sign_in, problem);
CREATE INDEX items_state ON items (job, state);
CREATE INDEX ledger_client ON ledger (client) WHERE client IS NOT NULL;
CREATE INDEX standings_working ON standings (working);
CREATE TABLE ledger ( seq INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, kind TEXT NOT NULL,
    client TEXT, software TEXT, organisation_id TEXT, body TEXT NOT NULL, hash BLOB NOT NULL ) STRICT;
CREATE TABLE clients ( n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, name_key TEXT NOT
    NULL, practice_code TEXT, code_key TEXT, team TEXT COLLATE NOCASE, note TEXT NOT NULL DEFAULT '', details TEXT
    NOT NULL, removed INTEGER NOT NULL DEFAULT 0, standing INTEGER NOT NULL REFERENCES standings (id), search TEXT
    NOT NULL ) STRICT;
CREATE TABLE contacts ( software TEXT NOT NULL, organisation_id TEXT NOT NULL, checked_at TEXT, fault TEXT,
    fault_at TEXT, PRIMARY KEY (software, organisation_id) ) STRICT, WITHOUT ROWID;
CREATE TABLE head (seq INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
CREATE TABLE held (sign_in TEXT NOT NULL, holder TEXT NOT NULL, used_at TEXT NOT NULL, refused_at TEXT,
    PRIMARY KEY (sign_in, holder)) STRICT, WITHOUT ROWID;
CREATE TABLE integrations ( software TEXT NOT NULL, organisation_id TEXT NOT NULL, client INTEGER NOT NULL
    REFERENCES clients (n), organisation_name TEXT NOT NULL, sign_in TEXT NOT NULL REFERENCES sign_ins (id), since
    TEXT NOT NULL, connected_at TEXT NOT NULL, refreshed_at TEXT, problem TEXT, settings TEXT NOT NULL DEFAULT
    '{}', PRIMARY KEY (software, organisation_id) ) STRICT, WITHOUT ROWID;
CREATE TABLE items ( job TEXT NOT NULL REFERENCES jobs (id), n INTEGER NOT NULL, client TEXT NOT NULL, name
    TEXT NOT NULL, software TEXT NOT NULL, organisation_id TEXT NOT NULL, state TEXT NOT NULL, reason TEXT, says
    TEXT, ended_at TEXT, facts TEXT NOT NULL, "organisation_name" TEXT, "sign_in" TEXT, "cannot" INTEGER NOT NULL
    DEFAULT 0, "key" TEXT, "leased_by" TEXT,
    PRIMARY KEY (job, n) ) STRICT, WITHOUT ROWID;
CREATE TABLE jobs ( id TEXT PRIMARY KEY, kind TEXT NOT NULL, software TEXT, sign_in TEXT, state TEXT NOT NULL,
    by TEXT NOT NULL, started_at TEXT NOT NULL, ended_at TEXT, "paused" TEXT, "needs_sign_in" INTEGER NOT NULL
    DEFAULT 0, "owner" TEXT) STRICT;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE pulled ( software TEXT NOT NULL, organisation_id TEXT NOT NULL, list TEXT NOT NULL, records TEXT
    NOT NULL, count INTEGER NOT NULL, pulled_at TEXT NOT NULL, PRIMARY KEY (software, organisation_id, list) )
    STRICT;
CREATE TABLE sign_ins ( id TEXT PRIMARY KEY, software TEXT NOT NULL, person_id TEXT NOT NULL, name TEXT NOT
    NULL, email TEXT NOT NULL, used_at TEXT NOT NULL, ends_at TEXT, signed_out INTEGER NOT NULL DEFAULT 0,
    organisation_id TEXT, organisation_name TEXT) STRICT;
CREATE TABLE standings (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, working TEXT) STRICT;
CREATE TABLE teams (name TEXT PRIMARY KEY COLLATE NOCASE) STRICT;
CREATE TABLE views (name TEXT PRIMARY KEY COLLATE NOCASE, filter TEXT NOT NULL, made_at TEXT NOT NULL) STRICT;
CREATE TABLE "workers" ( "id" TEXT PRIMARY KEY, "job" TEXT NOT NULL, "host" TEXT NOT NULL, "place" TEXT NOT
    NULL, "person" TEXT NOT NULL, "since" TEXT NOT NULL, "until" TEXT ) STRICT;
CREATE INDEX "workers_job" ON "workers" ("job");
CREATE TABLE "claims" ( "client" TEXT PRIMARY KEY, "person" TEXT NOT NULL, "name" TEXT NOT NULL, "since" TEXT
    NOT NULL, "until" TEXT NOT NULL, "minutes" INTEGER NOT NULL ) STRICT;
CREATE UNIQUE INDEX clients_code ON clients (code_key) WHERE code_key IS NOT NULL AND removed = 0;
"""

STATISTICS = ("CREATE TABLE sqlite_stat1(", "CREATE TABLE sqlite_stat4(")
"""What SQLite's own ANALYZE creates, if someone runs it. It only influences query plans."""

LEFT_BY_RELEASE_0_1 = frozenset(
    (
        'CREATE TABLE "_sqlite_migrations" ( "id" INTEGER PRIMARY KEY, "migration_set" TEXT, "name" TEXT, "applied_at" TEXT )',
        'CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name" ON "_sqlite_migrations" ("migration_set", "name")',
    )
)
"""What the library used by release 0.1 created for itself; the second step removes it."""

_ALL = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"


def _plain(statement: str) -> str:
    """A statement in a canonical spelling: SQLite versions differ in blanks and in quoting renamed tables."""
    return (
        " ".join(statement.split())
        .replace(" ,", ",")
        .replace('CREATE TABLE "ledger"', "CREATE TABLE ledger", 1)
    )


_EXPECTED = frozenset(_plain(statement) for statement in SHAPE.split(";") if statement.strip())


def strange(db: sqlite3.Connection, version: int) -> str | None:
    """How the file's schema differs from this version's (or an earlier one's); None: not at all.

    Nothing stored in the file is executed to find out.
    """
    expected = _EXPECTED if version == VERSION else _made_by(version)
    found = frozenset(_statements(db)) - (LEFT_BY_RELEASE_0_1 if version == 1 else frozenset())
    if found == expected:
        return _strange_head(db) if version > 1 else None
    more, fewer = sorted(found - expected), sorted(expected - found)
    if not more:
        return f"does not have the {_named(fewer[0])}"
    altered = next((name for name in more if _named(name) in map(_named, fewer)), None)
    if altered is not None:
        return f"has a different {_named(altered)} than Client Sync makes"
    return f"has the {_named(more[0])}, which Client Sync did not make"


def _strange_head(db: sqlite3.Connection) -> str | None:
    heads = db.execute("SELECT count(*) FROM (SELECT 1 FROM head LIMIT 2)").fetchone()[0]
    return "has more than one head of its ledger" if heads > 1 else None


def is_ours(db: sqlite3.Connection, table: str) -> bool:
    """Whether a table is as this program creates it, so that reading it executes nothing else."""
    rows = db.execute(f"{_ALL} AND name = ?", (table,)).fetchall()
    return [
        _plain(sql) in _EXPECTED and _named(_plain(sql)) == f"table {table}" for (sql,) in map(tuple, rows)
    ] == [True]


def _statements(db: sqlite3.Connection) -> Iterator[str]:
    for row in db.execute(_ALL):
        statement = _plain(row[0])
        if not statement.startswith(STATISTICS):
            yield statement


def _named(statement: str) -> str:
    """`table clients`, from the statement that creates it."""
    from ...practice.text import clean

    words = [word for word in statement.replace("(", " ").split()[1:] if word not in ("UNIQUE", "VIRTUAL")]
    kind, name = (*words, "", "")[:2]
    return clean(f"{kind.lower()} {name}".replace('"', "")[:80])


def _made_by(version: int) -> frozenset[str]:
    from ..migrations import STEPS, opened

    made = sqlite3.connect(":memory:")
    try:
        for step in STEPS[:version]:
            step(opened(made))
        return frozenset(_statements(made))
    finally:
        made.close()
