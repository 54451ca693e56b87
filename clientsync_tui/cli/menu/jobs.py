"""Bulk jobs: what is running, what failed and why; resuming, retrying and cancelling."""

from ...store.jobs import Item, ItemState, Job, JobState
from ...store.work.job_items import JobItems
from ...sync import plan_words
from ...sync.jobs import job_words
from ...workplace import Workplace
from .client_sync import action
from .doing import go_on
from .lines import Choice, menu, say, with_back, yes
from .lists import Texts, look, one_of

ANY_REASON = "All"


def jobs(workplace: Workplace) -> None:
    """The practice's jobs, newest first. Raises Back and Quit."""
    while True:
        found = workplace.store.jobs.all()
        if not found:
            say("There are no jobs yet.")
            return
        job = one_of("Jobs", found, _line).id
        with_back(lambda: _one(workplace, job))  # noqa: B023  (done before the next turn)


def _line(job: Job) -> str:
    begun = job.started_at[:16].replace("T", " ")
    return f"{job_words.title(job)}, {job_words.state(job)}, {job_words.recap(job)}, {begun} UTC, {job.by}"


def _one(workplace: Workplace, id: str) -> None:
    store = workplace.store
    items = store.job_items(id)

    def choices() -> list[Choice]:
        job = store.jobs.one(id)
        running = (
            "It is running in another window." if job.state is JobState.RUNNING and not job.cut_off else None
        )
        return [
            action(
                "job.resume_job",
                lambda: go_on(workplace, id),
                running or (None if job.left else "Nothing is left to do."),
            ),
            action(
                "job.retry_job",
                lambda: _retry(workplace, job, items),
                running or (None if items.retriable() else "No failed or cancelled items can be retried."),
            ),
            action("job.cancel_job", lambda: _cancel(workplace, job), None if job.left else "It has ended."),
            Choice(
                "Clients of the job", lambda: _items(workplace, id), "Failed items first, with their reasons."
            ),
        ]

    def heading() -> list[str]:
        job = store.jobs.one(id)
        why = (
            [job_words.why_paused(job)[0]]
            if job.left and (job.cut_off or job.state is JobState.PAUSED)
            else []
        )
        return [_line(job), *why]

    menu(heading, choices)


def _retry(workplace: Workplace, job: Job, items: JobItems) -> None:
    reasons = items.retriable()
    only = None
    if len(reasons) > 1:
        rows = [
            (None, ANY_REASON),
            *(
                (
                    r,
                    f"{plan_words.short(job.kind, r)}, {job_words.things(job.kind, n)}: {job_words.sentence(r, says)}",
                )
                for r, n, says in reasons
            ),
        ]
        reason = one_of("Retry failed and cancelled", rows, lambda row: row[1])[0]
        only = None if reason is None else [reason]
    workplace.store.jobs.retry(job.id, only)
    go_on(workplace, job.id)


def _cancel(workplace: Workplace, job: Job) -> None:
    say("Finished items stay as they are. Waiting items are left undone, and can be retried.")
    if yes(f"Cancel {job_words.things(job.kind, job.left)} of this job?"):
        workplace.store.jobs.cancel(job.id)
        say(job_words.cancelled(job, workplace.store.jobs.one(job.id)))
    else:
        say("Nothing was changed.")


def _items(workplace: Workplace, id: str) -> None:
    kind = workplace.store.jobs.one(id).kind
    # Failures first, then the rest in the order they are done.
    found = sorted(workplace.store.jobs.items(id), key=lambda item: item.state is not ItemState.FAILED)
    look("Clients of the job", Texts([_item(kind, item) for item in found]))


def _item(kind: str, item: Item) -> str:
    why = f": {item.says or plan_words.short(kind, item.reason)}" if item.reason else ""
    return f"{item.name}, {job_words.item_state(item)}{why}"
