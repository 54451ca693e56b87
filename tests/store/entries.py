"""Entries for tests of the store, and the contents of its derived tables."""

from pathlib import Path
from typing import Any

from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.store.database import Database
from clientsync_tui.store.store import Store
from tests.support import empty

ME = "ann@example.com"
XERO = "xero"


def signed_in(
    sign_in: str = "xero:ann", *, name: str = "Ann Ash", email: str = ME, ends_at: str | None = None
) -> NewEntry:
    software, person = sign_in.split(":")[:2]
    body = {"sign_in": sign_in, "person": {"id": person, "name": name, "email": email}, "ends_at": ends_at}
    return NewEntry(Kind.SIGNED_IN, ME, software=software, body=body)


def added(client: str, name: str = "Abbey Bakery", **body: Any) -> NewEntry:
    return NewEntry(Kind.CLIENT_ADDED, ME, client, body={"name": name, "details": {}, **body})


def of_client(kind: Kind, client: str, **body: Any) -> NewEntry:
    return NewEntry(kind, ME, client, body=body)


def of_link(kind: Kind, client: str, organisation: str, software: str = XERO, **body: Any) -> NewEntry:
    return NewEntry(kind, ME, client, software, organisation, body)


def connected(client: str, organisation: str, sign_in: str = "xero:ann", **body: Any) -> NewEntry:
    body = {"organisation_name": f"Books of {organisation}", "sign_in": sign_in, **body}
    return of_link(Kind.INTEGRATION_CONNECTED, client, organisation, sign_in.split(":")[0], **body)


def store_in(folder: Path) -> Store:
    """The practice in the folder, a new one if there is none."""
    empty.put(folder / "practice.db")
    return Store(folder / "practice.db")


def derived(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """The derived tables, with what a standing means in place of its number."""
    queries = {
        "clients": "SELECT c.n, c.id, name, name_key, practice_code, code_key, team, note, details, removed, key, search "
        "FROM clients c JOIN standings s ON s.id = c.standing ORDER BY c.n",
        "integrations": "SELECT * FROM integrations ORDER BY software, organisation_id",
        "sign_ins": "SELECT * FROM sign_ins ORDER BY id",
        "teams": "SELECT name FROM teams ORDER BY name",
        # Number 0 always exists, even if unused.
        "standings": "SELECT key FROM standings ORDER BY key",
    }
    with database.reading() as db:
        return {table: [tuple(row) for row in db.execute(query)] for table, query in queries.items()}
