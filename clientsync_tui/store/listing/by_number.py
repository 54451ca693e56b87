"""What is asked of clients by their numbers alone, without building them: for the first frame, and for large selections."""

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence

from ..clients import AT_ONCE
from ..database import Database


def first_page(database: Database, most: int) -> "array[int]":
    """The first `most` clients by name: what `find` gives without terms, cut short."""
    query = "SELECT n FROM clients WHERE removed = 0 ORDER BY name_key, n LIMIT ?"
    return array("q", (row[0] for row in database.connection.execute(query, (most,))))


def ids_of(database: Database, numbers: Sequence[int]) -> list[str]:
    """The ids of the clients with these numbers that are on the list, by name."""
    query = "SELECT id, name_key FROM clients WHERE removed = 0 AND n IN ({marks})"
    return [row[0] for row in sorted(_rows(database, query, numbers), key=lambda row: row[1])]


def softwares_of(database: Database, numbers: Sequence[int]) -> Counter[str]:
    """How many of these clients have an integration of each accounting software, disconnected ones included."""
    query = "SELECT software, count(DISTINCT client) FROM integrations WHERE client IN ({marks}) GROUP BY software"
    found: Counter[str] = Counter()
    for software, count in _rows(database, query, numbers):
        found[software] += count
    return found


def _rows(database: Database, query: str, numbers: Sequence[int]) -> Iterator[tuple[str, int]]:
    for start in range(0, len(numbers), AT_ONCE):
        part = numbers[start : start + AT_ONCE]
        # Marks for parameters, nothing from outside.
        rows = database.connection.execute(query.format(marks=", ".join("?" * len(part))), list(part))
        for row in rows:
            yield row[0], row[1]
