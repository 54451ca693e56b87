"""Clients whose practice code or name begins as someone has typed it: for completion in a shell, which must cost little."""

import sqlite3
from contextlib import closing
from pathlib import Path

from ...practice.text import code_key, sort_key
from ...practice.trouble import UsageError
from ..files.connecting import connect
from ..files.schema_check import VERSION, strange

LAST = chr(0x10FFFF)
"""Sorts after anything that can follow the typed text."""


def clients_starting_with(database: Path, typed: str, most: int) -> list[tuple[str | None, str]]:
    """At most so many (practice code, name), those found by their code first; nothing if the practice can't be read.

    The file is only read: a key pressed in a shell makes no database, and brings none to a new shape.
    """
    queries = (
        (
            "SELECT practice_code, name FROM clients WHERE code_key >= ? AND code_key < ? AND removed = 0 "
            "ORDER BY code_key LIMIT ?",
            code_key(typed) or "",
        ),
        (
            "SELECT NULL, name FROM clients WHERE removed = 0 AND name_key >= ? AND name_key < ? "
            "ORDER BY name_key LIMIT ?",
            sort_key(typed),
        ),
    )
    try:
        if not database.is_file():
            return []
        with closing(connect(database, read_only=True)) as db:
            # A view in a table's place could keep the shell waiting forever.
            if strange(db, VERSION):
                return []
            found = [
                row for query, key in queries for row in db.execute(query, (key, key + LAST, most)).fetchall()
            ]
    except (sqlite3.Error, UsageError):
        return []
    return found[:most]
