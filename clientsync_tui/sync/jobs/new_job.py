"""Makes a job from a plan. It takes over what an earlier job of the same kind left undone."""

from contextlib import suppress

from ...practice.plan import Plan, Will
from ...store.files.sqlite_errors import SqliteError
from ...store.jobs import ItemState
from ...store.store import Store


def new_job(store: Store, plan: Plan, actor: str) -> str:
    """Saves the job and returns its id. `actor`: who started it, unless one of the plan's own sign-ins says so.

    An unfinished job whose remaining items are all in the plan is cancelled, so that the program does not offer to resume it too.
    The daily copy is made first, so that it does not contain the job.
    """
    keep_daily(store)
    with store.transaction():
        job = store.jobs.create(plan, _person(store, plan) or actor)
        supersede(store, plan, job)
    return job


def _person(store: Store, plan: Plan) -> str | None:
    """The e-mail address of the one person whose sign-ins the plan uses, because jobs always name people that way."""
    used = [plan.sign_in] if plan.sign_in else [item.sign_in for item in plan.only((Will.DO,))]
    people = {
        found.person.email for sign_in in set(used) if sign_in and (found := store.sign_ins.one(sign_in))
    }
    return people.pop() if len(people) == 1 else None


def keep_daily(store: Store) -> None:
    """Makes the daily copy of the practice, unless there is one. If that fails, the job still runs, and `doctor` reports the problem."""
    with suppress(OSError, SqliteError):
        store.inspection.keep_daily_copy()


def supersede(store: Store, plan: Plan, job: str | None) -> None:
    """Cancels other unfinished jobs whose remaining items are all in the plan."""
    planned = {(item.software, item.organisation_id) for item in plan.items}
    for old in store.jobs.unfinished():
        if old.kind != plan.kind or old.id == job:
            continue
        left = store.jobs.items(old.id, ItemState.WAITING, ItemState.DOING)
        if all((item.software, item.organisation_id) in planned for item in left):
            store.jobs.cancel(old.id)
