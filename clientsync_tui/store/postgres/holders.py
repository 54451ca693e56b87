"""Who holds the lock of the ledger's head: for longer than a change takes only a program of one's own, or a line that went silent."""

from collections.abc import Sequence
from typing import Any

from ...practice.text import clean
from ...practice.trouble import Trouble

HOLDERS = """
SELECT DISTINCT a.usename::text, a.pid FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
WHERE l.relation = 'clientsync.head'::regclass AND l.granted AND l.mode IN ('RowShareLock', 'RowExclusiveLock')
AND NOT EXISTS (SELECT FROM pg_catalog.pg_locks w WHERE w.pid = l.pid AND NOT w.granted)
"""
"""Everyone who waits for the row has such a lock too, and one that was not granted. Everyone who may connect can read this."""


def still_changing(found: Sequence[tuple[Any, ...]]) -> Trouble:
    """What to say to someone who could not change the practice because of them."""
    if not found:
        return Trouble(
            "Someone else was changing the practice, for longer than expected. Nothing was saved. Try again."
        )
    role, process = found[0]
    return Trouble(
        f'"{clean(str(role))}" has been changing the practice for longer than a change takes. Nothing was saved. Try again. '
        f"If it goes on, whoever looks after the server can end it: SELECT pg_terminate_backend({int(process)})."
    )
