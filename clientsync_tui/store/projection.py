"""The tables derived from the ledger: one function for each kind of entry, and nothing else writes them."""

import json
import sqlite3
from collections.abc import Callable
from typing import Any

from ..practice.entries import Entry, Kind
from ..practice.status import Reason
from ..practice.text import folded, sort_key

Apply = Callable[[sqlite3.Connection, Entry], None]


class Clash(Exception):
    """The entry contradicts what is there (an organisation already integrated, a code already used): somebody was faster."""


def _number(db: sqlite3.Connection, client: str | None) -> int:
    row = db.execute("SELECT n FROM clients WHERE id = ?", (client,)).fetchone()
    if row is None:
        raise Clash(f"no client {client}")
    return int(row[0])


def _derive(db: sqlite3.Connection, n: int) -> None:
    """Brings a client's search text and standing up to date with its integrations.

    A standing is the set of (problem, sign-in) of a client's integrations, numbered: few clients differ in it, so that
    status is derived for a handful of standings instead of for every client.
    """
    client = db.execute("SELECT name, practice_code, team, note FROM clients WHERE n = ?", (n,)).fetchone()
    links = db.execute(
        "SELECT organisation_name, problem, sign_in, s.name, s.email FROM integrations i JOIN sign_ins s ON s.id = i.sign_in "
        "WHERE client = ?",
        (n,),
    ).fetchall()
    key = json.dumps(sorted({(link[1] or "", link[2]) for link in links}))
    row = db.execute("SELECT id FROM standings WHERE key = ?", (key,)).fetchone()
    if row is None:
        row = db.execute("INSERT INTO standings (key) VALUES (?) RETURNING id", (key,)).fetchone()
    words = [client[0], client[1], client[2], client[3]]
    for link in links:
        words += [link[0] if link[0] != client[0] else None, link[3], link[4]]
    search = "\n".join(folded(word) for word in words if word)
    db.execute("UPDATE clients SET standing = ?, search = ? WHERE n = ?", (row[0], search, n))


def _client_added(db: sqlite3.Connection, entry: Entry) -> None:
    body = entry.body
    team = body.get("team")
    if team:
        db.execute("INSERT OR IGNORE INTO teams VALUES (?)", (team,))
    n = db.execute(
        "INSERT INTO clients (id, name, name_key, practice_code, team, details, standing, search) VALUES (?, ?, ?, ?, ?, ?, 0, '') "
        "RETURNING n",
        (
            entry.client,
            body["name"],
            sort_key(body["name"]),
            body.get("practice_code"),
            team,
            json.dumps(body.get("details", {})),
        ),
    ).fetchone()[0]
    _derive(db, n)


def _set_column(column: str, field: str) -> Apply:
    def apply(db: sqlite3.Connection, entry: Entry) -> None:
        n = _number(db, entry.client)
        value = entry.body[field]
        # The column names come from the table below, never from outside.
        db.execute(f"UPDATE clients SET {column} = ? WHERE n = ?", (value, n))
        if column == "name":
            db.execute("UPDATE clients SET name_key = ? WHERE n = ?", (sort_key(value), n))
        if column == "team" and value:
            db.execute("INSERT OR IGNORE INTO teams VALUES (?)", (value,))
        _derive(db, n)

    return apply


def _removed(value: int) -> Apply:
    def apply(db: sqlite3.Connection, entry: Entry) -> None:
        db.execute("UPDATE clients SET removed = ? WHERE n = ?", (value, _number(db, entry.client)))

    return apply


def _details_set(db: sqlite3.Connection, entry: Entry) -> None:
    _merge_details(db, _number(db, entry.client), entry.body["details"])


def _merge_details(db: sqlite3.Connection, n: int, changed: dict[str, str | None]) -> None:
    details: dict[str, Any] = json.loads(
        db.execute("SELECT details FROM clients WHERE n = ?", (n,)).fetchone()[0]
    )
    details.update(changed)
    kept = {name: value for name, value in sorted(details.items()) if value not in (None, "")}
    db.execute("UPDATE clients SET details = ? WHERE n = ?", (json.dumps(kept), n))


def _team_created(db: sqlite3.Connection, entry: Entry) -> None:
    db.execute("INSERT OR IGNORE INTO teams VALUES (?)", (entry.body["team"],))


def _signed_in(db: sqlite3.Connection, entry: Entry) -> None:
    body, person = entry.body, entry.body["person"]
    db.execute(
        "INSERT INTO sign_ins VALUES (?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT (id) DO UPDATE SET name = excluded.name, "
        "email = excluded.email, used_at = excluded.used_at, ends_at = excluded.ends_at, signed_out = 0",
        (
            body["sign_in"],
            entry.software,
            person["id"],
            person["name"],
            person["email"],
            entry.at,
            body.get("ends_at"),
        ),
    )


def _sign_in_used(db: sqlite3.Connection, entry: Entry) -> None:
    db.execute(
        "UPDATE sign_ins SET used_at = ?, ends_at = ? WHERE id = ?",
        (entry.at, entry.body.get("ends_at"), entry.body["sign_in"]),
    )


def _signed_out(db: sqlite3.Connection, entry: Entry) -> None:
    db.execute("UPDATE sign_ins SET signed_out = 1 WHERE id = ?", (entry.body["sign_in"],))


def _connected(db: sqlite3.Connection, entry: Entry) -> None:
    n, body = _number(db, entry.client), entry.body
    there = db.execute(
        "SELECT client, problem FROM integrations WHERE software = ? AND organisation_id = ?",
        (entry.software, entry.organisation_id),
    ).fetchone()
    if there is not None and there[1] != Reason.DISCONNECTED_HERE:
        raise Clash("the organisation is already integrated")
    db.execute(
        "INSERT OR REPLACE INTO integrations (software, organisation_id, client, organisation_name, sign_in, since, connected_at, "
        "refreshed_at, problem) VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)",
        (
            entry.software, entry.organisation_id, n, body["organisation_name"], body["sign_in"], entry.at, entry.at, entry.at,
        ),
    )  # fmt: skip
    if body.get("details"):
        _merge_details(db, n, body["details"])
    _derive(db, n)
    if there is not None and there[0] != n:
        _derive(db, there[0])


def _update_integration(
    db: sqlite3.Connection, entry: Entry, assignments: str, values: tuple[Any, ...]
) -> int:
    # The assignments are literals of this module, never from outside.
    row = db.execute(
        f"UPDATE integrations SET {assignments} WHERE software = ? AND organisation_id = ? RETURNING client",
        (*values, entry.software, entry.organisation_id),
    ).fetchone()
    if row is None:
        raise Clash("the organisation is not integrated")
    return int(row[0])


def _authenticated(db: sqlite3.Connection, entry: Entry) -> None:
    values = (entry.body["sign_in"], entry.at, entry.at)
    _derive(
        db, _update_integration(db, entry, "sign_in = ?, since = ?, connected_at = ?, problem = NULL", values)
    )


def _refreshed(db: sqlite3.Connection, entry: Entry) -> None:
    name = entry.body.get("organisation_name")
    n = _update_integration(
        db,
        entry,
        "refreshed_at = ?, problem = NULL, organisation_name = coalesce(?, organisation_name)",
        (entry.at, name),
    )
    if entry.body.get("details"):
        _merge_details(db, n, entry.body["details"])
    _derive(db, n)


def _found(db: sqlite3.Connection, entry: Entry) -> None:
    _derive(
        db, _update_integration(db, entry, "problem = ?, since = ?", (entry.body.get("reason"), entry.at))
    )


def _disconnected(db: sqlite3.Connection, entry: Entry) -> None:
    _derive(
        db, _update_integration(db, entry, "problem = ?, since = ?", (Reason.DISCONNECTED_HERE, entry.at))
    )


def _settings_changed(db: sqlite3.Connection, entry: Entry) -> None:
    _update_integration(db, entry, "settings = ?", (json.dumps(entry.body["settings"]),))


def _organisation_changed(db: sqlite3.Connection, entry: Entry) -> None:
    body = entry.body
    taken = db.execute(
        "SELECT 1 FROM integrations WHERE software = ? AND organisation_id = ?",
        (entry.software, body["organisation_id"]),
    ).fetchone()
    if taken:
        raise Clash("the organisation is already integrated")
    values = (body["organisation_id"], body["organisation_name"], body["sign_in"], entry.at, entry.at)
    assignments = (
        "organisation_id = ?, organisation_name = ?, sign_in = ?, since = ?, connected_at = ?, problem = NULL"
    )
    _derive(db, _update_integration(db, entry, assignments, values))


PROJECTIONS: dict[str, Apply] = {
    Kind.CLIENT_ADDED: _client_added,
    Kind.CLIENT_REMOVED: _removed(1),
    Kind.CLIENT_RESTORED: _removed(0),
    Kind.CLIENT_RENAMED: _set_column("name", "name"),
    Kind.CODE_SET: _set_column("practice_code", "code"),
    Kind.TEAM_CREATED: _team_created,
    Kind.TEAM_ASSIGNED: _set_column("team", "team"),
    Kind.NOTE_SET: _set_column("note", "note"),
    Kind.DETAILS_SET: _details_set,
    Kind.SIGNED_IN: _signed_in,
    Kind.SIGN_IN_USED: _sign_in_used,
    Kind.SIGNED_OUT: _signed_out,
    Kind.INTEGRATION_CONNECTED: _connected,
    Kind.RECONNECTED: _authenticated,
    Kind.REASSIGNED: _authenticated,
    Kind.REFRESHED: _refreshed,
    Kind.DISCONNECTED: _disconnected,
    Kind.FOUND_EXPIRED: _found,
    Kind.FOUND_BROKEN: _found,
    Kind.FOUND_WORKING: _found,
    Kind.SETTINGS_CHANGED: _settings_changed,
    Kind.ORGANISATION_CHANGED: _organisation_changed,
}


def apply(db: sqlite3.Connection, entry: Entry) -> None:
    """Changes the derived tables as `entry` says. Raises Clash where the unique keys or the client list contradict it."""
    try:
        PROJECTIONS[entry.kind](db, entry)
    except sqlite3.IntegrityError as error:
        raise Clash(str(error)) from None
