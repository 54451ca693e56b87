"""Bulk jobs in words: the screens, the notices and the command line say the same of them."""

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
"""Cells of the bar of progress in a line of words."""


def title(job: Job) -> str:
    """What the job does."""
    kind = kinds().get(job.kind)
    return kind.title if kind else job.kind


def state(job: Job) -> str:
    """How the job stands; one whose process is gone was cut off."""
    return "interrupted" if job.cut_off else str(job.state)


def things(kind: str, count: int) -> str:
    """So many items of a job of this kind, with their noun."""
    known = kinds().get(kind)
    return plan_words.things(known.unit if known else Unit.INTEGRATION, count)


def progress(jobs: Sequence[Job], *, ascii_marks: bool = False) -> str:
    """How far the jobs that run are together: `2 jobs running 62 % ██████░░░░`; empty for none."""
    if not jobs:
        return ""
    total = sum(job.total for job in jobs)
    share = 100 * sum(job.total - job.left for job in jobs) // total if total else 100
    full, empty = ("#", "-") if ascii_marks else ("█", "░")
    bar = full * (BAR * share // 100)
    return f"{counted(len(jobs), 'job')} running {share} % {bar.ljust(BAR, empty)}"


def recap(job: Job) -> str:
    """What came of a job: "412 integrations done, 12 failed, 4 not possible, 3 skipped"."""
    counts = (
        (job.failed, "failed"),
        (job.impossible, NOT_POSSIBLE),
        (job.count(ItemState.SKIPPED), "skipped"),
        (job.left, "waiting"),
    )
    ended = f"{things(job.kind, job.count(ItemState.DONE))} done"
    return ", ".join([ended, *(f"{count:,} {name}" for count, name in counts if count)])


def recap_with_added(jobs: Jobs, job: Job) -> str:
    """The same, and which of the clients are new."""
    more = added(jobs, job)
    return f"{recap(job)}. {more}." if more else recap(job)


def added(jobs: Jobs, job: Job) -> str:
    """Of a job that adds clients: "12 clients added, 3 linked to {'a client' if linked == 1 else 'clients'} you had". Empty for others, and while nothing is done."""
    kind, done = kinds().get(job.kind), job.count(ItemState.DONE)
    if kind is None or kind.unit is not Unit.ORGANISATION or not done:
        return ""
    created = jobs.created(job.id)
    linked = done - created
    return f"{plan_words.clients(created)} added" + (
        f", {linked:,} linked to {'a client' if linked == 1 else 'clients'} you had" if linked else ""
    )


def to_do(job: Job, count: int) -> str:
    """What a job goes on with: "Disconnect: 9 integrations to do"."""
    return f"{title(job)}: {things(job.kind, count)} to do"


def ends_something(job: Job) -> bool:
    """Whether going on with a job is asked about, as its command asks."""
    kind = kinds().get(job.kind)
    return kind is not None and kind.dangerous


def question(job: Job, count: int) -> str:
    """ "Disconnect 9 integrations?" """
    return f"{title(job)} {things(job.kind, count)}?"


def is_impossible(item: Item) -> bool:
    """Whether the plan said that an item can't be done, and so it was never tried."""
    return item.state is ItemState.FAILED and item.cannot


def item_state(item: Item) -> str:
    """How an item stands; "failed" only where it was tried."""
    return NOT_POSSIBLE if is_impossible(item) else str(item.state)


def why_paused(job: Job) -> tuple[str, bool]:
    """Why a job is paused although something is left, and whether it needs a sign-in."""
    if job.cut_off:
        return (
            "It was interrupted. When you resume it, nothing is done twice.",
            False,
        )
    if job.state is JobState.PAUSED and job.paused is not None:
        return job.paused
    return "It was stopped. You can resume the rest.", False


def sentence(reason: str, own_sentence: str | None) -> str:
    """A reason in a sentence. `own_sentence`: what all its items say, if it is the same."""
    # These sentences name the app and what to do, which the reason alone can't.
    return (
        own_sentence
        if own_sentence and reason in (Why.NO_ACCESS, Why.APP_REJECTED)
        else words.REASONS.get(reason, "")
    )


def span(seconds: float) -> str:
    """A length of time, roughly: "less than a minute", "6 minutes", "2 h 5 min"."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 60:
        return counted(minutes, "minute")
    return f"{minutes // 60} h {minutes % 60} min"
