"""`jobs`: lists bulk jobs; resumes, retries and cancels them."""

import click

from .. import options
from ..context import open_workplace


@click.group(
    invoke_without_command=True,
    epilog=options.examples(
        "clientsync jobs",
        "clientsync jobs --json",
        "clientsync jobs resume ID",
    ),
)
@options.json("A JSON array.")
@click.pass_context
def jobs(ctx: click.Context, as_json: bool) -> None:
    """List bulk jobs; resume, cancel or retry one.

    Shows the jobs of the practice, newest first.
    """
    if ctx.invoked_subcommand is not None:
        return
    from ...store.jobs import ItemState
    from ...sync.jobs import jobs_as_json as shapes
    from .. import output

    with open_workplace() as workplace:
        found = workplace.store.jobs.all()
        apps = {} if as_json else {job.id: ", ".join(workplace.store.jobs.softwares(job)) for job in found}
    if as_json:
        output.json_document([shapes.job(job) for job in found])
        return
    rows = [
        (
            job.id,
            job.kind,
            apps[job.id],
            "paused" if job.cut_off else job.state,
            f"{job.left:,}",
            f"{job.count(ItemState.DONE):,}",
            f"{job.failed:,}",
            f"{job.impossible:,}",
            f"{job.count(ItemState.SKIPPED):,}",
            output.date_and_time(job.started_at),
            job.by,
        )
        for job in found
    ]
    titles = (
        "ID",
        "Kind",
        "App",
        "State",
        "Waiting",
        "Done",
        "Failed",
        "Not possible",
        "Skipped",
        "Started",
        "By",
    )
    output.table(titles, rows)


@jobs.command(epilog=options.examples("clientsync jobs resume ID"))
@click.argument("job", metavar="ID")
@options.json("A JSON object, as the bulk commands print.")
@options.yes
def resume(job: str, as_json: bool, yes: bool) -> None:
    """Continue a job that was stopped or interrupted.

    Says first what it will do. A job that ends something, such as disconnect, asks for confirmation, as its command does.
    """
    from ..bulk import confirm_going_on, resume_job

    with open_workplace() as workplace:
        found = workplace.store.jobs.one(job)
        confirm_going_on(workplace.store.jobs, found, found.left, yes)
        resume_job(workplace, job, as_json)


@jobs.command(epilog=options.examples("clientsync jobs work ID"))
@click.argument("job", metavar="ID")
@options.yes
@options.json("A JSON object, as the bulk commands print.")
def work(job: str, as_json: bool, yes: bool) -> None:
    """Work on a job beside others, with the sign-ins held here.

    Any window, process or host of the practice can join a job that runs or waits. No client is done twice.
    """
    from ..bulk import confirm_going_on, resume_job

    with open_workplace() as workplace:
        found = workplace.store.jobs.one(job)
        confirm_going_on(workplace.store.jobs, found, found.left, yes)
        resume_job(workplace, job, as_json, join=True)


@jobs.command(epilog=options.examples("clientsync jobs retry ID --json"))
@click.argument("job", metavar="ID")
@options.json("A JSON object, as the bulk commands print.")
@options.yes
def retry(job: str, as_json: bool, yes: bool) -> None:
    """Retry the clients of a job that failed or were cancelled.

    Says first what it will do. A job that ends something, such as disconnect, asks for confirmation, as its command does.
    """
    from ...sync.jobs.jobs_as_json import outcome
    from ..bulk import confirm_going_on, resume_job
    from ..output import json_document, say

    with open_workplace() as workplace:
        found = workplace.store.jobs.one(job)
        again = sum(count for _, count, _ in workplace.store.job_items(job).retriable())
        if not found.left and not again:
            say("Nothing failed: there is nothing to retry.")
            if as_json:
                json_document(outcome(found, workplace.store.jobs.items(job)))
            return
        confirm_going_on(workplace.store.jobs, found, found.left + again, yes)
        workplace.store.jobs.retry(job)
        resume_job(workplace, job, as_json)


@jobs.command(epilog=options.examples("clientsync jobs cancel ID"))
@click.argument("job", metavar="ID")
def cancel(job: str) -> None:
    """Cancel the rest of a job. What is done stays done."""
    from ...sync.jobs.job_words import cancelled
    from ..output import say

    with open_workplace() as workplace:
        before = workplace.store.jobs.one(job)
        workplace.store.jobs.cancel(job)
        say(cancelled(before, workplace.store.jobs.one(job)))
