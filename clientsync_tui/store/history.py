"""The ledger as a screen looks at it: some entries at a time, of a million."""

from array import array
from collections.abc import Sequence

from ..practice.entries import Entry
from .database import Database
from .ledger import entry_of, names


class History:
    """Entries of the ledger by their numbers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last(self) -> int:
        """The newest entry's number; 0 when there is none."""
        row = self._database.connection.execute("SELECT coalesce(max(seq), 0) FROM ledger").fetchone()
        return int(row[0])

    def find(self, client: str | None, words: Sequence[str], after: int = 0) -> "array[int]":
        """Numbers of the entries behind `after` (of one client) in which every word occurs, the newest first.

        A word is looked for in the kind, the actor, the software, the client's name and what the entry holds.
        """
        where, values = ["seq > ?"], [after]
        parameters: list[object] = list(values)
        if client is not None:
            where.append("client = ?")
            parameters.append(client)
        for word in words:
            where.append(
                "(instr(lower(replace(kind, '_', ' ') || ' ' || actor || ' ' || coalesce(software, '') || ' ' || body), ?) "
                "OR client IN (SELECT id FROM clients WHERE instr(search, ?)))"
            )
            parameters += [word.lower(), word.casefold()]
        query = f"SELECT seq FROM ledger WHERE {' AND '.join(where)} ORDER BY seq DESC"
        rows = self._database.connection.execute(query, parameters)
        rows.row_factory = None
        return array("q", (row[0] for row in rows))

    def fetch(self, numbers: Sequence[int]) -> tuple[list[Entry], dict[str, str]]:
        """The entries of these numbers, and the names of the clients they speak of."""
        marks = ", ".join("?" * len(numbers))
        query = f"SELECT * FROM ledger WHERE seq IN ({marks})"
        entries = [entry_of(row) for row in self._database.connection.execute(query, tuple(numbers))]
        return entries, names(entries, self._database)
