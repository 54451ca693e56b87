"""Copies jobs, their items and workers between this host's file and the server.

Temporary triggers record what a change writes to the file's tables. They exist only in this connection, nobody finds them in the file,
and if a part of the change fails, what they recorded is rolled back with it.
"""

import json
import sqlite3

from ..database import Database
from .connecting import Connection

VERSION = "SELECT value FROM meta WHERE key = 'work'"
COLUMNS = {
    "jobs": "id, kind, software, sign_in, state, by, started_at, ended_at, paused, needs_sign_in, owner",
    "workers": "id, job, host, place, person, since, until",
    "items": "job, n, client, name, software, organisation_id, state, reason, says, ended_at, facts, organisation_name, sign_in, cannot, "
    "key, leased_by",
}
"""Each table's columns, in an order in which rows can be inserted."""
_KEYS = {"jobs": ("id",), "workers": ("id",), "items": ("job", "n")}
_NOTED = """
CREATE TEMP TABLE IF NOT EXISTS changed (what TEXT, id TEXT, n INTEGER, PRIMARY KEY (what, id, n)) WITHOUT ROWID
"""
# Not OR IGNORE, because a statement's conflict clause also applies to its triggers.
_TRIGGER = """
CREATE TEMP TRIGGER IF NOT EXISTS {table}_{event} AFTER {event} ON main.{table} BEGIN
    INSERT INTO changed SELECT '{table}', NEW.{id}, {n}
        WHERE NOT EXISTS (SELECT 1 FROM changed WHERE what = '{table}' AND id = NEW.{id} AND n = {n});
END
"""


def note_changes(db: sqlite3.Connection) -> None:
    """Starts recording which rows of these tables change, and forgets what it recorded before."""
    db.execute(_NOTED)
    for table, key in _KEYS.items():
        for event in ("INSERT", "UPDATE"):
            db.execute(
                _TRIGGER.format(table=table, event=event, id=key[0], n="NEW.n" if len(key) > 1 else "0")
            )
    db.execute("DELETE FROM temp.changed")


def send(db: sqlite3.Connection, server: Connection) -> None:
    """Sends the changed rows to the server. Raises psycopg's errors."""
    changed = {table: json.dumps(_changed(db, table), ensure_ascii=False) for table in COLUMNS}
    if all(rows == "[]" for rows in changed.values()):
        return
    row = server.execute(
        "SELECT clientsync.put_work(%s::jsonb, %s::jsonb, %s::jsonb)",
        (changed["jobs"], changed["items"], changed["workers"]),
    ).fetchone()
    assert row is not None
    _note_version(db, row[0])


def _changed(db: sqlite3.Connection, table: str) -> list[dict[str, object]]:
    key = _KEYS[table]
    on = "t.job = c.id AND t.n = c.n" if len(key) > 1 else "t.id = c.id"
    names = COLUMNS[table].split(", ")
    columns = ", ".join(f"t.{name}" for name in names)
    rows = db.execute(
        f"SELECT {columns} FROM temp.changed c JOIN main.{table} t ON {on} WHERE c.what = ?", (table,)
    )
    return [dict(zip(names, row, strict=True)) for row in map(tuple, rows)]


def mirror(db: sqlite3.Connection, server: Connection, version: int) -> None:
    """Copies what others changed up to that version, within the caller's transaction. Raises psycopg's errors."""
    known = _known(db)
    if version == known:
        return
    for table, columns in COLUMNS.items():
        names = columns.split(", ")
        key = _KEYS[table]
        given = ", ".join(f"{name} = excluded.{name}" for name in names if name not in key)
        query = (
            f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(names))}) "
            f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {given}"
        )
        # A row at a time: a member can write as many as they like.
        with server.cursor() as cursor:
            changed = f"SELECT {columns} FROM clientsync.{table} WHERE version > %s"
            db.executemany(query, cursor.stream(changed.encode(), (known,)))
    _note_version(db, version)


def follow_work(database: Database, server: Connection) -> None:
    """The same in its own transaction, if there is anything. Raises psycopg's errors."""
    row = server.execute("SELECT version FROM clientsync.head").fetchone()
    if row is not None and row[0] != _known(database.connection):
        with database.writing() as db:
            mirror(db, server, row[0])


def forget(db: sqlite3.Connection) -> None:
    """Empties the tables, because they belong to another practice."""
    for table in reversed(COLUMNS):
        db.execute(f"DELETE FROM {table}")
    _note_version(db, 0)


def move_all(db: sqlite3.Connection, server: Connection) -> None:
    """Copies a file's jobs to a server that has none. They become the caller's, but still say who made them. Raises
    psycopg's errors.
    """
    jobs, items = (
        [
            dict(zip(COLUMNS[table].split(", "), row, strict=True))
            for row in map(tuple, db.execute(f"SELECT {COLUMNS[table]} FROM {table}"))
        ]
        for table in ("jobs", "items")
    )
    if jobs:
        server.execute(
            "SELECT clientsync.put_work(%s::jsonb, %s::jsonb, '[]'::jsonb)",
            (json.dumps(jobs, ensure_ascii=False), json.dumps(items, ensure_ascii=False)),
        )
        # Only the owner of the tables can say who made a job.
        server.execute(
            "UPDATE clientsync.jobs j SET by = g.by FROM jsonb_to_recordset(%s::jsonb) AS g (id text, by text) WHERE j.id = g.id",
            (json.dumps([{"id": job["id"], "by": job["by"]} for job in jobs], ensure_ascii=False),),
        )


def _known(db: sqlite3.Connection) -> int:
    row = db.execute(VERSION).fetchone()
    return int(row[0]) if row else 0


def _note_version(db: sqlite3.Connection, version: int) -> None:
    db.execute(
        "INSERT INTO meta VALUES ('work', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        (str(version),),
    )
