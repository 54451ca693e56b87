"""Runs a bulk command from the plan to the exit status. If someone is there to sign in, makes the sign-ins that it waits
for.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from ..practice.plan import Plan
from ..practice.text import clean
from ..practice.trouble import SignInNeeded
from ..store.jobs import Job, Jobs
from ..sync.jobs import job_words
from ..sync.jobs.session import Session
from ..workplace import Workplace
from .consents import can_sign_in, sign_in_for_job
from .network import online
from .output import confirm, say
from .results import report, show_plan
from .run_job import JobRun, carry_out, run
from .selection import mind_claims, planned_clients


def bulk(
    workplace: Workplace,
    make: Callable[[Session], Awaitable[Plan]],
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Makes a plan and carries it out in one session, or only prints it. Ends the command with its exit status."""

    async def work(session: Session) -> JobRun:
        plan = await make(session)
        mind_claims(workplace, planned_clients(plan), dry_run=dry_run)
        if dry_run:
            return JobRun(plan)
        return await with_sign_ins(workplace, session, await carry_out(session, plan))

    ran = online(workplace, work)
    if dry_run:
        show_plan(ran.plan, as_json)
    else:
        report(workplace.store, ran, as_json)


def confirm_going_on(jobs: Jobs, job: Job, count: int, yes: bool) -> None:
    """Says whose job it is and what remains to be done. If that ends something, asks first, as the job's command does.

    Raises as `confirm`.
    """
    if count:
        if not jobs.is_mine(job):
            say(f"{clean(job.by)} made this job.")
        say(f"{job_words.to_do(job, count)}.")
        if job_words.ends_something(job):
            confirm(job_words.question(job, count), yes)


def resume_job(workplace: Workplace, job: str, as_json: bool, *, join: bool = False) -> None:
    """Continues a job that was stopped, or works on one together with others (`join`). Ends the command with its exit
    status.
    """
    stored = workplace.store.jobs.one(job)
    if not stored.left:
        say(f"Job {job} has already ended, so nothing was done now. Its result:")
    plan = Plan(stored.kind, stored.software, stored.sign_in, ())

    async def work(session: Session) -> JobRun:
        return await with_sign_ins(workplace, session, JobRun(plan, job, await run(session, job, join=join)))

    report(workplace.store, online(workplace, work) if stored.left else JobRun(plan, job), as_json)


async def with_sign_ins(workplace: Workplace, session: Session, ran: JobRun) -> JobRun:
    """Continues a job that paused for a sign-in, if someone is there to sign in."""
    if ran.job is None or not isinstance(ran.trouble, SignInNeeded) or not can_sign_in():
        return ran
    return replace(ran, trouble=await sign_in_for_job(workplace, session, ran.job, ran.trouble))
