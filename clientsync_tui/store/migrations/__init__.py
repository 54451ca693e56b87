"""The database's shape, as numbered steps that are each taken once: PRAGMA user_version says how many were.

sqlite-utils takes the steps: this runs at the first start and after an upgrade, never while someone waits for a key. All steps that
a file lacks are one transaction, for which the caller made a backup. sqlite-utils notes the steps it took in a table of its own;
that table is dropped again in the same transaction, because `user_version` says the same, and `files/schema_check.py` allows only our
own tables.

To change the shape: write a step as a module of its own here, put it at the end of `STEPS`, raise `VERSION`
and put the new tables and indexes into `SHAPE` (both in `files/schema_check.py`). A new step defines its tables, columns and indexes
with sqlite-utils (`db.table(...).create(..., strict=True)`, `add_column`, `create_index`).
A step never changes once it was released, so it uses nothing of the program that may. Entries are read by every later
version, so what a new body holds is new keys; a derived table gets its column and, where old entries fill it, a `rebuild`.
"""

import sqlite3
from collections.abc import Callable

from sqlite_utils import Database, Migrations

from . import chained_ledger, first_shape, one_organisation, plain_search, shared_work, typed_items

NOTES = "_steps"
"""Where sqlite-utils notes the steps while it takes them. Not its usual name: the second step drops a table of that name."""

STEPS: tuple[Callable[[Database], None], ...] = (
    first_shape.take,
    chained_ledger.take,
    one_organisation.take,
    plain_search.take,
    typed_items.take,
    shared_work.take,
)
"""Step N brings a file of version N - 1 to version N; a new file takes them all."""


def opened(db: sqlite3.Connection) -> Database:
    """`db` for sqlite-utils, which changes no setting of it and loads no plug-ins."""
    return Database(db, recursive_triggers=False, execute_plugins=False)


def migrate(db: sqlite3.Connection, found: int) -> None:
    """Takes the steps that a file of version `found` lacks, within the caller's transaction."""
    lacking = Migrations("practice")
    lacking.migrations_table = NOTES
    for version, step in enumerate(STEPS[found:], found + 1):
        lacking(name=f"version {version}")(step)
    tables = opened(db)
    lacking.apply(tables)
    tables.table(NOTES).drop()
    db.execute(f"PRAGMA user_version = {len(STEPS)}")
