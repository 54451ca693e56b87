"""Bulk jobs in words. Screens, notices and the command line share these."""

from collections.abc import Sequence

from ...practice.counted import counted
from ...practice.status import Why
from ...store.jobs import Item, ItemState, Job, Jobs, JobState
from .. import plan_words, words
from ..kinds.seam.kind import Unit
from ..kinds.seam.registry import kinds

SYMBOLS = {
    ItemState.DONE: "✓",
    ItemState.FAILED: "✗",
    ItemState.SKIPPED: "-",
    ItemState.DOING: "›",
    ItemState.WAITING: "·",
}
ASCII_SYMBOLS = {
    ItemState.DONE: "+",
    ItemState.FAILED: "x",
    ItemState.SKIPPED: "-",
    ItemState.DOING: ">",
    ItemState.WAITING: ".",
}

NOT_POSSIBLE = "not possible"


BAR = 10
"""Width of the progress bar in a line of words."""


def title(job: Job) -> str:
    """What the job does."""
    kind = kinds().get(job.kind)
    return kind.title if kind else job.kind


def state(job: Job) -> str:
    """The job's state. A job whose process is gone was interrupted."""
    return "interrupted" if job.cut_off else str(job.state)


def things(kind: str, count: int) -> str:
    """A number of items of this kind of job, with the noun."""
    known = kinds().get(kind)
    return plan_words.things(known.unit if known else Unit.INTEGRATION, count)


def progress(jobs: Sequence[Job], *, ascii_marks: bool = False) -> str:
    """The overall progress of the running jobs: `2 jobs running  62 % ██████░░░░`; empty if there are none."""
    if not jobs:
        return ""
    total = sum(job.total for job in jobs)
    share = 100 * sum(job.total - job.left for job in jobs) // total if total else 100
    full, empty = ("#", "-") if ascii_marks else ("█", "░")
    bar = full * (BAR * share // 100)
    return f"{counted(len(jobs), 'job')} running {share} % {bar.ljust(BAR, empty)}"


def in_progress(job: Job) -> int:
    """How many items are being done now. What a job that no longer runs had begun waits."""
    return job.count(ItemState.DOING) if job.is_running else 0


def recap(job: Job) -> str:
    """The result of a job: "412 integrations done, 12 failed, 4 not possible, 3 skipped"."""
    counts = (
        (job.failed, "failed"),
        (job.impossible, NOT_POSSIBLE),
        (job.count(ItemState.SKIPPED), "skipped"),
        (in_progress(job), "in progress"),
        (job.left - in_progress(job), "waiting"),
    )
    ended = f"{things(job.kind, job.count(ItemState.DONE))} done"
    return ", ".join([ended, *(f"{count:,} {name}" for count, name in counts if count)])


def recap_with_added(jobs: Jobs, job: Job) -> str:
    """The result, and how many of the clients are new."""
    more = added(jobs, job)
    return f"{recap(job)}. {more}." if more else recap(job)


def added(jobs: Jobs, job: Job) -> str:
    """For a job that adds clients: "12 clients added, 3 linked to clients you had". Empty for others, and until
    something is done.
    """
    kind, done = kinds().get(job.kind), job.count(ItemState.DONE)
    if kind is None or kind.unit is not Unit.ORGANISATION or not done:
        return ""
    created = jobs.created(job.id)
    linked = done - created
    return f"{plan_words.clients(created)} added" + (
        f", {linked:,} linked to {'a client' if linked == 1 else 'clients'} you had" if linked else ""
    )


def to_do(job: Job, count: int) -> str:
    """What a job still has to do: "Disconnect: 9 integrations to do"."""
    return f"{title(job)}: {things(job.kind, count)} to do"


def ends_something(job: Job) -> bool:
    """Whether to confirm before continuing a job, as its command does."""
    kind = kinds().get(job.kind)
    return kind is not None and kind.dangerous


def question(job: Job, count: int) -> str:
    """ "Disconnect 9 integrations?" """
    return f"{title(job)} {things(job.kind, count)}?"


def cancelled(before: Job, after: Job) -> str:
    """What cancelling did: how many items it cancelled, and how many are in progress and will be finished."""
    if not before.left:
        return "Nothing was left to cancel."
    says = f"{things(before.kind, before.left - after.left)} cancelled."
    return (
        f"{says} {things(before.kind, after.left)} in progress will be finished first."
        if after.left
        else says
    )


def is_impossible(item: Item) -> bool:
    """Whether the plan said that an item can't be done, so that it was never tried."""
    return item.state is ItemState.FAILED and item.cannot


def item_state(item: Item) -> str:
    """An item's state. It is "failed" only if it was tried."""
    return NOT_POSSIBLE if is_impossible(item) else str(item.state)


def why_paused(job: Job) -> tuple[str, bool]:
    """Why an unfinished job is paused, and whether it needs a sign-in."""
    if job.cut_off:
        return (
            "It was interrupted. When you resume it, nothing is done twice.",
            False,
        )
    if job.state is JobState.PAUSED and job.paused is not None:
        return job.paused
    return "It was stopped. You can resume the rest.", False


def sentence(reason: str, own_sentence: str | None) -> str:
    """A reason as a sentence. `own_sentence`: the sentence that all its items share, if they do."""
    # These sentences name the app and the next step, which the reason alone can't.
    return (
        own_sentence
        if own_sentence and reason in (Why.NO_ACCESS, Why.APP_REJECTED)
        else words.REASONS.get(reason, "")
    )


def span(seconds: float) -> str:
    """A rough duration: "less than a minute", "6 minutes", "2 h 5 min"."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 60:
        return counted(minutes, "minute")
    return f"{minutes // 60} h {minutes % 60} min"
