"""Version 1, release 0.1: the ledger, the tables derived from it, and data of this host only."""

from sqlite_utils import Database

LEDGER = """
CREATE TABLE ledger (
    seq INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, kind TEXT NOT NULL,
    client TEXT, software TEXT, organisation_id TEXT, body TEXT NOT NULL
) STRICT;
CREATE INDEX ledger_client ON ledger (client) WHERE client IS NOT NULL;
"""

# Derived from the ledger by store/projection.py: can be thrown away and rebuilt.
DERIVED = """
CREATE TABLE sign_ins (
    id TEXT PRIMARY KEY, software TEXT NOT NULL, person_id TEXT NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL,
    used_at TEXT NOT NULL, ends_at TEXT, signed_out INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE teams (name TEXT PRIMARY KEY COLLATE NOCASE) STRICT;
CREATE TABLE standings (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, working TEXT) STRICT;
CREATE INDEX standings_working ON standings (working);
CREATE TABLE clients (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, name_key TEXT NOT NULL,
    practice_code TEXT, code_key TEXT, team TEXT COLLATE NOCASE, note TEXT NOT NULL DEFAULT '', details TEXT NOT NULL,
    removed INTEGER NOT NULL DEFAULT 0, standing INTEGER NOT NULL REFERENCES standings (id), search TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX clients_code ON clients (code_key) WHERE code_key IS NOT NULL AND removed = 0;
CREATE INDEX clients_name ON clients (removed, name_key, n);
CREATE INDEX clients_team ON clients (team) WHERE removed = 0;
CREATE INDEX clients_tax ON clients (json_extract(details, '$.tax_number'));
CREATE INDEX clients_standing ON clients (standing, removed);
CREATE TABLE integrations (
    software TEXT NOT NULL, organisation_id TEXT NOT NULL, client INTEGER NOT NULL REFERENCES clients (n),
    organisation_name TEXT NOT NULL, sign_in TEXT NOT NULL REFERENCES sign_ins (id), since TEXT NOT NULL,
    connected_at TEXT NOT NULL, refreshed_at TEXT, problem TEXT, settings TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (software, organisation_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX integrations_client ON integrations (client);
CREATE INDEX integrations_sign_in ON integrations (sign_in, problem);
"""

# Data of this host only: what was last seen, what was pulled, jobs, who holds which sign-in, saved views.
LOCAL = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE contacts (
    software TEXT NOT NULL, organisation_id TEXT NOT NULL, checked_at TEXT, fault TEXT, fault_at TEXT,
    PRIMARY KEY (software, organisation_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE pulled (
    software TEXT NOT NULL, organisation_id TEXT NOT NULL, list TEXT NOT NULL, records TEXT NOT NULL, count INTEGER NOT NULL,
    pulled_at TEXT NOT NULL, PRIMARY KEY (software, organisation_id, list)
) STRICT;
CREATE TABLE jobs (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, software TEXT, sign_in TEXT, state TEXT NOT NULL, by TEXT NOT NULL,
    started_at TEXT NOT NULL, ended_at TEXT, runner TEXT, body TEXT NOT NULL
) STRICT;
CREATE TABLE items (
    job TEXT NOT NULL REFERENCES jobs (id), n INTEGER NOT NULL, client TEXT NOT NULL, name TEXT NOT NULL, software TEXT NOT NULL,
    organisation_id TEXT NOT NULL, state TEXT NOT NULL, reason TEXT, says TEXT, ended_at TEXT, body TEXT NOT NULL,
    PRIMARY KEY (job, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX items_state ON items (job, state);
CREATE TABLE held (sign_in TEXT NOT NULL, holder TEXT NOT NULL, used_at TEXT NOT NULL, PRIMARY KEY (sign_in, holder)) STRICT, WITHOUT ROWID;
CREATE TABLE views (name TEXT PRIMARY KEY COLLATE NOCASE, filter TEXT NOT NULL, made_at TEXT NOT NULL) STRICT;
"""


def take(tables: Database) -> None:
    """Creates the tables."""
    db = tables.conn
    for statement in (LEDGER + DERIVED + LOCAL).split(";\n"):
        if statement.strip():
            db.execute(statement)
    db.execute("INSERT INTO meta VALUES ('practice', lower(hex(randomblob(8))))")
    db.execute("INSERT INTO standings VALUES (0, '', NULL)")
