"""Bulk jobs and their items, as rows. After a kill, exactly these remain."""

import json
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress

from ..practice.facts import written
from ..practice.plan import Plan, PlanItem, Will
from ..practice.status import SENT_PERHAPS, Why
from ..practice.text import clean
from ..practice.trouble import SignInNeeded, Trouble, UsageError
from .database import Database
from .own_rows import ITEM_STATES, is_job
from .people import People
from .work.as_planned import AsPlanned
from .work.rows import REMOVES, Item, ItemState, Job, JobState, Paused, item_of
from .work.workers import LeaseLost, Workers

CAN_BE_RETRIED = (
    "(state = 'failed' AND cannot = 0 AND key IS NULL OR state = 'skipped' AND reason = 'cancelled')"
)
"""Cancelled items, and failed ones unless the plan already said that they can't be done or nobody knows whether they ran."""

_OPEN = "SELECT * FROM jobs WHERE state IN ('waiting', 'running', 'paused')"
_DEAD = "(leased_by IS NULL OR leased_by NOT IN (SELECT value FROM json_each(?)))"
"""Items that none of these workers holds."""


class Jobs:
    """The practice's jobs."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.workers = Workers(database)
        self._planned = AsPlanned()
        self._counts_of_ended: dict[tuple[str, JobState, str], Mapping[ItemState, int]] = {}
        self._impossible: dict[str, int] = {}
        self._softwares: dict[str, list[str]] = {}

    def create(self, plan: Plan, by: str) -> str:
        """Saves a job with an item for everything the plan will do; what it leaves out is saved as already ended."""
        job = secrets.token_hex(4)
        states = {Will.DO: ItemState.WAITING, Will.SKIP: ItemState.SKIPPED, Will.CANNOT: ItemState.FAILED}
        now = self._database.home.now()

        def row(n: int, item: PlanItem) -> tuple[object, ...]:
            ended = None if item.will is Will.DO else now
            cannot, facts = item.will is Will.CANNOT, written(item.facts)
            self._planned.note_item(
                job, item.client, item.name, item.software, item.organisation_id, item.sign_in, cannot, facts
            )
            return (
                job, n, item.client, item.name, item.software, item.organisation_id, states[item.will], item.reason,
                item.says, ended, facts, item.organisation_name, item.sign_in, cannot,
            )  # fmt: skip

        self._planned.note_job(job, plan.kind, plan.software, plan.sign_in)

        with self._database.writing(shared=True) as db:
            db.execute(
                "INSERT INTO jobs (id, kind, software, sign_in, state, by, started_at, owner) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    job,
                    plan.kind,
                    plan.software,
                    plan.sign_in,
                    JobState.WAITING,
                    self._database.home.actor(by),
                    now,
                    self._database.home.role,
                ),
            )
            db.executemany(
                "INSERT INTO items (job, n, client, name, software, organisation_id, state, reason, says, ended_at, facts, "
                "organisation_name, sign_in, cannot) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (row(n, item) for n, item in enumerate(plan.items)),
            )
        return job

    def claim(self, job: str, *, join: bool = False) -> list[Item]:
        """Makes this process a worker on the job. Returns the items that dead workers left in `doing`, which now wait again
        unless they must never run twice.

        It works on the job until it calls `leave` or its process ends. Raises UsageError if others are working on it,
        unless it wants to `join` them.
        """
        found = self.one(job)
        if self.workers.mine(job) is not None:
            raise _is_running(job)
        try:
            with self._database.writing(shared=True) as db:
                others = self.workers.alive(job)
                if others and not join:
                    raise _is_running(job)
                ids = [worker.id for worker in others]
                alive = json.dumps(ids)
                left = [item for item in self.items(job, ItemState.DOING) if item.leased_by not in ids]
                self._fail_unknown(db, job, alive=alive)
                db.execute(
                    f"UPDATE items SET state = 'waiting', leased_by = NULL WHERE job = ? AND state = 'doing' AND {_DEAD}",
                    (job, alive),
                )
                self.workers.start(db, job, found.by)
                db.execute(
                    "UPDATE jobs SET state = ?, ended_at = NULL, paused = NULL WHERE id = ?",
                    (JobState.RUNNING, job),
                )
        except BaseException:
            self.workers.stop(job)
            raise
        self.workers.clear(job)
        return left

    def leave(self, job: str) -> None:
        """This process stops working on the job. A job that nobody works on and that did not `end` was interrupted."""
        # If the server can't be reached, it notices when the lease ends.
        with suppress(Trouble), self._database.writing(shared=True) as db:
            self.workers.note_end(db, job)
        self.workers.stop(job)

    def take(self, job: str, n: int, key: str | None = None) -> bool:
        """Marks a waiting item as in progress, before its first call. False if it is no longer waiting (it was cancelled).

        `key`: for an item that must never run twice. From then on it must end, or its outcome counts as unknown.
        """
        query = "UPDATE items SET state = 'doing', key = ?, leased_by = ? WHERE job = ? AND n = ? AND state = 'waiting'"
        with self._database.writing(shared=True) as db:
            return db.execute(query, (key, self.workers.mine(job), job, n)).rowcount == 1

    def put_back(self, job: str, n: int) -> None:
        """Puts an item in progress back to waiting: nothing was done, or it can be done twice."""
        with self._database.writing(shared=True) as db:
            self._fail_unknown(db, job, n)
            db.execute(
                "UPDATE items SET state = 'waiting', leased_by = NULL WHERE job = ? AND n = ? AND state = 'doing' AND leased_by IS ?",
                (job, n, self.workers.mine(job)),
            )

    def settle(
        self, job: str, n: int, state: ItemState, reason: str | None = None, says: str | None = None
    ) -> None:
        """Ends an item, in the same transaction as its ledger entries if the caller is in one.

        Raises LeaseLost if another worker has it: then the caller's entries must not be saved either.
        """
        with self._database.writing(shared=True) as db:
            # An item that failed for a known reason was not done, so it can be retried.
            not_done = state is ItemState.FAILED and reason != Why.MAY_BE_SENT
            ended = db.execute(
                "UPDATE items SET state = ?, reason = ?, says = ?, ended_at = ?, key = iif(?, NULL, key) "
                "WHERE job = ? AND n = ? AND leased_by IS ?",
                (state, reason, says, self._database.home.now(), not_done, job, n, self.workers.mine(job)),
            ).rowcount
            if not ended:
                raise LeaseLost

    def _fail_unknown(
        self, db: sqlite3.Connection, job: str, n: int | None = None, *, alive: str = "[]"
    ) -> None:
        """Fails items in progress that must never run twice, of the job or just this one: nobody knows whether they were
        done.
        """
        db.execute(
            "UPDATE items SET state = 'failed', reason = ?, says = ?, ended_at = ? "
            f"WHERE job = ? AND (? IS NULL OR n = ?) AND state = 'doing' AND key IS NOT NULL AND {_DEAD}",
            (Why.MAY_BE_SENT, SENT_PERHAPS, self._database.home.now(), job, n, n, alive),
        )

    def settle_waiting(
        self, job: str, state: ItemState, reason: str, says: str, *, software: str | None = None
    ) -> int:
        """Ends every waiting item (of one accounting app). Returns how many."""
        with self._database.writing(shared=True) as db:
            return db.execute(
                "UPDATE items SET state = ?, reason = ?, says = ?, ended_at = ? WHERE job = ? AND state = 'waiting' "
                "AND (? IS NULL OR software = ?)",
                (state, reason, says, self._database.home.now(), job, software, software),
            ).rowcount

    def take_over(self, job: str) -> bool:
        """Puts back the items of workers that have died. Returns whether there were any."""
        with self._database.writing(shared=True) as db:
            alive = json.dumps([worker.id for worker in self.workers.alive(job)])
            self._fail_unknown(db, job, alive=alive)
            query = f"UPDATE items SET state = 'waiting', leased_by = NULL WHERE job = ? AND state = 'doing' AND {_DEAD}"
            return db.execute(query, (job, alive)).rowcount > 0

    def finish(self, job: str, trouble: Trouble | None) -> None:
        """Ends the job if nothing is left, or pauses it if something is and nobody else works on it. Then leaves it."""
        try:
            with self._database.writing(shared=True) as db:
                if not self.one(job).left:
                    cancelled = any(reason == Why.CANCELLED for _, reason, _ in self.reasons(job))
                    self.end(job, JobState.CANCELLED if cancelled else JobState.DONE, trouble)
                elif not self.workers.others(job):
                    self.end(job, JobState.PAUSED, trouble)
                self.workers.note_end(db, job)
        finally:
            self.workers.stop(job)

    def end(self, job: str, state: JobState, why: Trouble | None = None) -> None:
        """Records that the job ended or waits, and why."""
        ended = self._database.home.now() if state in (JobState.DONE, JobState.CANCELLED) else None
        with self._database.writing(shared=True) as db:
            db.execute(
                "UPDATE jobs SET state = ?, ended_at = ?, paused = coalesce(?, paused), needs_sign_in = ? WHERE id = ?",
                (state, ended, str(why) if why else None, isinstance(why, SignInNeeded), job),
            )

    def cancel(self, job: str) -> None:
        """Requests the end: waiting items become skipped as cancelled at once, and a runner finishes what it is doing."""
        with self._database.writing(shared=True) as db:
            self.settle_waiting(job, ItemState.SKIPPED, Why.CANCELLED, "Cancelled before it started.")
            found = self.one(job)
            if found.state is not JobState.RUNNING or found.cut_off:
                self._fail_unknown(db, job)
                db.execute(
                    "UPDATE items SET state = 'skipped', reason = ?, says = ?, ended_at = ? WHERE job = ? AND state = 'doing'",
                    (Why.CANCELLED, "Cancelled.", self._database.home.now(), job),
                )
                if found.state not in (JobState.DONE, JobState.CANCELLED):
                    self.end(job, JobState.CANCELLED)
                self.workers.clear(job)

    def retry(self, job: str, reasons: Sequence[str] | None = None) -> int:
        """Makes failed items (with one of `reasons`) and cancelled ones wait again, and the job with them. Returns how
        many.

        Raises UsageError while the job runs, because its runner may already have passed them.
        """
        query = (
            "UPDATE items SET state = 'waiting', reason = NULL, says = NULL, ended_at = NULL "
            f"WHERE job = ? AND {CAN_BE_RETRIED}"
        )
        if reasons is not None:
            query += f" AND reason IN ({', '.join('?' * len(reasons))})"
        with self._database.writing(shared=True) as db:
            found = self.one(job)
            if found.state is JobState.RUNNING and not found.cut_off:
                raise UsageError(f"Job {job} is running. Wait until it has ended, then retry what failed.")
            again = db.execute(query, (job, *(reasons or ()))).rowcount
            if again:
                # Counted as interrupted before a runner has it, so that it is found among the unfinished.
                db.execute(
                    "UPDATE jobs SET state = ?, ended_at = NULL WHERE id = ? AND state IN ('done', 'cancelled')",
                    (JobState.WAITING, job),
                )
            return again

    def one(self, job: str) -> Job:
        """The job with that id. Raises UsageError if there is none."""
        row = self._database.connection.execute("SELECT * FROM jobs WHERE id = ?", (job,)).fetchone()
        if row is None:
            raise UsageError(f'There is no job "{job}". `clientsync jobs` lists them.')
        if not is_job(row):
            raise Trouble(f"Job {clean(job)} can't be read: another program wrote it. {REMOVES}")
        return self._job(row)

    def planned(self, job: str) -> Job:
        """The job like `one`. Raises Trouble if it is not what this process planned."""
        found = self.one(job)
        self._planned.refuse_changed_job(job, found.kind, found.software, found.sign_in)
        return found

    def all(self, most: int = 200) -> list[Job]:
        """The newest jobs first."""
        return self._found("SELECT * FROM jobs ORDER BY rowid DESC LIMIT ?", (most,))

    def is_mine(self, job: Job) -> bool:
        """Whether the job is this person's and not a colleague's. In a file, jobs belong to everyone who may write to it."""
        return self._database.home.role is None or job.owner in (None, self._database.home.role)

    def unfinished(self) -> list[Job]:
        """This person's unfinished jobs that no process is running."""
        query = f"{_OPEN} AND (?1 IS NULL OR owner IS NULL OR owner = ?1)"
        found = self._found(query, (self._database.home.role,))
        return [job for job in found if job.left and not job.is_running]

    def running(self) -> list[Job]:
        """Jobs that some process is running."""
        return [job for job in self._found(_OPEN) if job.is_running]

    def _found(self, query: str, values: tuple[object, ...] = ()) -> list[Job]:
        rows = self._database.connection.execute(query, values).fetchall()
        return [self._job(row) for row in rows if is_job(row)]

    def items(
        self, job: str, *states: ItemState, software: str | None = None, after: int = -1, most: int = -1
    ) -> list[Item]:
        """Items of a job (in these states, of this app), in order, after item `after`.

        Raises Trouble for an item that another program wrote, or changed since this process planned it.
        """
        wanted = f" AND state IN ({', '.join(repr(str(state)) for state in states)})" if states else ""
        query = f"SELECT * FROM items WHERE job = ? AND n > ?{wanted} AND (? IS NULL OR software = ?) ORDER BY n LIMIT ?"
        values = (job, after, software, software, most)
        return [self._item(row) for row in self._database.connection.execute(query, values)]

    def waiting(self, job: str) -> dict[str, int]:
        """How many items of a job are waiting, per app."""
        query = "SELECT software, count(*) FROM items WHERE job = ? AND state = 'waiting' GROUP BY software"
        return {row[0]: row[1] for row in self._database.connection.execute(query, (job,))}

    def created(self, job: str) -> int:
        """How many items of a job that adds clients became new clients; the others were linked to existing ones."""
        # An item that turned out to belong to another client keeps the id made for a new one, which no client
        # has.
        query = (
            "SELECT count(*) FROM items JOIN clients ON clients.id = items.client WHERE job = ? AND state = 'done' "
            "AND iif(json_valid(facts), json_extract(facts, '$.linked_by'), NULL) IS NULL"
        )
        return int(self._database.connection.execute(query, (job,)).fetchone()[0])

    def softwares(self, job: Job) -> list[str]:
        """The accounting apps of a job's items, by name."""
        if job.software is not None:
            return [job.software]
        if job.id not in self._softwares:
            query = "SELECT DISTINCT software FROM items WHERE job = ? ORDER BY software"
            self._softwares[job.id] = [row[0] for row in self._database.connection.execute(query, (job.id,))]
        return self._softwares[job.id]

    def reasons(self, job: str) -> list[tuple[str, str, int]]:
        """How many items failed or were skipped for each reason: (state, reason, count), most first."""
        query = "SELECT state, coalesce(reason, ''), count(*) FROM items WHERE job = ? AND state IN ('failed', 'skipped') GROUP BY 1, 2 ORDER BY 1, 3 DESC"
        return [(row[0], row[1], row[2]) for row in self._database.connection.execute(query, (job,))]

    def failures(self, job: str) -> list[tuple[bool, str, int]]:
        """How many items failed for each reason: (whether they were tried, reason, count); tried ones first, then most
        first.
        """
        query = (
            "SELECT cannot = 0, coalesce(reason, ''), count(*) FROM items WHERE job = ? AND state = 'failed' "
            "GROUP BY 1, 2 ORDER BY 1 DESC, 3 DESC"
        )
        return [(bool(row[0]), row[1], row[2]) for row in self._database.connection.execute(query, (job,))]

    def _item(self, row: sqlite3.Row) -> Item:
        what = (
            row["client"], row["name"], row["software"], row["organisation_id"], row["sign_in"], bool(row["cannot"]),
            row["facts"],
        )  # fmt: skip
        self._planned.refuse_changed_item(row["job"], row["n"], *what)
        return item_of(row)

    def _job(self, row: sqlite3.Row) -> Job:
        state = JobState(row["state"])
        # The items of an ended job don't change until it is resumed, which its row shows.
        ended = (row["id"], state, row["ended_at"]) if row["ended_at"] else None
        counts = self._counts_of_ended.get(ended) if ended else None
        if counts is None:
            query = "SELECT state, count(*) FROM items WHERE job = ? GROUP BY state"
            rows = self._database.connection.execute(query, (row["id"],)).fetchall()
            counts = {ItemState(s): n for s, n in rows if s in ITEM_STATES}
            if ended:
                self._counts_of_ended[ended] = counts
        cut_off = state is JobState.RUNNING and not self.workers.alive(row["id"])
        if cut_off and not {ItemState.WAITING, ItemState.DOING} & counts.keys():
            # It was killed after its last item; only the mark that it is done is missing.
            state, cut_off = JobState.DONE, False
        by = People(self._database).one_name(row["by"])
        return Job(
            row["id"], row["kind"], row["software"], row["sign_in"], state, by, row["started_at"], row["ended_at"],
            counts, Paused(row["paused"], bool(row["needs_sign_in"])) if row["paused"] else None, cut_off,
            row["owner"], self._count_impossible(row["id"]) if ItemState.FAILED in counts else 0,
        )  # fmt: skip

    def _count_impossible(self, job: str) -> int:
        """Read only once: what can't be done is saved with the job, and no retry includes it."""
        if job not in self._impossible:
            query = "SELECT count(*) FROM items WHERE job = ? AND state = 'failed' AND cannot"
            self._impossible[job] = self._database.connection.execute(query, (job,)).fetchone()[0]
        return self._impossible[job]


def _is_running(job: str) -> UsageError:
    return UsageError(
        f"Job {job} is already running in another window or process. To work on it here too: `clientsync jobs work {job}`."
    )
