"""The tables derived from the ledger. There is one function per kind of entry, and nothing else writes them."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from ..practice.bodies import fits, texts
from ..practice.entries import Entry, Kind, iso
from ..practice.status import EXPIRING_WITHIN, Reason
from ..practice.text import code_key, sort_key
from .derive import derive

Apply = Callable[[sqlite3.Connection, Entry], tuple[int, ...]]
"""Applies an entry. Returns the numbers of the clients whose standing or search text may have changed."""

NOTHING: tuple[int, ...] = ()
_to_json = json.JSONEncoder(ensure_ascii=False).encode


class Clash(Exception):
    """The entry contradicts the tables (an organisation already integrated, a code already used): someone was faster."""


def _number(db: sqlite3.Connection, client: str | None) -> int:
    row = db.execute("SELECT n FROM clients WHERE id = ?", (client,)).fetchone()
    if row is None:
        raise Clash(f"no client {client}")
    return int(row[0])


def _team(db: sqlite3.Connection, name: str | None) -> str | None:
    """The team as the practice spells it, created if it is new; None for no team."""
    if not name:
        return None
    row = db.execute("SELECT name FROM teams WHERE name = ?", (name,)).fetchone()
    if row is not None:
        return str(row[0])
    db.execute("INSERT INTO teams VALUES (?)", (name,))
    return name


def _client_added(db: sqlite3.Connection, entry: Entry) -> tuple[int, ...]:
    body = entry.body
    code = body.get("practice_code") or None
    values = (
        entry.client, body["name"], sort_key(body["name"]), code, code_key(code), _team(db, body.get("team")),
        _details(body.get("details") or {}),
    )  # fmt: skip
    query = (
        "INSERT INTO clients (id, name, name_key, practice_code, code_key, team, details, standing, search) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, 0, '')"
    )
    return (db.execute(query, values).lastrowid or 0,)


def _client_renamed(db: sqlite3.Connection, entry: Entry) -> tuple[int, ...]:
    n, name = _number(db, entry.client), entry.body["name"]
    db.execute("UPDATE clients SET name = ?, name_key = ? WHERE n = ?", (name, sort_key(name), n))
    return (n,)


def _code_set(db: sqlite3.Connection, entry: Entry) -> tuple[int, ...]:
    n, code = _number(db, entry.client), entry.body["code"] or None
    query = "UPDATE clients SET practice_code = ?, code_key = ? WHERE n = ?"
    db.execute(query, (code, code_key(code), n))
    return (n,)


def _team_deleted(db: sqlite3.Connection, entry: Entry) -> tuple[int, ...]:
    """This includes clients that no entry names: those off the list, and those assigned to the team meanwhile."""
    team = entry.body["team"]
    db.execute("DELETE FROM teams WHERE name = ?", (team,))
    query = "UPDATE clients SET team = ? WHERE team = ? COLLATE NOCASE RETURNING n"
    rows = db.execute(query, (_team(db, entry.body.get("becomes")), team)).fetchall()
    return tuple(int(row[0]) for row in rows)


def _team_assigned(db: sqlite3.Connection, entry: Entry) -> tuple[int, ...]:
    n = _number(db, entry.client)
    db.execute("UPDATE clients SET team = ? WHERE n = ?", (_team(db, entry.body["team"]), n))
    return (n,)


def _note_set(db: sqlite3.Connection, entry: Entry) -> tuple[int, ...]:
    n = _number(db, entry.client)
    db.execute("UPDATE clients SET note = ? WHERE n = ?", (entry.body["note"] or "", n))
    return (n,)


def _removed(value: int) -> Apply:
    def apply(db: sqlite3.Connection, entry: Entry) -> tuple[int, ...]:
        # When a client returns to the list, its code may be another's by now: the unique index turns that into
        # a Clash.
        db.execute("UPDATE clients SET removed = ? WHERE n = ?", (value, _number(db, entry.client)))
        return NOTHING

    return apply


def _details_set(db: sqlite3.Connection, entry: Entry) -> tuple[int, ...]:
    _merge_details(db, _number(db, entry.client), entry.body["details"])
    return NOTHING


def _details(details: dict[str, Any]) -> str:
    given = {name: value for name, value in sorted(texts(details).items()) if value}
    return _to_json(given)


def _merge_details(db: sqlite3.Connection, n: int, changed: dict[str, str | None]) -> None:
    before: str = db.execute("SELECT details FROM clients WHERE n = ?", (n,)).fetchone()[0]
    details = _details(json.loads(before) | changed)
    # A client added together with its integration already has the details.
    if details != before:
        db.execute("UPDATE clients SET details = ? WHERE n = ?", (details, n))


def _team_created(db: sqlite3.Connection, entry: Entry) -> tuple[int, ...]:
    _team(db, entry.body["team"])
    return NOTHING


def _end(body: Any) -> str | None:
    # Written in one format, so that ends can be compared as text.
    return iso(datetime.fromisoformat(body["ends_at"])) if body.get("ends_at") else None


def _signed_in(db: sqlite3.Connection, entry: Entry) -> tuple[int, ...]:
    body, person = entry.body, entry.body["person"]
    organisation: dict[str, str] = body.get("organisation") or {}
    db.execute(
        "INSERT INTO sign_ins (id, software, person_id, name, email, used_at, ends_at, organisation_id, organisation_name) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, "
        "used_at = excluded.used_at, ends_at = excluded.ends_at, organisation_name = excluded.organisation_name, signed_out = 0",
        (
            body["sign_in"],
            entry.software,
            person["id"],
            person["name"],
            person["email"],
            entry.at,
            _end(body),
            organisation.get("id"),
            organisation.get("name"),
        ),
    )
    return NOTHING


def _sign_in_used(db: sqlite3.Connection, entry: Entry) -> tuple[int, ...]:
    end = _end(entry.body)
    # Near a fixed end, a long life must not look short, so the last use stays as it was.
    long, short = (
        f"julianday(ends_at) - julianday(used_at) > {EXPIRING_WITHIN.days}",
        "julianday(?) - julianday(?) <= ?",
    )
    query = f"UPDATE sign_ins SET used_at = iif({long} AND {short}, used_at, ?), ends_at = ? WHERE id = ?"
    values = (end, entry.at, EXPIRING_WITHIN.days, entry.at, end, entry.body["sign_in"])
    db.execute(query, values)
    return NOTHING


def _signed_out(db: sqlite3.Connection, entry: Entry) -> tuple[int, ...]:
    db.execute("UPDATE sign_ins SET signed_out = 1 WHERE id = ?", (entry.body["sign_in"],))
    return NOTHING


def _connected(db: sqlite3.Connection, entry: Entry) -> tuple[int, ...]:
    n, body = _number(db, entry.client), entry.body
    existing = db.execute(
        "SELECT client, problem FROM integrations WHERE software = ? AND organisation_id = ?",
        (entry.software, entry.organisation_id),
    ).fetchone()
    if existing is not None and existing[1] != Reason.DISCONNECTED_HERE:
        raise Clash("the organisation is already integrated")
    if existing is not None and existing[0] != n:
        raise Clash("the organisation was another client's, and is linked to that one again")
    db.execute(
        "INSERT OR REPLACE INTO integrations (software, organisation_id, client, organisation_name, sign_in, since, connected_at, "
        "refreshed_at, problem, settings) VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)",
        (
            entry.software, entry.organisation_id, n, body["organisation_name"], body["sign_in"], entry.at, entry.at, entry.at,
            _to_json(body.get("settings", {})),
        ),
    )  # fmt: skip
    if body.get("details"):
        _merge_details(db, n, body["details"])
    return (n,)


def _update_integration(
    db: sqlite3.Connection, entry: Entry, assignments: str, values: tuple[Any, ...]
) -> int:
    # The assignments are literals from this module, never from outside.
    row = db.execute(
        f"UPDATE integrations SET {assignments} WHERE software = ? AND organisation_id = ? "
        "AND client = (SELECT n FROM clients WHERE id = ?) RETURNING client",
        (*values, entry.software, entry.organisation_id, entry.client),
    ).fetchone()
    if row is None:
        raise Clash("the organisation is not this client's")
    return int(row[0])


def _authenticated(db: sqlite3.Connection, entry: Entry) -> tuple[int, ...]:
    values = (entry.body["sign_in"], entry.at, entry.at)
    return (
        _update_integration(db, entry, "sign_in = ?, since = ?, connected_at = ?, problem = NULL", values),
    )


def _refreshed(db: sqlite3.Connection, entry: Entry) -> tuple[int, ...]:
    name, details = entry.body.get("organisation_name"), entry.body.get("details")
    # Nearly every refresh finds no change, and then there is nothing to derive.
    same = db.execute(
        "UPDATE integrations SET refreshed_at = ? WHERE software = ? AND organisation_id = ? AND problem IS NULL AND "
        "coalesce(?, organisation_name) = organisation_name AND client = (SELECT n FROM clients WHERE id = ?)",
        (entry.at, entry.software, entry.organisation_id, name, entry.client),
    ).rowcount
    if same and not details:
        return NOTHING
    assignments = "refreshed_at = ?, problem = NULL, organisation_name = coalesce(?, organisation_name)"
    n = _update_integration(db, entry, assignments, (entry.at, name))
    if details:
        _merge_details(db, n, details)
    return (n,)


def _found(db: sqlite3.Connection, entry: Entry) -> tuple[int, ...]:
    return (_update_integration(db, entry, "problem = ?, since = ?", (entry.body.get("reason"), entry.at)),)


def _disconnected(db: sqlite3.Connection, entry: Entry) -> tuple[int, ...]:
    values = (Reason.DISCONNECTED_HERE, entry.at)
    return (_update_integration(db, entry, "problem = ?, since = ?", values),)


def _settings_changed(db: sqlite3.Connection, entry: Entry) -> tuple[int, ...]:
    _update_integration(db, entry, "settings = ?", (_to_json(entry.body["settings"]),))
    return NOTHING


def _organisation_changed(db: sqlite3.Connection, entry: Entry) -> tuple[int, ...]:
    body = entry.body
    values = (body["organisation_id"], body["organisation_name"], body["sign_in"], entry.at, entry.at)
    assignments = (
        "organisation_id = ?, organisation_name = ?, sign_in = ?, since = ?, connected_at = ?, problem = NULL"
    )
    return (_update_integration(db, entry, assignments, values),)


PROJECTIONS: dict[str, Apply] = {
    Kind.CLIENT_ADDED: _client_added,
    Kind.CLIENT_REMOVED: _removed(1),
    Kind.CLIENT_RESTORED: _removed(0),
    Kind.CLIENT_RENAMED: _client_renamed,
    Kind.CODE_SET: _code_set,
    Kind.TEAM_CREATED: _team_created,
    Kind.TEAM_ASSIGNED: _team_assigned,
    Kind.TEAM_DELETED: _team_deleted,
    Kind.NOTE_SET: _note_set,
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
    Kind.CLAIM_TAKEN_OVER: lambda _db, _entry: NOTHING,
}


def apply(db: sqlite3.Connection, entries: Iterable[Entry]) -> int:
    """Applies `entries` to the derived tables, in order. Returns how many there were.

    Whatever depends on a client's integrations is derived once, after the last entry. Raises Clash if the unique keys or the
    client list contradict an entry; the caller's transaction then reverts everything.
    """
    touched: set[int] = set()
    count = 0
    try:
        for entry in entries:
            touched.update(PROJECTIONS[entry.kind](db, entry))
            count += 1
    except sqlite3.IntegrityError as error:
        raise Clash(str(error)) from None
    derive(db, touched)
    return count


def was_shared(db: sqlite3.Connection) -> bool:
    """Whether entries came from a server, where a member can append something that this program never would."""
    return db.execute("SELECT 1 FROM meta WHERE key = 'shared'").fetchone() is not None


INVALID = (
    Clash, KeyError, TypeError, ValueError, AttributeError, OverflowError, sqlite3.ProgrammingError, sqlite3.InterfaceError,
    sqlite3.DataError,
)  # fmt: skip
"""What applying an entry may raise if this program did not append it."""


def apply_valid(db: sqlite3.Connection, entries: Sequence[Entry]) -> int:
    """Applies up to about a thousand entries that others appended. Returns how many have no effect because they contradict
    the practice.

    Anyone with the right to append may have written any entry without this program. It stays in the ledger, and has the same effect
    on every host: none.
    """
    fitting = [entry for entry in entries if fits(entry.kind, entry.body)]
    return len(entries) - len(fitting) + _apply_fitting(db, fitting)


def _apply_fitting(db: sqlite3.Connection, entries: Sequence[Entry]) -> int:
    if not entries:
        return 0
    db.execute("SAVEPOINT entries")
    try:
        apply(db, entries)
    except INVALID:
        db.execute("ROLLBACK TO entries")
        db.execute("RELEASE entries")
        if len(entries) == 1:
            return 1
        middle = len(entries) // 2
        return _apply_fitting(db, entries[:middle]) + _apply_fitting(db, entries[middle:])
    db.execute("RELEASE entries")
    return 0
