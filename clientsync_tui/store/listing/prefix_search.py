"""Clients whose practice code or name starts with what was typed: for shell completion, which must be fast."""

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
    """Up to that many (practice code, name), matches by code first; empty if the practice can't be read.

    The file is only read: a key pressed in a shell must not create or upgrade a database.
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
            # A view in place of a table could block the shell forever.
            if strange(db, VERSION):
                return []
            found = [
                row for query, key in queries for row in db.execute(query, (key, key + LAST, most)).fetchall()
            ]
    except (sqlite3.Error, UsageError):
        return []
    return found[:most]
