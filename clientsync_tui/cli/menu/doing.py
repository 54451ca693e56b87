"""Shows a plan in words, asks, and carries it out, line by line."""

import asyncio

from ...practice.plan import Plan, PlanItem, Will
from ...store.store import Store
from ...sync import plan_words
from ...sync.jobs import job_words
from ...sync.jobs.new_job import new_job, supersede
from ...sync.jobs.session import Session
from ...workplace import Workplace
from ..bulk import with_sign_ins
from ..network import online
from ..results import show_result
from ..run_job import JobRun, run
from ..selection import mind_claims, planned_clients
from .lines import say, yes
from .lists import Texts, look

SAY_EVERY_S = 5.0
_WILL = {Will.DO: "will be done", Will.SKIP: "is left as it is", Will.CANNOT: "is not possible"}


def perform(workplace: Workplace, plan: Plan) -> None:
    """Says what would be done and why the rest wouldn't, asks, and does it. Raises Quit, and what opening the keyring
    raises.
    """
    say(*(line for _, line in plan_words.summary(plan)), *plan_words.entails(plan, workplace.softwares()))
    mind_claims(workplace, planned_clients(plan))
    question = plan_words.question(plan)
    if not plan.count(Will.DO):
        supersede(workplace.store, plan, None)
        say(question)
    elif yes(question, lambda: look("Clients of the plan", Texts([_line(item) for item in plan.items]))):

        async def work(session: Session) -> JobRun:
            job = new_job(session.store, plan, session.actor)
            return await with_sign_ins(
                workplace, session, JobRun(plan, job, await run(session, job, _progress))
            )

        _told(workplace, online(workplace, work))
    else:
        say("Nothing was changed.")


def go_on(workplace: Workplace, job: str) -> None:
    """Continues an existing job. Raises UsageError if another process runs it."""
    found = workplace.store.jobs.one(job)
    say(f"{job_words.to_do(found, found.left)}.")
    if job_words.ends_something(found) and not yes(job_words.question(found, found.left)):
        say("Nothing was changed.")
        return
    plan = Plan(found.kind, found.software, found.sign_in, ())

    async def work(session: Session) -> JobRun:
        return await with_sign_ins(workplace, session, JobRun(plan, job, await run(session, job, _progress)))

    _told(workplace, online(workplace, work))


def _line(item: PlanItem) -> str:
    reason = plan_words.says(item)
    remark = item.facts.remark
    return (
        f"{item.name}: {_WILL[item.will]}"
        + (f", {remark}" if remark else "")
        + (f". {reason}" if reason else "")
    )


def _told(workplace: Workplace, ran: JobRun) -> None:
    show_result(workplace.store, ran, as_json=False)
    if ran.trouble is not None:
        say(str(ran.trouble))


async def _progress(store: Store, job: str) -> None:
    """A line at the beginning, then another from time to time."""
    begun = store.jobs.one(job)
    total, what = begun.left, job_words.things(begun.kind, begun.left)
    say(f"Job {job}: {what} to do. Press ctrl+c to stop it. You can resume it later.")
    while True:
        await asyncio.sleep(SAY_EVERY_S)
        found = store.jobs.one(job)
        say(f"{total - found.left:,} of {what} ended, {found.failed - begun.failed:,} failed.")
