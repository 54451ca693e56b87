"""Jobs that ran before this practice recorded them."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from ...practice.entries import iso
from ...practice.plan import Plan
from ..database import Database
from ..jobs import ItemState, Jobs, JobState


class Failure(NamedTuple):
    """Why an item failed: a reason, and the same as a sentence."""

    reason: str
    says: str


def note(
    database: Database,
    jobs: Jobs,
    plan: Plan,
    by: str,
    started: datetime,
    ended: datetime,
    failed: Mapping[int, Failure],
) -> str:
    """Records a job that ran from `started` to `ended`. `failed`: by item number; every other item was done. Returns its
    id.
    """
    with database.writing() as db:
        job = jobs.create(plan, by)
        db.execute(
            "UPDATE jobs SET state = ?, started_at = ?, ended_at = ? WHERE id = ?",
            (JobState.DONE, iso(started), iso(ended), job),
        )
        db.execute(
            "UPDATE items SET state = ?, ended_at = ? WHERE job = ?", (ItemState.DONE, iso(ended), job)
        )
        db.executemany(
            "UPDATE items SET state = ?, reason = ?, says = ? WHERE job = ? AND n = ?",
            [(ItemState.FAILED, why.reason, why.says, job, n) for n, why in failed.items()],
        )
    return job
