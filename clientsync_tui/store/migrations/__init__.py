"""The database's shape, as numbered steps that are each taken once: PRAGMA user_version says how many were.

To change the shape: write a step as a module of its own here, put it at the end of `STEPS`, raise `shape.VERSION`,
and put the new tables and indexes into `shape.SHAPE`.
A step never changes once it was released, so it uses nothing of the program that may. Entries are read by every later
version, so what a new body holds is new keys; a derived table gets its column and, where old entries fill it, a `rebuild`.
"""

import sqlite3
from collections.abc import Callable

from . import chained_ledger, first_shape, one_organisation, plain_search

STEPS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    first_shape.take,
    chained_ledger.take,
    one_organisation.take,
    plain_search.take,
)
"""Step N brings a file of version N - 1 to version N; a new file takes them all."""


def migrate(db: sqlite3.Connection, found: int) -> None:
    """Takes the steps that a file of version `found` lacks, within the caller's transaction."""
    for step in STEPS[found:]:
        step(db)
    db.execute(f"PRAGMA user_version = {len(STEPS)}")
