"""Moves a practice's complete ledger between a file and a server. Numbers, times, people and hashes stay the same."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import psycopg

from ...host import this_user
from ...host.file_permissions import make_folder
from ...practice.people import Person
from ...practice.trouble import Trouble, UsageError
from ..clock import forget_ahead
from ..files import copies
from ..home import MOVED, moved_to
from ..store import Store
from . import schema
from .address import Address
from .connecting import Connection, explained
from .following import head_of
from .silence import LONG_S
from .work import move_all

COPY = (
    "COPY clientsync.ledger (seq, at, actor, kind, client, software, organisation_id, body, hash) FROM STDIN"
)
ROWS = "SELECT seq, at, actor, kind, client, software, organisation_id, body, hash FROM ledger ORDER BY seq"


def refuse_taken(store: Store, server: Connection, address: Address) -> bool:
    """Raises UsageError if the database already has entries or another practice.

    Returns whether it has all of this practice, because an earlier move stopped after its last step on the server. Raises UsageError,
    too, if the practice was moved elsewhere before.
    """
    is_there = _has_all(store, server, address)
    if not is_there and (place := store.meta(MOVED)) is not None:
        raise UsageError(moved_to(place))
    return is_there


def _has_all(store: Store, server: Connection, address: Address) -> bool:
    try:
        if not schema.is_there(server):
            return False
        row = server.execute(
            "SELECT h.seq, h.hash, a.practice, a.moved FROM clientsync.head h, clientsync.about a"
        ).fetchone()
    except psycopg.Error as error:
        raise explained(error, address) from None
    assert row is not None
    seq, digest, practice, moved = row
    if seq == 0:
        return False
    if practice == store.practice_id and moved is None and (seq, bytes(digest)) == store.inspection.head():
        return True
    if practice == store.practice_id and moved is None and store.meta(MOVED) is not None:
        raise UsageError(
            f"The practice was moved to {address.shown} before, and has changed there. Run `clientsync practice join` with its address. "
            "Nothing was changed."
        )
    raise UsageError(
        f"{address.shown} already has a practice with entries. Choose an empty database. Nothing was changed."
    )


def refuse_taken_copy(store: Store, copy: Path) -> None:
    """Raises UsageError if this host already has a copy of another practice from there, or a copy that a program may have open."""
    wal = copy.with_name(f"{copy.name}-wal")
    if copy.exists() and (wal.exists() or copies.practice_id_of(copy) != store.practice_id):
        raise UsageError(
            f"{copy} already exists: it is this host's copy of an earlier practice. Move it elsewhere first."
        )


def to_server(
    store: Store,
    server: Connection,
    address: Address,
    name: str,
    copy: Path,
    you: Person | None = None,
    limits: Sequence[schema.CallLimit] = (),
) -> tuple[int, bytes]:
    """Moves the ledger from a file to a server, and saves this host's `copy` of it. Returns the head's number and hash.

    The file stays and says where the practice went. Nobody can write to it during the move. Completes an earlier move that stopped
    halfway. Raises Trouble; nothing was changed then.
    """
    refuse_taken_copy(store, copy)
    with store.exclusively() as db:
        is_there = refuse_taken(store, server, address)
        head = head_of(db)
        make_folder(copy.parent)
        copies.copy_file(store.path, copy, without=(MOVED,))
        try:
            with server.patience(LONG_S), server.transaction():
                if not schema.is_there(server):
                    schema.create(
                        server, address, name, you, limits,
                        practice=store.practice_id, login=this_user.login() or "",
                    )  # fmt: skip
                if not is_there:
                    _insert(db, server)
                    move_all(db, server)
                if _head_there(server) != head:
                    raise Trouble(
                        "The head's hash differs on the server. Nothing was moved. Run `clientsync doctor`."
                    )
        except psycopg.Error as error:
            copy.unlink(missing_ok=True)
            raise explained(error, address) from None
        except BaseException:
            copy.unlink(missing_ok=True)
            raise
        db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (MOVED, address.shown))
    return head


def _insert(db: sqlite3.Connection, server: Connection) -> None:
    with server.cursor() as cursor, cursor.copy(COPY) as rows:
        for row in db.execute(ROWS):
            rows.write_row(tuple(row))
    # The server derives each hash again from the entries that arrived, and takes the last as its head.
    server.execute(
        "UPDATE clientsync.head SET seq = l.seq, hash = l.hash, at = l.at FROM clientsync.ledger l "
        "WHERE l.seq = (SELECT max(seq) FROM clientsync.ledger)"
    )
    broken = server.execute(
        "SELECT min(seq) FROM (SELECT seq, hash, clientsync.link(coalesce(lag(hash) OVER (ORDER BY seq), "
        "decode(repeat('00', 32), 'hex')), seq, at, actor, kind, client, software, organisation_id, body) AS derived "
        "FROM clientsync.ledger) AS links WHERE hash <> derived"
    ).fetchone()
    if broken is not None and broken[0] is not None:
        raise Trouble(
            f"Entry {broken[0]} does not follow from the one before. Nothing was moved. Run `clientsync doctor`."
        )


def _head_there(server: Connection) -> tuple[int, bytes]:
    row = server.execute("SELECT seq, hash FROM clientsync.head").fetchone()
    assert row is not None
    return int(row[0]), bytes(row[1])


def to_file(store: Store, server: Connection, address: Address, file: Path, place: str) -> tuple[int, bytes]:
    """Moves the ledger from a server into a new file. Returns the head's number and hash.

    The server keeps its copy and says where the practice went. Raises Trouble; nothing was changed then.
    """
    store.catch_up()
    if file.exists():
        if (head := _moved_already(server, address, file, place)) is not None:
            return head
        raise UsageError(f"{file} already exists. Choose a file name that does not. Nothing was changed.")
    try:
        with server.patience(LONG_S), server.transaction():
            # A lock alone is not enough: a transaction that began earlier could still append to the head that it saw.
            server.execute("UPDATE clientsync.head SET version = version + 1")
            with store.exclusively() as db:
                forget_ahead(db)
            copies.copy_file(store.path, file, without=(MOVED,))
            head = copies.head_of(file)
            if head is None or head != _head_there(server):
                file.unlink()
                raise Trouble("Someone changed the practice meanwhile. Nothing was moved. Try again.")
            server.execute("UPDATE clientsync.about SET moved = %s", (place,))
    except psycopg.Error as error:
        file.unlink(missing_ok=True)
        raise explained(error, address) from None
    return head


def _moved_already(server: Connection, address: Address, file: Path, place: str) -> tuple[int, bytes] | None:
    """The head, if an earlier move into this file stopped after its last step on the server; otherwise None."""
    try:
        head, moved = _head_there(server), server.execute("SELECT moved FROM clientsync.about").fetchone()
    except psycopg.Error as error:
        raise explained(error, address) from None
    return head if moved == (place,) and file.is_file() and copies.head_of(file) == head else None
