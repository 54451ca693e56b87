"""The database's schema, as numbered steps that each run once. PRAGMA user_version says how many have run.

The steps use sqlite-utils, because they run only at the first start and after an upgrade, never while someone waits for a key. All
steps that a file lacks run in one transaction, for which the caller has made a backup. sqlite-utils records the steps in a table of
its own. That table is dropped in the same transaction, because `user_version` says the same, and `files/schema_check.py` allows only
our own tables.

To change the schema: write a step as a module in this folder, add it at the end of `STEPS`, raise `VERSION`,
and add the new tables and indexes to `SHAPE` (both in `files/schema_check.py`). A new step defines its tables, columns and indexes
with sqlite-utils (`db.table(...).create(..., strict=True)`, `add_column`, `create_index`).
A step never changes after its release, so it must not use any part of the program that may change. Every later version reads old
entries, so new information in a body gets new keys; a derived table gets its column and, if old entries fill it, a `rebuild`.
"""

import sqlite3
from collections.abc import Callable

from sqlite_utils import Database, Migrations

from . import chained_ledger, first_shape, one_organisation, plain_search, shared_work, typed_items

NOTES = "_steps"
"""Where sqlite-utils records the steps while they run. Not its usual name, because the second step drops a table with that
name.
"""

STEPS: tuple[Callable[[Database], None], ...] = (
    first_shape.take,
    chained_ledger.take,
    one_organisation.take,
    plain_search.take,
    typed_items.take,
    shared_work.take,
)
"""Step N upgrades a file from version N - 1 to N; a new file runs them all."""


def opened(db: sqlite3.Connection) -> Database:
    """`db` for sqlite-utils, without changing its settings or loading plug-ins."""
    return Database(db, recursive_triggers=False, execute_plugins=False)


def migrate(db: sqlite3.Connection, found: int) -> None:
    """Runs the steps that a file of version `found` lacks, within the caller's transaction."""
    lacking = Migrations("practice")
    lacking.migrations_table = NOTES
    for version, step in enumerate(STEPS[found:], found + 1):
        lacking(name=f"version {version}")(step)
    tables = opened(db)
    lacking.apply(tables)
    tables.table(NOTES).drop()
    db.execute(f"PRAGMA user_version = {len(STEPS)}")
