"""Who holds the lock on the ledger's head. Only someone's own program, or a connection that fell silent, holds it longer
than a change takes.
"""

from collections.abc import Sequence
from typing import Any

from ...practice.text import clean
from ...practice.trouble import Trouble

HOLDERS = """
SELECT DISTINCT a.usename::text, a.pid FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
WHERE l.relation = 'clientsync.head'::regclass AND l.granted AND l.mode IN ('RowShareLock', 'RowExclusiveLock')
AND NOT EXISTS (SELECT FROM pg_catalog.pg_locks w WHERE w.pid = l.pid AND NOT w.granted)
"""
"""Everyone waiting for the row has such a lock too, plus one that is not granted. Anyone who may connect can read this."""


def still_changing(found: Sequence[tuple[Any, ...]]) -> Trouble:
    """The message for someone who could not change the practice because of that person."""
    if not found:
        return Trouble("Someone else's change took longer than expected. Nothing was saved. Try again.")
    role, process = found[0]
    return Trouble(
        f'"{clean(str(role))}" has been changing the practice for longer than a change takes. Nothing was saved. Try again. '
        f"If this continues, the server's administrator can end it: SELECT pg_terminate_backend({int(process)})."
    )
